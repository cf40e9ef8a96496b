"""Who counts in a month, by each rule; tiers; several lines of coverage."""

from datetime import date

import pytest

from tpa.engine.billing.census import Census, Enrolment
from tpa.kernel.periods import FOREVER

MARCH = date(2026, 3, 1)


def enrolled(starts_on, ends_before=FOREVER, *, subscriber=1, line="medical", tier="EE"):
    return Enrolment(subscriber, line, tier, starts_on, ends_before)


def counted(rule, *rows):
    return Census(date(2026, 3, 20), rows).lives(rule)


@pytest.mark.parametrize(
    ("starts_on", "ends_before", "first", "fifteen", "wash"),
    [
        (date(2025, 1, 1), FOREVER, 1, 1, 1),
        (MARCH, FOREVER, 1, 1, 1),
        (date(2026, 3, 2), FOREVER, 0, 1, 1),
        (date(2026, 3, 15), FOREVER, 0, 1, 1),
        (date(2026, 3, 16), FOREVER, 0, 1, 0),
        (date(2026, 3, 17), FOREVER, 0, 1, 0),
        (date(2026, 3, 18), FOREVER, 0, 0, 0),
        (date(2025, 1, 1), date(2026, 3, 1), 0, 0, 0),
        (date(2025, 1, 1), date(2026, 3, 2), 1, 0, 0),
        (date(2025, 1, 1), date(2026, 3, 15), 1, 0, 0),
        (date(2025, 1, 1), date(2026, 3, 16), 1, 1, 0),
        (date(2025, 1, 1), date(2026, 3, 17), 1, 1, 1),
    ],
)
def test_a_coverage_counts_by_the_day_it_starts_or_ends(starts_on, ends_before, first, fifteen, wash):
    row = enrolled(starts_on, ends_before)
    found = [counted(rule, row).get("EE", 0) for rule in ("first_of_month", "fifteen_day", "wash")]
    assert found == [first, fifteen, wash]


def test_days_of_two_spans_add_up_to_fifteen():
    rows = [enrolled(MARCH, date(2026, 3, 8)), enrolled(date(2026, 3, 24), FOREVER)]
    assert counted("fifteen_day", *rows) == {"EE": 1}
    assert counted("fifteen_day", rows[0], enrolled(date(2026, 3, 25), FOREVER)) == {}


@pytest.mark.parametrize(
    ("changed_on", "first", "fifteen", "wash"),
    [
        (date(2026, 3, 10), "EE", "EF", "EF"),
        (date(2026, 3, 15), "EE", "EF", "EF"),
        (date(2026, 3, 20), "EE", "EE", "EE"),
    ],
)
def test_a_change_of_tier_within_the_month_counts_once(changed_on, first, fifteen, wash):
    rows = [enrolled(date(2025, 1, 1), changed_on), enrolled(changed_on, tier="EF")]
    assert [counted(rule, *rows) for rule in ("first_of_month", "fifteen_day", "wash")] == [
        {first: 1},
        {fifteen: 1},
        {wash: 1},
    ]


def test_as_many_days_in_both_tiers_count_as_the_earlier():
    rows = [enrolled(date(2026, 4, 16), tier="EF"), enrolled(date(2026, 4, 1), date(2026, 4, 16))]
    assert Census(date(2026, 4, 1), rows).lives("fifteen_day") == {"EE": 1}


def test_who_has_several_lines_counts_once_with_the_leading_lines_tier():
    rows = [
        enrolled(MARCH, line="dental", tier="EE"),
        enrolled(MARCH, line="medical", tier="EF"),
        enrolled(MARCH, subscriber=2, line="dental", tier="ES"),
    ]
    census = Census(MARCH, rows)
    assert census.lives("first_of_month") == {"ES": 1, "EF": 1}
    assert census.lives("first_of_month", ("dental",)) == {"EE": 1, "ES": 1}
    assert census.counted("first_of_month", ("medical",)) == {(1, 0): {"EF": 1}}


def test_a_coverage_outside_the_month_is_left_out():
    census = Census(MARCH, [enrolled(date(2026, 4, 1)), enrolled(date(2025, 1, 1), MARCH)])
    assert census.lives("first_of_month") == {}
