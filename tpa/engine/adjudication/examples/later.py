"""What comes later in an example's list of claims: what becomes known of a person, and deciding everything again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple

from tpa.engine.adjudication.compiled import compile_plan
from tpa.engine.adjudication.examples.access import read_authorizations
from tpa.engine.adjudication.examples.dental import earlier_claim
from tpa.engine.adjudication.examples.expect import Expected, claim_expected
from tpa.engine.adjudication.examples.payers import read_elsewhere
from tpa.engine.adjudication.examples.used import Used, read_used_by
from tpa.engine.adjudication.facts import Authorization, Coverage, Elsewhere
from tpa.engine.plan.parse import parse_plan
from tpa.engine.plan.terms import COVERAGE_TIERS, PlanError, PlanTerms
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.periods import FOREVER, Span

PLAN_ID = 1
_ALWAYS = Span(date(1900, 1, 1))


class Known(NamedTuple):
    """How an example calls its people, and what holds for them without a word: tier, and who holds the coverage."""

    names: Mapping[str, int]
    coverage_tier: str
    holder: str
    holder_birth_on: date
    plan: Mapping[str, Any]
    """The plan document, of which a later version changes parts; empty where it is not at hand."""

    def person(self, section: Section) -> int:
        """Who is meant by `person`; the first one without it."""
        return self.names[section.choice("person", tuple(self.names), next(iter(self.names)))]


class Learned(NamedTuple):
    """From here on this is known of a person, always to have been so; None: nothing new."""

    where: str
    member_id: int
    coverages: tuple[Coverage, ...] | None
    paid_until: date | None
    elsewhere: Elsewhere | None
    authorizations: Mapping[int, tuple[Authorization, ...]]
    version: tuple[date, PlanTerms] | None = None
    """A version of the plan, and the day from which it is in force."""


class Outside(NamedTuple):
    """What somebody has used elsewhere on a day, as it comes to be known: amounts that may be below zero."""

    where: str
    on: date
    used: tuple[Used, ...]


class Rippled(NamedTuple):
    """Everything is decided again. `rows`: place, number of a claim, and what it must then come to."""

    where: str
    rows: tuple[tuple[str, int, Expected], ...]


def read_later(
    section: Section, known: Known, terms: PlanTerms, claims: Collection[int]
) -> Learned | Outside | Rippled | None:
    """A row that is no claim; None where it is one. `claims` are the numbers of the claims before it."""
    if "learned" in section:
        with section as one, one.section("learned") as row:
            return _learned(row, known, terms)
    if "outside" in section:
        with section as one, one.section("outside") as row:
            member_id, on = known.person(row), row.day("on")
            return Outside(one.where, on, read_used_by(row, "used", member_id, terms, signed=True))
    if "ripple" in section:
        with section as one:
            return Rippled(one.where, tuple(_again(row, claims, terms) for row in one.sections("ripple")))
    return None


def read_replaced(section: Section, frequency: str, claims: Collection[int]) -> int | None:
    """The number of the claim that this one of frequency 7 or 8 names; None where it names none."""
    if "replaces" not in section:
        section.value("replaces", None)
        return None
    if frequency not in ("7", "8"):
        raise DocumentError("Only a claim of frequency 7 or 8 replaces another.", where=section.at("replaces"))
    return earlier_claim(section, "replaces", claims)


def read_coverages(section: Section, tier: str, line: str) -> tuple[Coverage, ...]:
    """The keys `covered` (one span or several, each perhaps with a `coverage_tier`) and `paid_until` of a person."""
    paid_until = section.day("paid_until", None)
    if "covered" not in section:
        section.value("covered", None)
        return (Coverage(line, PLAN_ID, tier, *_ALWAYS, paid_until),)
    is_list = isinstance(section.value("covered"), list)
    rows = section.sections("covered") if is_list else [section.section("covered")]
    found: list[Coverage] = []
    for row in rows:
        with row as one:
            starts_on, ends_before = one.day("starts_on"), one.day("ends_before", FOREVER)
            tier_now = one.choice("coverage_tier", COVERAGE_TIERS, tier)
        if starts_on >= ends_before:
            raise DocumentError("starts_on must be before ends_before.", where=row.where)
        if found and found[-1].ends_before > starts_on:
            raise DocumentError("It begins before the one above it ends.", where=row.at("starts_on"))
        found.append(Coverage(line, PLAN_ID, tier_now, starts_on, ends_before, paid_until))
    return tuple(found)


def _learned(row: Section, known: Known, terms: PlanTerms) -> Learned:
    if row.keys() in ([], ["person"]):
        raise DocumentError("Something that has become known is wanted.", where=row.where)
    member_id, paid_until = known.person(row), row.day("paid_until", None)
    coverages = read_coverages(row, known.coverage_tier, terms.line) if "covered" in row else None
    elsewhere = read_elsewhere(row, known.holder, known.holder_birth_on)
    row.value("covered", None)
    version = _version(row, known)
    given = read_authorizations(row, known.names)
    return Learned(row.where, member_id, coverages, paid_until, elsewhere, given, version)


def _version(row: Section, known: Known) -> tuple[date, PlanTerms] | None:
    """The keys `plan`, parts of the plan document that are otherwise than there, and `effective_on`."""
    effective_on = row.day("effective_on", date.min)
    changed = row.value("plan", None)
    if changed is None:
        if effective_on > date.min:
            raise DocumentError("It is the day of a plan.", where=row.at("effective_on"))
        return None
    if not isinstance(changed, Mapping) or not known.plan:
        raise DocumentError("Some keys of the case's own plan are wanted.", where=row.at("plan"))
    try:
        terms = parse_plan({**known.plan, **changed})
        compile_plan(terms)
    except PlanError as fault:
        first = fault.faults[0]
        raise DocumentError(first.message, where=f"{row.at('plan')}{first.where}", remedy=first.remedy) from fault
    return effective_on, terms


def _again(section: Section, claims: Collection[int], terms: PlanTerms) -> tuple[str, int, Expected]:
    with section as one:
        number, expected = earlier_claim(one, "claim", claims), claim_expected(one, terms)
        if not expected.values:
            raise DocumentError("Nothing is expected of the claim.", where=one.where)
        return one.where, number, expected
