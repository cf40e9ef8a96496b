"""A plan's terms laid out for look-up: made once a plan version, so that a line costs a few dictionary look-ups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from tpa.engine.accumulators.counter import (
    Counter,
    amount_counter,
    deductible_counter,
    limit_counter,
    out_of_pocket_counter,
    savings_counter,
    visit_counter,
)
from tpa.engine.adjudication.compiled_dental import dental_share
from tpa.engine.adjudication.compiled_edits import CompiledEdits
from tpa.engine.adjudication.compiled_tiers import INSTALMENT, CompiledTier, compile_tiers, protected_tier
from tpa.engine.adjudication.facts import Claim, Person, ServiceLine
from tpa.engine.adjudication.stay import admission_day, is_admission
from tpa.engine.plan.teeth import known_tooth
from tpa.engine.plan.terms import Benefit, Each, Limit, Match, Measure, PlanTerms
from tpa.engine.plan.terms_share import Share
from tpa.engine.plan.terms_values import fits, fits_any
from tpa.engine.pricing.method import Step
from tpa.engine.pricing.table import tables_of
from tpa.kernel.periods import age_on

Condition = Callable[[ServiceLine, Claim, Person, str], bool]
_ELSEWHERE = (Measure.PAID, Measure.BENEFITS)
"""Measures that rules of their own look after."""
_MOST_KEPT = 2_000
_MOST_CODES = 50_000


class Fills:
    """What a part of cost sharing is stopped by and counts to (`caps`), and what it only counts to (`fed`)."""

    __slots__ = ("caps", "fed")

    def __init__(self, caps: tuple[Counter, ...] = (), fed: tuple[Counter, ...] = ()) -> None:
        self.caps = caps
        self.fed = fed


class HeldLimit(NamedTuple):
    """A limit, its counter, and the benefits that count towards it. Where it does not hold, its use only counts."""

    limit: Limit
    counter: Counter
    benefits: frozenset[str]
    holds: bool = True

    def counter_for(self, line: ServiceLine, claim: Claim) -> Counter | None:
        """The counter that the line counts to; None where the limit is not for the line."""
        each = self.limit.each
        if each is None:
            return self.counter
        if each is Each.ACCIDENT:
            return self.counter.keyed(claim.accident_on.isoformat()) if claim.accident_on else None
        if each is Each.CONDITION:
            return self.counter.keyed(line.diagnoses[0][:3] if line.diagnoses else "")
        if each is Each.STAY:
            return self.counter.keyed(admission_day(claim).isoformat()) if is_admission(claim) else None
        return self.counter.keyed(claim.provider)


class Program(NamedTuple):
    """The rules after the screens that concern a share, in order."""

    pricing: tuple[Callable[..., None], ...]
    is_weighed: bool
    """The claim's priced lines are weighed against each other before they share cost."""
    sharing: tuple[Callable[..., None], ...]


class CompiledShare:
    """A benefit in a tier: everything that the rules after the screens ask for."""

    __slots__ = (
        "asks_admissions", "authorizations", "benefit", "coinsurance", "coordination", "copay", "deductibles", "dental",
        "first_amount", "first_visits", "limits", "paid_limits", "prices", "program", "share", "tier", "visit_benefits",
        "waiting",
    )  # fmt: skip

    def __init__(self, plan: CompiledPlan, benefit: Benefit, share: Share, tier: CompiledTier) -> None:
        self.benefit = benefit
        self.share = share
        self.coordination = plan.terms.coordination
        self.dental = dental_share(plan.terms, benefit, share)
        self.tier = tier
        prices = tier.steps_for(benefit.benefit_class)
        self.prices: tuple[Step, ...] = (INSTALMENT, *prices) if self.dental and self.dental.orthodontia else prices
        self.copay = plan.fills(benefit, share, "copay", None)
        self.coinsurance = plan.fills(benefit, share, "coinsurance", None)
        self.deductibles = {
            step: (counter, plan.fills(benefit, share, "deductible", counter))
            for step in share.steps
            if (counter := plan.deductible(step, share.tier)) is not None
        }
        held = [
            one._replace(holds=share.tier in one.limit.tiers)
            for one in plan.limits
            if benefit.code in one.benefits and (share.tier in one.limit.tiers or share.tier in one.limit.fed_by)
        ]
        self.limits = tuple(one for one in held if one.limit.measure not in _ELSEWHERE and one.limit.site is None)
        self.paid_limits = tuple(one for one in held if one.limit.measure is Measure.PAID)
        self.waiting = tuple(one for one in plan.terms.waiting_periods if _is_held(benefit, one.benefits, one.classes))
        self.authorizations = tuple(
            one
            for one in plan.terms.authorizations
            if share.tier in one.tiers and _is_held(benefit, one.benefits, one.classes)
        )
        first = share.first_visits
        self.visit_benefits = plan.benefits_counting(first.counter) if first else frozenset()
        self.first_visits = visit_counter(plan.terms, first.counter, first.count, share.clause) if first else None
        amount = share.first_amount
        self.first_amount = amount_counter(plan.terms, amount, share.clause) if amount else None
        self.asks_admissions = plan.asks_admissions
        self.program: Program | None = None
        """The rules for this share, set when a line first asks."""


class CompiledPlan:
    """A plan version, compiled. Raises PlanError where a tier's pricing names no method or a wrong setting."""

    __slots__ = (
        "_by_codes",
        "_by_priority",
        "_known",
        "_law_counters",
        "_out_of_pockets",
        "_shares",
        "_tiers",
        "alternates",
        "asks_admissions",
        "deductibles",
        "edits",
        "limits",
        "outside",
        "outside_stop_loss",
        "priced_codes",
        "protected",
        "savings",
        "screens",
        "tables",
        "terms",
    )  # fmt: skip

    def __init__(self, terms: PlanTerms) -> None:
        self.terms = terms
        self.savings = savings_counter(terms)
        self.screens: tuple[Callable[..., None], ...] | None = None
        """The screens that have anything to do with the plan, set when a line first asks."""
        self._tiers = compile_tiers(terms)
        self.tables = frozenset(
            name for tier in terms.tiers for step in tier.prices for name in tables_of(step.settings)
        )
        """The tables of prices that the plan names."""
        self.edits = CompiledEdits(terms.edits) if terms.edits is not None else None
        self.priced_codes = frozenset(one.base for one in terms.edits.endoscopy) if terms.edits else frozenset()
        """The codes whose prices a claim may need though it does not bring them."""
        self.outside = next((tier for tier in self._tiers.values() if not tier.tier.network), None)
        self.outside_stop_loss = frozenset(one.code for one in terms.benefits if not one.stop_loss)
        self.protected = protected_tier(self._tiers) if terms.surprise_billing else None
        self.deductibles = {one.code: (one, deductible_counter(terms, one)) for one in terms.deductibles}
        self._out_of_pockets = tuple((one, out_of_pocket_counter(terms, one)) for one in terms.out_of_pockets)
        self.alternates = terms.dental.alternates
        self._known: dict[date, bool] = {}
        self._law_counters = tuple(
            counter
            for _, counter in (*self.deductibles.values(), *self._out_of_pockets)
            if counter.self_only_cap or counter.law is not None
        )
        self.limits = tuple(
            HeldLimit(one, limit_counter(terms, one), _held_benefits(terms, one)) for one in terms.limits
        )
        self._by_priority = sorted(
            ((benefit, _conditions(benefit.match)) for benefit in terms.benefits),
            key=lambda one: -one[0].priority,
        )
        self._by_codes: dict[tuple[str, str], tuple[tuple[Benefit, tuple[Condition, ...]], ...]] = {}
        self._shares: dict[tuple[str, str], CompiledShare] = {}
        self.asks_admissions = any(
            share.waived_if_admitted for benefit in terms.benefits for share in benefit.shares.values()
        )

    def tier(self, network: str) -> CompiledTier | None:
        """The tier for the name under which the provider takes part; "" is outside all networks (None: not covered there).

        A plan with a single tier uses it for everybody. Raises KeyError for a name that the plan does not know.
        """
        if len(self._tiers) == 1:
            return next(iter(self._tiers.values()))
        return self._tiers[network] if network else self.outside

    def share(self, line: ServiceLine, claim: Claim, person: Person, tier: CompiledTier) -> CompiledShare | None:
        """The benefit that the line matches with the highest priority, in the tier; None where none does."""
        codes = (line.procedure, line.revenue_code)
        candidates = self._by_codes.get(codes)
        if candidates is None:
            candidates = self._candidates(*codes)
        name = tier.tier.name
        for benefit, conditions in candidates:
            for holds in conditions:
                if not holds(line, claim, person, name):
                    break
            else:
                key = (benefit.code, tier.key)
                share = self._shares.get(key)
                if share is None:
                    share = self._shares[key] = CompiledShare(self, benefit, benefit.shares[name], tier)
                return share
        return None

    def names(self, line: ServiceLine, claim: Claim, person: Person) -> bool:
        """Whether a benefit that is covered in some tier names the line's code, and its other conditions hold there."""
        for benefit, conditions in self._candidates(line.procedure, line.revenue_code):
            if (benefit.match.codes or benefit.match.revenue_codes) and any(
                share.covered and all(holds(line, claim, person, tier) for holds in conditions)
                for tier, share in benefit.shares.items()
            ):
                return True
        return False

    def _candidates(self, procedure: str, revenue_code: str) -> tuple[tuple[Benefit, tuple[Condition, ...]], ...]:
        if len(self._by_codes) > _MOST_CODES:
            self._by_codes.clear()
        found = tuple(one for one in self._by_priority if meets_codes(one[0].match, procedure, revenue_code))
        self._by_codes[procedure, revenue_code] = found
        return found

    def deductible(self, step: str, tier: str) -> Counter | None:
        """The deductible that a step of cost sharing names: `deductible:code`, or the first that holds in the tier."""
        if not step.startswith("deductible"):
            return None
        _, _, code = step.partition(":")
        if code:
            return self.deductibles[code][1]
        return next((counter for one, counter in self.deductibles.values() if tier in one.tiers), None)

    def fills(self, benefit: Benefit, share: Share, part: str, deductible: Counter | None) -> Fills:
        """What a part of the member's share in a tier fills: the maximums that count it, and other tiers' deductibles."""
        caps: list[Counter] = []
        fed: list[Counter] = []
        if deductible is not None:
            caps.append(deductible)
            if self.deductible("deductible", share.tier) is deductible:
                general = {id(self.deductible("deductible", tier)) for tier in self._tiers}
                fed += [
                    counter
                    for one, counter in self.deductibles.values()
                    if counter is not deductible and id(counter) in general and share.tier in one.fed_by
                ]
        for one, counter in () if part in share.outside_out_of_pocket else self._out_of_pockets:
            if part not in one.counts or (one.benefits and benefit.code not in one.benefits):
                continue
            if share.tier in one.tiers:
                caps.append(counter)
            elif share.tier in one.fed_by:
                fed.append(counter)
        return Fills(tuple(caps), tuple(fed))

    def benefits_counting(self, visits: str) -> frozenset[str]:
        """The benefits whose first visits count under one name."""
        return frozenset(
            benefit.code
            for benefit in self.terms.benefits
            for share in benefit.shares.values()
            if share.first_visits is not None and share.first_visits.counter == visits
        )

    def copay_group(self, benefit: str) -> str:
        """The copay group of a benefit of this plan; a name that is none of its benefits is its own."""
        return next((one.copay_group for one in self.terms.benefits if one.code == benefit), benefit)

    def is_known(self, day: date) -> bool:
        """Whether the law's figures for the plan year of `day` are known."""
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = all(counter.is_known(day) for counter in self._law_counters)
        return known


def _held_benefits(terms: PlanTerms, limit: Limit) -> frozenset[str]:
    return frozenset(benefit.code for benefit in terms.benefits if _is_held(benefit, limit.benefits, limit.classes))


def _is_held(benefit: Benefit, benefits: tuple[str, ...], classes: tuple[str, ...]) -> bool:
    """Whether a benefit is one of those that a limit or a waiting period names; without names it is."""
    return (not benefits or benefit.code in benefits) and (not classes or benefit.benefit_class in classes)


def meets_codes(match: Match, procedure: str, revenue_code: str) -> bool:
    """Whether the codes of a line are meant; a match by both kinds of code asks for both."""
    return (not match.codes or any(fits(one, procedure) for one in match.codes)) and (
        not match.revenue_codes or any(fits(one, revenue_code) for one in match.revenue_codes)
    )


def _conditions(match: Match) -> tuple[Condition, ...]:
    """The conditions besides the codes, as functions."""
    found: list[Condition] = []
    if match.diagnoses:
        found.append(lambda line, claim, person, tier: any(fits_any(match.diagnoses, one) for one in line.diagnoses))
    if match.main_diagnoses:
        found.append(
            lambda line, claim, person, tier: bool(line.diagnoses) and fits_any(match.main_diagnoses, line.diagnoses[0])
        )
    if match.places:
        found.append(lambda line, claim, person, tier: line.place in match.places)
    if match.modifiers:
        found.append(lambda line, claim, person, tier: any(one in match.modifiers for one in line.modifiers))
    if match.specialties:
        found.append(lambda line, claim, person, tier: fits_any(match.specialties, claim.specialty))
    if match.tiers:
        found.append(lambda line, claim, person, tier: tier in match.tiers)
    if match.forms:
        found.append(lambda line, claim, person, tier: claim.form in match.forms)
    if match.age_from is not None or match.age_to is not None:
        youngest, oldest = match.age_from or 0, 999 if match.age_to is None else match.age_to
        found.append(lambda line, claim, person, tier: youngest <= age_on(person.birth_on, line.from_on) <= oldest)
    if match.teeth:
        found.append(lambda line, claim, person, tier: known_tooth(line.tooth) in match.teeth)
    if match.emergency is not None:
        found.append(lambda line, claim, person, tier: line.emergency is match.emergency)
    return tuple(found)


_kept: dict[int, CompiledPlan] = {}


def compile_plan(terms: PlanTerms) -> CompiledPlan:
    """The look-up form of `terms`, made once. Raises PlanError where its pricing does not fit.

    Terms are told apart by identity: a published version never changes. The compiled plan holds its terms, so that the
    identity stays theirs.
    """
    plan = _kept.get(id(terms))
    if plan is None:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        plan = _kept[id(terms)] = CompiledPlan(terms)
    return plan
