"""What a dental example says besides: teeth and places, missing teeth, treatments, instalments, what is brought along."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from tpa.engine.accumulators.balances import Balances
from tpa.engine.accumulators.counter import Counter, limit_counter, site_counter
from tpa.engine.accumulators.rollover import opening_code, steps_climbed
from tpa.engine.adjudication.compiled_dental import incentive_code
from tpa.engine.adjudication.decision import Decision
from tpa.engine.adjudication.facts import Claim, MissingTooth, Treatment
from tpa.engine.adjudication.treatments import deferred_in, instalment_claim
from tpa.engine.plan.teeth import AREAS, SURFACES, known_tooth, sites_of
from tpa.engine.plan.terms import Limit, Measure, PlanTerms
from tpa.engine.plan.terms_dental import Incentive
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.periods import year_of


class Rolled(NamedTuple):
    """What a person brings into a year: of a maximum that rolls over, in cents."""

    counter: Counter

    @property
    def code(self) -> str:
        """Where a case files it."""
        return opening_code(self.counter.code)

    def key_on(self, day: date) -> date:
        """The first day of its year."""
        return self.counter.key_on(day)

    def used(self, balances: Balances, member_id: int, day: date) -> int:
        """What the years before add."""
        return self.counter.rolled_over(balances, member_id, day)


class Climbed(NamedTuple):
    """What a person brings into a year: of an incentive, in steps."""

    incentive: Incentive
    line: str
    starts_month: int

    @property
    def code(self) -> str:
        """Where a case files it."""
        return opening_code(incentive_code(self.line, self.incentive.code))

    def key_on(self, day: date) -> date:
        """The first day of its year."""
        return year_of(day, 1 if self.incentive.by_calendar_year else self.starts_month).starts_on

    def used(self, balances: Balances, member_id: int, day: date) -> int:
        """The steps that the years before have earned."""
        code = incentive_code(self.line, self.incentive.code)
        return steps_climbed(self.incentive, balances, member_id, code, self.key_on(day))


def brought_along(terms: PlanTerms) -> dict[str, tuple[Rolled | Climbed, Measure]]:
    """By the key that a case writes: `rollover.CODE`, an amount, and `incentive.CODE`, a number of steps."""
    rolled = {
        f"rollover.{one.code}": (Rolled(limit_counter(terms, one)), Measure.PAID)
        for one in terms.limits
        if one.rollover
    }
    climbed = {
        f"incentive.{one.code}": (Climbed(one, terms.line, terms.year_starts_month), Measure.VISITS)
        for one in terms.dental.incentives
    }
    return {**rolled, **climbed}


def place_counter(terms: PlanTerms, key: str) -> tuple[Counter, Measure] | None:
    """What `limit.CODE@PLACE` means: a place of the mouth, a benefit, or one of what the limit counts each."""
    name, at, place = key.partition("@")
    for one in terms.limits:
        if at and name == f"limit.{one.code}" and place in _places(terms, one, place):
            return site_counter(terms, one, place), one.measure
    return None


def _places(terms: PlanTerms, one: Limit, place: str) -> Sequence[str]:
    if one.measure is Measure.BENEFITS:
        return [benefit.code for benefit in terms.benefits]
    if one.each is not None:
        return (place,)
    if one.site is None:
        return ()
    tooth, _, surface = place.partition("-")
    return sites_of(one.site, tooth, place if place in AREAS else "", surface)


def line_facts(one: Section) -> dict[str, Any]:
    """The dental fields of a service line. Raises DocumentError for what is no tooth or surface."""
    tooth, surfaces = one.text("tooth", ""), one.text("surfaces", "")
    if tooth:
        tooth = _tooth(one, "tooth")
    if any(surface not in SURFACES for surface in surfaces):
        raise DocumentError(f"{surfaces[:20]!r} are no surfaces.", where=one.at("surfaces"), remedy=f"Use {SURFACES}.")
    return {
        "tooth": tooth,
        "surfaces": surfaces,
        "area": one.choice("area", AREAS, ""),
        "placed_before_on": one.day("placed_before_on", None),
    }


def _tooth(one: Section, key: str) -> str:
    tooth = known_tooth(one.text(key))
    if not tooth:
        raise DocumentError(
            f"{one.text(key)[:20]!r} is no tooth.",
            where=one.at(key),
            remedy="Write 1 to 32, A to T, 51 to 82 or AS to TS.",
        )
    return tooth


def claim_facts(one: Section) -> dict[str, Any]:
    """The dental fields of a claim."""
    return {
        "predetermination": one.flag("predetermination", False),
        "missing_teeth": tuple(_missing(row) for row in one.sections("missing_teeth")),
        "treatment": _treatment(one),
    }


def _missing(section: Section) -> MissingTooth:
    with section as one:
        return MissingTooth(_tooth(one, "tooth"), one.day("extracted_on", None))


def _treatment(section: Section) -> Treatment | None:
    if "treatment" not in section:
        section.value("treatment", None)
        return None
    with section.section("treatment") as one:
        return Treatment(
            one.whole("months", None, least=1, most=120),
            one.whole("months_left", None, most=120),
            one.day("banded_on", None),
        )


class Issued(NamedTuple):
    """An instalment that the plan issues itself: of which of the example's claims (from 1), and its number."""

    of: int
    number: int


def read_instalment(section: Section, claims: Collection[int]) -> Issued | None:
    """The table `instalment` of a claim, which stands in place of lines and day."""
    if "instalment" not in section:
        return None
    with section.section("instalment") as one:
        return Issued(earlier_claim(one, "of", claims), one.whole("number", least=1, most=120))


def earlier_claim(section: Section, key: str, claims: Collection[int]) -> int:
    """The number of one of the claims above this one in the list."""
    number = section.whole(key, least=1)
    if number not in claims:
        raise DocumentError(f"There is no claim {number} before this one.", where=section.at(key))
    return number


def issue(issued: Issued, claim: Claim, outcome: object, claim_id: int, where: str) -> Claim:
    """The claim of an instalment. Raises DocumentError where the treatment's claim has put none of that number off."""
    lines = outcome.lines if isinstance(outcome, Decision) else ()
    for line, decided in zip(claim.lines, lines, strict=False):
        deferred = deferred_in(decided.number, decided.moves)
        for due in deferred.after(line.from_on) if deferred else ():
            if due.number == issued.number:
                return instalment_claim(claim, line, due, claim_id)
    raise DocumentError(f"Claim {issued.of} has no later instalment {issued.number}.", where=where)
