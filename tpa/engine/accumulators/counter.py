"""A counter: what a deductible, an out-of-pocket maximum or a limit allows one person, and what is left of it.

Entries are filed under `line:kind.code`, so that a dental and a medical deductible of one code stay apart, while two
medical plans of one employer that use the same code go on counting where the other stopped.
"""

from __future__ import annotations

from datetime import date
from enum import Enum

from tpa.engine.accumulators.balances import FAMILY, Balances
from tpa.engine.accumulators.carry_over import carried, late_code
from tpa.engine.accumulators.periods import key_on, window
from tpa.engine.accumulators.rollover import added_by
from tpa.engine.plan.terms import CarryOver, Deductible, FamilyRule, Limit, OutOfPocket, Period, PlanTerms
from tpa.engine.plan.terms_dental import Rollover
from tpa.engine.plan.terms_share import PARTS, FirstAmount
from tpa.engine.statute import MissingValueError, statute
from tpa.kernel.periods import Span, add_months, year_of

NO_LIMIT = 1 << 60
"""More than any amount: what is left of something without a limit."""
_MOST_KEPT = 10_000
_HDHP = "us/hdhp"
_ACA = "us/aca_out_of_pocket"


class Law(Enum):
    """The figure of an HSA-qualified plan that the law bounds."""

    DEDUCTIBLE = 1
    OUT_OF_POCKET = 2


def _at_least(given: int | None, least: int) -> int | None:
    return None if given is None else max(given, least)


_FIELDS = (
    "_caps", "_days", "_keyed", "_keys", "carry_over", "clause", "code", "days", "employee_only", "family", "individual",
    "is_dated", "law", "members", "months", "name", "period", "rollover", "rule", "self_only_cap", "starts_month",
)  # fmt: skip


class Counter:
    """One deductible, maximum or limit of a plan version, laid out for quick asking."""

    __slots__ = _FIELDS

    def __init__(self, code: str, period: Period, starts_month: int, *, name: str, clause: str) -> None:
        self.code = code
        self.name = name
        self.clause = clause
        self.period = period
        self.starts_month = starts_month
        self.individual: int | None = None
        self.employee_only: int | None = None
        self.family: int | None = None
        self.rule = FamilyRule.EMBEDDED
        self.members = 0
        self.months = 0
        self.days = 0
        self.rollover: Rollover | None = None
        self.self_only_cap = False
        self.law: Law | None = None
        self.carry_over: CarryOver | None = None
        self.is_dated = False
        self._keyed: dict[str, Counter] = {}
        self._keys: dict[date, date] = {}
        self._caps: dict[date, tuple[int | None, int | None]] = {}
        self._days: dict[date, bool] = {}

    def key_on(self, day: date) -> date:
        """The key day of a service on `day`."""
        key = self._keys.get(day)
        if key is None:
            key = day if self.is_dated else key_on(self.period, day, self.starts_month)
            self._keys[day] = key
        return key

    def keyed(self, key: str) -> Counter:
        """The counter of one thing that a limit counts by itself: an accident, a condition, a provider."""
        one = self._keyed.get(key)
        if one is None:
            if len(self._keyed) >= _MOST_KEPT:
                self._keyed.clear()
            one = self._keyed[key] = self._named(f"{self.code}@{key}")
        return one

    def _named(self, code: str) -> Counter:
        """The same counter under another code."""
        one = Counter(code, self.period, self.starts_month, name=self.name, clause=self.clause)
        for field in _FIELDS:
            setattr(one, field, getattr(self, field))
        one.code = code
        return one

    def limits(self, day: date, *, is_family: bool) -> tuple[int | None, int | None]:
        """What one person and what the family may reach in the period of `day`; None: no limit of that kind.

        Raises MissingValueError where the law's figure for the plan year is not known yet.
        """
        individual, family = self.individual, self.family
        if not is_family:
            alone = individual if self.employee_only is None else self.employee_only
            individual, family = (family if alone is None else alone), None
        elif self.rule is FamilyRule.AGGREGATE:
            individual = None
        if self.law is not None:
            individual, family = self._within_law(individual, family, day, is_family=is_family)
        if self.self_only_cap:
            alone_cap, family_cap = self._self_only_cents(day)
            cap = family_cap if is_family else alone_cap
            if cap is not None and (individual is None or cap < individual):
                individual = cap
        return individual, family

    def room(self, balances: Balances, member_id: int, day: date, *, is_family: bool) -> int:
        """What is left for the member on `day`, never below zero."""
        individual, family = self.limits(day, is_family=is_family)
        room = NO_LIMIT if individual is None else individual - self.used(balances, member_id, day)
        if self.rollover is not None:
            room += self.rolled_over(balances, member_id, day)
        if is_family and self.rule is FamilyRule.MEMBERS:
            return 0 if self._met_by(balances, day) >= self.members else max(room, 0)
        if family is not None:
            room = min(room, family - self.used(balances, FAMILY, day))
        return max(room, 0)

    def _met_by(self, balances: Balances, day: date) -> int:
        """How many members have reached the individual figure in the period of `day`."""
        key, individual = self.key_on(day), self.individual or 0
        if self.carry_over is None:
            return balances.members_at(self.code, key, individual)
        # What a member brings along from last year counts towards meeting it, for the others as for himself.
        late = balances.members_with(late_code(self.code), add_months(key, -12))
        known = {*balances.members_with(self.code, key), *late}
        return sum(1 for member_id in known if self.used(balances, member_id, day) >= individual)

    def used(self, balances: Balances, member_id: int, day: date) -> int:
        """What the member (or the family, 0) has used in the period of `day`, what was carried over included."""
        if self.is_dated:
            span = self.window_on(day)
            return balances.used_between(member_id, self.code, span.starts_on, span.last_day)
        key = self.key_on(day)
        used = balances.used(member_id, self.code, key)
        if self.carry_over is not None:
            used += self._carried(balances, member_id, add_months(key, -12))
        return used

    def window_on(self, day: date) -> Span:
        """The days that count for a service on `day`, where entries keep their own day."""
        if self.months or self.days:
            return window(day, self.months, self.days)
        return year_of(day, self.starts_month)

    def rolled_over(self, balances: Balances, member_id: int, day: date) -> int:
        """What the years before have added to the maximum of the year of `day`."""
        if self.rollover is None:
            return 0
        return added_by(self.rollover, balances, member_id, self.code, self.individual or 0, self.key_on(day))

    def _carried(self, balances: Balances, member_id: int, year_on: date) -> int:
        """What the year that began on `year_on` hands on."""
        if self.carry_over is None or self.carry_over.even_if_met:
            return carried(balances, member_id, self.code, year_on, None)
        if self.family is not None and balances.used(FAMILY, self.code, year_on) >= self.family:
            return 0
        return carried(balances, member_id, self.code, year_on, self.individual)

    def carries(self, day: date) -> bool:
        """Whether what is applied on `day` also counts for the next year."""
        if self.carry_over is None:
            return False
        late = self._days.get(day)
        if late is None:
            ends_before = add_months(self.key_on(day), 12)
            if self.carry_over.months is not None:
                late = day >= add_months(ends_before, -self.carry_over.months)
            else:
                late = (ends_before - day).days <= (self.carry_over.days or 0)
            self._days[day] = late
        return late

    def _self_only_cents(self, day: date) -> tuple[int | None, int | None]:
        """The ACA's self-only figure of the plan year of `day`, for who is alone and for each of a family.

        None before there was one: in families it holds two years later than alone (R-A11, R-A14).
        """
        if day not in self._caps:
            year_on = year_of(day, self.starts_month).starts_on
            law = statute(_ACA)
            if year_on < min(value.span.starts_on for value in law.values):
                self._caps[day] = None, None
            else:
                value = law.on(year_on)
                cents = int(value["self_only_cents"])
                self._caps[day] = cents, cents if value.get("holds_in_families", True) else None
        return self._caps[day]

    def _within_law(
        self, individual: int | None, family: int | None, day: date, *, is_family: bool
    ) -> tuple[int | None, int | None]:
        """The figures of an HSA-qualified plan, held to the law's of the plan year.

        A deductible is at least the law's; in a family tier an individual one reaches the family's least (R-A12). An
        out-of-pocket maximum is at most the law's, beside the ACA's cap: the lower of both holds (R-A13).
        """
        year_on = year_of(day, self.starts_month).starts_on
        law = statute(_HDHP)
        if year_on < min(value.span.starts_on for value in law.values):
            return individual, family
        figures = law.on(year_on)
        if self.law is Law.DEDUCTIBLE:
            family_least = figures["minimum_deductible_family_cents"]
            own_least = family_least if is_family else figures["minimum_deductible_self_cents"]
            return _at_least(individual, own_least), _at_least(family, family_least)
        if is_family:
            most = figures["maximum_out_of_pocket_family_cents"]
            return individual, most if family is None else min(family, most)
        most = figures["maximum_out_of_pocket_self_cents"]
        return (most if individual is None else min(individual, most)), family

    def is_known(self, day: date) -> bool:
        """Whether every figure for the plan year of `day` is known."""
        try:
            self.limits(day, is_family=True)
        except MissingValueError:
            return False
        return True


def deductible_counter(terms: PlanTerms, one: Deductible) -> Counter:
    """The counter of a deductible."""
    counter = _bucket(f"{terms.line}:deductible.{one.code}", terms, one)
    counter.carry_over = one.carry_over
    if terms.hsa_qualified and one.period is not Period.LIFETIME:
        counter.law = Law.DEDUCTIBLE
    return counter


def out_of_pocket_counter(terms: PlanTerms, one: OutOfPocket) -> Counter:
    """The counter of an out-of-pocket, coinsurance or copay maximum."""
    counter = _bucket(f"{terms.line}:oop.{one.code}", terms, one)
    counter.self_only_cap = one.self_only_cap
    if terms.hsa_qualified and len(one.counts) == len(PARTS) and not one.benefits and _in_network(terms, one):
        counter.law = Law.OUT_OF_POCKET
    return counter


def _in_network(terms: PlanTerms, one: OutOfPocket) -> bool:
    return any(tier.network and tier.name in one.tiers for tier in terms.tiers)


def _bucket(code: str, terms: PlanTerms, one: Deductible | OutOfPocket) -> Counter:
    counter = Counter(code, one.period, terms.year_starts_month, name=one.code, clause=one.clause)
    counter.individual = one.individual_cents
    counter.employee_only = one.employee_only_cents
    counter.family = one.family_cents
    counter.rule = one.family_rule
    counter.members = one.family_members
    return counter


def limit_counter(terms: PlanTerms, one: Limit) -> Counter:
    """The counter of a benefit limit or plan maximum. One for the family adds up over its people in every tier."""
    counter = Counter(
        f"{terms.line}:limit.{one.code}", one.period, terms.year_starts_month, name=one.code, clause=one.clause
    )
    if one.per_family:
        counter.family = one.most
        counter.rule = FamilyRule.EMBEDDED
    else:
        counter.individual = one.most
    counter.months = one.months
    counter.days = one.days
    counter.rollover = one.rollover
    counter.is_dated = one.period is Period.ROLLING
    return counter


def amount_counter(terms: PlanTerms, first: FirstAmount, clause: str) -> Counter:
    """The counter of the first dollars of a plan year."""
    counter = Counter(
        f"{terms.line}:first.{first.counter}",
        Period.PLAN_YEAR,
        terms.year_starts_month,
        name=first.counter,
        clause=clause,
    )
    counter.individual = first.most_cents
    return counter


def savings_counter(terms: PlanTerms) -> Counter:
    """The savings bank of coordination: what is kept for a person in a plan year, drawings below zero."""
    return Counter(f"{terms.line}:savings", Period.PLAN_YEAR, terms.year_starts_month, name="savings", clause="")


def site_counter(terms: PlanTerms, one: Limit, place: str) -> Counter:
    """The counter of a limit that counts every tooth, surface, quadrant or arch by itself: of one of them."""
    counter = limit_counter(terms, one)
    counter.code = f"{counter.code}@{place}"
    return counter


def visit_counter(terms: PlanTerms, name: str, count: int, clause: str) -> Counter:
    """The counter of the first visits of a plan year: filed under the day of the visit."""
    counter = Counter(
        f"{terms.line}:visits.{name}", Period.PLAN_YEAR, terms.year_starts_month, name=name, clause=clause
    )
    counter.individual = count
    counter.is_dated = True
    return counter
