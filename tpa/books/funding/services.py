"""Writing invoices, deposits and credits. The workflow posts the ledger's side of each in the same transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Sum

from tpa.books.funding.errors import CreditError, DepositError, InvoiceStateError, SecondPersonError
from tpa.books.funding.models import BilledDecision, Credit, Deposit, FundingInvoice, FundingInvoiceLine, InvoiceRoster
from tpa.engine.billing.census import Enrolment
from tpa.engine.billing.invoice import Invoice
from tpa.kernel.errors import NotFoundError, must
from tpa.kernel.money import format_amount

State = FundingInvoice.State
_LONGEST_REFERENCE = 60
_LONGEST_DESCRIPTION = 200


class InvoiceTerms(NamedTuple):
    """What an invoice says beside its amounts. `basis`: the census and claim figures that it was computed from."""

    number: str
    currency: str
    due_on: date
    alone_up_to_cents: int
    agreement_id: int
    fee_schedule_version_id: int | None
    stop_loss_version_id: int | None
    basis: dict[str, Any]


class Roster(NamedTuple):
    """Whom the invoice counted: the enrolments that touch the months from `starts_on` to the billed one."""

    starts_on: date
    rows: Sequence[Enrolment]


@transaction.atomic
def draft_invoice(
    *,
    computed: Invoice,
    terms: InvoiceTerms,
    roster: Roster,
    decisions: Mapping[int, str],
    credit_ids: Collection[int],
    now: datetime,
) -> FundingInvoice:
    """Store the month's draft in place of an earlier draft, set aside the credits that it gives and the decisions that
    it bills (decision -> where it is taxed, nothing: at the situs).

    Raises InvoiceStateError once it has been reviewed.
    """
    invoice = FundingInvoice.objects.select_for_update().filter(month=computed.month).first()
    if invoice is not None and invoice.state != State.DRAFT:
        raise InvoiceStateError(f"Invoice {invoice.number} is {invoice.get_state_display().lower()} already.")
    values = {
        **terms._asdict(),
        "fees_cents": computed.fees_cents,
        "premium_cents": computed.premium_cents,
        "taxes_cents": computed.taxes_cents,
        "claims_cents": computed.claims_cents,
        "credits_cents": computed.credits_cents,
        "total_cents": computed.total_cents,
        "prior_balance_cents": computed.prior_balance_cents,
        "amount_due_cents": computed.amount_due_cents,
        "drafted_at": now,
    }
    invoice, _ = FundingInvoice.objects.update_or_create(month=computed.month, defaults=values)
    must(invoice.state == State.DRAFT, "a draft replaces nothing but a draft")
    invoice.lines.all().delete()
    FundingInvoiceLine.objects.bulk_create(
        FundingInvoiceLine(invoice=invoice, n=n, **line._asdict()) for n, line in enumerate(computed.lines, start=1)
    )
    invoice.decisions.all().delete()
    BilledDecision.objects.bulk_create(
        BilledDecision(decision_id=key, invoice=invoice, place=place) for key, place in sorted(decisions.items())
    )
    rows = [[*row[:3], row.starts_on.isoformat(), row.ends_before.isoformat(), row.person] for row in roster.rows]
    InvoiceRoster.objects.update_or_create(invoice=invoice, defaults={"starts_on": roster.starts_on, "rows": rows})
    Credit.objects.filter(invoice=invoice).exclude(pk__in=credit_ids).update(invoice=None)
    taken = Credit.objects.filter(pk__in=credit_ids, invoice=None).update(invoice=invoice)
    kept = Credit.objects.filter(invoice=invoice).count()
    must(kept == len(credit_ids) and taken <= kept, "a credit stands on one invoice")
    return invoice


@transaction.atomic
def review_invoice(*, invoice_id: int, now: datetime, person_id: int | None = None) -> FundingInvoice:
    """A draft has been looked at. It is not drafted anew from here on."""
    invoice = _locked(invoice_id)
    if invoice.state != State.DRAFT:
        raise InvoiceStateError(f"Invoice {invoice.number} is {invoice.get_state_display().lower()} already.")
    _review(invoice, now, person_id)
    invoice.save(update_fields=["state", "reviewed_at", "reviewed_by_id"])
    return invoice


def _review(invoice: FundingInvoice, now: datetime, person_id: int | None) -> None:
    invoice.state, invoice.reviewed_at, invoice.reviewed_by_id = State.REVIEWED, now, person_id


@transaction.atomic
def approve_invoice(*, invoice_id: int, now: datetime, person_id: int | None = None) -> FundingInvoice:
    """A reviewed invoice may be issued. Up to the agreement's limit one person does both, also in one step.

    Raises SecondPersonError beyond it, InvoiceStateError in another state.
    """
    invoice = _locked(invoice_id)
    if invoice.state == State.DRAFT and not invoice.needs_second_person:
        _review(invoice, now, person_id)
    if invoice.state != State.REVIEWED:
        raise InvoiceStateError(
            f"Invoice {invoice.number} is {invoice.get_state_display().lower()}, not reviewed.",
            remedy="Somebody has to review it first, and another person approves it."
            if invoice.state == State.DRAFT
            else "",
        )
    others = (None, invoice.reviewed_by_id)
    if invoice.needs_second_person and (person_id in others or invoice.reviewed_by_id is None):
        raise SecondPersonError(
            f"{format_amount(invoice.total_cents)} is beyond the {format_amount(invoice.alone_up_to_cents)} that one person"
            " may approve alone."
        )
    invoice.state, invoice.approved_at, invoice.approved_by_id = State.APPROVED, now, person_id
    invoice.save(update_fields=["state", "reviewed_at", "reviewed_by_id", "approved_at", "approved_by_id"])
    return invoice


@transaction.atomic
def return_invoice(*, invoice_id: int) -> FundingInvoice:
    """A reviewed or approved invoice goes back to draft, so that it can be drafted anew."""
    invoice = _locked(invoice_id)
    if invoice.state not in (State.REVIEWED, State.APPROVED):
        raise InvoiceStateError(f"Invoice {invoice.number} is {invoice.get_state_display().lower()}, not approved.")
    invoice.state = State.DRAFT
    invoice.reviewed_at = invoice.reviewed_by_id = invoice.approved_at = invoice.approved_by_id = None
    invoice.save(update_fields=["state", "reviewed_at", "reviewed_by_id", "approved_at", "approved_by_id"])
    return invoice


@transaction.atomic
def finalise_invoice(*, invoice_id: int, due_on: date, now: datetime, person_id: int | None = None) -> FundingInvoice:
    """An approved invoice is issued, to be paid by `due_on`. From then on the database refuses every change of it."""
    invoice = _locked(invoice_id)
    if invoice.state != State.APPROVED:
        raise InvoiceStateError(
            f"Invoice {invoice.number} is {invoice.get_state_display().lower()}, not approved.",
            remedy="Approve the draft first." if invoice.state == State.DRAFT else "",
        )
    invoice.state, invoice.finalised_at, invoice.finalised_by_id = State.FINAL, now, person_id
    invoice.due_on = due_on
    invoice.save(update_fields=["state", "finalised_at", "finalised_by_id", "due_on"])
    return invoice


@transaction.atomic
def record_deposit(
    *,
    purpose: str,
    received_on: date,
    cents: int,
    reference: str,
    now: datetime,
    invoice_id: int | None = None,
    person_id: int | None = None,
) -> tuple[Deposit, bool]:
    """Money that came in, and whether it is new: the same reference with the same facts is recorded once.

    Raises DepositError for an amount that is not positive, and where a known reference comes with other facts.
    """
    if cents <= 0:
        raise DepositError("A deposit is more than nothing.", where="cents", remedy="Give the amount received.")
    if purpose not in Deposit.Purpose.values:
        raise DepositError(f"{purpose!r} is no purpose.", where="purpose", remedy=f"One of {Deposit.Purpose.values}.")
    if not 1 <= len(reference.strip()) <= _LONGEST_REFERENCE:
        raise DepositError("A deposit needs the bank's reference, at most 60 characters.", where="reference")
    if invoice_id is not None and purpose == Deposit.Purpose.SETTLEMENT:
        raise DepositError("A settlement's money pays no invoice.", where="invoice")
    if invoice_id is not None and _locked(invoice_id).state != State.FINAL:
        raise DepositError("The invoice has not been issued.", where="invoice", remedy="Finalise it first.")
    deposit, is_new = Deposit.objects.get_or_create(
        reference=reference.strip(),
        defaults={
            "purpose": purpose,
            "received_on": received_on,
            "cents": cents,
            "invoice_id": invoice_id,
            "recorded_by_id": person_id,
            "recorded_at": now,
        },
    )
    facts = (deposit.purpose, deposit.received_on, deposit.cents, deposit.invoice_id)
    if not is_new and facts != (purpose, received_on, cents, invoice_id):
        raise DepositError(
            f"Reference {reference} is recorded already, with another amount, date or purpose.",
            where="reference",
            remedy="Check the reference.",
        )
    return deposit, is_new


class Correction(NamedTuple):
    """What a correcting credit corrects: a final invoice, and the fee type or premium code that was billed too high."""

    invoice_id: int
    against: str
    code: str


@transaction.atomic
def grant_credit(
    *,
    kind: str,
    cents: int,
    description: str,
    reference: str,
    granted_on: date,
    now: datetime,
    corrects: Correction | None = None,
    person_id: int | None = None,
) -> tuple[Credit, bool]:
    """A credit for the next invoice, and whether it is new: the same reference with the same facts is granted once.

    Raises CreditError for an amount that is not positive, a correction that does not name what it corrects or gives
    back more than was billed, and where a known reference comes with other facts.
    """
    if cents <= 0:
        raise CreditError("A credit is more than nothing.", where="cents", remedy="Give a positive number of cents.")
    if kind not in Credit.Kind.values:
        raise CreditError(f"{kind!r} is no kind of credit.", where="kind", remedy=f"One of {Credit.Kind.values}.")
    if not 1 <= len(reference) <= _LONGEST_REFERENCE or not 1 <= len(description) <= _LONGEST_DESCRIPTION:
        raise CreditError("A credit needs a reference (up to 60 characters) and a description (up to 200).")
    if (kind == Credit.Kind.CORRECTION) != (corrects is not None):
        raise CreditError("A correction, and only that, names the invoice it corrects.", where="corrects")
    facts = {
        "kind": kind,
        "against": corrects.against if corrects else Credit.Against.FUND,
        "code": corrects.code if corrects else kind,
        "cents": cents,
        "corrects_id": corrects.invoice_id if corrects else None,
    }
    known = Credit.objects.filter(reference=reference).first()
    if known is None:
        if corrects is not None:
            _check_correction(corrects, cents)
        said = {"description": description, "granted_on": granted_on, "granted_by_id": person_id, "granted_at": now}
        return Credit.objects.create(reference=reference, **facts, **said), True
    if any(getattr(known, name) != value for name, value in facts.items()):
        raise CreditError(
            f"Reference {reference} is granted already, with another amount or kind.",
            where="reference",
            remedy="Check the reference.",
        )
    return known, False


def _check_correction(corrects: Correction, cents: int) -> None:
    invoice = _locked(corrects.invoice_id)
    if invoice.state != State.FINAL:
        raise CreditError("The invoice is not final.", where="corrects", remedy="Draft it anew instead.")
    billed = invoice.lines.filter(kind=corrects.against, code=corrects.code).aggregate(cents=Sum("cents"))["cents"]
    if billed is None:
        raise CreditError(f"The invoice has no {corrects.against} {corrects.code}.", where="code")
    given = Credit.objects.filter(corrects=invoice, against=corrects.against, code=corrects.code)
    left = billed - (given.aggregate(cents=Sum("cents"))["cents"] or 0)
    if cents > left:
        raise CreditError(
            f"Only {format_amount(max(left, 0))} of it is left to give back.", where="cents", remedy="Grant less."
        )


def _locked(invoice_id: int) -> FundingInvoice:
    invoice = FundingInvoice.objects.select_for_update().filter(pk=invoice_id).first()
    if invoice is None:
        raise NotFoundError("There is no such invoice.")
    return invoice
