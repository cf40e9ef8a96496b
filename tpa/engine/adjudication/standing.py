"""Where a member stands: of every deductible, maximum and limit of the plan, what it allows, what is used, what is left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from tpa.engine.accumulators.balances import FAMILY, Balances
from tpa.engine.accumulators.counter import NO_LIMIT, Counter, deductible_counter, limit_counter, out_of_pocket_counter
from tpa.engine.adjudication.line import EMPLOYEE_ONLY
from tpa.engine.plan.terms import Measure, PlanTerms

MONEY = "cents"


class Standing(NamedTuple):
    """One counter on a day. Amounts are in `unit`: cents, visits, days, or thousandths of a unit (`units`).

    `individual_most` and `family_most` are None where there is no such figure; what is used is told all the same. `left`
    is what the member may still use, the family's figure considered; None without any limit.
    """

    kind: str
    """deductible, oop or limit."""
    code: str
    unit: str
    tiers: tuple[str, ...]
    clause: str
    period_on: date
    individual_most: int | None
    individual_used: int
    family_most: int | None
    family_used: int
    left: int | None


def standings(
    terms: PlanTerms, balances: Balances, member_id: int, coverage_tier: str, day: date
) -> tuple[Standing, ...]:
    """Every counter of a plan for a member on a day, in the plan's order."""
    is_family = coverage_tier != EMPLOYEE_ONLY
    found = []
    for kind, unit, tiers, counter in _counters(terms):
        individual, family = counter.limits(day, is_family=is_family)
        if individual is not None:
            individual += counter.rolled_over(balances, member_id, day)
        room = counter.room(balances, member_id, day, is_family=is_family)
        found.append(
            Standing(
                kind,
                counter.name,
                unit,
                tiers,
                counter.clause,
                counter.window_on(day).starts_on if counter.is_dated else counter.key_on(day),
                individual,
                counter.used(balances, member_id, day),
                family,
                counter.used(balances, FAMILY, day),
                None if room >= NO_LIMIT else room,
            )
        )
    return tuple(found)


def _counters(terms: PlanTerms) -> Iterator[tuple[str, str, tuple[str, ...], Counter]]:
    for deductible in terms.deductibles:
        yield "deductible", MONEY, deductible.tiers, deductible_counter(terms, deductible)
    for maximum in terms.out_of_pockets:
        yield "oop", MONEY, maximum.tiers, out_of_pocket_counter(terms, maximum)
    for limit in terms.limits:
        if limit.site is not None or limit.measure is Measure.BENEFITS:
            continue  # Every tooth, or benefit, has a figure of its own; there is none for the person.
        unit = MONEY if limit.measure in (Measure.ALLOWED, Measure.PAID) else limit.measure.value
        yield "limit", unit, limit.tiers, limit_counter(terms, limit)
