"""What an example says that people have used: of deductibles, maximums, limits, and what they bring along from before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from tpa.engine.accumulators.balances import AccumulatorEntry, Balances
from tpa.engine.accumulators.counter import (
    Counter,
    deductible_counter,
    limit_counter,
    out_of_pocket_counter,
    savings_counter,
)
from tpa.engine.adjudication.examples.dental import Climbed, Rolled, brought_along, place_counter
from tpa.engine.plan.terms import Measure, PlanTerms, units_text
from tpa.engine.plan.terms_coordination import Method
from tpa.engine.plan.terms_values import amount
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import format_amount

THOUSAND = 1000
_UNITS = re.compile(r"(\d{1,6})(?:\.(\d{1,3}))?\Z", re.ASCII)
Counts = Counter | Rolled | Climbed


class Used(NamedTuple):
    """What somebody has used, in what `measure` counts: cents, thousandths of a unit, or visits, days and steps."""

    where: str
    member_id: int
    counter: Counts
    measure: Measure
    amount: int

    def entry(self, day: date) -> AccumulatorEntry:
        """It, in the period of a day."""
        return AccumulatorEntry(self.member_id, self.counter.code, self.counter.key_on(day), self.amount)

    def found(self, balances: Balances, day: date) -> int:
        """What has been used in the period of a day."""
        return self.counter.used(balances, self.member_id, day)

    def shown(self, amount: int) -> str:
        """An amount of it as a case writes it."""
        if self.measure in (Measure.ALLOWED, Measure.PAID):
            return format_amount(amount)
        return units_text(amount) if self.measure is Measure.UNITS else str(amount)


def read_used(section: Section, key: str, names: Mapping[str, int], terms: PlanTerms) -> tuple[Used, ...]:
    """The table `used` or `expect_used` of an example, by the names of people or `family`."""
    if key not in section:
        section.value(key, None)
        return ()
    found: list[Used] = []
    with section.section(key) as table:
        for name in table.keys():  # noqa: SIM118
            if name not in names:
                raise DocumentError(f"Nobody is named {name[:60]!r}.", where=table.at(name))
            found += read_used_by(table, name, names[name], terms)
    return tuple(found)


def read_used_by(
    section: Section, key: str, member_id: int, terms: PlanTerms, *, signed: bool = False
) -> tuple[Used, ...]:
    """One person's: `deductible.CODE`, `oop.CODE`, `limit.CODE` ... = amount or number; below zero where `signed`."""
    known = _known(terms)
    found = []
    with section.section(key) as row:
        for code in row.keys():  # noqa: SIM118
            meant = known.get(code) or place_counter(terms, code)
            if meant is None:
                raise DocumentError(
                    f"The plan has no {code[:60]!r}.", where=row.at(code), remedy=f"It has {', '.join(known)}."
                )
            counter, measure = meant
            found.append(Used(row.at(code), member_id, counter, measure, _quantity(row, code, measure, signed=signed)))
    return tuple(found)


def read_units(section: Section, key: str, default: int | None = None, *, least: int = 0) -> int:
    """Thousandths of a number of units: whole, or a text or decimal with at most three decimals."""
    match = _UNITS.match(str(section.value(key) if default is None else section.value(key, default)))
    units = int(match[1]) * THOUSAND + int((match[2] or "").ljust(3, "0")) if match else -1
    if units < least:
        above = " above zero" if least else ""
        raise DocumentError(f'A number of units{above} is wanted: 2 or "1.5".', where=section.at(key))
    return units


def _known(terms: PlanTerms) -> dict[str, tuple[Counts, Measure]]:
    """What a key means."""
    known: dict[str, tuple[Counts, Measure]] = {
        f"deductible.{one.code}": (deductible_counter(terms, one), Measure.ALLOWED) for one in terms.deductibles
    }
    known |= {f"oop.{one.code}": (out_of_pocket_counter(terms, one), Measure.ALLOWED) for one in terms.out_of_pockets}
    known |= {f"limit.{one.code}": (limit_counter(terms, one), one.measure) for one in terms.limits}
    if terms.coordination is not None and terms.coordination.method is Method.SAVINGS_BANK:
        known["savings"] = savings_counter(terms), Measure.PAID
    return known | brought_along(terms)


def _quantity(row: Section, code: str, measure: Measure, *, signed: bool) -> int:
    """What is written under a code. Where it may be below zero it is read without its sign, which is put back."""
    text = str(row.value(code))
    if signed and text.startswith("-"):
        number = text[1:]
        bare = Section({code: int(number) if number.isdecimal() else number}, row.where)
        return -_quantity(bare, code, measure, signed=False)
    if measure in (Measure.ALLOWED, Measure.PAID):
        return int(amount(row, code))
    return read_units(row, code) if measure is Measure.UNITS else row.whole(code, most=10**6)
