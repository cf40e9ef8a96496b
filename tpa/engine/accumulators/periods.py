"""The day under which an accumulator's entries are filed, and the window that a rolling one looks back on."""

from __future__ import annotations

from datetime import date, timedelta

from tpa.engine.plan.terms import Period
from tpa.kernel.periods import Span, add_months, year_of

LIFETIME_ON = date(1, 1, 1)
"""The key day of entries that never expire."""


def key_on(period: Period, day: date, year_starts_month: int) -> date:
    """The key day of a service on `day`: the first day of its period; the day itself for a rolling one."""
    if period is Period.PLAN_YEAR:
        return year_of(day, year_starts_month).starts_on
    if period is Period.CALENDAR_YEAR:
        return date(day.year, 1, 1)
    if period is Period.LIFETIME:
        return LIFETIME_ON
    if period is Period.MONTH:
        return day.replace(day=1)
    return day


def window(day: date, months: int, days: int = 0) -> Span:
    """The days of service that still count on `day`: those that `months` and `days` later are after it.

    12 months to 14 March 2026 begin on 15 March 2025. Six months after 28 February is 28 August, though 29 August has no
    day six months before it: then the window begins with the next month.
    """
    ends_before = day + timedelta(days=1)
    wanted = ends_before - timedelta(days=days)
    first_on = add_months(wanted, -months)
    if first_on.day < wanted.day:
        first_on += timedelta(days=1)
    return Span(first_on, ends_before)
