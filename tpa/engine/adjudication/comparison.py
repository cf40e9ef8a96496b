"""Two outcomes of the same claims side by side: what the plan and the members pay, as it is and as it would be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from tpa.engine.adjudication.decision import Decision, Pend

_NAMES = ("lines_count", "charge_cents", "allowed_cents", "paid_cents", "member_responsibility_cents")
_SIDE = len(_NAMES)


class ComparedLine(NamedTuple):
    """What of a decided line is compared. `member_cents` is what the member owes."""

    number: int
    service_on: date
    coverage_line: str
    benefit: str
    denied: bool
    charge_cents: int
    allowed_cents: int
    paid_cents: int
    member_cents: int


Cell = list[int]
"""Sums of the figures of _NAMES: of the recorded decisions, then of the new ones."""


def lines_of(decision: Decision, days: dict[int, date]) -> tuple[ComparedLine, ...]:
    """The lines of a decision as they are compared; `days` is the first day of service by line number."""
    return tuple(
        ComparedLine(
            one.number,
            days[one.number],
            one.coverage_line,
            one.benefit,
            one.denied,
            one.charge_cents,
            one.allowed_cents,
            one.paid_cents,
            one.member_cents,
        )
        for one in decision.lines
    )


class Comparison:
    """Sums over claims, whole and by benefit, month of service and member. It grows with these, not with the claims.

    A claim that would wait for a person has no new amounts: it is left out of both sides, and counted apart.
    """

    def __init__(self) -> None:
        self.claims_count = 0
        self.changed_count = 0
        self.pended_count = 0
        self.pended_present_cents = 0
        """What the plan pays today for the claims that would wait."""
        self.restated_count = 0
        """Claims whose own terms would make something else of them today."""
        self.restated_paid_cents = 0
        """How much more the plan would pay for these today than is recorded."""
        self._by_service: dict[tuple[str, str, int, int], Cell] = {}
        """By line of coverage, benefit, year and month of service."""
        self._by_member: dict[int, Cell] = {}

    def add(self, member_id: int, present: tuple[ComparedLine, ...], proposed: tuple[ComparedLine, ...] | Pend) -> None:
        """Count one claim: its recorded lines, and the lines of its new decision."""
        self.claims_count += 1
        if isinstance(proposed, Pend):
            self.pended_count += 1
            self.pended_present_cents += sum(line.paid_cents for line in present)
            return
        self.changed_count += present != proposed
        of_member = self._by_member.get(member_id)
        if of_member is None:
            of_member = self._by_member[member_id] = _nothing()
        for first, lines in ((0, present), (_SIDE, proposed)):
            for _, day, coverage_line, benefit, _, charge, allowed, paid, member in lines:
                key = (coverage_line, benefit, day.year, day.month)
                cell = self._by_service.get(key)
                if cell is None:
                    cell = self._by_service[key] = _nothing()
                for sums in (cell, of_member):
                    sums[first] += 1
                    sums[first + 1] += charge
                    sums[first + 2] += allowed
                    sums[first + 3] += paid
                    sums[first + 4] += member

    def restate(self, recorded: tuple[ComparedLine, ...], present: tuple[ComparedLine, ...]) -> None:
        """Count one claim whose present is not as it is recorded."""
        self.restated_count += 1
        self.restated_paid_cents += sum(line.paid_cents for line in present) - sum(line.paid_cents for line in recorded)

    def as_json(self) -> dict[str, Any]:
        """Everything but the members, as JSON values; benefits by what changes most, months in order."""
        total = _nothing()
        benefits: dict[tuple[str, str], Cell] = {}
        months: dict[date, Cell] = {}
        for (coverage_line, benefit, year, month), cell in self._by_service.items():
            of_benefit = benefits.setdefault((coverage_line, benefit), _nothing())
            for sums in (total, of_benefit, months.setdefault(date(year, month, 1), _nothing())):
                for n, figure in enumerate(cell):
                    sums[n] += figure
        by_change = sorted(benefits.items(), key=lambda one: (-abs(one[1][_SIDE + 3] - one[1][3]), one[0]))
        return {
            "claims_count": self.claims_count,
            "changed_count": self.changed_count,
            "pended_count": self.pended_count,
            "pended_present_cents": self.pended_present_cents,
            "restated_count": self.restated_count,
            "restated_paid_cents": self.restated_paid_cents,
            "total": _pair(total),
            "by_benefit": [
                {"line_of_coverage": line, "benefit": benefit, **_pair(cell)} for (line, benefit), cell in by_change
            ],
            "by_month": [{"month": month.isoformat(), **_pair(cell)} for month, cell in sorted(months.items())],
        }

    def members_json(self) -> list[dict[str, Any]]:
        """The members by what changes most for them, each with `member_id`."""
        rows = sorted(self._by_member.items(), key=lambda one: (-abs(one[1][_SIDE + 4] - one[1][4]), one[0]))
        return [{"member_id": member_id, **_pair(cell)} for member_id, cell in rows]


def _nothing() -> Cell:
    return [0] * (2 * _SIDE)


def _pair(cell: Cell) -> dict[str, Any]:
    """Both sides by name, and how much more the plan and the members would pay."""
    return {
        "present": dict(zip(_NAMES, cell[:_SIDE], strict=True)),
        "proposed": dict(zip(_NAMES, cell[_SIDE:], strict=True)),
        "paid_difference_cents": cell[_SIDE + 3] - cell[3],
        "member_difference_cents": cell[_SIDE + 4] - cell[4],
    }


def table(result: dict[str, Any]) -> Iterator[list[str | int]]:
    """The result as rows of a table: total, benefits, months; the first row holds the names. Amounts are cents."""
    yield ["part", "key", *(f"{side}_{name}" for side in ("present", "proposed") for name in _NAMES)]
    yield _row("total", "", result["total"])
    for one in result["by_benefit"]:
        yield _row("benefit", f"{one['line_of_coverage']}/{one['benefit']}", one)
    for one in result["by_month"]:
        yield _row("month", one["month"][:7], one)


def member_table(rows: Iterable[tuple[str, dict[str, Any]]]) -> Iterator[list[str | int]]:
    """As `table`, of (how the member is called, the member's figures)."""
    yield ["part", "key", *(f"{side}_{name}" for side in ("present", "proposed") for name in _NAMES)]
    for name, figures in rows:
        yield _row("member", name, figures)


def _row(part: str, key: str, figures: dict[str, Any]) -> list[str | int]:
    return [part, key, *(figures[side][name] for side in ("present", "proposed") for name in _NAMES)]
