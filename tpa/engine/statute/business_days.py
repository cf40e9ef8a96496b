"""Working days: of the federal government of the United States, for the limits that ask for them, and of banks."""

from __future__ import annotations

from collections.abc import Callable
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


@cache
def bank_holidays(country: str, year: int) -> frozenset[date]:
    """The days on which banks are closed but for weekends; `country`: us or ca.

    In the United States a holiday on a Saturday closes no bank (the Federal Reserve is open on the Friday before it), one on
    a Sunday closes them the next day; in Canada either is kept on the next working day.
    """
    table = statute("us/federal_holidays" if country == "us" else "ca/bank_holidays")
    kept: set[date] = set()
    for day in sorted(day for one in table.values if (day := _day_of(one, year)) in one.span):
        if country == "us" and day.isoweekday() == SATURDAY:
            continue
        while not is_weekday(day) or day in kept:
            day += _DAY
        kept.add(day)
    return frozenset(kept)


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % _WEEK
    moved = (year % 19 + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - _WEEK * moved + 114, 31)
    return date(year, month, day + 1)


def _day_of(one: Value, year: int) -> date:
    if one.get("easter"):
        return _easter(year) + timedelta(days=one["easter"])
    if one.get("day"):
        return date(year, one["month"], one["day"])
    first = date(year, one["month"], one.get("from_day") or 1)
    nth = one.get("nth") or 1
    day = first + timedelta(days=(one["weekday"] - first.isoweekday()) % _WEEK + _WEEK * (nth - 1))
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


def is_us_banking_day(day: date) -> bool:
    """Whether banks of the United States settle."""
    return is_weekday(day) and day not in bank_holidays("us", day.year)


def is_canadian_banking_day(day: date) -> bool:
    """Whether banks of Canada settle, in every province."""
    return is_weekday(day) and day not in bank_holidays("ca", day.year)


IsOpen = Callable[[date], bool]


def roll_forward(day: date, is_open: IsOpen = is_business_day) -> date:
    """The day, or the next business day where it is none."""
    while not is_open(day):
        day += _DAY
    return day


def add_business_days(day: date, count: int, is_open: IsOpen = is_business_day) -> date:
    """The `count`-th business day after a day; the day itself does not count."""
    while count:
        day = roll_forward(day + _DAY, is_open)
        count -= 1
    return day
