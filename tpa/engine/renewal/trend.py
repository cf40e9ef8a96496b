"""Trend: what the same care costs later. From the middle of the experience to the middle of the period that is rated."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from typing import NamedTuple

from tpa.kernel.errors import DomainError
from tpa.kernel.money import rounded
from tpa.kernel.periods import Span, add_months

_DIGITS = 40


def months_between_midpoints(experience: Span, rating: Span) -> Fraction:
    """From midpoint to midpoint, in months: the mean of the months between the beginnings and between the ends."""
    return (_months(experience, rating, 0) + _months(experience, rating, 1)) / 2


def _months(a: Span, b: Span, side: int) -> Fraction:
    first, last = a[side], b[side]
    whole = (last.year - first.year) * 12 + last.month - first.month
    if add_months(first, whole) > last:
        whole -= 1
    reached = add_months(first, whole)
    return whole + Fraction((last - reached).days, (add_months(first, whole + 1) - reached).days)


def trend_factor(annual: Fraction, months: Fraction) -> Fraction:
    """(1 + annual trend) to the power of months / 12; exact for whole years, else to 40 digits."""
    years = months / 12
    if years.denominator == 1:
        return (1 + annual) ** years.numerator
    if annual <= -1:
        raise DomainError("A trend takes away less than everything.")
    with localcontext() as context:
        context.prec = _DIGITS
        base = Decimal((1 + annual).numerator) / Decimal((1 + annual).denominator)
        return Fraction(base ** (Decimal(years.numerator) / Decimal(years.denominator)))


class Leveraged(NamedTuple):
    """What lies above a deductible before and after a trend. `change` is None where nothing lay above it."""

    excess_cents: int
    trended_cents: int
    change: Fraction | None


def leveraged_trend(claim_cents: int, deductible_cents: int, trend: Fraction, new_deductible_cents: int) -> Leveraged:
    """The trend of the excess over a deductible, which is steeper than that of the claim unless the deductible moves."""
    before = max(0, claim_cents - deductible_cents)
    trended = (1 + trend) * claim_cents
    after = max(0, rounded(trended) - new_deductible_cents)
    return Leveraged(before, after, Fraction(after, before) - 1 if before else None)
