"""The table `edits` of a plan document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from tpa.engine.plan.terms_edits import (
    ALWAYS,
    AddOn,
    Bilateral,
    CodePair,
    Edits,
    Endoscopy,
    Multiple,
    UnitLimit,
)
from tpa.engine.plan.terms_values import clause, patterns, percent_bp
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import BASIS_POINTS
from tpa.kernel.periods import FOREVER

_MODIFIER = re.compile(r"[0-9A-Z]{2}\Z", re.ASCII)
_MOST_BP = 2 * BASIS_POINTS
_INDICATORS = (0, 1, 9)


def parse_edits(plan: Section, tiers: Sequence[str]) -> Edits | None:
    """The plan's edits; None where it has none. Raises DocumentError."""
    if "edits" not in plan:
        plan.value("edits", None)
        return None
    with plan.section("edits") as one:
        return Edits(
            tiers=one.texts("tiers", tuple(tiers), options=tiers),
            modifiers_bp=_modifiers(one),
            bilateral=tuple(_bilateral(each) for each in one.sections("bilateral")),
            multiple=_multiple(one),
            endoscopy=tuple(_endoscopy(each) for each in one.sections("endoscopy")),
            pairs=tuple(_pair(each) for each in one.sections("pairs")),
            unit_limits=tuple(_unit_limit(each) for each in one.sections("unit_limits")),
            add_on=tuple(_add_on(each) for each in one.sections("add_on")),
            tables=one.texts("tables", ()),
            clause=clause(one),
        )


def _modifiers(section: Section) -> dict[str, int]:
    if "modifiers" not in section:
        section.value("modifiers", None)
        return {}
    with section.section("modifiers") as table:
        for name in table.keys():  # noqa: SIM118
            if not _MODIFIER.match(name):
                raise DocumentError(f"{name[:60]!r} is no modifier.", where=table.at(name))
        return {name: percent_bp(table, name, most_bp=_MOST_BP) for name in table.keys()}  # noqa: SIM118


def _needed(section: Section, key: str) -> tuple[str, ...]:
    section.value(key)
    return patterns(section, key)


def _bilateral(section: Section) -> Bilateral:
    with section as one:
        return Bilateral(_needed(one, "codes"), percent_bp(one, "percent", most_bp=_MOST_BP))


def _multiple(section: Section) -> Multiple | None:
    if "multiple_procedures" not in section:
        section.value("multiple_procedures", None)
        return None
    with section.section("multiple_procedures") as one:
        found = one.value("percents")
        if not isinstance(found, list) or not found:
            raise DocumentError("A list of percentages is wanted.", where=one.at("percents"))
        ranked = Section({str(n): rate for n, rate in enumerate(found)}, one.at("percents"))
        return Multiple(
            _needed(one, "codes"),
            patterns(one, "exempt"),
            tuple(percent_bp(ranked, str(n)) for n in range(len(found))),
            one.whole("by_report_from", None, least=2, most=100),
        )


def _endoscopy(section: Section) -> Endoscopy:
    with section as one:
        return Endoscopy(one.text("base"), _needed(one, "codes"))


def _days(section: Section) -> tuple[date, date]:
    starts_on, ends_before = section.day("starts_on", ALWAYS), section.day("ends_before", FOREVER)
    if starts_on >= ends_before:
        raise DocumentError("starts_on must be before ends_before.", where=section.at("ends_before"))
    return starts_on, ends_before


def _pair(section: Section) -> CodePair:
    with section as one:
        modifier = one.whole("modifier", 0)
        if modifier not in _INDICATORS:
            raise DocumentError("0, 1 or 9 is wanted.", where=one.at("modifier"))
        return CodePair(one.text("column_1"), one.text("column_2"), modifier, *_days(one))


def _unit_limit(section: Section) -> UnitLimit:
    with section as one:
        per_day = one.choice("per", ("line", "day"), "line") == "day"
        return UnitLimit(one.text("code"), one.whole("most", most=100_000), per_day, *_days(one))


def _add_on(section: Section) -> AddOn:
    with section as one:
        return AddOn(_needed(one, "codes"), _needed(one, "primary"))
