"""Claims that are incurred and not paid yet, by how complete earlier months were after as many months.

A completion factor is what is paid of a month through a lag, as a part of all that is paid for it in the end. A month's
incurred claims are what is paid of it so far by that factor; the difference to what is paid is the reserve (IBNR).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from tpa.kernel.errors import DomainError
from tpa.kernel.money import divide_rounded

AVERAGED_MONTHS = 12


class MonthPaid(NamedTuple):
    """What was paid for the claims incurred in one month, by lag: in the month itself, in the next one and so on."""

    paid_cents: tuple[int, ...]

    @property
    def total_cents(self) -> int:
        """Paid so far."""
        return sum(self.paid_cents)

    def through(self, lag: int) -> int:
        """Paid up to that lag."""
        return sum(self.paid_cents[: lag + 1])


class Incurred(NamedTuple):
    """What a month has cost once all is paid. `cents` is the paid amount by the factor, rounded to the cent."""

    paid_cents: int
    factor: Fraction
    cents: int

    @property
    def ibnr_cents(self) -> int:
        """Still to come."""
        return self.cents - self.paid_cents


def completion_factors(
    months: Sequence[MonthPaid], complete_after: int, averaged: int = AVERAGED_MONTHS
) -> tuple[Fraction, ...]:
    """The factor of each lag from 0: the mean over the latest complete months, at most `averaged` of them.

    `months` are in their order, the oldest first. A month is complete once its lag `complete_after` is over. Raises
    DomainError where none is.
    """
    complete = [month for month in months if len(month.paid_cents) > complete_after and month.through(complete_after)]
    if not complete:
        raise DomainError(
            f"No month is complete after {complete_after} months.",
            remedy="Give older months or the factors, or let fewer months be enough.",
        )
    latest = complete[-averaged:]
    return tuple(
        sum((Fraction(one.through(lag), one.through(complete_after)) for one in latest), Fraction(0)) / len(latest)
        for lag in range(complete_after + 1)
    )


def incurred(paid_cents: int, factor: Fraction) -> Incurred:
    """A month from what is paid of it. Raises DomainError for a factor of nothing or above one."""
    if not 0 < factor <= 1:
        raise DomainError(
            "A completion factor is above nothing and at most 100 %.",
            remedy="Leave out the months of which nothing is known yet, the latest ones.",
        )
    return Incurred(paid_cents, factor, divide_rounded(paid_cents * factor.denominator, factor.numerator))


def completed(months: Sequence[MonthPaid], factors: Sequence[Fraction], *, drop_current: bool = True) -> list[Incurred]:
    """Each month by the factor of its last lag; complete ones as they are paid.

    The current month, of which lag 0 is not over, says too little and is dropped.
    """
    kept = [month for month in months if not (drop_current and len(month.paid_cents) == 1)]
    return [
        incurred(month.total_cents, factors[lag] if (lag := len(month.paid_cents) - 1) < len(factors) else Fraction(1))
        for month in kept
    ]


def incurred_in_period(paid_cents: int, opening_ibnr_cents: int, closing_ibnr_cents: int) -> int:
    """Incurred = paid + change in the reserve. In a plan's first year nothing is brought in: the whole reserve counts."""
    return paid_cents + closing_ibnr_cents - opening_ibnr_cents
