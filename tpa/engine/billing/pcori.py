"""The PCORI fee of a plan year: covered lives by each method of counting that the law allows, times the amount a life.

The sponsor pays it with Form 720 by 31 July of the year after the one in which the plan year ends, and not from plan
assets. It may choose any method each year, and holds to it through that year (26 USC 4376, 26 CFR 46.4376-1(c)).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tpa.engine.billing.census import Enrolment
from tpa.engine.statute.business_days import is_us_banking_day, roll_forward
from tpa.engine.statute.dated import statute
from tpa.kernel.errors import DomainError
from tpa.kernel.money import divide_rounded
from tpa.kernel.periods import Span, add_months

LINE = "medical"
"""Dental and vision of their own are excepted benefits: no fee on them."""
SELF_ONLY = "EE"
OTHER_THAN_SELF = Fraction(235, 100)
"""What a participant with other than self-only coverage counts by the snapshot factor method."""
_MOST_MONTHS = 12


class Counted(NamedTuple):
    """The average number of lives by one method, how it came about, and the fee."""

    method: str
    label: str
    lives: Fraction
    text: str
    cents: int


class PcoriFee(NamedTuple):
    """A plan year's fee by each method, in the order of the regulation."""

    year: Span
    per_life_cents: int
    source: str
    due_on: date
    counts: tuple[Counted, ...]

    @property
    def least(self) -> Counted:
        """The method by which it is least."""
        return min(self.counts, key=lambda one: one.cents)


def pcori_fee(year: Span, rows: Iterable[Enrolment], participants: tuple[int, int] | None = None) -> PcoriFee:
    """The fee of a plan year from everybody's enrolments that touch it.

    `participants`: those that Form 5500 reports for the beginning and the end of the year; None: employees covered on the
    first and the last day. Raises DomainError for a span that is no plan year, MissingValueError for one whose amount is
    not known.
    """
    if not year.starts_on < year.ends_before <= add_months(year.starts_on, _MOST_MONTHS):
        raise DomainError("A plan year has up to twelve months.", where="ends_on")
    value = statute("us/pcori_fee").on(year.last_day)
    amount = int(value["per_life_cents"])
    covered = [one for one in rows if one.line == LINE]
    days = snapshot_days(year)
    counts = [
        ("actual_count", "Actual count", *_actual(covered, year)),
        ("snapshot_count", "Snapshot, count", *_snapshot(covered, days)),
        ("snapshot_factor", "Snapshot, factor", *_factor(covered, days)),
        ("form_5500", "Form 5500", *_form_5500(covered, year, participants)),
    ]
    return PcoriFee(
        year,
        amount,
        value.source,
        roll_forward(date(year.last_day.year + 1, 7, 31), is_us_banking_day),
        tuple(
            Counted(method, label, lives, text, divide_rounded(lives.numerator * amount, lives.denominator))
            for method, label, lives, text in counts
        ),
    )


def snapshot_days(year: Span) -> list[date]:
    """The first day of each quarter of the plan year."""
    firsts = (add_months(year.starts_on, months) for months in range(0, _MOST_MONTHS, 3))
    return [day for day in firsts if day in year]


def _actual(rows: Sequence[Enrolment], year: Span) -> tuple[Fraction, str]:
    """Lives of each day, added up over the year and divided by its days; who is covered twice counts once."""
    total, reached = 0, dict[tuple[int, int], date]()
    for one in sorted(rows, key=lambda one: one.starts_on):
        life = one.subscriber, one.person
        first = max(one.starts_on, reached.get(life, year.starts_on), year.starts_on)
        end = min(one.ends_before, year.ends_before)
        if first < end:
            total, reached[life] = total + (end - first).days, end
    days_count = (year.ends_before - year.starts_on).days
    return Fraction(total, days_count), f"{total} days of lives / {days_count} days"


def _snapshot(rows: Sequence[Enrolment], days: Sequence[date]) -> tuple[Fraction, str]:
    """Lives on one day of each quarter, divided by the number of days."""
    counts = [len({(one.subscriber, one.person) for one in rows if _covers(one, day)}) for day in days]
    return Fraction(sum(counts), len(days)), f"{' + '.join(map(str, counts))} on {len(days)} days"


def _factor(rows: Sequence[Enrolment], days: Sequence[date]) -> tuple[Fraction, str]:
    """Participants with self-only coverage, and 2.35 times the others, on one day of each quarter."""
    alone, others = 0, 0
    for day in days:
        tiers = {one.subscriber: one.tier for one in rows if not one.person and _covers(one, day)}
        alone += sum(tier == SELF_ONLY for tier in tiers.values())
        others += sum(tier != SELF_ONLY for tier in tiers.values())
    lives = (alone + OTHER_THAN_SELF * others) / len(days)
    return lives, f"({alone} self-only + 2.35 x {others} others) / {len(days)} days"


def _form_5500(rows: Sequence[Enrolment], year: Span, told: tuple[int, int] | None) -> tuple[Fraction, str]:
    """Participants at the beginning and the end: their sum, or half of it where the plan covers employees alone."""
    begin, end = told or (_participants(rows, year.starts_on), _participants(rows, year.last_day))
    if any(one.person or one.tier != SELF_ONLY for one in rows):
        return Fraction(begin + end), f"{begin} at the beginning + {end} at the end"
    return Fraction(begin + end, 2), f"({begin} at the beginning + {end} at the end) / 2, employees alone are covered"


def _participants(rows: Sequence[Enrolment], day: date) -> int:
    return len({one.subscriber for one in rows if not one.person and _covers(one, day)})


def _covers(one: Enrolment, day: date) -> bool:
    return one.starts_on <= day < one.ends_before
