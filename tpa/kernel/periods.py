"""Dates and spans of dates. A span is half-open in code (`starts_on`, `ends_before`) and shown inclusive."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import NamedTuple

FOREVER = date(9999, 12, 31)
"""The end of a span that has none yet."""


class Span(NamedTuple):
    """The days from `starts_on` up to, but not including, `ends_before`."""

    starts_on: date
    ends_before: date = FOREVER

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.starts_on <= day < self.ends_before

    def overlaps(self, other: Span) -> bool:
        """Whether a day lies in both."""
        return self.starts_on < other.ends_before and other.starts_on < self.ends_before

    @property
    def last_day(self) -> date:
        """The last day inside the span, as people write it."""
        return self.ends_before - timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day `months` later; the month's last day where it is shorter (31 January + 1 = 28 or 29 February).

    FOREVER where that is past the calendar's last month.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if year > FOREVER.year:
        return FOREVER
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def month_of(day: date) -> Span:
    """The calendar month that holds `day`."""
    first = day.replace(day=1)
    return Span(first, add_months(first, 1))


def year_of(day: date, starts_month: int = 1) -> Span:
    """The twelve months that hold `day`, in a year that begins on the first of `starts_month`."""
    first = date(day.year - (day.month < starts_month), starts_month, 1)
    return Span(first, add_months(first, 12))


def months_in(span: Span) -> list[date]:
    """The first days of the months that begin inside `span`."""
    first = span.starts_on if span.starts_on.day == 1 else add_months(span.starts_on.replace(day=1), 1)
    months = []
    while first < span.ends_before:
        months.append(first)
        first = add_months(first, 1)
    return months


def age_on(birth_on: date, day: date) -> int:
    """Completed years of life on `day`."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))
