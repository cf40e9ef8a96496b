"""Which amounts a contract looks at: incurred in one window, issued and funded in the other.

Labels mean different things to different carriers. `propose_windows` reads one as most carriers do; what is stored and
computed with are the dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from tpa.engine.stoploss.contract import Contract, Exclusion
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import Span, add_months

_LABEL = re.compile(r"(\d\d)/(\d\d)\Z", re.ASCII)
_YEAR = 12


NO_BENEFITS = ("fee", "interest", "penalty", "extra_contractual")
"""Kinds of amounts that no carrier bears: they are paid by the plan, and are no benefits of it."""

REBATE = "rebate"
"""Kind of an amount that a manufacturer gives back; which covers it lowers, the contract says."""

CARRIED = "carried"
"""Kind of an amount that a person accumulated under another group: this plan has not paid it, and it only meets the
specific deductible, where the contract's `transfer` lets it go on.
"""


class About(NamedTuple):
    """What a contract may ask about an amount besides its dates.

    `kind`: a benefit where it is empty, else one of NO_BENEFITS, `rebate`, `carried`, or any word for what lowers an earlier
    payment (refund, void, subrogation). `ordered`: an external review ordered it paid. `group`: division or location.
    """

    kind: str = ""
    codes: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()
    ordered: bool = False
    group: str = ""


PLAIN = About()


class Amount(NamedTuple):
    """What the plan paid for one line of one decision.

    `paid_on`: the day on which the payment was issued, funded; None while it was not. A refund, reversal or void is
    negative, carries the `paid_on` and `claim_id` of what it takes back, and is known from its own `known_on`: so it
    lowers the month to which that belongs.
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
    about: About = PLAIN


def reason_left_out(contract: Contract, amount: Amount) -> str:
    """Why the contract does not look at an amount, or nothing where it does.

    One word for the windows and for what is no benefit; an exclusion's own reason.
    """
    if amount.about.kind in NO_BENEFITS:
        return amount.about.kind
    for exclusion in contract.exclusions:
        if excludes(exclusion, amount):
            return exclusion.reason
    ordered = amount.about.ordered and contract.external_review
    return _outside(contract, amount.incurred_on, amount.paid_on, late_is_fine=ordered)


def excludes(exclusion: Exclusion, amount: Amount) -> bool:
    """Whether the exclusion means the amount: all that it names has to fit."""
    condition = exclusion.condition
    return (
        (not exclusion.lines or amount.line in exclusion.lines)
        and (exclusion.member_id is None or exclusion.member_id == amount.member_id)
        and (condition is None or condition.met_by(amount.about.codes, amount.about.diagnoses))
    )


def _outside(contract: Contract, incurred_on: date, paid_on: date | None, *, late_is_fine: bool) -> str:
    window = contract.paid_window
    if incurred_on < contract.incurred.starts_on:
        return "incurred_before"
    if incurred_on >= contract.incurred.ends_before:
        return "incurred_after"
    if paid_on is None:
        return "not_paid"
    if paid_on < window.starts_on:
        return "paid_before"
    if paid_on >= window.ends_before and not late_is_fine:
        return "paid_after"
    return ""


def limit_run_in(contract: Contract, amounts: Iterable[Amount]) -> tuple[list[Amount], list[Amount]]:
    """What counts of each amount, and what does not because more was incurred before the policy than the contract takes.

    A person's limit and everybody's are used up in the order of payment. Amounts incurred in the policy pass whole.
    """
    terms = contract.run_in
    if terms.per_person_cents is None and terms.total_cents is None:
        return list(amounts), []
    counts: list[Amount] = []
    left: list[Amount] = []
    paid: dict[int, int] = {}
    taken: dict[int, int] = {}
    total = raw = 0
    for amount in sorted(amounts, key=in_order):
        if amount.incurred_on >= contract.policy.starts_on:
            counts.append(amount)
            continue
        who = amount.member_id
        paid[who] = paid.get(who, 0) + amount.cents
        of_person = capped(paid[who], terms.per_person_cents)
        raw += of_person - taken.get(who, 0)
        taken[who] = of_person
        total_now = capped(raw, terms.total_cents)
        part, total = total_now - total, total_now
        counts += [amount._replace(cents=part)] if part else []
        left += [amount._replace(cents=amount.cents - part)] if amount.cents - part else []
    return counts, left


def in_order(amount: Amount) -> tuple[date, int, int, str]:
    """The order of accumulation: by day of payment; what belongs to one claim stays together."""
    return amount.paid_on or amount.known_on, amount.claim_id, amount.decision_id, amount.line


def capped(cents: int, maximum: int | None) -> int:
    """No more than the maximum, where there is one."""
    return cents if maximum is None else min(cents, maximum)


def unusual(contract: Contract) -> str:
    """A sentence where the windows are not those that the contract's label usually means; the windows hold all the same."""
    try:
        usual = propose_windows(contract.label, contract.policy)
    except DomainError:
        return ""
    if usual == (contract.incurred, contract.paid):
        return ""
    return f"{usually(contract.label, contract.policy)}; the dates that were entered hold."


def usually(label: str, policy: Span) -> str:
    """`12/15 usually means incurred 2026-01-01 to 2026-12-31, paid 2026-01-01 to 2027-03-31`. Raises DomainError."""
    incurred, paid = propose_windows(label, policy)
    days = [f"{span.starts_on} to {span.last_day}" for span in (incurred, paid)]
    return f"{label} usually means incurred {days[0]}, paid {days[1]}"


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
