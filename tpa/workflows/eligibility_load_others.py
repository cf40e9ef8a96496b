"""Coverages of a member by other plans: what an 834 says of them (loops 2320, 2330), and what it makes of those known.

A file tells less than the order of benefits asks: who holds the coverage it does not say. What somebody has told of a
plan of the same name (case does not count) for the same line, or for every line, therefore stays; the file moves its
days. What a file is silent about stays as it is. A full file that states other plans of a line ends those that it no
longer names before its date, and any file does where it says that there is none (COB03 = 6).
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from tpa.books.members.rows import WARNING, Row, StatedCover
from tpa.engine.adjudication.facts import OtherCoverage
from tpa.engine.coordination.coverage import HeldCoverage
from tpa.kernel.periods import FOREVER
from tpa.x12 import enrolment

Others = tuple[OtherCoverage, ...]

_NONE = "6"
_FIRST = ("P", "U", "")
_LINE_OF_SERVICE = {
    "medical": "1 48 50 54 A4 AG BB",
    "dental": "35",
    "drug": "89 90",
    "vision": "AL",
}
_LINES = {code: line for line, codes in _LINE_OF_SERVICE.items() for code in codes.split()}
_PUBLIC = ("medicare", "medicaid", "tricare")
_LONGEST = 80


def with_others(row: Row, stated: Iterable[enrolment.OtherCoverage]) -> Row:
    """The row of a coverage with the other plans that its loops name, each for the lines of COB04, else for its own."""
    for one in stated:
        lines = sorted({_LINES[code] for code in one.service_types if code in _LINES}) or [row.line]
        name = (one.insurer or one.group_number).strip()[:_LONGEST]
        if one.status == _NONE:
            row = row._replace(others=(*row.others, *(StatedCover(line) for line in lines)))
        elif not name or not name.isprintable():
            row = row.with_problem("other_plan_unnamed", "Another plan is stated without a name.", WARNING)
        elif one.starts_on and one.last_on and one.last_on < one.starts_on:
            row = row.with_problem(
                "other_plan_days", f"Plan {name!r} ends on {one.last_on}, before it begins on {one.starts_on}."
            )
        else:
            kind = name.casefold() if name.casefold() in _PUBLIC else "plan"
            days = one.starts_on, one.last_on
            covers = [StatedCover(line, name, kind, _relationship(row, one.payer_order), *days) for line in lines]
            row = row._replace(others=(*row.others, *covers))
    return row


def _relationship(row: Row, payer_order: str) -> str:
    """The person's to the holder, as COB01 lets see it: a plan that pays first is the person's own, but for a child."""
    if row.relationship == "child":
        return "child"
    return "self" if payer_order in _FIRST else "spouse"


def others_after(known: Others, stated: Sequence[StatedCover], *, full: bool, effective_on: date) -> Others:
    """All other coverages once those stated are known too. Stretches of one plan that are stated apart become one."""
    for line in dict.fromkeys(one.line for one in stated):
        named = [one for one in stated if one.line == line and one.name]
        if full or len(named) < sum(one.line == line for one in stated):
            names = {one.name.casefold() for one in named}
            ending = [one for one in known if one.line == line and one.held.name.casefold() not in names]
            known = tuple(part for one in known for part in (_ended(one, effective_on) if one in ending else (one,)))
        for name in dict.fromkeys(one.name.casefold() for one in named):
            known = _with(known, [one for one in named if one.name.casefold() == name])
    return known


def _ended(one: OtherCoverage, effective_on: date) -> Others:
    if one.held.starts_on is not None and one.held.starts_on >= effective_on:
        return ()
    return (one._replace(ends_before=min(one.ends_before, effective_on)),)


def _with(known: Others, stretches: Sequence[StatedCover]) -> Others:
    """`stretches` are of one plan and line: from the first day stated to the last."""
    first = stretches[0]
    starts = [one.starts_on for one in stretches if one.starts_on is not None]
    starts_on = min(starts) if len(starts) == len(stretches) else None
    ends_before = max(FOREVER if one.last_on in (None, FOREVER) else _day_after(one.last_on) for one in stretches)
    for place, one in enumerate(known):
        if one.held.name.casefold() == first.name.casefold() and one.line in ("", first.line):
            held = one.held if starts_on is None else one.held._replace(starts_on=starts_on)
            return (*known[:place], one._replace(held=held, ends_before=ends_before), *known[place + 1 :])
    held = HeldCoverage(first.name, first.kind, first.relationship, starts_on=starts_on)
    return (*known, OtherCoverage(held, first.line, ends_before))


def _day_after(day: date | None) -> date:
    return FOREVER if day is None else day + timedelta(days=1)
