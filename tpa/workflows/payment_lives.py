"""What becomes of an issued payment: cleared by the bank, voided, issued anew, stale, given up, sent back.

Each step is an event of the payment and an entry of the ledger in one transaction, inside employer_scope.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from django.db import transaction

from tenants.scope import desk_scope
from tpa.books.ledger import services as ledger_services
from tpa.books.payments import selectors, services
from tpa.books.payments.errors import RunOvertakenError, RunStateError
from tpa.books.payments.models import CarriedBalance, ClaimPayment, Payment, Prenote
from tpa.books.providers import payee_accounts
from tpa.engine.journal.accounts import INTEREST
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.entry import Amount, Entry
from tpa.engine.journal.recipes.payment_cleared import PaymentCleared
from tpa.engine.journal.recipes.payment_escheated import PaymentEscheated
from tpa.engine.journal.recipes.payment_reissued import PaymentReissued
from tpa.engine.journal.recipes.payment_returned import PaymentReturned
from tpa.engine.journal.recipes.payment_voided import PaymentVoided
from tpa.engine.paying import states
from tpa.engine.paying.address import MailingAddress
from tpa.engine.paying.nacha import Returned, read_returns
from tpa.infra import clock, locks
from tpa.infra.employers import open_employer
from tpa.kernel.errors import DomainError, SecondPersonError
from tpa.workflows.forfeitures import forfeit
from tpa.workflows.payee_addresses import mailing_addresses
from tpa.workflows.payment_files import write_change_files, write_stops

ACCOUNT_IS_WRONG = frozenset({"R02", "R03", "R04", "R13", "R16", "R20"})
"""Return reasons after which no more money goes to the account: closed, not found, invalid, frozen, no such kind."""


class Item(NamedTuple):
    """A payment as the bank has paid it: its number (check number or trace), cents above zero, and the day."""

    number: str
    cents: int
    on: date


class Matched(NamedTuple):
    """What became of an item of the bank. Only `cleared` changed anything; the others wait for a person.

    `unknown`: no payment has the number. `amount`: the bank paid another amount. `state`: the payment is not outstanding
    (voided, replaced, given up). `again`: it was cleared before, by the same item perhaps.
    """

    item: Item
    outcome: Literal["cleared", "again", "unknown", "amount", "state"]
    payment_id: int | None = None


@transaction.atomic
def clear_payments(*, items: Sequence[Item], person_id: int | None = None) -> list[Matched]:
    """Match what the bank has paid with outstanding payments, by number and amount, and book it; in the items' order."""
    open_employer()
    locks.lock("payment_run")
    now = clock.now()
    numbered: dict[str, Payment] = {}
    for one in (
        Payment.objects.filter(number__in=[item.number for item in items]).exclude(state="proposed").order_by("id")
    ):
        numbered[one.number] = one
    found, entries, cleared = [], list[Entry](), dict[date, list[int]]()
    done: set[int] = set()
    for item in items:
        payment = numbered.get(item.number)
        outcome = _outcome(item, payment, done)
        found.append(Matched(item, outcome, payment.pk if payment else None))
        if outcome == "cleared" and payment is not None:
            done.add(payment.pk)
            cleared.setdefault(item.on, []).append(payment.pk)
            entries.append(entry_for(PaymentCleared(payment.pk, item.on, _amounts(payment))))
    for day, ids in cleared.items():
        services.move_payments(payment_ids=ids, state="cleared", on=day, now=now, by_id=person_id)
    ledger_services.post_entries(entries=entries, recorded_at=now)
    return found


def _outcome(
    item: Item, payment: Payment | None, done: set[int]
) -> Literal["cleared", "again", "unknown", "amount", "state"]:
    if payment is None:
        return "unknown"
    if payment.state == "cleared" or payment.pk in done:
        return "again"
    if not states.may_become(payment.state, "cleared", payment.method):
        return "state"
    return "cleared" if payment.amount_cents == item.cents else "amount"


@transaction.atomic
def mail_payments(*, payment_ids: Sequence[int], person_id: int | None) -> int:
    """Checks go into the mail; how many there were. Those that are mailed already are passed over."""
    employer = open_employer()
    ready = list(
        Payment.objects.filter(pk__in=payment_ids, state="issued", method=states.CHECK).values_list("pk", flat=True)
    )
    services.move_payments(
        payment_ids=ready, state="mailed", on=clock.today(employer.time_zone), now=clock.now(), by_id=person_id
    )
    return len(ready)


@transaction.atomic
def void_payment(*, payment_id: int, person_id: int | None, reason: str) -> Payment:
    """The payment is stopped; its claims are to be paid again, and what it had set off is owed again.

    Raises NotFoundError, RunStateError, RunOvertakenError where a later payment has set off what was taken back of it.
    """
    payment, today = _locked(payment_id, "void", reason)
    first = selectors.first_issue(payment)
    claims = list(first.claims.filter(voided_on=None))
    back = selectors.taken_back(first.pk)
    for taken in back.values():
        if taken.payment_id is not None and taken.payment_id != first.pk:
            raise RunOvertakenError(
                "A claim of it was taken back, and a later payment has set that off.", remedy="Issue it anew instead."
            )
    if first.carried.exclude(taken_by=None, refunded_on=None).exists():
        raise RunOvertakenError("What it carried on was recovered already.", remedy="Issue it anew instead.")
    by_line = selectors.amounts_by_line([one.decision_id for one in claims])
    parts: dict[str, dict[str, int]] = {"owed": {}, "gone": {}, "offset": {}}
    for one in claims:
        kind = "offset" if one.amount_cents < 0 else "gone" if one.pk in back else "owed"
        for line, cents in by_line.get(one.decision_id, ()):
            parts[kind][line] = parts[kind].get(line, 0) + abs(cents)
    moved = sum(one.cents for one in first.taken.all()) - sum(one.cents for one in first.carried.all())
    parts["offset"][""] = moved
    parts["interest"] = {INTEREST: sum(one.interest_cents for one in claims)}
    facts = {kind: tuple(Amount(line, cents) for line, cents in sums.items()) for kind, sums in parts.items()}
    _step(payment, "void", today, person_id, reason, entry_for(PaymentVoided(payment.pk, today, **facts)))
    ClaimPayment.objects.filter(pk__in=[one.pk for one in claims]).update(voided_on=today)
    CarriedBalance.objects.filter(taken_by=first).update(taken_by=None)
    write_change_files(stopped=payment)
    return payment


@transaction.atomic
def reissue_payment(*, payment_id: int, person_id: int | None, reason: str, by_check: bool = False) -> Payment:
    """Another payment takes its place, by the payee's account as it is now or by check; the claims stay paid.

    A check goes to the payee's address as it is now. Raises NotFoundError, RunStateError, DomainError where none is
    known; SecondPersonError beyond the limit of one person for who released it.
    """
    payment, today = _locked(payment_id, "reissued", reason)
    _require_another(payment, person_id)
    terms = selectors.terms()
    account_id = None if by_check else payee_accounts.usable_accounts(today).get(selectors.payee_of(payment))
    method = states.ADVICE if terms is None else states.ACH if account_id else states.CHECK
    copied = ("payee", "payee_tax_id", "payee_npi", "payee_name", "family_id", "amount_cents", "amounts")
    new = Payment.objects.create(
        **{name: getattr(payment, name) for name in copied},
        method=method,
        account_id=account_id if method == states.ACH else None,
        mail_to=_mail_to(payment, today)._asdict() if method == states.CHECK else None,
        terms=terms,
        account_key=terms.account_key if terms else "",
        reissue_of=payment,
    )
    _step(
        payment, "reissued", today, person_id, reason, entry_for(PaymentReissued(payment.pk, today, _amounts(payment)))
    )
    numbers = dict(services.numbers_for([new], terms))
    services.issue_payments(numbers=numbers, on=today, now=clock.now(), by_id=person_id)
    new.refresh_from_db()
    write_change_files(stopped=payment, new=new)
    return new


def _mail_to(payment: Payment, today: date) -> MailingAddress:
    payee = selectors.payee_of(payment)
    known, missing = mailing_addresses([payee], today)
    if payee not in known:
        raise DomainError(
            missing[payee], where="payee", remedy="Enter the payee's address first; another person approves it."
        )
    return known[payee]


def _require_another(payment: Payment, person_id: int | None) -> None:
    """A payment that is too large for one person leaves anew by another person than who released it."""
    run = selectors.first_issue(payment).run
    if run is not None and payment.amount_cents > run.alone_up_to_cents and person_id in (None, run.released_by_id):
        raise SecondPersonError("A payment of this size is not issued anew by who released it.")


@transaction.atomic
def return_transfer(*, number: str, code: str, on: date, person_id: int | None = None) -> Payment:
    """The bank sends a transfer back (R01 ...): the payment is open again; an account that is wrong is used no more.

    Raises DomainError for a trace that is no transfer's, RunStateError where it is not outstanding or paid.
    """
    found = Payment.objects.filter(number=number, method=states.ACH).first()
    if found is None:
        raise DomainError(f"No transfer has the trace {number!r}.", where="number")
    payment, _ = _locked(found.pk, "returned", code)
    amounts = _amounts(payment) if payment.state == "cleared" else ()
    _step(payment, "returned", on, person_id, code, entry_for(PaymentReturned(payment.pk, on, amounts)))
    if code in ACCOUNT_IS_WRONG and payment.account_id is not None:
        _refuse(payment.account_id, code, on)
    return payment


def _refuse(account_id: int, code: str, on: date) -> None:
    with desk_scope():
        payee_accounts.refuse_returned(account_ids=[account_id], note=f"Returned {code} on {on}")


class ReturnTaken(NamedTuple):
    """What became of a returned entry. `reopened`: the payment is. `refused`: its account is not used any more, because a
    prenote came back, or the bank tells of another account (it has paid, and the account is to be entered anew).

    `unknown`: no transfer has the trace and amount. `state`: it came back before, perhaps.
    """

    returned: Returned
    outcome: Literal["reopened", "refused", "unknown", "state"]
    payment_id: int | None = None


@transaction.atomic
def take_returns(*, content: bytes, person_id: int | None = None) -> list[ReturnTaken]:
    """Reopen the payments of a return file from the bank, in its order. The same file again changes nothing.

    Raises AchError with the record that cannot be read; then nothing is reopened.
    """
    employer = open_employer()
    today = clock.today(employer.time_zone)
    return [_taken(one, today, person_id) for one in read_returns(content)]


def _taken(one: Returned, today: date, person_id: int | None) -> ReturnTaken:
    if one.corrected or one.code.startswith("C"):
        return _changed(one, today)
    if not one.cents:
        prenote = Prenote.objects.filter(trace=one.trace).first()
        if prenote is None:
            return ReturnTaken(one, "unknown")
        _refuse(prenote.account_id, one.code, today)
        return ReturnTaken(one, "refused")
    payment = Payment.objects.filter(number=one.trace, method=states.ACH, amount_cents=one.cents).first()
    if payment is None:
        return ReturnTaken(one, "unknown")
    if not states.may_become(payment.state, "returned", payment.method):
        return ReturnTaken(one, "state", payment.pk)
    return_transfer(number=one.trace, code=one.code, on=today, person_id=person_id)
    return ReturnTaken(one, "reopened", payment.pk)


def _changed(one: Returned, today: date) -> ReturnTaken:
    """A notification of change: money goes by check until another person has approved what the bank says."""
    payment = Payment.objects.filter(number=one.trace, method=states.ACH).first()
    prenote = Prenote.objects.filter(trace=one.trace).first()
    account_id = payment.account_id if payment else prenote.account_id if prenote else None
    if account_id is None:
        return ReturnTaken(one, "unknown")
    with desk_scope():
        payee_accounts.refuse_returned(account_ids=[account_id], note=f"{one.code} on {today}: {one.corrected}")
    return ReturnTaken(one, "refused", payment.pk if payment else None)


@transaction.atomic
def age_payments() -> tuple[int, int]:
    """By the paying terms: checks grow stale, stale ones are given up to the plan or the state. (stale, given up)."""
    employer, terms = open_employer(), selectors.terms()
    if terms is None:
        return 0, 0
    locks.lock("payment_run")
    now, today = clock.now(), clock.today(employer.time_zone)
    checks = Payment.objects.filter(method=states.CHECK)
    old = checks.filter(state__in=("issued", "mailed"), issued_on__lte=today - timedelta(days=terms.stale_after_days))
    stale = list(old.values_list("pk", flat=True))
    services.move_payments(payment_ids=stale, state="stale", on=today, now=now, by_id=None)
    lost = list(checks.filter(state="stale", issued_on__lte=today - timedelta(days=terms.unclaimed_after_days)))
    to: Literal["plan", "state"] = "plan" if terms.unclaimed_to == "plan" else "state"
    ids = [one.pk for one in lost]
    services.move_payments(payment_ids=ids, state="escheated", on=today, now=now, by_id=None, note=f"to the {to}")
    entries = [entry_for(PaymentEscheated(one.pk, today, to, _amounts(one))) for one in lost]
    ledger_services.post_entries(entries=entries, recorded_at=now)
    write_stops(list(checks.filter(pk__in=ids).select_related("terms").order_by("id")))
    if to == "plan":
        forfeit(lost, on=today)
    return len(stale), len(lost)


def _locked(payment_id: int, new: str, reason: str) -> tuple[Payment, date]:
    """The payment, locked, if it may go there, and today. Raises NotFoundError, RunStateError, DomainError."""
    employer = open_employer()
    locks.lock("payment_run")
    selectors.payment(payment_id)
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    if not reason.strip():
        raise DomainError("A reason is needed.", where="reason", remedy="Say why.")
    if not states.may_become(payment.state, new, payment.method):
        raise RunStateError(f"The payment is {payment.state} ({payment.get_method_display().lower()}).")
    return payment, clock.today(employer.time_zone)


def _step(payment: Payment, state: str, on: date, person_id: int | None, note: str, entry: Entry) -> None:
    now = clock.now()
    services.move_payments(payment_ids=[payment.pk], state=state, on=on, now=now, by_id=person_id, note=note)
    ledger_services.post_entries(entries=[entry], recorded_at=now)
    payment.state = state


def _amounts(payment: Payment) -> tuple[Amount, ...]:
    return tuple(Amount(line, cents) for line, cents in payment.amounts)
