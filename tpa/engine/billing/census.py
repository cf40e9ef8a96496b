"""Who counts in a month: subscribers by tier, by the count rule of a fee or premium.

Rules count whole months, never days. They differ only in whom they count:

- `first_of_month`: who is covered on the first; the tier is the one of that day.
- `fifteen_day`: who is covered on at least 15 days of the month; the tier is the one with most days, the earlier of two
  with as many.
- `wash`: who is covered on the 15th and on the 16th. So somebody who starts by the 15th counts and later does not, and
  somebody who ends on or before the 15th does not count and later does. The tier is the one of the 15th.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import NamedTuple

from tpa.kernel.coverage import FUND_LINES, TIERS
from tpa.kernel.periods import Span, month_of

FIFTEEN = 15


class Enrolment(NamedTuple):
    """A subscriber's coverage in one line and tier. Dependents have no row: the tier stands for them."""

    subscriber: int
    line: str
    tier: str
    starts_on: date
    ends_before: date


Rule = Callable[[list[Enrolment], Span], "str | None"]


def _tier_on(rows: list[Enrolment], day: date) -> str | None:
    return next((row.tier for row in rows if row.starts_on <= day < row.ends_before), None)


def _first_of_month(rows: list[Enrolment], month: Span) -> str | None:
    return _tier_on(rows, month.starts_on)


def _fifteen_day(rows: list[Enrolment], month: Span) -> str | None:
    days: Counter[str] = Counter()
    for row in sorted(rows, key=lambda row: row.starts_on):
        inside = (min(row.ends_before, month.ends_before) - max(row.starts_on, month.starts_on)).days
        if inside > 0:
            days[row.tier] += inside
    return days.most_common(1)[0][0] if days.total() >= FIFTEEN else None


def _wash(rows: list[Enrolment], month: Span) -> str | None:
    covered_after = _tier_on(rows, month.starts_on.replace(day=FIFTEEN + 1))
    return _tier_on(rows, month.starts_on.replace(day=FIFTEEN)) if covered_after else None


COUNT_RULES: dict[str, Rule] = {"first_of_month": _first_of_month, "fifteen_day": _fifteen_day, "wash": _wash}


class Census:
    """The enrolments of one month. Coverages that do not touch the month are left out."""

    def __init__(self, month: date, enrolments: Iterable[Enrolment]) -> None:
        self.month = month_of(month)
        self._rows: dict[tuple[int, str], list[Enrolment]] = {}
        for row in enrolments:
            if row.starts_on < self.month.ends_before and self.month.starts_on < row.ends_before:
                self._rows.setdefault((row.subscriber, row.line), []).append(row)

    def tiers(self, rule: str, lines: Collection[str] | None = None) -> dict[int, str]:
        """Subscriber -> tier of everybody who counts in one of `lines` (in any line without them), each once.

        Who counts in several lines has the tier of the leading one.
        """
        counted: dict[int, tuple[int, str]] = {}
        count = COUNT_RULES[rule]
        for (subscriber, line), rows in self._rows.items():
            if lines is not None and line not in lines:
                continue
            tier = count(rows, self.month)
            rank = FUND_LINES.index(line) if line in FUND_LINES else len(FUND_LINES)
            if tier is not None and (subscriber not in counted or rank < counted[subscriber][0]):
                counted[subscriber] = rank, tier
        return {subscriber: tier for subscriber, (_, tier) in counted.items()}

    def lives(self, rule: str, lines: Collection[str] | None = None) -> dict[str, int]:
        """Tier -> how many subscribers count, in the order of TIERS; tiers without any are left out."""
        found = Counter(self.tiers(rule, lines).values())
        order = [tier for tier in TIERS if tier in found] + sorted(set(found) - set(TIERS))
        return {tier: found[tier] for tier in order}
