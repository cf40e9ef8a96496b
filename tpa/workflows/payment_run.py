"""The payment run: decided claims are paid, oldest first, as far as the employer's money is there.

Fees and premium of final invoices go first; what is in the fund for them is not spent on claims. An agreement may say
that payments leave before the money has come (`pay_before_funded`); then nothing is held. A run is proposed, approved
and released. Up to the limit of the paying terms one person, or the clock, does all three; a larger one takes two persons.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from django.conf import settings
from django.db import transaction

from tpa.books.agreements import selectors as agreements
from tpa.books.agreements.models import AsoAgreement
from tpa.books.events.services import announce
from tpa.books.ledger import selectors as ledger
from tpa.books.ledger import services as ledger_services
from tpa.books.payments import selectors, services
from tpa.books.payments.errors import OpenRunError, RunOvertakenError
from tpa.books.payments.models import ClaimPayment, Payment, PaymentRun
from tpa.books.payments.services import Means
from tpa.books.providers import payee_accounts
from tpa.engine.funding.terms import Model
from tpa.engine.journal.accounts import EMPLOYER_DEPOSITS, FEE_PAYABLE, PREMIUM_PAYABLE
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.entry import Amount, Entry
from tpa.engine.journal.recipes.balances_moved import BalancesMoved
from tpa.engine.journal.recipes.claim_paid import ClaimPaid
from tpa.engine.journal.recipes.funded import Funded
from tpa.engine.journal.recipes.interest_paid import InterestPaid
from tpa.engine.journal.recipes.overpayment_offset import OverpaymentOffset
from tpa.engine.paying import states
from tpa.engine.paying.planning import Payable, Payee, Plan, plan_payments
from tpa.infra import clock, locks
from tpa.infra.employers import open_employer
from tpa.kernel.errors import must
from tpa.kernel.ids import public_id
from tpa.workflows import payment_files
from tpa.workflows.fixed_costs import send_fixed_costs
from tpa.workflows.late_interest import interest_due, with_interest
from tpa.workflows.payee_addresses import mailing_addresses


@transaction.atomic
def run_payments(*, person_id: int | None = None) -> PaymentRun | None:
    """Propose what may be paid and release it where one may do so alone, in one transaction; None where nothing is owed.

    A run that needs a second person stays proposed. Run twice, it pays once. Raises OpenRunError.
    """
    run = propose_payments(person_id=person_id)
    if run is None or run.needs_second_person:
        return run
    return release_payments(run_id=run.pk, person_id=person_id)


@transaction.atomic
def propose_payments(*, person_id: int | None) -> PaymentRun | None:
    """A run of what may be paid today, inside employer_scope; None where nothing waits. Raises OpenRunError."""
    employer = open_employer()
    locks.lock("payment_run")
    now, today = clock.now(), clock.today(employer.time_zone)
    if (open_run := selectors.open_run()) is not None:
        raise OpenRunError(f"{public_id('run', employer.pk, open_run.pk)} is {open_run.state}.")
    send_fixed_costs(on=today)
    waiting = with_interest(selectors.payables(), agreements.late_payment_on(employer.pk, today), on=today)
    if not waiting:
        return None
    terms = selectors.terms()
    available = available_cents()
    addresses, _ = mailing_addresses({one.payee for one in waiting}, today)
    means = Means(terms, payee_accounts.usable_accounts(today), addresses)
    plan = _reachable(waiting, means, today, None if _advances(employer.pk, today) else available)
    return services.propose_run(
        run_on=today,
        started_at=now,
        available_cents=available,
        plan=plan,
        by_line=selectors.amounts_by_line([one.decision_id for payment in plan.payments for one in payment.claims]),
        means=means,
        alone_up_to_cents=terms.alone_up_to_cents if terms else settings.PAY_ALONE_UP_TO_CENTS,
        by_id=person_id,
    )


def _reachable(waiting: Sequence[Payable], means: Means, today: date, available: int | None) -> Plan:
    """What is paid today; whoever would get a check and has no address waits, and keeps no money from the others."""
    unreachable = set[Payee]()
    plan = planned_payments(waiting, today, available)
    while more := means.unreachable(plan.payments):
        unreachable |= more
        plan = planned_payments([one for one in waiting if one.payee not in unreachable], today, available)
    return plan._replace(unmailed=tuple([one for one in waiting if one.payee in unreachable]))


def planned_payments(waiting: Sequence[Payable], today: date, available: int | None) -> Plan:
    """What of this a run would pay today, to whom, and what it would hold; `available` in cents, None: whatever is there."""
    terms = selectors.terms()
    return plan_payments(
        waiting,
        selectors.balances_due(today),
        available_cents=available,
        wait_days=terms.recoup_after_days if terms else 0,
    )


@transaction.atomic
def approve_payments(*, run_id: int, person_id: int | None) -> PaymentRun:
    """Somebody has looked at the run. Raises NotFoundError, RunStateError, SecondPersonError."""
    open_employer()
    run = services.locked_run(run_id, "proposed")
    return services.approve_run(run=run, by_id=person_id, now=clock.now())


@transaction.atomic
def cancel_payments(*, run_id: int, person_id: int | None, note: str) -> PaymentRun:
    """The run is given up; the next one starts from what waits then. Raises NotFoundError, RunStateError."""
    employer = open_employer()
    locks.lock("payment_run")
    run = services.locked_run(run_id, "proposed", "approved")
    return services.cancel_run(
        run=run, by_id=person_id, on=clock.today(employer.time_zone), now=clock.now(), note=note.strip()
    )


@transaction.atomic
def release_payments(*, run_id: int, person_id: int | None) -> PaymentRun:
    """The run's payments are issued and booked.

    Raises NotFoundError, RunStateError, SecondPersonError, and RunOvertakenError where a claim was corrected since, the
    interest on late claims has grown, a payee's account or address is no longer used, or the money is no longer there.
    """
    employer = open_employer()
    locks.lock("payment_run")
    now, today = clock.now(), clock.today(employer.time_zone)
    run = services.locked_run(run_id, "proposed", "approved")
    corrected = selectors.corrected_among(run.pk)
    if corrected:
        names = ", ".join(public_id("clm", employer.pk, claim_id) for claim_id in corrected[:5])
        raise RunOvertakenError(f"Corrected since the run was proposed: {names}.")
    run = services.release_run(run=run, by_id=person_id, now=now)
    payments = list(run.payments.order_by("id").select_related("terms"))
    if today != run.run_on:
        _require_interest(employer.pk, payments, today)
    _require_accounts(payments, today)
    _require_money(employer.pk, today, payments)
    issue(payments, on=today, person_id=person_id)
    payment_files.write_files(run)
    told = {"run": public_id("run", employer.pk, run.pk), "released_on": today.isoformat()}
    announce("payments.run", told | {"paid_count": run.paid_count, "paid_cents": run.paid_cents})
    return run


def _require_interest(employer_id: int, payments: Sequence[Payment], today: date) -> None:
    """Interest runs to the day on which the money leaves: what was approved is paid to the cent, or nothing is."""
    sums: dict[int, int] = {}
    kept: dict[int, int] = {}
    for one in ClaimPayment.objects.filter(payment__in=payments):
        sums[one.claim_id] = sums.get(one.claim_id, 0) + one.amount_cents
        kept[one.claim_id] = kept.get(one.claim_id, 0) + one.interest_cents
    promise = agreements.late_payment_on(employer_id, today)
    due = {claim_id: found.cents for claim_id, found in interest_due(sums, promise, on=today).items()}
    if due != {claim_id: cents for claim_id, cents in kept.items() if cents}:
        raise RunOvertakenError(
            "The interest on claims that are paid late has grown since the run was proposed.",
            remedy="Cancel the run, propose it anew and release it the same day.",
        )


def _require_accounts(payments: Sequence[Payment], today: date) -> None:
    """The bank may have sent something back of an account since, the payee's other account waits, or it has moved."""
    usable = payee_accounts.usable_accounts(today)
    gone = [
        one.payee_name or one.payee_tax_id
        for one in payments
        if one.account_id is not None and usable.get(selectors.payee_of(one)) != one.account_id
    ]
    if gone:
        names = ", ".join(gone[:5])
        raise RunOvertakenError(f"No money goes to the account any more that the run would send it to: {names}.")
    checks = [one for one in payments if one.method == states.CHECK]
    known, _ = mailing_addresses({selectors.payee_of(one) for one in checks}, today)
    moved = [one.payee_name or one.payee_tax_id for one in checks if known.get(selectors.payee_of(one)) != one.address]
    if moved:
        names = ", ".join(moved[:5])
        raise RunOvertakenError(f"Checks no longer go to the address that the run would send them to: {names}.")


def _require_money(employer_id: int, today: date, payments: Sequence[Payment]) -> None:
    fresh = ClaimPayment.objects.filter(payment__in=payments, is_funded=True).values_list("amount_cents", flat=True)
    needed = sum(payment.amount_cents for payment in payments) - sum(fresh)
    if needed > available_cents() and not _advances(employer_id, today):
        raise RunOvertakenError("The deposits no longer cover the run.")


def issue(payments: Sequence[Payment], *, on: date, person_id: int | None) -> None:
    """Number the proposed payments, issue and book them. The caller's transaction, under the lock of the run."""
    now = clock.now()
    terms = next((payment.terms for payment in payments if payment.terms_id), None)
    services.issue_payments(numbers=dict(services.numbers_for(payments, terms)), on=on, now=now, by_id=person_id)
    claims = list(ClaimPayment.objects.filter(payment__in=payments).order_by("id"))
    amounts = selectors.amounts_by_line([one.decision_id for one in claims])
    entries: list[Entry] = []
    for one in claims:
        by_line = tuple(Amount(line, cents) for line, cents in amounts.get(one.decision_id, ()))
        must(
            sum(cents for _, cents in by_line) == one.amount_cents,
            f"claim payment {one.pk} is not the sum of its lines",
        )
        entries += _booked(one, by_line, on)
    for payment in Payment.objects.filter(pk__in=[one.pk for one in payments]).prefetch_related("carried", "taken"):
        carried, taken = (sum(one.cents for one in rows.all()) for rows in (payment.carried, payment.taken))
        if carried or taken:
            entries.append(entry_for(BalancesMoved(payment.pk, on, carried, taken)))
    ledger_services.post_entries(entries=entries, recorded_at=now)


def _booked(one: ClaimPayment, by_line: tuple[Amount, ...], on: date) -> Iterator[Entry]:
    if one.amount_cents < 0:
        back = tuple(Amount(line, -cents) for line, cents in by_line)
        yield entry_for(OverpaymentOffset(one.pk, on, back))
    elif one.amount_cents:
        if not one.is_funded:
            yield entry_for(Funded(one.decision_id, on, by_line))
        yield entry_for(ClaimPaid(one.pk, on, by_line))
    if one.interest_cents:
        yield entry_for(InterestPaid(one.pk, on, one.interest_cents))


def _advances(employer_id: int, day: date) -> bool:
    return advances(agreements.governing_agreement(employer_id, day))


def advances(agreement: AsoAgreement) -> bool:
    """Whether payments leave before the money has come: the agreement says so, or is drawn on as checks clear."""
    return agreement.pay_before_funded or agreement.funding_model == Model.AS_CLEARED


def available_cents() -> int:
    """The employer's deposits that are free for claims: what fees and premium still owe is set aside."""
    return max(0, free_cents())


def free_cents() -> int:
    """The same, below zero where more was spent than came. One query."""
    held = {row.account.code: -row.balance_cents for row in ledger.trial_balance()}
    return held[EMPLOYER_DEPOSITS] - max(0, held[FEE_PAYABLE] + held[PREMIUM_PAYABLE])
