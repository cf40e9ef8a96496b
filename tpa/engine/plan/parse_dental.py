"""The dental and vision keys of a plan document: incentives, alternates, missing teeth, orthodontia, allowances, rollover."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from tpa.engine.plan.teeth import SETS, teeth_of
from tpa.engine.plan.terms import Benefit, Measure, Period
from tpa.engine.plan.terms_dental import (
    Allowance,
    Alternate,
    DentalTerms,
    Incentive,
    Missed,
    MissingToothClause,
    Orthodontia,
    RecentVisit,
    Rollover,
    RolloverDesign,
    Services,
)
from tpa.engine.plan.terms_values import amount, clause, code, patterns, percent_bp, whole_table
from tpa.kernel.document import DocumentError, Section

T = TypeVar("T")
EXTRACTIONS = ("D7111", "D7140", "D7210-D7251")
TREATMENT_STARTS = ("D8010-D8090",)
_EVERY = {"month": 1, "quarter": 3}
_YEARS = (Period.PLAN_YEAR, Period.CALENDAR_YEAR)


class Names(NamedTuple):
    """The codes that a plan document may refer to."""

    tiers: Sequence[str]
    benefits: Sequence[str]
    classes: Sequence[str]


def names_of(tiers: Sequence[str], benefits: Sequence[Benefit]) -> Names:
    """The codes of a plan's tiers, benefits and classes."""
    return Names(
        tiers,
        [benefit.code for benefit in benefits],
        sorted({benefit.benefit_class for benefit in benefits} - {""}),
    )


def dental_terms(
    plan: Section, names: Names, each: Callable[[str, Callable[[Section], Any]], list[Any]]
) -> DentalTerms:
    """The keys of the whole plan. `each` reads a list of tables and notes their faults."""
    return DentalTerms(
        incentives=tuple(each("incentives", lambda one: _incentive(one, names))),
        recent_visits=tuple(each("recent_visits", lambda one: _recent_visit(one, names))),
        alternates=tuple(each("alternates", lambda one: _alternate(one, names))),
        missing_tooth=_table(plan, "missing_tooth", lambda one: _missing_tooth(one, names)),
        orthodontia=_table(plan, "orthodontia", lambda one: _orthodontia(one, names)),
        allowances=tuple(each("allowances", lambda one: _allowance(one, names))),
        estimates_reserve=plan.choice("predeterminations", ("reserve_nothing", "reserve"), "reserve_nothing")
        == "reserve",
    )


def _table(section: Section, key: str, parse: Callable[[Section], T]) -> T | None:
    if key not in section:
        section.value(key, None)
        return None
    return whole_table(section.section(key), parse)


def services(one: Section, names: Names, *, of: str = "") -> Services:
    """Benefits by `benefits` and `classes`; with `of` the table under that key, all where there is none."""
    if of:
        return _table(one, of, lambda table: services(table, names)) or Services()
    return Services(one.texts("benefits", (), options=names.benefits), one.texts("classes", (), options=names.classes))


def _needed_services(one: Section, names: Names) -> Services:
    found = services(one, names)
    if not (found.benefits or found.classes):
        raise DocumentError("It must say for which benefits or classes it holds.", where=one.at("benefits"))
    return found


def _incentive(one: Section, names: Names) -> Incentive:
    return Incentive(
        code=code(one),
        services=services(one, names),
        visits=services(one, names, of="visits"),
        step_bp=percent_bp(one, "step"),
        least_bp=percent_bp(one, "least", 0),
        missed=Missed(one.choice("missed", tuple(Missed), Missed.STAYS)),
        by_calendar_year=one.choice("period", _YEARS, Period.PLAN_YEAR) == Period.CALENDAR_YEAR,
        clause=clause(one),
    )


def _recent_visit(one: Section, names: Names) -> RecentVisit:
    return RecentVisit(
        code=code(one),
        services=services(one, names),
        visits=services(one, names, of="visits"),
        months=one.whole("months", 12, least=1, most=120),
        without_bp=percent_bp(one, "coinsurance_without"),
        clause=clause(one),
    )


def teeth(one: Section, key: str = "teeth") -> frozenset[str]:
    """A list of teeth: numbers, ranges, names of groups; empty where there is none."""
    try:
        return teeth_of(one.texts(key, ()))
    except ValueError as fault:
        raise DocumentError(
            f"{str(fault)[:60]!r} is no tooth.",
            where=one.at(key),
            remedy=f"Write 1 to 32, A to T, a range (2-5), or one of {', '.join(SETS)}.",
        ) from fault


def _alternate(one: Section, names: Names) -> Alternate:
    with one.section("pays_as") as table:
        pays_as = {service: str(table.text(service)) for service in table.keys()}  # noqa: SIM118
    if not pays_as:
        raise DocumentError("Which service is paid as which?", where=one.at("pays_as"))
    for dearer, cheaper in pays_as.items():
        if cheaper == dearer or cheaper in pays_as:
            raise DocumentError(
                f"{dearer} is paid as {cheaper}, which is itself paid as another.", where=one.at("pays_as")
            )
    return Alternate(pays_as, teeth(one), one.texts("tiers", tuple(names.tiers), options=names.tiers), clause(one))


def _missing_tooth(one: Section, names: Names) -> MissingToothClause:
    return MissingToothClause(_needed_services(one, names), patterns(one, "extractions") or EXTRACTIONS, clause(one))


def _orthodontia(one: Section, names: Names) -> Orthodontia:
    return Orthodontia(
        services=_needed_services(one, names),
        starts=patterns(one, "starts") or TREATMENT_STARTS,
        initial_bp=percent_bp(one, "initial"),
        every_months=_EVERY[one.choice("every", tuple(_EVERY), "month")],
        months=one.whole("months", None, least=1, most=60),
        clause=clause(one),
    )


def _allowance(one: Section, names: Names) -> Allowance:
    return Allowance(
        code=code(one),
        services=_needed_services(one, names),
        tiers=one.texts("tiers", tuple(names.tiers), options=names.tiers),
        most_cents=amount(one, "most"),
        over_bp=percent_bp(one, "member_pays_over", 10_000),
        clause=clause(one),
    )


def rollover(one: Section, names: Names, measure: Measure, period: Period) -> Rollover | None:
    """The key `rollover` of a limit. Raises DocumentError where the limit is no yearly maximum of one person."""
    found = _table(one, "rollover", lambda table: _rollover(table, names))
    if found and (measure is not Measure.PAID or period not in _YEARS or one.value("per", "person") == "family"):
        raise DocumentError(
            "Only a yearly maximum of what the plan pays for one person rolls over.", where=one.at("rollover")
        )
    return found


def _rollover(one: Section, names: Names) -> Rollover:
    design = RolloverDesign(one.choice("design", tuple(RolloverDesign)))
    with_threshold = design is RolloverDesign.THRESHOLD
    visits = services(one, names, of="visits")
    if not with_threshold and visits == Services():
        raise DocumentError("Which benefits or classes are a preventive visit?", where=one.at("visits"))
    return Rollover(
        design=design,
        threshold_cents=amount(one, "threshold") if with_threshold else 0,
        adds_cents=amount(one, "adds"),
        most_cents=amount(one, "most"),
        visits=visits,
        missed=Missed(one.choice("missed", (Missed.STAYS, Missed.RESTARTS), Missed.RESTARTS)),
    )
