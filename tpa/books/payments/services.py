"""Writing payments: a run and what it pays, each decision once; and the steps of a run."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, models

from tpa.books.payments import selectors
from tpa.books.payments.errors import RunStateError
from tpa.books.payments.models import (
    CarriedBalance,
    ClaimPayment,
    PayingTerms,
    Payment,
    PaymentEvent,
    PaymentRun,
)
from tpa.engine.journal.accounts import INTEREST
from tpa.engine.paying import states
from tpa.engine.paying.address import MailingAddress
from tpa.engine.paying.planning import LETTER, WITHHELD, Payee, Plan, Planned
from tpa.infra.copy import copy_rows
from tpa.infra.sequences import next_ids
from tpa.kernel.errors import SecondPersonError

ByLine = Mapping[int, Sequence[tuple[str, int]]]
"""Decision -> (line of coverage, cents)."""
_PAYMENT = (
    "id", "run_id", "payee", "payee_tax_id", "payee_npi", "payee_name", "family_id", "method", "account_id", "terms_id",
    "account_key", "number", "amount_cents", "amounts", "mail_to", "state",
)  # fmt: skip
_CLAIM = ("payment_id", "decision_id", "claim_id", "amount_cents", "interest_cents", "days_late", "is_funded")


class Means(NamedTuple):
    """How money leaves: the terms (None: another party issues it), the accounts of payees, and the addresses for checks."""

    terms: PayingTerms | None
    accounts: Mapping[Payee, int]
    addresses: Mapping[Payee, MailingAddress]

    def method(self, one: Planned) -> tuple[str, int | None]:
        """The method of a payment, and the account that it goes to."""
        if any(carry.code == LETTER for carry in one.carried):
            return states.LETTER, None
        if one.amount_cents == 0:
            return states.ZERO, None
        if self.terms is None:
            return states.ADVICE, None
        account_id = self.accounts.get(one.payee)
        return (states.ACH, account_id) if account_id else (states.CHECK, None)

    def mail_to(self, one: Planned) -> MailingAddress | None:
        """Where a check is mailed to, or a letter where it is known; None for what is not mailed."""
        method, _ = self.method(one)
        if method == states.LETTER:
            return self.addresses.get(one.payee)
        return self.addresses[one.payee] if method == states.CHECK else None

    def unreachable(self, planned: Iterable[Planned]) -> set[Payee]:
        """Payees to whom a check would go and whose address is not known."""
        checks = (one.payee for one in planned if self.method(one)[0] == states.CHECK)
        return {payee for payee in checks if payee not in self.addresses}

    def due_on(self, code: str, day: date) -> date | None:
        """From when on a balance carried on `day` is set off."""
        if code == LETTER:
            return None
        wait_days = self.terms.recoup_after_days if self.terms and code == WITHHELD else 0
        return day + timedelta(days=wait_days)


def propose_run(
    *, run_on: date, started_at: datetime, available_cents: int, plan: Plan, by_line: ByLine, means: Means,
    alone_up_to_cents: int, by_id: int | None,
) -> PaymentRun:  # fmt: skip
    """A run with its payments, all of them proposed. The database refuses a decision that is in a payment already."""
    chosen = [one for payment in plan.payments for one in payment.claims]
    set_off = [one.cents for payment in plan.payments for one in payment.taken]
    run = PaymentRun.objects.create(
        run_on=run_on,
        started_at=started_at,
        available_cents=available_cents,
        paid_count=sum(one.cents > 0 for one in chosen),
        paid_cents=sum(one.amount_cents for one in plan.payments),
        offset_cents=sum(set_off) - sum(one.total_cents for one in chosen if one.total_cents < 0),
        held_count=len(plan.held),
        held_cents=sum(one.total_cents for one in plan.held),
        unmailed_count=len(plan.unmailed),
        unmailed_cents=sum(one.total_cents for one in plan.unmailed),
        alone_up_to_cents=alone_up_to_cents,
        proposed_by_id=by_id,
    )
    write_payments(run=run, on=run_on, planned=plan.payments, by_line=by_line, means=means)
    return run


def write_payments(
    *, run: PaymentRun | None, on: date, planned: Sequence[Planned], by_line: ByLine, means: Means
) -> list[int]:
    """Proposed payments with their claims and balances; their keys. Four statements, however many there are."""
    keys = next_ids(Payment, len(planned))
    rows, claims, carried = [], [], []
    taken: dict[int, int] = {}
    for payment_id, one in zip(keys, planned, strict=True):
        rows.append((payment_id, run.pk if run else None, *_row(one, by_line, means), "proposed"))
        claims += [
            (payment_id, c.decision_id, c.claim_id, c.cents, c.interest_cents, c.days_late, c.is_funded)
            for c in one.claims
        ]
        carried += [
            (payment_id, carry.code, carry.claim_id, carry.cents, means.due_on(carry.code, on), "")
            for carry in one.carried
        ]
        taken |= {balance.balance_id: payment_id for balance in one.taken}
    copy_rows(Payment._meta.db_table, _PAYMENT, rows)
    _copy(ClaimPayment, _CLAIM, claims)
    _copy(CarriedBalance, ("payment_id", "code", "claim_id", "cents", "due_on", "refund_reference"), carried)
    _set_taken(taken)
    return keys


def _row(one: Planned, by_line: ByLine, means: Means) -> tuple[Any, ...]:
    method, account_id = means.method(one)
    payee, terms, mail_to = one.payee, means.terms, means.mail_to(one)
    return (
        payee.kind, payee.tax_id, one.npi, one.name[:120], payee.family_id, method, account_id,
        terms.pk if terms else None, terms.account_key if terms else "", "", one.amount_cents,
        json.dumps(_amounts(one, by_line)), json.dumps(mail_to._asdict()) if mail_to else None,
    )  # fmt: skip


def _amounts(one: Planned, by_line: ByLine) -> list[tuple[str, int]]:
    """The payment by line of coverage, interest by its name; what is carried on, less what is taken, under no line."""
    sums = {"": sum(carry.cents for carry in one.carried) - sum(balance.cents for balance in one.taken)}
    sums[INTEREST] = sum(claim.interest_cents for claim in one.claims)
    for claim in one.claims:
        for line, cents in by_line.get(claim.decision_id, ()):
            sums[line] = sums.get(line, 0) + cents
    return sorted((line, cents) for line, cents in sums.items() if cents)


def _copy(model: type[models.Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    keys = next_ids(model, len(rows))
    copy_rows(model._meta.db_table, ("id", *columns), [(key, *row) for key, row in zip(keys, rows, strict=True)])


def _set_taken(taken: Mapping[int, int]) -> None:
    """Balance -> the payment that takes it. The row's own rule refuses one that was sent back meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payments_carriedbalance b SET taken_by_id = t.payment_id"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS t (id, payment_id) WHERE b.id = t.id AND b.taken_by_id IS NULL",
            [list(taken), list(taken.values())],
        )


def tell_refunds(issued: Sequence[Payment]) -> None:
    """Balances that earlier remittances told of and payees have sent back since: the payee's next one acknowledges it."""
    first = {one.payee_tax_id: one.pk for one in reversed(issued)}
    waiting = CarriedBalance.objects.filter(
        refunded_on__isnull=False, told_by=None, payment__terms__isnull=False, payment__payee=Payment.Payee.PROVIDER,
        payment__payee_tax_id__in=list(first),
    ).exclude(code=LETTER)  # fmt: skip
    for one in waiting.select_related("payment"):
        one.told_by_id = first[one.payment.payee_tax_id]
        one.save(update_fields=["told_by_id"])


def locked_run(run_id: int, *expected: str) -> PaymentRun:
    """The run, locked, in one of these states. Raises NotFoundError, RunStateError."""
    selectors.run(run_id)
    run = PaymentRun.objects.select_for_update().get(pk=run_id)
    if run.state not in expected:
        raise RunStateError(f"The run is {run.state}.")
    return run


def approve_run(*, run: PaymentRun, by_id: int | None, now: datetime) -> PaymentRun:
    """Another person has looked at the run; a small one may be approved by anybody. Raises SecondPersonError."""
    if run.needs_second_person:
        _require_another(by_id, run.proposed_by_id, "A run of this size is not approved by who proposed it.")
    run.state, run.approved_by_id, run.approved_at = PaymentRun.State.APPROVED, by_id, now
    run.save(update_fields=["state", "approved_by_id", "approved_at"])
    return run


def release_run(*, run: PaymentRun, by_id: int | None, now: datetime) -> PaymentRun:
    """The run's money may leave. Raises RunStateError, SecondPersonError."""
    if run.needs_second_person:
        if run.state != PaymentRun.State.APPROVED:
            raise RunStateError("A run of this size is approved before it is released.", remedy="Approve it first.")
        said = "A run of this size is not released by who proposed it."
        _require_another(by_id, run.proposed_by_id or run.approved_by_id, said)
    run.state, run.released_by_id, run.released_at = PaymentRun.State.RELEASED, by_id, now
    run.save(update_fields=["state", "released_by_id", "released_at"])
    return run


def _require_another(by_id: int | None, maker_id: int | None, said: str) -> None:
    if by_id is None or by_id == maker_id:
        raise SecondPersonError(said)


def cancel_run(*, run: PaymentRun, by_id: int | None, on: date, now: datetime, note: str) -> PaymentRun:
    """Nothing of the run is paid; its claims and the balances that it took are free for the next one."""
    run.state, run.ended_note = PaymentRun.State.CANCELLED, note
    run.save(update_fields=["state", "ended_note"])
    ids = list(run.payments.values_list("pk", flat=True))
    move_payments(payment_ids=ids, state="cancelled", on=on, now=now, by_id=by_id, note=note)
    ClaimPayment.objects.filter(payment_id__in=ids).update(voided_on=on)
    CarriedBalance.objects.filter(taken_by_id__in=ids).update(taken_by=None)
    return run


def issue_payments(*, numbers: Mapping[int, str], on: date, now: datetime, by_id: int | None) -> None:
    """Payment -> its number: they are issued on that day. Three statements."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payments_payment p SET number = n.number, state = 'issued', issued_on = %s"
            " FROM unnest(%s::bigint[], %s::text[]) AS n (id, number) WHERE p.id = n.id",
            [on, list(numbers), list(numbers.values())],
        )
    ClaimPayment.objects.filter(payment_id__in=list(numbers)).update(issued_on=on)
    add_events(payment_ids=numbers, kind="issued", on=on, now=now, by_id=by_id)


def move_payments(
    *, payment_ids: Sequence[int], state: str, on: date, now: datetime, by_id: int | None, note: str = ""
) -> None:
    """Take payments into a state, with an event each. Whether they may be, the caller has asked."""
    Payment.objects.filter(pk__in=payment_ids).update(state=state)
    add_events(payment_ids=payment_ids, kind=state, on=on, now=now, by_id=by_id, note=note)


def add_events(
    *, payment_ids: Iterable[int], kind: str, on: date, now: datetime, by_id: int | None, note: str = ""
) -> None:
    """The same step of several payments, noted. One statement, with its keys two."""
    rows = [(payment_id, kind, on, now, by_id, note[:200]) for payment_id in payment_ids]
    _copy(PaymentEvent, ("payment_id", "kind", "on", "recorded_at", "by_id", "note"), rows)


def numbers_for(payments: Iterable[Payment], terms: PayingTerms | None) -> Iterator[tuple[int, str]]:
    """(payment, number): checks count on, a transfer has its trace, what moves no money of ours a number of its own."""
    check = selectors.next_check_number(terms) if terms else 0
    for payment in payments:
        if payment.method == states.CHECK:
            yield payment.pk, str(check)
            check += 1
        elif payment.method == states.ACH and terms is not None:
            yield payment.pk, f"{terms.routing_number[:8]}{payment.pk % 10**7:07d}"
        else:
            yield payment.pk, f"N{payment.pk:09d}"
