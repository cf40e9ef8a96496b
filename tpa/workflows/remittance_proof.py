"""Each remittance (835) that was written beside what the ledger has paid: the payment and its claims."""

from collections.abc import Iterator
from typing import NamedTuple

from tpa.books.ledger import selectors as ledger
from tpa.books.payments.models import ClaimPayment, Payment, PaymentFile
from tpa.engine.journal.accounts import OUTSTANDING_PAYMENTS
from tpa.engine.paying import states
from tpa.kernel.periods import Span
from tpa.x12.readers.remittance_835 import RemittanceTotals, read_totals


class RemittanceProof(NamedTuple):
    """Of payments to providers that were issued in a month: what the ledger says, what was written, where they differ."""

    ledger_cents: int
    written_cents: int
    faults: list[str]


class _Booked(NamedTuple):
    """A payment's claims, and all of it, as the ledger has them."""

    claims_cents: int
    paid_cents: int


def remittances_beside_ledger(month: Span) -> RemittanceProof:
    """Payments of which an 835 is written, by their numbers. The file is read as it was sent, not computed anew."""
    issued = Payment.objects.filter(
        payee=Payment.Payee.PROVIDER,
        terms__isnull=False,
        issued_on__gte=month.starts_on,
        issued_on__lt=month.ends_before,
        reissue_of=None,
    ).exclude(method__in=(states.ADVICE, states.LETTER))
    numbers = dict(issued.order_by("id").values_list("pk", "number"))
    booked = _booked(list(numbers))
    written = _written(list(numbers))
    faults = list(_faults(numbers, booked, written))
    paid = sum(booked[key].paid_cents for key in numbers)
    return RemittanceProof(paid, sum(one.paid_cents for one in written.values()), faults)


def _booked(payment_ids: list[int]) -> dict[int, _Booked]:
    of = dict(ClaimPayment.objects.filter(payment__in=payment_ids).values_list("pk", "payment_id"))
    parts = ledger.moved_by_sources(
        OUTSTANDING_PAYMENTS, "claim_payment", list(of), ("claim_paid", "overpayment_offset")
    )
    interest = ledger.moved_by_sources(OUTSTANDING_PAYMENTS, "claim_payment", list(of), ("interest_paid",))
    moved = ledger.moved_by_sources(OUTSTANDING_PAYMENTS, "payment", payment_ids, ("balances_moved",))
    claims, beside = dict.fromkeys(payment_ids, 0), dict.fromkeys(payment_ids, 0)
    for key, cents in parts.items():
        claims[of[key]] -= cents
    for key, cents in interest.items():
        beside[of[key]] -= cents
    return {key: _Booked(claims[key], claims[key] + beside[key] - moved.get(key, 0)) for key in payment_ids}


def _written(payment_ids: list[int]) -> dict[int, RemittanceTotals]:
    """Payment -> the totals of its 835. One file at a time is in memory."""
    files = PaymentFile.objects.filter(kind=PaymentFile.Kind.REMITTANCE, payment_ids__overlap=payment_ids)
    found: dict[int, RemittanceTotals] = {}
    for ids, content in files.order_by("id").values_list("payment_ids", "content").iterator(chunk_size=100):
        found |= zip(ids, read_totals(bytes(content)), strict=True)
    return {key: one for key, one in found.items() if key in set(payment_ids)}


def _faults(numbers: dict[int, str], booked: dict[int, _Booked], written: dict[int, RemittanceTotals]) -> Iterator[str]:
    for key, number in numbers.items():
        one, told = booked[key], written.get(key)
        if told is None:
            yield f"payment {number} has no 835"
        elif (told.number, told.paid_cents, told.claims_cents) != (number, one.paid_cents, one.claims_cents):
            pays, booked_as = f"{told.paid_cents} for {told.claims_cents}", f"{one.paid_cents} for {one.claims_cents}"
            yield f"the 835 of payment {number} pays {pays} cents of claims, the ledger {booked_as}"
        elif told.claims_cents - told.adjusted_cents != told.paid_cents:
            yield f"the 835 of payment {number} does not balance"
