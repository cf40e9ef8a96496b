"""The claims of a demo employer's year: who went where, for what, and when the claim arrived."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from tpa.kernel.periods import age_on
from tpa.workflows.demo.population import PLAN_YEAR, DemoFamily, DemoPerson
from tpa.workflows.demo.services import DENTAL_VISITS, SHOCK, VISITS, Service, Visit


class DemoProvider(NamedTuple):
    """A billing provider. `in_network` providers are paid by the price list."""

    npi: str
    tax_id: str
    name: str
    specialty: str
    in_network: bool


class DemoLine(NamedTuple):
    """One service line."""

    service: Service
    units: int
    charge_cents: int


class DemoClaim(NamedTuple):
    """One claim as it arrives: `control` is the provider's own number; `group` the group number on it, if it is a wrong one."""

    control: str
    form: str
    place: str
    family: DemoFamily
    person: DemoPerson
    member_number: str
    provider: DemoProvider
    served_on: date
    through_on: date
    received_on: date
    diagnoses: tuple[str, ...]
    lines: tuple[DemoLine, ...]
    group: str = ""

    @property
    def charge_cents(self) -> int:
        """The sum of the lines."""
        return sum(line.charge_cents for line in self.lines)


def luhn_npi(stem: int) -> str:
    """A ten-digit provider number whose check digit is right (prefix 80840, Luhn)."""
    digits = f"{stem:09d}"
    total = 24
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return f"{digits}{-total % 10}"


def make_providers(rng: Random) -> list[DemoProvider]:
    """Providers of each specialty; one in eight is outside the network."""
    providers = []
    for specialty, count in (
        ("primary", 24),
        ("specialist", 20),
        ("chiropractor", 6),
        ("hospital", 5),
        ("dentist", 16),
    ):
        for number in range(1, count + 1):
            stem = 100_000_000 + rng.randint(0, 799_999_999)
            name = f"{specialty.title()} Group {number}"
            providers.append(
                DemoProvider(luhn_npi(stem), f"3{rng.randint(0, 99_999_999):08d}", name, specialty, number % 8 != 0)
            )
    return providers


def _day(rng: Random, family: DemoFamily) -> date:
    starts_on = family.coverages[0].starts_on
    last = min(family.coverages[0].ends_before, date(PLAN_YEAR + 1, 1, 1)) - timedelta(days=1)
    return starts_on + timedelta(days=rng.randint(0, max(0, (last - starts_on).days)))


def _pick(rng: Random, visits: tuple[Visit, ...], age: int) -> Visit:
    fit = [visit for visit in visits if visit.age_from <= age <= visit.age_to]
    return rng.choices(fit, [visit.weight for visit in fit])[0]


class ClaimMaker:
    """Makes claims for one employer; numbers them in the order of making."""

    def __init__(self, rng: Random, prefix: str, providers: list[DemoProvider]) -> None:
        self._rng = rng
        self._prefix = prefix
        self._count = 0
        self._by_specialty: dict[str, list[DemoProvider]] = {}
        for provider in providers:
            self._by_specialty.setdefault(provider.specialty, []).append(provider)

    def make(
        self, family: DemoFamily, person: DemoPerson, visit: Visit, served_on: date, *, factor: int = 1
    ) -> DemoClaim:
        """One claim of this kind. `factor` multiplies the units of its first line (days of a long stay, a costly implant)."""
        rng = self._rng
        self._count += 1
        stay = factor if visit.form == "I" and visit.place == "111" else 1
        lines = tuple(
            DemoLine(service, units := (factor if place == 0 else 1), service.charge_cents * units)
            for place, service in enumerate(visit.services)
        )
        return DemoClaim(
            control=f"{self._prefix}{self._count:07d}",
            form=visit.form,
            place=visit.place,
            family=family,
            person=person,
            member_number=family.member_number(person),
            provider=rng.choice(self._by_specialty[visit.specialty]),
            served_on=served_on,
            through_on=served_on + timedelta(days=stay - 1),
            received_on=served_on + timedelta(days=stay + rng.randint(3, 40)),
            diagnoses=visit.diagnoses,
            lines=lines,
        )

    def visit(self, family: DemoFamily, person: DemoPerson) -> DemoClaim:
        """An ordinary claim of this person, on some day of the coverage."""
        rng, served_on = self._rng, _day(self._rng, family)
        age = age_on(person.birth_on, served_on)
        dental = any(coverage.line == "dental" for coverage in family.coverages) and age >= 3 and rng.random() < 0.22
        return self.make(family, person, _pick(rng, DENTAL_VISITS if dental else VISITS, age), served_on)

    def year_of(self, families: list[DemoFamily], visits_per_person: float) -> list[DemoClaim]:
        """A year of ordinary claims."""
        rng = self._rng
        return [
            self.visit(family, person)
            for family in families
            for person in family.people
            for _ in range(round(rng.gammavariate(1.6, visits_per_person / 1.6)))
        ]

    def shock(self, family: DemoFamily, month: int, days: int) -> DemoClaim:
        """A catastrophic stay of the family's subscriber, `days` long."""
        return self.make(family, family.people[0], SHOCK, date(PLAN_YEAR, month, 9), factor=days)
