"""The price of a service under a tier's pricing: the first step that finds one decides, then its modifiers change it."""

from __future__ import annotations

from typing import NamedTuple

from tpa.engine.adjudication.facts import ServiceLine
from tpa.engine.adjudication.line import LineWork
from tpa.engine.plan.terms_edits import BOTH_SIDES, Edits
from tpa.engine.pricing.method import Package
from tpa.kernel.money import BASIS_POINTS, divide_rounded

ONE_UNIT = 1000


class LinePrice(NamedTuple):
    """A price of one line: `how` names the method and what the modifiers did; no edit changes a price that `is_final`."""

    cents: int
    how: str
    is_final: bool = False


class ClaimPrice(NamedTuple):
    """One price for several lines, and its method."""

    package: Package
    how: str


def find_price(work: LineWork, line: ServiceLine) -> LinePrice | ClaimPrice | None:
    """What the tier's pricing says of `line`; None where no step has a price."""
    edits = work.tier.edits if line.modifiers else None
    if edits is not None and BOTH_SIDES in line.modifiers and edits.both_sides_bp(line.procedure) is not None:
        # Both sides are one unit, however the provider counts them (R-A21).
        line = line._replace(units_milli=ONE_UNIT)
    for step in work.share.prices:
        found = step.pricer(line, work.claim, work.work.family.prices)
        if found is None:
            continue
        if isinstance(found, Package):
            return ClaimPrice(found, step.method)
        if isinstance(found, int):
            if edits is None or not step.is_fee:
                return LinePrice(found, step.method)
            return _modified(edits, line, step.method, found)
        if edits is None or found.is_final:
            return LinePrice(found.cents, step.method, found.is_final)
        return _modified(edits, line, step.method, found.cents, found.included)
    return None


def _modified(edits: Edits, line: ServiceLine, method: str, cents: int, included: str = "") -> LinePrice:
    """The price times what the plan pays for each modifier that is not in it already, rounded once."""
    whole, how = 1, method
    for modifier in line.modifiers:
        rate_bp = edits.both_sides_bp(line.procedure) if modifier == BOTH_SIDES else edits.modifiers_bp.get(modifier)
        if rate_bp is not None and modifier != included:
            cents, whole = cents * rate_bp, whole * BASIS_POINTS
            how += f", modifier {modifier}"
    return LinePrice(divide_rounded(cents, whole), how)


def price_alone(work: LineWork, line: ServiceLine) -> int | None:
    """The cents of a service that is not itself on the claim; None where it has no price, or only one with others."""
    found = find_price(work, line)
    return found.cents if isinstance(found, LinePrice) else None
