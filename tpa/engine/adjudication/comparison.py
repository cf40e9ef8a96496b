"""Two outcomes of the same claims side by side: what the plan and the members pay, as it is and as it would be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from tpa.engine.adjudication.decision import Decision, Pend

FIGURES = ("lines", "charge", "allowed", "paid", "member")
_UNITS = {"lines": "lines_count", "charge": "charge_cents", "allowed": "allowed_cents", "paid": "paid_cents"}
_NAMES = tuple(_UNITS.get(name, f"{name}_responsibility_cents") for name in FIGURES)


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


class Pair:
    """Sums of the figures of FIGURES: `present` of the recorded decisions, `proposed` of the new ones."""

    __slots__ = ("present", "proposed")

    def __init__(self) -> None:
        self.present = [0] * len(FIGURES)
        self.proposed = [0] * len(FIGURES)

    def as_json(self) -> dict[str, Any]:
        """Both sides by name, and how much more the plan and the members would pay."""
        sides = {
            side: dict(zip(_NAMES, sums, strict=True))
            for side, sums in (("present", self.present), ("proposed", self.proposed))
        }
        paid, member = (self.proposed[n] - self.present[n] for n in (3, 4))
        return {**sides, "paid_difference_cents": paid, "member_difference_cents": member}


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
        self.total = Pair()
        self.by_benefit: dict[tuple[str, str], Pair] = {}
        self.by_month: dict[date, Pair] = {}
        self.by_member: dict[int, Pair] = {}

    def add(self, member_id: int, present: tuple[ComparedLine, ...], proposed: tuple[ComparedLine, ...] | Pend) -> None:
        """Count one claim: its recorded lines, and the lines of its new decision."""
        self.claims_count += 1
        if isinstance(proposed, Pend):
            self.pended_count += 1
            self.pended_present_cents += sum(line.paid_cents for line in present)
            return
        self.changed_count += present != proposed
        of_member = self.by_member.setdefault(member_id, Pair())
        for side, lines in (("present", present), ("proposed", proposed)):
            for line in lines:
                figures = (1, line.charge_cents, line.allowed_cents, line.paid_cents, line.member_cents)
                of_benefit = self.by_benefit.setdefault((line.coverage_line, line.benefit), Pair())
                of_month = self.by_month.setdefault(line.service_on.replace(day=1), Pair())
                for pair in (self.total, of_member, of_benefit, of_month):
                    sums = getattr(pair, side)
                    for n, figure in enumerate(figures):
                        sums[n] += figure

    def as_json(self) -> dict[str, Any]:
        """Everything but the members, as JSON values; benefits by what changes most, months in order."""
        benefits = sorted(self.by_benefit.items(), key=_most_changed)
        return {
            "claims_count": self.claims_count,
            "changed_count": self.changed_count,
            "pended_count": self.pended_count,
            "pended_present_cents": self.pended_present_cents,
            "total": self.total.as_json(),
            "by_benefit": [
                {"line_of_coverage": line, "benefit": benefit, **pair.as_json()} for (line, benefit), pair in benefits
            ],
            "by_month": [
                {"month": month.isoformat(), **pair.as_json()} for month, pair in sorted(self.by_month.items())
            ],
        }

    def members_json(self) -> list[dict[str, Any]]:
        """The members by what changes most for them, each with `member_id`."""
        rows = sorted(self.by_member.items(), key=lambda one: (-abs(one[1].proposed[4] - one[1].present[4]), one[0]))
        return [{"member_id": member_id, **pair.as_json()} for member_id, pair in rows]


def _most_changed(one: tuple[tuple[str, str], Pair]) -> tuple[int, tuple[str, str]]:
    key, pair = one
    return -abs(pair.proposed[3] - pair.present[3]), key


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
