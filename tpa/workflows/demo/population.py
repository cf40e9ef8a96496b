"""The people of a demo employer: families, their plans and tiers, and what changes during the year."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from tpa.kernel.periods import FOREVER
from tpa.workflows.demo.names import FAMILY, GIVEN

PLAN_YEAR = 2025
YEAR_STARTS_ON = date(PLAN_YEAR, 1, 1)


class DemoPerson(NamedTuple):
    """One member. `suffix` 01 is the subscriber."""

    suffix: str
    relationship: str
    given: str
    family: str
    birth_on: date
    sex: str


class DemoCoverage(NamedTuple):
    """The family's enrolment in one plan for a span of days."""

    line: str
    plan: str
    tier: str
    starts_on: date
    ends_before: date = FOREVER


class DemoFamily(NamedTuple):
    """A subscriber with dependents. `number` is the subscriber id on the card."""

    number: str
    ssn: str
    street: int
    people: tuple[DemoPerson, ...]
    coverages: tuple[DemoCoverage, ...]

    def member_number(self, person: DemoPerson) -> str:
        """The member id of one person: subscriber number and suffix."""
        return f"{self.number}{person.suffix}"


def tier_of(people: int, has_spouse: bool) -> str:
    """EE, ES, EC or EF by who is covered."""
    if people == 1:
        return "EE"
    if has_spouse:
        return "ES" if people == 2 else "EF"
    return "EC"


def _birth(rng: Random, youngest: int, oldest: int) -> date:
    return YEAR_STARTS_ON - timedelta(days=rng.randint(youngest * 365 + 30, oldest * 365 + 30))


def _people(rng: Random, surname: str) -> tuple[DemoPerson, ...]:
    married, children = rng.random() < 0.45, rng.choice((0, 0, 0, 1, 1, 2, 3))
    people = [DemoPerson("01", "self", rng.choice(GIVEN), surname, _birth(rng, 22, 63), rng.choice("MF"))]
    if married:
        people.append(DemoPerson("02", "spouse", rng.choice(GIVEN), surname, _birth(rng, 22, 63), rng.choice("MF")))
    for child in range(children):
        people.append(
            DemoPerson(f"{child + 3:02d}", "child", rng.choice(GIVEN), surname, _birth(rng, 1, 20), rng.choice("MF"))
        )
    return tuple(people)


def make_families(
    rng: Random, *, prefix: str, count: int, medical: tuple[tuple[str, int], ...], dental: str
) -> list[DemoFamily]:
    """`count` families spread over the medical plans by weight; most join on 1 January, a few later in the year."""
    families = []
    plans, weights = zip(*medical, strict=True)
    for number in range(1, count + 1):
        people = _people(rng, rng.choice(FAMILY))
        tier = tier_of(len(people), any(person.relationship == "spouse" for person in people))
        month = 1 if rng.random() < 0.93 else rng.randint(2, 10)
        starts_on = date(PLAN_YEAR, month, 1)
        coverages = [DemoCoverage("medical", rng.choices(plans, weights)[0], tier, starts_on)]
        if dental and rng.random() < 0.8:
            coverages.append(DemoCoverage("dental", dental, tier, starts_on))
        ssn = f"9{rng.randint(0, 99):02d}{70 + number % 10}{number % 10_000:04d}"
        families.append(DemoFamily(f"{prefix}{number:06d}", ssn, rng.randint(1, 980), people, tuple(coverages)))
    return families


def terminate(family: DemoFamily, ends_before: date) -> DemoFamily:
    """The same family with every coverage ended."""
    return family._replace(coverages=tuple(coverage._replace(ends_before=ends_before) for coverage in family.coverages))
