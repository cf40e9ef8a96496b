"""What a benefit's share has of the dental and vision terms, laid out for look-up; None where it has nothing of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from tpa.engine.accumulators.counter import Counter, site_counter
from tpa.engine.accumulators.rollover import care_code
from tpa.engine.plan.terms import Benefit, Limit, Measure, Period, PlanTerms
from tpa.engine.plan.terms_dental import (
    Allowance,
    Alternate,
    DentalTerms,
    Incentive,
    MissingToothClause,
    Orthodontia,
    RecentVisit,
    Services,
)
from tpa.engine.plan.terms_share import Share


class SiteLimit:
    """A limit that counts every tooth, surface, quadrant or arch by itself."""

    __slots__ = ("_counters", "_terms", "limit")

    def __init__(self, terms: PlanTerms, limit: Limit) -> None:
        self.limit = limit
        self._terms = terms
        self._counters: dict[str, Counter] = {}

    def counter(self, place: str) -> Counter:
        """The counter of one place."""
        found = self._counters.get(place)
        if found is None:
            found = self._counters[place] = site_counter(self._terms, self.limit, place)
        return found


class OneOf(NamedTuple):
    """A limit on how many different benefits are used: a counter for each of them."""

    limit: Limit
    counters: dict[str, Counter]


class DentalShare(NamedTuple):
    """Everything dental that concerns a benefit in a tier."""

    terms: DentalTerms
    site_limits: tuple[SiteLimit, ...]
    one_ofs: tuple[OneOf, ...]
    incentive: tuple[Incentive, str] | None
    """With the code under which its years stand."""
    recent_visit: tuple[RecentVisit, str] | None
    cares: tuple[str, ...]
    """The codes under which a service of this benefit is filed as a visit."""
    missing_tooth: MissingToothClause | None
    """Of the plan: every benefit may be an extraction that is to be remembered."""
    orthodontia: Orthodontia | None
    allowances: tuple[tuple[Allowance, Counter], ...]
    alternates: tuple[Alternate, ...]


def incentive_code(line: str, code: str) -> str:
    """The code under which the years of an incentive stand."""
    return f"{line}:incentive.{code}"


def dental_share(terms: PlanTerms, benefit: Benefit, share: Share) -> DentalShare | None:
    """What concerns the benefit in the share's tier; None for nothing."""
    dental, named = terms.dental, (benefit.code, benefit.benefit_class)
    held = [one for one in terms.limits if share.tier in one.tiers and holds_limit(one, benefit)]
    incentive = next((one for one in dental.incentives if one.services.holds(*named)), None)
    recent = next((one for one in dental.recent_visits if one.services.holds(*named)), None)
    braces = dental.orthodontia
    found = DentalShare(
        dental,
        tuple(SiteLimit(terms, one) for one in held if one.site),
        tuple(OneOf(one, _choices(terms, one)) for one in held if one.measure is Measure.BENEFITS),
        (incentive, incentive_code(terms.line, incentive.code)) if incentive else None,
        (recent, incentive_code(terms.line, recent.code)) if recent else None,
        tuple(_cares(terms, benefit, held)),
        dental.missing_tooth,
        braces if braces and braces.services.holds(*named) else None,
        tuple(
            (one, _allowance_counter(terms, one))
            for one in dental.allowances
            if share.tier in one.tiers and one.services.holds(*named)
        ),
        tuple(one for one in dental.alternates if share.tier in one.tiers),
    )
    return found if any(found[1:]) else None


def holds_limit(limit: Limit, benefit: Benefit) -> bool:
    """Whether a limit holds for a benefit."""
    return (not limit.benefits or benefit.code in limit.benefits) and (
        not limit.classes or benefit.benefit_class in limit.classes
    )


def _choices(terms: PlanTerms, limit: Limit) -> dict[str, Counter]:
    return {one.code: site_counter(terms, limit, one.code) for one in terms.benefits if holds_limit(limit, one)}


def _cares(terms: PlanTerms, benefit: Benefit, held: Collection[Limit]) -> Iterable[str]:
    named = (benefit.code, benefit.benefit_class)
    for incentive in terms.dental.incentives:
        if incentive.visits.holds(*named):
            yield care_code(incentive_code(terms.line, incentive.code))
    for test in terms.dental.recent_visits:
        if test.visits.holds(*named):
            yield care_code(incentive_code(terms.line, test.code))
    for limit in terms.limits:
        # Without `visits` any service counts that the maximum holds for; one that is named counts wherever it is.
        if limit.rollover is not None and (
            limit in held if limit.rollover.visits == Services() else limit.rollover.visits.holds(*named)
        ):
            yield care_code(f"{terms.line}:limit.{limit.code}")


def _allowance_counter(terms: PlanTerms, one: Allowance) -> Counter:
    counter = Counter(
        f"{terms.line}:allowance.{one.code}", Period.DAY, terms.year_starts_month, name=one.code, clause=one.clause
    )
    counter.individual = one.most_cents
    return counter
