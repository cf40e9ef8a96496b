"""What an employer is asked for: computed from the books by the agreement's model, approved, answered by deposits, released.

    standing = funding_standing()                              # what would be asked for now, and what is at risk
    request = prepare_request(person_id=7)                     # its figures stay
    ask_employer(request_id=request.pk, person_id=7)           # the employer sees it
    receive_deposit(...)                                       # matched; the last cent of it makes the request received
    release_request(request_id=request.pk, person_id=7)        # what it is for is paid; per run that happens on receipt

Everything happens inside `employer_scope`, each step in one transaction.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.db.models import Min

from tpa.books.agreements import selectors as agreements
from tpa.books.agreements.selectors import StopLossInForce
from tpa.books.claims.models import DecisionLine
from tpa.books.funding import requests
from tpa.books.funding import selectors as funding
from tpa.books.funding.errors import NothingToAskFor
from tpa.books.funding.models import Deposit
from tpa.books.funding.request_models import FundingRequest
from tpa.books.ledger import selectors as ledger
from tpa.books.members import selectors as members
from tpa.books.payments import selectors as payments
from tpa.engine.adjudication.interest import parse_promise
from tpa.engine.billing.census import Census
from tpa.engine.funding.request import Account, Alert, Request, Waiting, alert_on, request_for
from tpa.engine.funding.terms import FundingTerms, Model, parse_terms
from tpa.engine.journal.accounts import CASH
from tpa.engine.stoploss.contract import Contract
from tpa.infra import clock, locks, work_items
from tpa.infra.employers import bound_employer, open_employer
from tpa.kernel.errors import ConflictError
from tpa.kernel.periods import Span, month_of, months_in
from tpa.workflows.late_interest import with_interest
from tpa.workflows.payment_run import advances, free_cents, planned_payments, run_payments

WORK, RISK, QUEUE = "funding_request", "funding_risk", "funding"
"""Kinds and queue: money that is waited for too long, and held claims that stop-loss may not reimburse any more."""


class AtRisk(NamedTuple):
    """Held claims under one stop-loss contract: its number, the last day that it takes payments on, and the alert."""

    contract_number: str
    paid_by: date
    held_cents: int
    alert: Alert


class Standing(NamedTuple):
    """What would be asked for today, by which terms, and the held claims of each stop-loss contract, the nearest first."""

    terms: FundingTerms
    request: Request
    outstanding_cents: int
    risks: list[AtRisk]

    @property
    def at_risk_cents(self) -> int:
        """What of the held money the carriers may not reimburse any more."""
        return sum(one.alert.at_risk_cents for one in self.risks)


def funding_standing() -> Standing:
    """How the bound employer's account stands. Raises NothingAgreedError without an agreement."""
    employer = bound_employer()
    today = clock.today(employer.time_zone)
    return _standing(employer.pk, today)


def _standing(employer_id: int, today: date) -> Standing:
    agreement = agreements.governing_agreement(employer_id, today)
    terms = parse_terms(agreement.funding_model, agreement.funding_terms)
    promise = parse_promise(agreement.late_payment_terms)
    candidates = with_interest(payments.payables(), promise, on=today)
    free = free_cents()
    held = planned_payments(candidates, today, None if advances(agreement) else max(0, free)).held
    account = _account(terms, agreement.starts_on, today, [max(0, one.total_cents) for one in candidates], free)
    account = replace(account, held_cents=[one.total_cents for one in held])
    computed = request_for(terms, account)
    risks = _risks(employer_id, today, terms, {one.decision_id: one.cents for one in held})
    return Standing(terms, computed, account.outstanding_cents, risks)


def _account(terms: FundingTerms, starts_on: date, today: date, candidates: Sequence[int], cash: int) -> Account:
    """The account as the model looks at it.

    In arrears the invoices ask for what was spent; a request asks for the float alone, and what the employer is ahead of
    its invoices by is what there is of it.
    """
    outstanding = requests.outstanding_cents()
    match terms.model:
        case Model.ARREARS:
            cash = max(0, -funding.account_balance()) + outstanding
            return Account(cash, candidates, outstanding_cents=outstanding)
        case Model.AS_CLEARED:
            spent = max(0, -ledger.balance(CASH))
            return Account(cash, candidates, outstanding_cents=outstanding, spent_cents=spent)
        case Model.LEVEL | Model.BUDGETED:
            due = _deposits_due(terms, Span(starts_on, month_of(today).ends_before))
            # What invoices give back of it (a surplus, a rebate) is not asked for.
            due -= funding.credited_cents(starts_on)
            came = requests.deposited_cents(starts_on)
            account = Account(cash, candidates, outstanding_cents=outstanding)
            return replace(account, deposits_due_cents=due, deposits_received_cents=came)
        case Model.PER_RUN | Model.IMPREST:
            return Account(cash, candidates, outstanding_cents=outstanding)


def _deposits_due(terms: FundingTerms, span: Span) -> int:
    """The deposits of all months that have begun: an amount each, or a rate for everybody enrolled on its first day."""
    months = months_in(span)
    if not terms.rates_cents:
        return len(months) * terms.monthly_cents
    rows = list(members.enrolments(span))
    return sum(terms.deposit_cents(Census(month, rows).lives("first_of_month", None)) for month in months)


def _windows_begun(employer_id: int, today: date) -> list[tuple[StopLossInForce, Contract]]:
    """Each contract whose time for payments has begun; twice where its aggregate has windows of its own."""
    held = agreements.stop_loss_contracts_begun(employer_id, today, past=True)
    return [(one, view) for one in held for view in one.terms.views if view.paid_window.starts_on <= today]


def _risks(employer_id: int, today: date, terms: FundingTerms, held: dict[int, int]) -> list[AtRisk]:
    """By contract whose time for payments has begun. Once it is over, what was decided in it and is still held is lost."""
    if not held:
        return []
    lines = DecisionLine.objects.filter(decision_id__in=list(held)).values_list("decision_id")
    days = {key: on for key, *on in lines.annotate(Min("service_on"), Min("decision__decided_on")).order_by()}
    waiting = requests.outstanding()
    asked_on = waiting[0].requested_on if waiting else None
    found = []
    for contract, view in _windows_begun(employer_id, today):
        window, cents = view.paid_window, 0
        for key, (service_on, decided_on) in days.items():
            if service_on in view.incurred and decided_on <= window.last_day:
                cents += held[key]
        if cents:
            alert = alert_on(today, Waiting(cents, asked_on, window.last_day), terms)
            found.append(AtRisk(contract.number, window.last_day, cents, alert))
    return sorted(found, key=lambda one: one.paid_by)


@transaction.atomic
def prepare_request(*, person_id: int | None = None) -> FundingRequest:
    """What is to be asked for today, as a request that waits for approval; the one prepared before is withdrawn.

    Raises NothingAgreedError, NothingToAskFor.
    """
    employer = open_employer()
    locks.lock("deposits")
    today = clock.today(employer.time_zone)
    standing = _standing(employer.pk, today)
    if not standing.request.requested_cents:
        raise NothingToAskFor("The account needs no money today.")
    return requests.record_request(
        prefix=employer.code.upper(),
        computed=standing.request,
        terms=standing.terms,
        outstanding_cents=standing.outstanding_cents,
        on=today,
        now=clock.now(),
        person_id=person_id,
    )


@transaction.atomic
def ask_employer(*, request_id: int, person_id: int | None = None) -> FundingRequest:
    """Approve a prepared request: the employer is asked. Raises NotFoundError, RequestStateError."""
    employer = open_employer()
    locks.lock("deposits")
    today = clock.today(employer.time_zone)
    terms = agreements.funding_terms_on(employer.pk, today)
    return requests.ask(request_id=request_id, on=today, lead_days=terms.lead_days, person_id=person_id)


@transaction.atomic
def withdraw_request(*, request_id: int, note: str) -> FundingRequest:
    """Nobody is asked any more. Raises NotFoundError, RequestStateError once money has come."""
    open_employer()
    locks.lock("deposits")
    found = requests.withdraw(request_id=request_id, note=note)
    work_items.close_items(WORK, [request_id])
    return found


def answer_requests(*, deposit: Deposit, request_id: int | None, person_id: int | None) -> None:
    """Match a deposit that has just been posted; per run, what a received request is for is paid at once.

    In the caller's transaction, under its lock. Raises NotFoundError, RequestStateError for a request that is named.
    """
    received = requests.answer(deposit=deposit, request_id=request_id)
    work_items.close_items(WORK, [one.pk for one in received])
    released = [one for one in received if one.model == Model.PER_RUN]
    for one in released:
        requests.release(request_id=one.pk, on=deposit.received_on, person_id=person_id)
    if released:
        _pay()


@transaction.atomic
def release_request(*, request_id: int, person_id: int | None = None) -> FundingRequest:
    """The money is there: what the request is for is paid. Raises NotFoundError, RequestStateError."""
    employer = open_employer()
    locks.lock("deposits")
    found = requests.release(request_id=request_id, on=clock.today(employer.time_zone), person_id=person_id)
    _pay()
    return found


def _pay() -> None:
    """Start a payment run. One that is open already is somebody's work: the money is there for the next one."""
    with suppress(ConflictError):
        run_payments()


@transaction.atomic
def watch_requests() -> int:
    """Put requests that wait too long, and held money at risk, before the desk; how many wait. Run as often as wanted."""
    employer = open_employer()
    today = clock.today(employer.time_zone)
    if not agreements.has_begun(employer.pk, today):
        return 0
    terms = agreements.funding_terms_on(employer.pk, today)
    items = []
    for one in requests.outstanding():
        alert = alert_on(today, Waiting(one.open_cents, one.requested_on), terms)
        if alert.is_overdue:
            title = f"Request {one.number} has waited {alert.days_waiting} days for the employer's money"
            items.append(work_items.Item(WORK, QUEUE, one.pk, title, one.open_cents, one.due_on))
    risks = {_key(one.paid_by): one for one in _standing(employer.pk, today).risks if one.alert.at_risk_cents}
    for key, risk in risks.items():
        must = "must" if today <= risk.paid_by else "had to"
        title = f"Held claims {must} be paid by {risk.paid_by} for stop-loss contract {risk.contract_number}"
        items.append(work_items.Item(RISK, QUEUE, key, title, risk.alert.at_risk_cents, risk.paid_by))
    work_items.open_items(items)
    gone = {_key(view.paid_window.last_day) for _, view in _windows_begun(employer.pk, today)}
    work_items.close_items(RISK, sorted(gone - risks.keys()))
    return len(items)


def _key(day: date) -> int:
    """A day as a number: one item a paid-by date."""
    return day.year * 10_000 + day.month * 100 + day.day
