"""Working days: of the federal government of the United States, for the limits and terms that ask for them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from tpa.engine.statute import statute
from tpa.engine.statute.dated import Value

SATURDAY = 6
_DAY, _WEEK = timedelta(days=1), 7


@cache
def federal_holidays(year: int) -> frozenset[date]:
    """The days on which the holidays of a year are kept; New Year's Day may be kept in the year before."""
    kept = set()
    for one in statute("us/federal_holidays").values:
        day = _day_of(one, year)
        if day in one.span:
            kept.add(_kept_on(day) if one.get("day") else day)
    return frozenset(kept)


def _day_of(one: Value, year: int) -> date:
    if one.get("day"):
        return date(year, one["month"], one["day"])
    first = date(year, one["month"], 1)
    day = first + timedelta(days=(one["weekday"] - first.isoweekday()) % _WEEK + _WEEK * (one["nth"] - 1))
    return day if day.month == one["month"] else day - timedelta(days=_WEEK)


def _kept_on(day: date) -> date:
    """A date on a Saturday is kept the day before it, on a Sunday the day after it."""
    return day + {SATURDAY: -_DAY, SATURDAY + 1: _DAY}.get(day.isoweekday(), timedelta())


def is_weekday(day: date) -> bool:
    """Neither Saturday nor Sunday."""
    return day.isoweekday() < SATURDAY


def is_business_day(day: date) -> bool:
    """Neither Saturday nor Sunday nor a federal holiday."""
    return is_weekday(day) and day not in federal_holidays(day.year) and day not in federal_holidays(day.year + 1)


def roll_forward(day: date) -> date:
    """The day, or the next business day where it is none."""
    while not is_business_day(day):
        day += _DAY
    return day


def add_business_days(day: date, count: int) -> date:
    """The `count`-th business day after a day; the day itself does not count."""
    while count:
        day = roll_forward(day + _DAY)
        count -= 1
    return day
