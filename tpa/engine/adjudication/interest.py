"""Interest on a claim that is paid late: an amount of its own, outside every accumulator and maximum of the plan.

Prompt-pay laws bind insurers. A self-funded plan under ERISA is exempt from them, unless its agreement or a provider's
contract promises interest; so terms are asked for, and without terms nothing is owed.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tpa.engine.statute import MissingValueError, statute
from tpa.kernel.money import BASIS_POINTS, divide_rounded

STATUTE = "us/prompt_pay"
_YEAR = 365


class InterestTerms(NamedTuple):
    """Interest runs from the day after `days` days since receipt (day 0), at `rate_bp` a year; below `least_cents` none."""

    days: int
    rate_bp: int
    least_cents: int = 0
    source: str = ""


class Interest(NamedTuple):
    """What is owed besides the claim, and for how many days."""

    days_late: int
    cents: int


def terms_of(jurisdiction: str, received_on: date, *, electronic: bool = True) -> InterestTerms:
    """A state's prompt-pay law as it held when the claim came in. Raises MissingValueError where it is not known."""
    for value in statute(STATUTE).values_on(received_on):
        if value["jurisdiction"] == jurisdiction:
            days = value["electronic_days" if electronic else "paper_days"]
            return InterestTerms(days, value["rate_bp"], value["least_cents"], value.source)
    raise MissingValueError(
        f"The prompt-pay law of {jurisdiction} for {received_on} is not known.",
        where=STATUTE,
        remedy=f"Add a [[value]] of {jurisdiction}, with its source, to tpa/engine/statute/{STATUTE}.toml.",
    )


def interest(paid_cents: int, received_on: date, paid_on: date, terms: InterestTerms | None) -> Interest:
    """Simple interest on what the plan pays, for each day that it is late. `received_on` is the day of the clean claim."""
    if terms is None:
        return Interest(0, 0)
    late = max(0, (paid_on - received_on).days - terms.days)
    cents = divide_rounded(paid_cents * terms.rate_bp * late, BASIS_POINTS * _YEAR)
    return Interest(late, cents if cents >= terms.least_cents else 0)
