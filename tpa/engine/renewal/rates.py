"""From experience to next year's rates: loss ratio, target, credibility, funding by tier, continued coverage.

Amounts are exact fractions of cents until they are shown, so that no step rounds what a later one needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import NamedTuple

from tpa.kernel.errors import DomainError
from tpa.kernel.money import rounded

COBRA = Fraction(102, 100)
"""A continuing person pays the cost and 2 % for administration; ERISA section 602(3)."""

COBRA_DISABLED = Fraction(150, 100)
"""In the months of a disability extension; ERISA section 602(3)."""


def ratio(part: Fraction | int, whole: Fraction | int, name: str) -> Fraction:
    """`part / whole`. Raises DomainError where the whole is nothing; `name` says what it is."""
    if whole <= 0:
        raise DomainError(f"The {name} must be above nothing.", where=f"/{name.replace(' ', '_')}")
    return Fraction(part) / whole


def needed_premium(claims_cents: Fraction, target_loss_ratio: Fraction) -> Fraction:
    """The premium of which the claims are the target: claims divided by it, never claims and a part on top."""
    return ratio(claims_cents, target_loss_ratio, "target loss ratio")


def retention_on_claims(retention: Fraction) -> Fraction:
    """A retention of the premium as a part of the claims: 25 % of premium is 33.3 % of claims."""
    return ratio(retention, 1 - retention, "target loss ratio")


def credibility(exposure: int, full_at: int) -> Fraction:
    """Z by the square root rule: the root of exposure (life-years, member-months) by what has full credibility, at most 1."""
    if exposure >= full_at:
        return Fraction(1)
    with localcontext() as context:
        context.prec = 40
        return Fraction((Decimal(exposure) / Decimal(full_at)).sqrt())


def blended(experience: Fraction, manual: Fraction, z: Fraction) -> Fraction:
    """R = Z * X + (1 - Z) * M."""
    return z * experience + (1 - z) * manual


class Funding(NamedTuple):
    """A plan's monthly funding: expected, and at most where claims reach the corridor. Rates by tier, to the cent."""

    expected_cents: int
    maximum_cents: int
    expected_rates_cents: dict[str, int]
    maximum_rates_cents: dict[str, int]


def funding_rates(
    claims_cents: Fraction,
    fixed_cents: Fraction,
    lives: Mapping[str, int],
    factors: Mapping[str, Fraction],
    *,
    margin: Fraction = Fraction(0),
    corridor: Fraction = Fraction(1),
) -> Funding:
    """Rates that fund a year's expected claims (with a margin) and fixed costs, and those that fund the most.

    `factors`: how many times the base rate a tier pays. Each tier's rate is rounded, so what they bring in may differ by
    a cent a life.
    """
    weight = sum((lives[tier] * factors[tier] for tier in lives), Fraction(0))
    expected = (claims_cents * (1 + margin) + fixed_cents) / 12
    maximum = (claims_cents * corridor + fixed_cents) / 12
    by_tier = [
        {tier: rounded(ratio(whole * factors[tier], weight, "lives")) for tier in lives}
        for whole in (expected, maximum)
    ]
    return Funding(rounded(expected), rounded(maximum), *by_tier)


def cobra_rate(monthly_cents: Fraction, *, disabled: bool = False) -> int:
    """What a continuing person pays at most for a month of coverage that costs that much."""
    return rounded(monthly_cents * (COBRA_DISABLED if disabled else COBRA))


def past_cost_monthly(past_cost_cents: int, deflator: Fraction, covered_months: int) -> Fraction:
    """A self-funded plan's cost a month and person by the past-cost method: the year before, moved by the GNP deflator."""
    return ratio(past_cost_cents * (1 + deflator), covered_months, "covered months")


def budget(
    employees: int, claims_each_cents: int, pepm_cents: int, others_cents: Iterable[int]
) -> tuple[int, int, int]:
    """(claims, administration, total) of an ASO plan's year."""
    claims, admin = employees * claims_each_cents, employees * pepm_cents * 12
    return claims, admin, claims + admin + sum(others_cents)
