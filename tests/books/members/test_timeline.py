"""Coverage day by day: what an enrolment does to a member's line."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tpa.books.members.timeline import (
    Segment,
    days_lost,
    days_moved,
    following,
    joined,
    overlaid,
    reopened,
    without,
)
from tpa.kernel.periods import FOREVER


def segment(starts, ends=None, plan=1, tier="EE"):
    return Segment(
        date.fromisoformat(starts),
        date.fromisoformat(ends) if ends else FOREVER,
        plan,
        tier,
    )


def test_neighbours_of_one_plan_and_tier_are_one_segment():
    assert joined([segment("2025-07-01"), segment("2025-01-01", "2025-07-01")]) == (segment("2025-01-01"),)


def test_neighbours_of_two_tiers_stay_two():
    parts = (segment("2025-01-01", "2025-07-01"), segment("2025-07-01", tier="EF"))
    assert joined(parts) == parts


def test_a_change_of_plan_ends_the_old_one_the_day_before():
    assert overlaid((segment("2025-01-01"),), segment("2025-07-01", plan=2)) == (
        segment("2025-01-01", "2025-07-01"),
        segment("2025-07-01", plan=2),
    )


def test_an_ended_overlay_leaves_what_comes_after_it():
    assert overlaid((segment("2025-01-01"),), segment("2025-03-01", "2025-04-01", plan=2)) == (
        segment("2025-01-01", "2025-03-01"),
        segment("2025-03-01", "2025-04-01", plan=2),
        segment("2025-04-01"),
    )


def test_a_termination_cuts_and_one_at_the_start_leaves_nothing():
    timeline = (segment("2025-01-01"),)
    assert without(timeline, date(2025, 4, 1)) == (segment("2025-01-01", "2025-04-01"),)
    assert without(timeline, date(2025, 1, 1)) == ()
    assert without(timeline, date(2025, 1, 2)) == (segment("2025-01-01", "2025-01-02"),)


def test_reinstatement_closes_the_gap_or_begins_after_it():
    ended = (segment("2025-01-01", "2025-04-01"),)
    assert reopened(ended) == (segment("2025-01-01"),)
    assert reopened(ended, date(2025, 6, 1)) == (
        segment("2025-01-01", "2025-04-01"),
        segment("2025-06-01"),
    )
    assert reopened((segment("2025-01-01"),)) == (segment("2025-01-01"),)
    assert reopened(()) == ()


def test_a_dependent_follows_the_tier_of_the_subscriber():
    subscriber = (
        segment("2025-01-01", "2025-07-01", tier="ES"),
        segment("2025-07-01", tier="EF"),
    )
    assert following((segment("2025-01-01", tier="EF"),), subscriber) == subscriber


def test_days_lost_and_days_moved():
    before = (segment("2025-01-01", "2025-07-01"), segment("2025-07-01", tier="EF"))
    after = (
        segment("2025-01-01", "2025-03-01"),
        segment("2025-07-01", plan=2, tier="EF"),
    )
    assert days_lost(before, after) == [(date(2025, 3, 1), date(2025, 7, 1))]
    assert days_lost(after, before) == []
    assert days_moved(before, after) == [(date(2025, 7, 1), FOREVER)]


DAYS = st.dates(date(2024, 12, 1), date(2025, 2, 1))
SEGMENTS = st.builds(Segment, DAYS, DAYS, st.integers(1, 2), st.sampled_from(["EE", "EF"]))


def on(timeline, day):
    found = [one.what for one in timeline if one.starts_on <= day < one.ends_before]
    assert len(found) <= 1
    return found[0] if found else None


@given(st.lists(SEGMENTS, max_size=6), DAYS)
def test_overlays_in_turn_are_on_every_day_the_last_one_that_covers_it(segments, day):
    timeline, expected = (), None
    for one in segments:
        timeline = overlaid(timeline, one)
        if one.starts_on <= day < one.ends_before:
            expected = one.what
    assert on(timeline, day) == expected
    assert joined(timeline) == timeline
