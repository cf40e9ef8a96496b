"""The chain of a renewal: incurred claims without the large ones, trended, blended with a manual rate, against a target."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from tpa.engine.renewal.rates import blended, needed_premium, ratio


class Assumptions(NamedTuple):
    """What is taken from elsewhere. `factor`: trend, inflation and change of the plan, one upon the other.

    `pooled_cents`: what lies above the pooling level and is taken out; `pooling_charge_cents` comes in its place.
    `manual_cents`: the manual rate in the same unit as the claims; `credibility`: the part that the experience counts.
    """

    pooled_cents: int = 0
    pooling_charge_cents: int = 0
    factor: Fraction = Fraction(1)
    manual_cents: int = 0
    credibility: Fraction = Fraction(1)
    target_loss_ratio: Fraction | None = None


class Projection(NamedTuple):
    """Exact until it is shown. Ratios are None where there is no premium or no target."""

    experience_cents: int
    trended: Fraction
    blended: Fraction
    loss_ratio: Fraction | None
    needed: Fraction | None
    rate_change: Fraction | None


def project(incurred_cents: int, premium_cents: int, assumed: Assumptions) -> Projection:
    """Next year's cost and the change of the rates, from a period's incurred claims and its premium at current rates."""
    experience = incurred_cents - assumed.pooled_cents + assumed.pooling_charge_cents
    trended = experience * assumed.factor
    rate = blended(trended, Fraction(assumed.manual_cents), assumed.credibility)
    loss_ratio = ratio(experience, premium_cents, "premium") if premium_cents else None
    if assumed.target_loss_ratio is None:
        return Projection(experience, trended, rate, loss_ratio, None, None)
    needed = needed_premium(rate, assumed.target_loss_ratio)
    return Projection(
        experience, trended, rate, loss_ratio, needed, needed / premium_cents - 1 if premium_cents else None
    )
