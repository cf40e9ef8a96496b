"""Who counts in a month: subscribers and members by tier, by the count rule of a fee or premium.

All rules but one count whole months. They differ in whom they count:

- `first_of_month`: who is covered on the first; the tier is the one of that day. `last_of_month`: the same of the last.
- `fifteen_day`: who is covered on at least 15 days of the month; the tier is the one with most days, the earlier of two
  with as many. `any_day`: the same from one day on.
- `wash`: who is covered on the 15th and on the 16th. So somebody who starts by the 15th counts and later does not, and
  somebody who ends on or before the 15th does not count and later does. The tier is the one of the 15th.
- `pro_rata` counts days: each covered day is one part of the days that the month has, in the tier of that day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from tpa.kernel.coverage import FUND_LINES, TIERS
from tpa.kernel.periods import Span, month_of

FIFTEEN = 15


class Enrolment(NamedTuple):
    """A person's coverage in one line, at the tier of the subscriber. `person` is 0 for the subscriber's own coverage.

    Fees by the employee look at subscribers alone, the tier stands for the family; fees by the member at every row.
    """

    subscriber: int
    line: str
    tier: str
    starts_on: date
    ends_before: date
    person: int = 0


Parts = Mapping[str, int]
"""Tier -> parts of the month. Rules of whole months give one part in one tier, or none."""

Rule = Callable[[list[Enrolment], Span], Parts]


def _tier_on(rows: list[Enrolment], day: date) -> str | None:
    return next((row.tier for row in rows if row.starts_on <= day < row.ends_before), None)


def _whole(tier: str | None) -> Parts:
    return {} if tier is None else {tier: 1}


def _first_of_month(rows: list[Enrolment], month: Span) -> Parts:
    return _whole(_tier_on(rows, month.starts_on))


def _last_of_month(rows: list[Enrolment], month: Span) -> Parts:
    return _whole(_tier_on(rows, month.last_day))


def _days(rows: list[Enrolment], month: Span) -> Counter[str]:
    """Tier -> days of the month; a day that two rows hold counts once."""
    days: Counter[str] = Counter()
    after = month.starts_on
    for row in sorted(rows, key=lambda row: row.starts_on):
        inside = (min(row.ends_before, month.ends_before) - max(row.starts_on, after)).days
        if inside > 0:
            days[row.tier] += inside
            after = min(row.ends_before, month.ends_before)
    return days


def _at_least(least: int, rows: list[Enrolment], month: Span) -> Parts:
    days = _days(rows, month)
    return _whole(days.most_common(1)[0][0] if days.total() >= least else None)


def _fifteen_day(rows: list[Enrolment], month: Span) -> Parts:
    return _at_least(FIFTEEN, rows, month)


def _any_day(rows: list[Enrolment], month: Span) -> Parts:
    return _at_least(1, rows, month)


def _wash(rows: list[Enrolment], month: Span) -> Parts:
    middle = month.starts_on.replace(day=FIFTEEN)
    return _whole(_tier_on(rows, middle) if _tier_on(rows, middle + timedelta(days=1)) else None)


PRO_RATA = "pro_rata"
COUNT_RULES: dict[str, Rule] = {
    "first_of_month": _first_of_month,
    "fifteen_day": _fifteen_day,
    "wash": _wash,
    "last_of_month": _last_of_month,
    "any_day": _any_day,
    PRO_RATA: _days,
}


class Census:
    """The enrolments of one month. Coverages that do not touch the month are left out."""

    def __init__(self, month: date, enrolments: Iterable[Enrolment]) -> None:
        self.month = month_of(month)
        self._rows: dict[tuple[int, int, str], list[Enrolment]] = {}
        for row in enrolments:
            if row.starts_on < self.month.ends_before and self.month.starts_on < row.ends_before:
                self._rows.setdefault((row.subscriber, row.person, row.line), []).append(row)

    def parts_in_month(self, rule: str) -> int:
        """How many parts make one life for a month: its days where the rule counts days, else one."""
        return (self.month.ends_before - self.month.starts_on).days if rule == PRO_RATA else 1

    def counted(
        self, rule: str, lines: Collection[str] | None = None, *, dependents: bool = False
    ) -> dict[tuple[int, int], Parts]:
        """(subscriber, person) -> parts by tier, of everybody who counts in one of `lines` (in any line without them).

        Who counts in several lines counts once, as in the leading one. Without `dependents` subscribers alone.
        """
        found: dict[tuple[int, int], tuple[int, Parts]] = {}
        count = COUNT_RULES[rule]
        for (subscriber, person, line), rows in self._rows.items():
            if (lines is not None and line not in lines) or (person and not dependents):
                continue
            parts, who = count(rows, self.month), (subscriber, person)
            rank = FUND_LINES.index(line) if line in FUND_LINES else len(FUND_LINES)
            if parts and (who not in found or rank < found[who][0]):
                found[who] = rank, parts
        return {who: parts for who, (_, parts) in found.items()}

    def lives(self, rule: str, lines: Collection[str] | None = None, *, dependents: bool = False) -> dict[str, int]:
        """Tier -> how many count (in parts of the month), in the order of TIERS; tiers without any are left out."""
        sums: Counter[str] = Counter()
        for parts in self.counted(rule, lines, dependents=dependents).values():
            sums.update(parts)
        order = [tier for tier in TIERS if tier in sums] + sorted(set(sums) - set(TIERS))
        return {tier: sums[tier] for tier in order}
