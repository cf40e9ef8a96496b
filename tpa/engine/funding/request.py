"""What an employer is asked for now.

    asked for = approved unpaid - cash that is free for it - requests not received, at least 0, plus what restores the minimum

Nothing is paid beyond what is funded unless the agreement says so; then nothing is held. Source: the agreement's funding terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tpa.engine.funding.terms import FundingTerms, Model


@dataclass(frozen=True, slots=True)
class Account:
    """An employer's account as it stands, in cents.

    `candidates_cents`: approved and unpaid payments, the oldest first; those of nothing are zero-pay. `held_cents`: those
    of them that wait for money, as the payment run plans it (`engine.paying.planning`). `cash_cents`: what is free for
    claims. `outstanding_cents`: asked for and not received. `spent_cents`: what went out and has not been
    drawn or billed (as_cleared, arrears). `deposits_due_cents`: all monthly deposits due by now, `deposits_received_cents`
    what came of them (level, budgeted).
    """

    cash_cents: int
    candidates_cents: Sequence[int] = ()
    held_cents: Sequence[int] = ()
    outstanding_cents: int = 0
    spent_cents: int = 0
    deposits_due_cents: int = 0
    deposits_received_cents: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for and what it is for, in cents; requested = needed + top-up.

    `payable`: what may be paid now. `held`: what waits for money. `after_cents`: the
    account once the request is received and all candidates are paid. `short_cents`: what fixed deposits leave uncovered.
    """

    ledger_balance_cents: int
    candidate_cents: int
    candidate_count: int
    zero_pay_count: int
    needed_cents: int
    top_up_cents: int
    requested_cents: int
    payable_cents: int
    payable_count: int
    held_cents: int
    held_count: int
    short_cents: int
    after_cents: int


def request_for(terms: FundingTerms, account: Account) -> Request:
    """The request that the account asks for today, by the agreement's model; `requested_cents` may be 0."""
    amounts = [cents for cents in account.candidates_cents if cents]
    candidates = sum(amounts)
    needed = max(0, _needed(terms, account, candidates))
    free = account.cash_cents + account.outstanding_cents + needed - candidates
    top_up = _top_up(terms, account, free)
    held = [cents for cents in account.held_cents if cents]
    fixed = terms.model in (Model.LEVEL, Model.BUDGETED)
    return Request(
        ledger_balance_cents=account.cash_cents,
        candidate_cents=candidates,
        candidate_count=len(amounts),
        zero_pay_count=len(account.candidates_cents) - len(amounts),
        needed_cents=needed,
        top_up_cents=top_up,
        requested_cents=needed + top_up,
        payable_cents=candidates - sum(held),
        payable_count=len(amounts) - len(held),
        held_cents=sum(held),
        held_count=len(held),
        short_cents=max(0, -free) if fixed else 0,
        after_cents=free + top_up,
    )


def _needed(terms: FundingTerms, account: Account, candidates: int) -> int:
    match terms.model:
        case Model.PER_RUN | Model.IMPREST:
            return candidates - account.cash_cents - account.outstanding_cents
        case Model.AS_CLEARED | Model.ARREARS:
            return account.spent_cents - account.outstanding_cents
        case Model.LEVEL | Model.BUDGETED:
            return account.deposits_due_cents - account.deposits_received_cents - account.outstanding_cents


def _top_up(terms: FundingTerms, account: Account, free: int) -> int:
    """What restores the minimum, seen as if all that is asked for had come and all candidates were paid."""
    if terms.model is Model.ARREARS:
        free = account.cash_cents + account.spent_cents
    below = terms.minimum_cents if terms.replenish_below_cents is None else terms.replenish_below_cents
    return terms.minimum_cents - max(0, free) if free < below else 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """Money that waits: since when (asked for), and until when its payment counts for the stop-loss contract."""

    held_cents: int
    asked_on: date | None = None
    paid_by: date | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """How long the money has been waited for; whether that is to be told; what of it the stop-loss may not reimburse."""

    days_waiting: int
    is_overdue: bool
    days_left: int | None
    at_risk_cents: int


def alert_on(day: date, waiting: Waiting, terms: FundingTerms) -> Alert:
    """Whether money waits too long, and what cannot move any more by the last day that the contract takes payments on.

    Money asked for today comes `lead_days` later; a payment counts on the day when it is issued and funded.
    """
    days = (day - waiting.asked_on).days if waiting.asked_on and waiting.held_cents else 0
    late = waiting.paid_by is not None and day + timedelta(terms.lead_days) > waiting.paid_by
    return Alert(
        days_waiting=days,
        is_overdue=days > terms.alert_after_days,
        days_left=(waiting.paid_by - day).days if waiting.paid_by else None,
        at_risk_cents=waiting.held_cents if late else 0,
    )
