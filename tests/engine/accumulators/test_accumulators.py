"""Balances, the periods under which they are filed, and the window that a rolling one looks back on."""

from datetime import date

import pytest

from tpa.engine.accumulators.balances import FAMILY, AccumulatorEntry, Balances
from tpa.engine.accumulators.periods import LIFETIME_ON, key_on, window
from tpa.engine.plan.terms import Period
from tpa.kernel.periods import Span

YEAR = date(2026, 1, 1)


def test_what_a_person_used_counts_for_the_family_and_the_familys_own_for_nobody() -> None:
    balances = Balances(
        [(1, "code", YEAR, 100), (1, "code", YEAR, 20), (2, "code", YEAR, 3), (FAMILY, "code", YEAR, 7)]
    )
    assert [balances.used(member, "code", YEAR) for member in (1, 2, 3, FAMILY)] == [120, 3, 0, 130]
    assert balances.used(1, "other", YEAR) == balances.used(1, "code", date(2025, 1, 1)) == 0
    balances.add([AccumulatorEntry(1, "code", YEAR, -120)])
    assert [balances.used(member, "code", YEAR) for member in (1, FAMILY)] == [0, 10]


def test_rows_read_back_are_the_same_balances() -> None:
    rows = [(1, "a", YEAR, 5), (FAMILY, "a", YEAR, 2), (2, "b", date(2026, 3, 4), 1)]
    sums = Balances(rows).rows()
    assert sums == {
        (1, "a", YEAR): 5,
        (FAMILY, "a", YEAR): 7,
        (2, "b", date(2026, 3, 4)): 1,
        (FAMILY, "b", date(2026, 3, 4)): 1,
    }


def test_members_who_have_reached_an_amount() -> None:
    balances = Balances([(1, "code", YEAR, 500), (2, "code", YEAR, 499), (3, "code", YEAR, 501), (3, "x", YEAR, 900)])
    assert balances.members_at("code", YEAR, 500) == 2
    assert balances.members_with("code", YEAR) == (1, 2, 3)


@pytest.mark.parametrize(
    ("period", "starts_month", "key"),
    [
        (Period.PLAN_YEAR, 1, date(2026, 1, 1)),
        (Period.PLAN_YEAR, 3, date(2026, 3, 1)),
        (Period.PLAN_YEAR, 4, date(2025, 4, 1)),
        (Period.CALENDAR_YEAR, 4, date(2026, 1, 1)),
        (Period.LIFETIME, 4, LIFETIME_ON),
        (Period.MONTH, 4, date(2026, 3, 1)),
        (Period.DAY, 4, date(2026, 3, 31)),
        (Period.ROLLING, 4, date(2026, 3, 31)),
    ],
)
def test_the_day_under_which_an_entry_is_filed(period: Period, starts_month: int, key: date) -> None:
    assert key_on(period, date(2026, 3, 31), starts_month) == key


@pytest.mark.parametrize(
    ("day", "months", "first_on"),
    [
        (date(2026, 3, 14), 12, date(2025, 3, 15)),
        (date(2026, 3, 31), 1, date(2026, 3, 1)),
        (date(2024, 2, 29), 12, date(2023, 3, 1)),
        (date(2025, 2, 28), 12, date(2024, 3, 1)),
        (date(2026, 8, 27), 6, date(2026, 2, 28)),
        (date(2026, 8, 28), 6, date(2026, 3, 1)),
        (date(2026, 8, 30), 6, date(2026, 3, 1)),
    ],
)
def test_a_window_ends_with_the_day_of_service(day: date, months: int, first_on: date) -> None:
    assert window(day, months) == Span(first_on, date.fromordinal(day.toordinal() + 1))


def test_what_was_used_in_a_window_counts_both_ends() -> None:
    balances = Balances([(1, "code", date(2026, 3, day), 1) for day in (1, 2, 3, 4)])
    assert balances.used_between(1, "code", date(2026, 3, 2), date(2026, 3, 3)) == 2
