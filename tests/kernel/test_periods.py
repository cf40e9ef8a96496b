"""Months and years as plans and contracts count them."""

from datetime import date

import pytest

from tpa.kernel.periods import FOREVER, Span, add_months, age_on, month_of, months_in, year_of

YEAR = Span(date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("day", "inside"),
    [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 12, 31), True), (date(2027, 1, 1), False)],
)
def test_a_span_holds_its_first_and_last_day_but_not_the_next(day, inside):
    assert (day in YEAR) is inside


def test_spans_that_only_touch_do_not_overlap():
    assert not YEAR.overlaps(Span(date(2027, 1, 1)))
    assert YEAR.overlaps(Span(date(2026, 12, 31)))


def test_an_open_span_ends_never():
    assert Span(date(2026, 1, 1)).ends_before == FOREVER


def test_the_last_day_is_the_one_people_write():
    assert YEAR.last_day == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 5, 15), 0, date(2026, 5, 15)),
    ],
)
def test_months_are_added_by_the_calendar(day, months, expected):
    assert add_months(day, months) == expected


def test_the_calendars_last_month_ends_with_the_calendar():
    last = date(9999, 12, 1)
    assert month_of(date(9999, 12, 30)) == Span(last, FOREVER)
    assert months_in(Span(date(9999, 11, 2))) == [last]
    assert months_in(Span(date(9999, 12, 2))) == []
    assert year_of(date(9999, 12, 1), 7) == Span(date(9999, 7, 1), FOREVER)
    assert add_months(last, -1) == date(9999, 11, 1)


def test_the_month_of_a_day():
    assert month_of(date(2026, 2, 14)) == Span(date(2026, 2, 1), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 6, 30), date(2025, 7, 1)),
        (date(2026, 7, 1), date(2026, 7, 1)),
        (date(2026, 12, 31), date(2026, 7, 1)),
    ],
)
def test_a_plan_year_from_july(day, first):
    assert year_of(day, 7) == Span(first, first.replace(year=first.year + 1))


def test_the_months_of_a_span_are_those_that_begin_in_it():
    assert months_in(Span(date(2026, 1, 15), date(2026, 4, 1))) == [date(2026, 2, 1), date(2026, 3, 1)]
    assert len(months_in(YEAR)) == 12


@pytest.mark.parametrize(("day", "age"), [(date(2026, 2, 28), 25), (date(2026, 3, 1), 26)])
def test_somebody_born_on_a_leap_day_ages_on_the_first_of_march(day, age):
    assert age_on(date(2000, 2, 29), day) == age
