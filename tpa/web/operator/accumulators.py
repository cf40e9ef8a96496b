"""How accumulators are printed: what was used of what, in money, visits, days or units."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from tpa.books.plans import selectors as plans
from tpa.engine.accumulators.balances import FAMILY, Balances
from tpa.engine.accumulators.counter import Counter, deductible_counter, limit_counter, out_of_pocket_counter
from tpa.engine.plan.terms import Measure, PlanTerms, units_text
from tpa.web.templatetags.figures import money

_MONEY = (Measure.ALLOWED, Measure.PAID)


class Progress(NamedTuple):
    """How far a counter has come for a member, or for the family."""

    name: str
    whose: str
    used: int
    limit: int
    used_shown: str
    limit_shown: str


def measures_of(designs: Iterable[PlanTerms]) -> dict[str, Measure]:
    """Accumulator code -> what it counts, for the limits of these plans; every other code but visits counts cents."""
    return {f"{terms.line}:limit.{limit.code}": limit.measure for terms in designs for limit in terms.limits}


def measures_under(version_ids: Collection[int]) -> dict[str, Measure]:
    """As `measures_of`, for every version of the plans that have these."""
    dated = plans.published_terms(plans.plans_of(version_ids))
    return measures_of(one.terms for of_plan in dated.values() for one in of_plan)


def shown(code: str, amount: int, measures: dict[str, Measure], currency: str) -> str:
    """An amount with its unit."""
    usual = Measure.VISITS if ":visits." in code else Measure.ALLOWED
    measure = measures.get(code, usual)
    if measure in _MONEY:
        return money(amount, currency)
    return f"{units_text(amount) if measure is Measure.UNITS else amount} {measure.value}"


def counters_of(terms: PlanTerms) -> list[tuple[str, Counter]]:
    """(kind, counter) of every deductible, maximum and limit of a plan version."""
    return [
        *(("deductible", deductible_counter(terms, one)) for one in terms.deductibles),
        *(("out of pocket", out_of_pocket_counter(terms, one)) for one in terms.out_of_pockets),
        *(("limit", limit_counter(terms, one)) for one in terms.limits),
    ]


def progress(
    terms: PlanTerms, balances: Balances, member_id: int, day: date, *, tier: str, currency: str
) -> list[Progress]:
    """How far the member, and the family, have come in the period of `day`; what has no limit is left out."""
    measures, rows = measures_of([terms]), []
    for kind, counter in counters_of(terms):
        individual, family = counter.limits(day, is_family=tier != "EE")
        name = f"{terms.line} {kind} {counter.name}".replace("_", " ")
        for whose, key, limit in (("member", member_id, individual), ("family", FAMILY, family)):
            if limit is not None:
                used = counter.used(balances, key, day)
                told = (shown(counter.code, cents, measures, currency) for cents in (used, limit))
                rows.append(Progress(name, whose, used, limit, *told))
    return rows
