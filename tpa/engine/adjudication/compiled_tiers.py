"""The network tiers of a plan with their pricing functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from tpa.engine.adjudication.facts import ServiceLine
from tpa.engine.plan.terms import Excess, PlanError, PlanTerms, Tier
from tpa.engine.plan.terms_edits import Edits
from tpa.engine.pricing.method import PricedClaim, PricedLine, Step
from tpa.engine.pricing.order import bind_step
from tpa.engine.pricing.price import PriceBook
from tpa.kernel.document import DocumentError
from tpa.kernel.errors import DomainError

_NO_SURPRISES_FROM = date(2022, 1, 1)
"""Public Health Service Act, sections 2799A-1 and 2799A-2; plan years beginning on or after this day."""
_EMERGENCY_ROOM = "23"
_EMERGENCY_REVENUE = "045"
_AIR_AMBULANCE = frozenset({"A0430", "A0431", "A0435", "A0436"})


def _price_instalment(line: PricedLine, claim: PricedClaim, prices: PriceBook) -> int | None:
    return line.charge_cents if claim.instalment else None


INSTALMENT = Step("instalment", _price_instalment, is_fee=False, is_package=False)
"""The price of an instalment is its charge: the treatment's fee was priced when it began."""


class CompiledTier:
    """A tier with its pricing steps."""

    __slots__ = ("edits", "excess_group", "key", "steps", "tier")

    def __init__(self, tier: Tier, steps: tuple[Step, ...], edits: Edits | None) -> None:
        self.tier = tier
        self.key = tier.name
        """Tells shares apart that are kept by tier."""
        self.edits = edits
        """What changes prices in this tier."""
        self.steps = steps
        self.excess_group = "CO" if tier.excess is Excess.WRITE_OFF else "PR"

    def steps_for(self, benefit_class: str) -> tuple[Step, ...]:
        """The steps that price a benefit of this class."""
        return tuple(step for step in self.steps if not step.classes or benefit_class in step.classes)


def protected_tier(tiers: Mapping[str, CompiledTier]) -> CompiledTier | None:
    """The tier of what is protected outside the network: priced as outside, shared as in the plan's first network tier.

    The provider bears what is above the allowed amount. None where the plan has no network tier.
    """
    inside = next((one for one in tiers.values() if one.tier.network), None)
    if inside is None or len(tiers) == 1:
        return None
    outside = next((one for one in tiers.values() if not one.tier.network), inside)
    tier = replace(outside.tier, name=inside.tier.name, excess=Excess.WRITE_OFF)
    found = CompiledTier(tier, outside.steps, outside.edits)
    found.key = f"{inside.tier.name} protected"
    return found


def is_protected(line: ServiceLine) -> bool:
    """Whether the law keeps surprise bills from the member: an emergency, the emergency room, an air ambulance."""
    return line.from_on >= _NO_SURPRISES_FROM and (
        line.emergency
        or line.place == _EMERGENCY_ROOM
        or line.revenue_code.startswith(_EMERGENCY_REVENUE)
        or line.procedure in _AIR_AMBULANCE
    )


def compile_tiers(terms: PlanTerms) -> dict[str, CompiledTier]:
    """The tiers by name, in the plan's order. Raises PlanError with every step of pricing that cannot be read."""
    edits = terms.edits
    classes = {benefit.benefit_class for benefit in terms.benefits}
    tiers: dict[str, CompiledTier] = {}
    faults: list[DomainError] = []
    for tier in terms.tiers:
        steps = []
        for step in tier.prices:
            try:
                bound = bind_step(step)
                if not classes.issuperset(bound.classes):
                    raise DocumentError("No benefit has such a class.", where=f"{step.clause}/classes")
                steps.append(bound)
            except DomainError as fault:
                faults.append(fault)
        tiers[tier.name] = CompiledTier(
            tier, tuple(steps), edits if edits is not None and tier.name in edits.tiers else None
        )
    if faults:
        raise PlanError(faults)
    return tiers
