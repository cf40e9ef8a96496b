"""Appeals to the day: the window and its weekend, the levels' shares, external review and its holidays."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tpa.engine.clocks.appeal import (
    appeal_clock,
    external_clock,
    last_day_for_external,
    last_day_to_appeal,
    least_organizations,
    may_wait_for_answer,
    next_in_turn,
    soonest_reduction,
)
from tpa.engine.clocks.claim import Kind
from tpa.engine.statute.business_days import add_business_days, federal_holidays, is_business_day, roll_forward

ZONE = ZoneInfo("America/New_York")
AT = datetime(2026, 5, 4, 10, tzinfo=ZONE)


@pytest.mark.parametrize(("kind", "days"), [("urgent", 3), ("ongoing", 3), ("pre_service", 30)])
def test_a_treatment_ends_early_no_sooner_than_an_appeal_could_be_decided(kind, days):
    soonest = soonest_reduction(Kind(kind), AT, AT.date())
    assert soonest.due_on == AT.date() + timedelta(days=days)
    assert soonest.due_at == (None if kind == "pre_service" else AT + timedelta(days=days))


@pytest.mark.parametrize(
    ("notified_on", "last_on"),
    [
        (date(2026, 1, 2), date(2026, 7, 1)),
        (date(2026, 1, 5), date(2026, 7, 6)),  # Day 180 is Saturday the 4th, kept on Friday the 3rd.
        (date(2026, 1, 4), date(2026, 7, 6)),  # Day 180 is Friday the 3rd: Independence Day is kept.
        (date(2026, 1, 6), date(2026, 7, 6)),  # A Sunday.
        (date(2026, 1, 7), date(2026, 7, 6)),
        (date(2026, 1, 8), date(2026, 7, 7)),
    ],
)
def test_180_days_and_a_weekend_goes_over(notified_on, last_on):
    assert last_day_to_appeal(Kind.POST_SERVICE, notified_on) == last_on


@pytest.mark.parametrize(
    ("kind", "levels", "days"),
    [
        ("pre_service", 1, 30),
        ("pre_service", 2, 15),
        ("post_service", 1, 60),
        ("post_service", 2, 30),
        ("disability", 1, 45),
    ],
)
def test_the_plan_decides_in_time(kind, levels, days):
    assert appeal_clock(Kind(kind), levels, AT, AT.date()).due_on == AT.date() + timedelta(days=days)


def test_only_disability_appeals_are_extended():
    assert appeal_clock(Kind.DISABILITY, 1, AT, AT.date()).may_extend_days == 45
    assert appeal_clock(Kind.POST_SERVICE, 1, AT, AT.date()).may_extend_days == 0


def test_urgent_appeals_are_counted_in_hours():
    assert appeal_clock(Kind.URGENT, 1, AT, AT.date()).due_at == AT + timedelta(hours=72)
    assert appeal_clock(Kind.URGENT, 2, AT, AT.date()).due_at == AT + timedelta(hours=36)


@pytest.mark.parametrize(
    ("notified_on", "last_on"),
    [
        (date(2026, 2, 10), date(2026, 6, 10)),
        (date(2025, 10, 30), date(2026, 3, 2)),  # There is no 30 February: 1 March, a Sunday.
        (date(2026, 3, 4), date(2026, 7, 6)),  # 4 July is a Saturday.
        (date(2026, 8, 25), date(2026, 12, 28)),  # Christmas, a Friday.
        (date(2026, 5, 7), date(2026, 9, 8)),  # The Monday is Labor Day.
    ],
)
def test_four_months_for_external_review(notified_on, last_on):
    assert last_day_for_external(notified_on) == last_on


def test_external_review_counts_business_days_and_days():
    clock = external_clock(datetime(2026, 5, 21, 9, tzinfo=ZONE), date(2026, 5, 21))
    # Friday, then Memorial Day is no business day: Tuesday to Friday.
    assert (clock.preliminary_on, clock.due_on, clock.due_at) == (date(2026, 5, 29), date(2026, 7, 5), None)
    assert clock.file_on == date(2026, 5, 29)
    at_once = external_clock(AT, AT.date(), is_expedited=True)
    assert (at_once.preliminary_on, at_once.file_on, at_once.due_at) == (AT.date(), AT.date(), AT + timedelta(hours=72))


@pytest.mark.parametrize(
    ("kind", "evidence", "information"),
    [
        ("pre_service", True, False),
        ("post_service", True, False),
        ("disability", False, True),
        ("urgent", False, False),
    ],
)
def test_what_lets_the_time_of_an_appeal_stand_still(kind, evidence, information):
    assert may_wait_for_answer(Kind(kind), is_new_evidence=True) is evidence
    assert may_wait_for_answer(Kind(kind), is_new_evidence=False) is information


def test_review_organizations_take_turns():
    three = ["A", "B", "C"]
    turns = []
    for _ in range(5):
        turns.append(next_in_turn(three, turns))
    assert turns == ["A", "B", "C", "A", "B"]
    # One that comes later is the first to be asked; one that has had the review is passed over.
    assert next_in_turn([*three, "D"], turns) == "D"
    assert next_in_turn(three, turns, ["C"]) == "A"
    assert next_in_turn(three, turns, three) is None
    assert least_organizations(date(2026, 1, 1)) == 3


def test_federal_holidays():
    assert sorted(federal_holidays(2026)) == [
        date(2026, 1, 1), date(2026, 1, 19), date(2026, 2, 16), date(2026, 5, 25), date(2026, 6, 19),
        date(2026, 7, 3), date(2026, 9, 7), date(2026, 10, 12), date(2026, 11, 11), date(2026, 11, 26),
        date(2026, 12, 25),
    ]  # fmt: skip
    assert date(2020, 6, 19) not in federal_holidays(2020)
    # New Year's Day of 2028 is a Saturday, kept on the last day of 2027.
    assert not is_business_day(date(2027, 12, 31))
    assert roll_forward(date(2027, 12, 31)) == date(2028, 1, 3)
    assert add_business_days(date(2026, 7, 2), 1) == date(2026, 7, 6)
