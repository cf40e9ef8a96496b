"""The figures of dashboards: what a chunk of decisions adds to its month, and keeping the rows few."""

from collections.abc import Sequence
from datetime import date

from tenants.scope import employer_scope
from tpa.books.claims import services as claims
from tpa.books.claims.models import Decision
from tpa.books.claims.recording import Decided

LINE_MEASURES = ("charge", "allowed", "paid", "member_responsibility")

Row = tuple[date, str, str, int, int]
"""First of the month, measure, line of coverage, cents, count."""


def figures_of(decided: Sequence[Decided], decided_on: date, pended_count: int) -> list[Row]:
    """What decisions add to their month.

    Of lines, by line of coverage: charge, allowed, paid, member_responsibility (cents, lines). Of claims, by the line of
    coverage of their first line: `decided` (charge, claims) and of those `denied`. And `pended` (claims). A reversal takes
    off what its decision added.
    """
    month = decided_on.replace(day=1)
    lines: dict[str, list[int]] = {}
    claims_: dict[tuple[str, str], list[int]] = {}
    for one in decided:
        decision, sign = one.decision, -1 if one.is_reversal else 1
        for line in decision.lines:
            sums = lines.get(line.coverage_line)
            if sums is None:
                sums = lines[line.coverage_line] = [0, 0, 0, 0, 0]
            sums[0] += line.charge_cents
            sums[1] += line.allowed_cents
            sums[2] += line.paid_cents
            sums[3] += line.member_cents
            sums[4] += sign
        first = decision.lines[0].coverage_line if decision.lines else ""
        charge_cents = decision.charge_cents
        for measure in ("decided", "denied") if decision.outcome == Decision.Outcome.DENIED else ("decided",):
            pair = claims_.setdefault((measure, first), [0, 0])
            pair[0] += charge_cents
            pair[1] += sign
    rows = [
        (month, measure, name, sums[n], sums[4])
        for name, sums in lines.items()
        for n, measure in enumerate(LINE_MEASURES)
    ]
    rows += [(month, measure, name, cents, count) for (measure, name), (cents, count) in claims_.items()]
    if pended_count:
        rows.append((month, "pended", "", 0, pended_count))
    return rows


def fold_totals(*, employer_id: int) -> int:
    """Make one row of every figure's rows, so that reading stays short; the figures stay. Returns how many rows went."""
    with employer_scope(employer_id):
        return claims.fold_totals()
