"""Which amounts a contract looks at: incurred in one window, issued and funded in the other.

Labels mean different things to different carriers. `propose_windows` reads one as most carriers do; what is stored and
computed with are the dates.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from tpa.engine.stoploss.contract import Contract
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import Span, add_months

_LABEL = re.compile(r"(\d\d)/(\d\d)\Z", re.ASCII)
_YEAR = 12


class Amount(NamedTuple):
    """What the plan paid for one line of one decision.

    `paid_on`: the day on which the payment was issued, funded; None while it was not. A refund, reversal or void is
    negative, carries the `paid_on` and `claim_id` of what it takes back, and is known from its own `known_on`.
    """

    decision_id: int
    claim_id: int
    member_id: int
    family_id: int
    line: str
    incurred_on: date
    paid_on: date | None
    cents: int
    known_on: date


def reason_left_out(contract: Contract, incurred_on: date, paid_on: date | None) -> str:
    """Why an amount lies outside the contract's windows: one word, or nothing where it lies inside."""
    if incurred_on < contract.incurred.starts_on:
        return "incurred_before"
    if incurred_on >= contract.incurred.ends_before:
        return "incurred_after"
    if paid_on is None:
        return "not_paid"
    if paid_on < contract.paid.starts_on:
        return "paid_before"
    if paid_on >= contract.paid.ends_before:
        return "paid_after"
    return ""


def propose_windows(label: str, policy: Span) -> tuple[Span, Span]:
    """The incurred and the paid window that a label such as 12/15 or 15/12 usually means, for a person to confirm.

    The first number beyond 12 is months of run-in before the policy, the second months of run-out after it.
    Raises DomainError for any other label: then the contract's own words decide.
    """
    match = _LABEL.match(label)
    months = (int(match[1]), int(match[2])) if match else (0, 0)
    if min(months) < _YEAR or max(months) > 2 * _YEAR:
        raise DomainError(
            f"{label[:20]!r} says nothing certain about dates.",
            where="/label",
            remedy="Enter the incurred and the paid window as the contract words them.",
        )
    incurred = Span(add_months(policy.starts_on, _YEAR - months[0]), policy.ends_before)
    return incurred, Span(policy.starts_on, add_months(policy.ends_before, months[1] - _YEAR))
