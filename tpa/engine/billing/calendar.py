"""When a month's invoice is mailed and due, up to when a change gets onto it, and what late payment means."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from tpa.kernel.document import DocumentError, Section
from tpa.kernel.periods import add_months, month_of

WEEKEND = 5
SHIFTS = ("stay", "next", "previous")


class DayRule(NamedTuple):
    """A day of a month `months_before` the one that is billed (below zero: after it). The 31st is the last day of any."""

    day: int
    months_before: int = 0

    def of(self, month: date) -> date:
        """The day for a billed month."""
        first = add_months(month.replace(day=1), -self.months_before)
        return min(first.replace(day=1) + timedelta(days=self.day - 1), month_of(first).last_day)


class Calendar(NamedTuple):
    """The rules of an agreement. `weekend`: whether mailing and due days on a weekend move."""

    mailed: DayRule = DayRule(10, 1)
    due: DayRule = DayRule(1)
    cut_off: DayRule = DayRule(1, 1)
    grace_days: int = 31
    weekend: str = "stay"


class InvoiceDates(NamedTuple):
    """The days of one month's invoice. Changes received on `cut_off_on` are still on it; `grace_ends_on` is the last
    day on which a payment keeps the coverage.
    """

    month: date
    cut_off_on: date
    mailed_on: date
    due_on: date
    grace_ends_on: date


def parse_calendar(section: Section) -> Calendar:
    """`mailed`, `due` and `cut_off` with `day` and `months_before` or `months_after`; `grace_days`, `weekend`."""
    usual = Calendar()
    return Calendar(
        parse_day_rule(section, "mailed", usual.mailed),
        parse_day_rule(section, "due", usual.due),
        parse_day_rule(section, "cut_off", usual.cut_off),
        section.whole("grace_days", usual.grace_days, most=366),
        section.choice("weekend", SHIFTS, usual.weekend),
    )


def parse_day_rule(section: Section, key: str, usual: DayRule) -> DayRule:
    """The `day` under `key` with `months_before` or `months_after`; the usual one without it."""
    if key not in section:
        section.value(key, None)
        return usual
    with section.section(key) as one:
        day = one.whole("day", least=1, most=31)
        before, after = one.whole("months_before", 0, most=12), one.whole("months_after", 0, most=12)
        if before and after:
            raise DocumentError("Either months_before or months_after is wanted.", where=one.at("months_after"))
    return DayRule(day, before - after)


def invoice_dates(rules: Calendar, month: date) -> InvoiceDates:
    """The days of the invoice of a month."""
    due = _moved(rules.due.of(month), rules.weekend)
    return InvoiceDates(
        month_of(month).starts_on,
        rules.cut_off.of(month),
        _moved(rules.mailed.of(month), rules.weekend),
        due,
        due + timedelta(days=rules.grace_days),
    )


def _moved(day: date, weekend: str) -> date:
    step = {"next": 1, "previous": -1}.get(weekend, 0)
    while step and day.weekday() >= WEEKEND:
        day += timedelta(days=step)
    return day


def month_that_shows(rules: Calendar, received_on: date) -> date:
    """The first month whose invoice still takes a change that was received on that day."""
    month = add_months(received_on.replace(day=1), rules.cut_off.months_before)
    while rules.cut_off.of(month) < received_on:
        month = add_months(month, 1)
    return month


def standing(dates: InvoiceDates, paid_on: date | None, as_of: date) -> str:
    """`paid`, `paid_late` (after the due day, in grace), `open`, `in_grace`, or `lapsed` where grace has ended unpaid."""
    settled = paid_on if paid_on is not None and paid_on <= as_of else None
    day = settled or as_of
    if day > dates.grace_ends_on:
        return "lapsed"
    if settled is not None:
        return "paid" if settled <= dates.due_on else "paid_late"
    return "open" if as_of <= dates.due_on else "in_grace"
