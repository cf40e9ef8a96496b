"""From a plan document (TOML or JSON, as Python values) to its terms. Every faulty table is reported at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from tpa.engine.plan.parse_access import read_authorization, read_waiting_period
from tpa.engine.plan.parse_control import read_control, read_review_rule
from tpa.engine.plan.parse_coordination import parse_coordination
from tpa.engine.plan.parse_dental import dental_terms, names_of, rollover, teeth
from tpa.engine.plan.parse_edits import parse_edits
from tpa.engine.plan.parse_share import EVERY_TIER, read_shares
from tpa.engine.plan.teeth import Site
from tpa.engine.plan.terms import (
    Benefit,
    CarryOver,
    Deductible,
    Each,
    Excess,
    FamilyRule,
    Limit,
    Match,
    Measure,
    OtherParty,
    OutOfPocket,
    Period,
    PlanError,
    PlanTerms,
    PriceStep,
    Screen,
    Tier,
    Unlisted,
)
from tpa.engine.plan.terms_share import PARTS
from tpa.engine.plan.terms_values import amount, clause, code, patterns, whole_table
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.errors import DomainError

T = TypeVar("T")
LINES = ("medical", "dental", "vision")
FORMS = ("professional", "institutional", "dental", "drug")
_ACCUMULATED = (Period.PLAN_YEAR, Period.CALENDAR_YEAR, Period.LIFETIME)


def parse_plan(document: Mapping[str, Any]) -> PlanTerms:
    """The terms of a plan document; its format is written down in the README of the plans book.

    Raises PlanError with all faults found: of each table of the document the first one.
    """
    return _Parser(document).terms()


class _Parser:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self.faults: list[DomainError] = []
        try:
            self.plan = Section(document)
        except DocumentError as fault:
            raise PlanError([fault]) from fault

    def terms(self) -> PlanTerms:
        plan, read = self.plan, self.read
        tiers = self.each("tiers", _tier)
        names = [tier.name for tier in tiers]
        deductibles = self.each("deductibles", lambda one: _deductible(one, names))
        capped = _under_aca(plan, tiers)
        codes = [one.code for one in deductibles]
        benefits = self.each("benefits", lambda one: _benefit(one, names, codes))
        out_of_pockets = self.each(
            "out_of_pocket_maximums", lambda one: _out_of_pocket(one, names, capped, [each.code for each in benefits])
        )
        limits = self.each("limits", lambda one: _limit(one, names, benefits))
        authorizations = self.each("authorizations", lambda one: read_authorization(one, names, benefits))
        reviews = self.each("review_rules", lambda one: read_review_rule(one, names, benefits))
        waiting_periods = self.each("waiting_periods", lambda one: read_waiting_period(one, benefits))
        self.refuse_twice("tiers", names)
        self.refuse_twice("benefits", [one.code for one in benefits])
        self.refuse_twice("deductibles", codes)
        self.refuse_twice("out_of_pocket_maximums", [one.code for one in out_of_pockets])
        self.refuse_twice("limits", [one.code for one in limits])
        self.refuse_twice("authorizations", [one.code for one in authorizations])
        self.refuse_twice("review_rules", [one.code for one in reviews])
        self.refuse_twice("waiting_periods", [one.code for one in waiting_periods])
        read(lambda: _need(plan, "tiers"))
        read(lambda: _need(plan, "benefits"))
        found: dict[str, Any] = {
            "name": read(lambda: plan.text("name")),
            "line": read(lambda: plan.choice("line", LINES)),
            "year_starts_month": read(lambda: plan.whole("year_starts_month", 1, least=1, most=12)),
            "hsa_qualified": read(lambda: plan.flag("hsa_qualified", False)),
            "grandfathered": read(lambda: plan.flag("grandfathered", False)),
            "appeal_levels": read(lambda: plan.whole("appeal_levels", 1, least=1, most=2)),
            "timely_filing_months": read(lambda: plan.whole("timely_filing_months", None, least=1, most=120)),
            "dependent_age_limit": read(lambda: plan.whole("dependent_age_limit", None, least=18, most=120)),
            "review_over_cents": read(lambda: amount(plan, "review_over", None)),
            "unlisted": read(lambda: Unlisted(plan.choice("unlisted", tuple(Unlisted), Unlisted.DENY))),
            "other_party": read(lambda: _other_party(plan)),
            "coordination": read(lambda: parse_coordination(plan)),
            "edits": read(lambda: parse_edits(plan, names)),
            "surprise_billing": read(lambda: plan.flag("surprise_billing", plan.value("line", "") == "medical")),
            "suspected_duplicates": read(
                lambda: Screen(plan.choice("suspected_duplicates", tuple(Screen), Screen.PAY))
            ),
            "examples": read(lambda: tuple(dict(one.items()) for one in _tables(plan, "examples"))),
            "control": read(lambda: read_control(plan, reviews)),
            "dental": read(lambda: dental_terms(plan, names_of(names, benefits), self.each)),
        }
        read(plan.refuse_unknown)
        if self.faults:
            raise PlanError(self.faults)
        return PlanTerms(
            tiers=tuple(tiers),
            deductibles=tuple(deductibles),
            out_of_pockets=tuple(out_of_pockets),
            limits=tuple(limits),
            benefits=tuple(benefits),
            waiting_periods=tuple(waiting_periods),
            authorizations=tuple(authorizations),
            **found,
        )

    def read(self, take: Callable[[], T]) -> T | None:
        """What `take` reads; its fault is noted, and reading goes on."""
        try:
            return take()
        except DomainError as fault:
            self.faults.append(fault)
            return None

    def each(self, key: str, parse: Callable[[Section], T]) -> list[T]:
        """Every table of a list, the faulty ones left out and noted."""
        found = []
        for section in self.read(lambda: self.plan.sections(key)) or []:
            parsed = self.read(lambda section=section: whole_table(section, parse))  # type: ignore[misc]
            if parsed is not None:
                found.append(parsed)
        return found

    def refuse_twice(self, key: str, names: list[str]) -> None:
        for place, name in enumerate(names):
            if name in names[:place]:
                self.faults.append(DocumentError(f"{name!r} stands twice.", where=f"/{key}/{place}"))


def _need(plan: Section, key: str) -> None:
    if not plan.value(key, []):
        raise DocumentError(f"A plan needs at least one of its {key}.", where=plan.at(key))


def _tables(plan: Section, key: str) -> list[Mapping[str, Any]]:
    plan.sections(key)
    found: list[Mapping[str, Any]] = plan.value(key, [])
    return found


def _other_party(plan: Section) -> OtherParty:
    if "other_party" not in plan:
        plan.value("other_party", None)
        return OtherParty(Screen.PEND, Screen.PEND, Screen.PEND)
    with plan.section("other_party") as one:
        return OtherParty(
            *(
                Screen(one.choice(key, tuple(Screen), Screen.PEND))
                for key in ("other_coverage", "accident", "work_related")
            )
        )


def _tier(one: Section) -> Tier:
    network = one.flag("network")
    name = code(one, "name")
    if name == EVERY_TIER:
        raise DocumentError(f"{EVERY_TIER!r} means every tier and cannot name one.", where=one.at("name"))
    prices = tuple(_price(step) for step in one.sections("prices"))
    if not prices:
        raise DocumentError("At least one way of pricing is wanted.", where=one.at("prices"))
    return Tier(
        name=name,
        label=one.text("label", name),
        network=network,
        prices=prices,
        lesser_of_billed=one.flag("lesser_of_billed", True),
        excess=Excess(one.choice("excess", tuple(Excess), Excess.WRITE_OFF if network else Excess.MEMBER)),
        clause=clause(one),
    )


def _price(step: Section) -> PriceStep:
    settings = {key: step.value(key) for key in step.keys() if key != "method"}  # noqa: SIM118
    return PriceStep(method=code(step, "method"), settings=settings, clause=step.where)


def _bucket(one: Section, names: list[str]) -> dict[str, Any]:
    """What a deductible and an out-of-pocket maximum have in common."""
    tiers = one.texts("tiers", tuple(names), options=names)
    rule = FamilyRule(one.choice("family_rule", tuple(FamilyRule), FamilyRule.EMBEDDED))
    individual, family = amount(one, "individual", None), amount(one, "family", None)
    if individual is None and (family is None or rule is FamilyRule.MEMBERS):
        raise DocumentError("The individual amount is missing.", where=one.at("individual"))
    if family is None and rule is FamilyRule.AGGREGATE:
        raise DocumentError("An aggregate rule needs the family amount.", where=one.at("family"))
    if family is not None and rule is FamilyRule.MEMBERS:
        raise DocumentError("With family_rule members, family_members takes the place of it.", where=one.at("family"))
    employee_only = amount(one, "employee_only", None)
    if employee_only is not None and rule is FamilyRule.AGGREGATE:
        told = "With an aggregate rule the individual amount is that of the employee-only tier already."
        raise DocumentError(told, where=one.at("employee_only"))
    return {
        "code": code(one),
        "tiers": tiers,
        "fed_by": one.texts("fed_by", tiers, options=names),
        "individual_cents": individual,
        "family_cents": family,
        "family_rule": rule,
        "family_members": one.whole("family_members", least=1, most=10) if rule is FamilyRule.MEMBERS else 0,
        "employee_only_cents": employee_only,
        "period": Period(one.choice("period", _ACCUMULATED, Period.PLAN_YEAR)),
        "clause": clause(one),
    }


def _deductible(one: Section, names: list[str]) -> Deductible:
    bucket = _bucket(one, names)
    carry_over = None
    if "carry_over" in one:
        with one.section("carry_over") as carried:
            months = carried.whole("months", None, least=1, most=11)
            days = carried.whole("days", None, least=1, most=364)
            if (months is None) == (days is None):
                raise DocumentError("Either months or days is wanted.", where=carried.where)
            carry_over = CarryOver(months, days, carried.flag("even_if_met", False))
        if bucket["period"] is Period.LIFETIME:
            raise DocumentError("A lifetime deductible has nothing to carry over.", where=one.at("carry_over"))
        if bucket["employee_only_cents"] is not None and not carry_over.even_if_met:
            told = "Whether last year's deductible was met depends on last year's tier: only even_if_met can be told."
            raise DocumentError(told, where=one.at("carry_over"))
    return Deductible(carry_over=carry_over, **bucket)


def _under_aca(plan: Section, tiers: list[Tier]) -> set[str]:
    """The tiers whose cost sharing the ACA caps: in network, of a medical plan that is not grandfathered."""
    if plan.value("line", "") != "medical" or plan.value("grandfathered", False) is True:
        return set()
    return {tier.name for tier in tiers if tier.network}


def _out_of_pocket(one: Section, names: list[str], capped: set[str], benefits: list[str]) -> OutOfPocket:
    counts, chosen = one.texts("counts", PARTS, options=PARTS), one.texts("benefits", (), options=benefits)
    bucket = _bucket(one, names)
    by_law = set(counts) == set(PARTS) and not chosen and not capped.isdisjoint(bucket["tiers"])
    return OutOfPocket(counts=counts, benefits=chosen, self_only_cap=one.flag("self_only_cap", by_law), **bucket)


def _limit(one: Section, names: list[str], benefits: list[Benefit]) -> Limit:
    measure = Measure(one.choice("measure", tuple(Measure)))
    period = Period(one.choice("period", tuple(Period), Period.PLAN_YEAR))
    if measure in (Measure.ALLOWED, Measure.PAID):
        most = amount(one, "most")
    else:
        most = one.whole("most", most=100_000) * (1000 if measure is Measure.UNITS else 1)
    known = names_of(names, benefits)
    days = one.whole("days", 0, most=366) if period is Period.ROLLING else 0
    months = one.whole("months", least=0 if days else 1, most=600) if period is Period.ROLLING else 0
    site = one.choice("site", tuple(Site), None)
    if site is not None and measure not in (Measure.UNITS, Measure.VISITS):
        raise DocumentError("A limit by site counts units or visits.", where=one.at("measure"))
    each = one.choice("each", tuple(Each), None)
    return Limit(
        code=code(one),
        measure=measure,
        most=most,
        per_family=one.choice("per", ("person", "family"), "person") == "family",
        period=period,
        months=months if period is Period.ROLLING else 0,
        tiers=one.texts("tiers", tuple(names), options=names),
        benefits=one.texts("benefits", (), options=[benefit.code for benefit in benefits]),
        classes=one.texts("classes", (), options=list(known.classes)),
        clause=clause(one),
        days=days,
        site=None if site is None else Site(site),
        prior_placement=site is not None and one.flag("prior_placement", False),
        rollover=rollover(one, known, measure, period),
        fed_by=one.texts("fed_by", (), options=names),
        each=None if each is None else Each(each),
        excess=Excess(one.choice("excess", tuple(Excess), Excess.MEMBER)),
    )


def _match(one: Section, names: list[str]) -> Match:
    return Match(
        codes=patterns(one, "codes"),
        revenue_codes=patterns(one, "revenue_codes"),
        diagnoses=patterns(one, "diagnoses"),
        main_diagnoses=patterns(one, "main_diagnoses"),
        places=one.texts("places", ()),
        modifiers=one.texts("modifiers", ()),
        specialties=patterns(one, "specialties"),
        tiers=one.texts("tiers", (), options=names),
        forms=one.texts("forms", (), options=FORMS),
        age_from=one.whole("age_from", None, most=150),
        age_to=one.whole("age_to", None, most=150),
        emergency=one.flag("emergency", None),
        teeth=teeth(one),
    )


def _benefit(one: Section, names: list[str], deductibles: list[str]) -> Benefit:
    match = whole_table(one.section("match"), lambda section: _match(section, names)) if "match" in one else Match()
    one.value("match", None)
    name = code(one)
    return Benefit(
        code=name,
        label=one.text("label", name),
        benefit_class=code(one, "class") if "class" in one else one.text("class", ""),
        priority=one.whole("priority", match.condition_count, most=1000),
        match=match,
        shares=read_shares(one, names, deductibles, name),
        copay_group=one.text("copay_group", name),
        clause=clause(one),
        stop_loss=one.flag("stop_loss", True),
    )
