"""Benefit periods: weeks and months, from the first payable day or by the calendar, and what a part of one is paid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from tpa.engine.disability.terms import Terms
from tpa.kernel.periods import Span, add_months, month_of

_WEEK = timedelta(days=7)
_SATURDAY = 5
_DIVISORS = {"seventh": 7, "fifth": 5, "thirtieth": 30}


class Cell(NamedTuple):
    """A whole week or month, and the days of it that are paid."""

    whole: Span
    paid: Span


def cells(terms: Terms, span: Span) -> Iterator[Cell]:
    """The periods of days that are paid without a break."""
    number = 0
    whole = _period(terms, span.starts_on, number)
    while whole.starts_on < span.ends_before:
        yield Cell(whole, Span(max(whole.starts_on, span.starts_on), min(whole.ends_before, span.ends_before)))
        number += 1
        whole = _period(terms, span.starts_on, number)


def _period(terms: Terms, first: date, number: int) -> Span:
    """The period of that number, from 0 on. Months are counted from the first day: a short one does not shift the rest."""
    if terms.period == "month":
        anchor = month_of(first).starts_on if terms.starts == "calendar" else first
        return Span(add_months(anchor, number), add_months(anchor, number + 1))
    if terms.starts == "calendar":
        first -= timedelta(days=(first.weekday() - terms.week_starts_on) % 7)
    return Span(first + number * _WEEK, first + (number + 1) * _WEEK)


def days_of(terms: Terms, span: Span) -> int:
    """How many days of a span the plan pays: all, or those from Monday to Friday."""
    days = (span.ends_before - span.starts_on).days
    if terms.partial != "fifth":
        return days
    return sum((span.starts_on + timedelta(days=n)).weekday() < _SATURDAY for n in range(days))


def fraction(terms: Terms, cell: Cell, part: Span) -> Fraction:
    """What part of a period's benefit some of its paid days are: their share, by days, of what all of these are paid."""
    days = days_of(terms, cell.paid)
    if not days:
        return Fraction(0)
    paid = Fraction(1) if cell.paid == cell.whole else min(Fraction(1), Fraction(days, days_in(terms, cell.whole)))
    return paid * Fraction(days_of(terms, part), days)


def days_in(terms: Terms, whole: Span) -> int:
    """By how many days a period's benefit is divided for one of them."""
    return _DIVISORS.get(terms.partial) or days_of(terms, whole)
