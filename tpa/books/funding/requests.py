"""Writing and reading funding requests. The workflow computes them and posts the deposits that answer them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import F, QuerySet, Sum

from tpa.books.funding.errors import RequestStateError
from tpa.books.funding.models import Deposit
from tpa.books.funding.request_models import DepositUse, FundingRequest
from tpa.engine.funding.request import Request
from tpa.engine.funding.terms import FundingTerms
from tpa.kernel.errors import NotFoundError
from tpa.kernel.money import format_amount

State = FundingRequest.State


def requests() -> QuerySet[FundingRequest]:
    """All requests, the latest first."""
    return FundingRequest.objects.all()


def request(request_id: int) -> FundingRequest:
    """One request. Raises NotFoundError."""
    found = FundingRequest.objects.filter(pk=request_id).first()
    if found is None:
        raise NotFoundError("There is no such funding request.")
    return found


def outstanding() -> list[FundingRequest]:
    """What was asked for and has not come in full, the oldest first."""
    return list(FundingRequest.objects.filter(state=State.REQUESTED).order_by("id"))


def outstanding_cents() -> int:
    """What was asked for and has not come."""
    asked = FundingRequest.objects.filter(state=State.REQUESTED)
    return int(asked.aggregate(cents=Sum(F("requested_cents") - F("received_cents")))["cents"] or 0)


def deposited_cents(since: date) -> int:
    """All that came from the employer from a day on, but for deficits of settled years."""
    came = Deposit.objects.filter(received_on__gte=since).exclude(purpose=Deposit.Purpose.SETTLEMENT)
    return int(came.aggregate(cents=Sum("cents"))["cents"] or 0)


def record_request(
    *,
    prefix: str,
    computed: Request,
    terms: FundingTerms,
    outstanding_cents: int,
    on: date,
    now: datetime,
    person_id: int | None,
) -> FundingRequest:
    """A prepared request in place of the one that was prepared before."""
    FundingRequest.objects.filter(state=State.PREPARED).update(state=State.WITHDRAWN, withdrawn_note="Prepared anew.")
    return FundingRequest.objects.create(
        number=f"{prefix}-F{FundingRequest.objects.count() + 1:04d}",
        model=terms.model,
        prepared_on=on,
        ledger_balance_cents=computed.ledger_balance_cents,
        outstanding_cents=outstanding_cents,
        candidate_cents=computed.candidate_cents,
        candidate_count=computed.candidate_count,
        zero_pay_count=computed.zero_pay_count,
        held_cents=computed.held_cents,
        held_count=computed.held_count,
        needed_cents=computed.needed_cents,
        top_up_cents=computed.top_up_cents,
        requested_cents=computed.requested_cents,
        prepared_by_id=person_id,
        recorded_at=now,
    )


def ask(*, request_id: int, on: date, lead_days: int, person_id: int | None) -> FundingRequest:
    """The employer is asked from now on. Raises NotFoundError, RequestStateError."""
    found = _locked(request_id, State.PREPARED)
    found.state, found.requested_on, found.due_on = State.REQUESTED, on, on + timedelta(lead_days)
    found.approved_by_id = person_id
    found.save(update_fields=["state", "requested_on", "due_on", "approved_by_id"])
    return found


def withdraw(*, request_id: int, note: str) -> FundingRequest:
    """Nobody is asked any more. Raises NotFoundError, RequestStateError once money has come."""
    found = _locked(request_id, State.PREPARED, State.REQUESTED)
    if found.received_cents:
        raise RequestStateError(f"{format_amount(found.received_cents)} of request {found.number} has come already.")
    found.state, found.withdrawn_note = State.WITHDRAWN, note[:200]
    found.save(update_fields=["state", "withdrawn_note"])
    return found


def answer(*, deposit: Deposit, request_id: int | None) -> list[FundingRequest]:
    """Match a deposit: with the request that is named; else with the one of which exactly so much is open; else with the
    oldest. What is left goes to the next one, and beyond all of them stays in the fund. Returns those that are received.

    Raises NotFoundError, RequestStateError for a named one that does not wait for money.
    """
    waiting = outstanding()
    if request_id is not None:
        named = _locked(request_id, State.REQUESTED)
        waiting.sort(key=lambda one: one.pk != named.pk)
    else:
        exact = next((one.pk for one in waiting if one.open_cents == deposit.cents), None)
        waiting.sort(key=lambda one: one.pk != exact)
    return _spread(deposit, waiting)


def _spread(deposit: Deposit, waiting: Sequence[FundingRequest]) -> list[FundingRequest]:
    left, received = deposit.cents, []
    for one in waiting:
        cents = min(left, one.open_cents)
        if not cents:
            break
        DepositUse.objects.create(deposit=deposit, request=one, cents=cents)
        left -= cents
        one.received_cents += cents
        if not one.open_cents:
            one.state, one.received_on = State.RECEIVED, deposit.received_on
            received.append(one)
        one.save(update_fields=["received_cents", "state", "received_on"])
    return received


def release(*, request_id: int, on: date, person_id: int | None) -> FundingRequest:
    """What the request is for may be paid. Raises NotFoundError, RequestStateError."""
    found = _locked(request_id, State.RECEIVED)
    found.state, found.released_on, found.released_by_id = State.RELEASED, on, person_id
    found.save(update_fields=["state", "released_on", "released_by_id"])
    return found


def _locked(request_id: int, *expected: str) -> FundingRequest:
    found = FundingRequest.objects.select_for_update().filter(pk=request_id).first()
    if found is None:
        raise NotFoundError("There is no such funding request.")
    if found.state not in expected:
        raise RequestStateError(f"Request {found.number} is {found.get_state_display().lower()}.")
    return found
