"""The law's clocks to the day and hour: the day of receipt is day 0; only a request that was sent in time stops them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tpa.engine.clocks.claim import ClockError, Filed, Kind, Step, StepKind, claim_clock
from tpa.engine.statute import statute

ZONE = ZoneInfo("America/New_York")
MARCH_1 = datetime(2026, 3, 1, 9, 30, tzinfo=ZONE)
REQUESTED, SUPPLIED, EXTENDED = StepKind.REQUESTED, StepKind.SUPPLIED, StepKind.EXTENDED
MISFILED, TOLD, REFILED = StepKind.MISFILED, StepKind.TOLD, StepKind.REFILED


def filed(kind, at=MARCH_1):
    return Filed(Kind(kind), at, at.date())


def on_day(kind, n):
    """A step on the n-th day after receipt."""
    at = MARCH_1 + timedelta(days=n)
    return Step(kind, at, at.date())


def due(kind, *steps):
    return claim_clock(filed(kind), steps).due_on - MARCH_1.date()


@pytest.mark.parametrize(("kind", "days"), [("pre_service", 15), ("post_service", 30), ("disability", 45)])
def test_the_day_of_receipt_is_day_0(kind, days):
    clock = claim_clock(filed(kind))
    assert clock.due_on == MARCH_1.date() + timedelta(days=days)
    assert clock.ask_by_on == clock.due_on
    assert not clock.is_late(MARCH_1 + timedelta(days=days), clock.due_on)
    assert clock.is_late(MARCH_1 + timedelta(days=days + 1), clock.due_on + timedelta(days=1))


@pytest.mark.parametrize(
    ("kind", "steps", "days"),
    [
        ("pre_service", [(EXTENDED, 15)], 30),
        ("post_service", [(EXTENDED, 30)], 45),
        ("disability", [(EXTENDED, 45)], 75),
        ("disability", [(EXTENDED, 45), (EXTENDED, 75)], 105),
    ],
)
def test_an_extension_is_told_before_the_time_is_over(kind, steps, days):
    assert due(kind, *(on_day(*step) for step in steps)).days == days
    late = [*steps[:-1], (EXTENDED, steps[-1][1] + 1)]
    with pytest.raises(ClockError, match="had to be told by"):
        due(kind, *(on_day(*step) for step in late))


@pytest.mark.parametrize(("kind", "most"), [("pre_service", 1), ("post_service", 1), ("disability", 2)])
def test_it_is_extended_so_often_and_no_more(kind, most):
    steps = [on_day(EXTENDED, n) for n in range(most)]
    assert due(kind, *steps)
    with pytest.raises(ClockError, match="all that the law allows"):
        due(kind, *steps, on_day(EXTENDED, most))


def test_time_stands_still_while_the_claimant_is_asked():
    # 30 + 15, and the 20 days from the request of day 20 to the answer of day 40.
    assert due("post_service", on_day(REQUESTED, 20), on_day(SUPPLIED, 40)).days == 65
    asked = claim_clock(filed("post_service"), [on_day(REQUESTED, 20)])
    assert asked.supply_by_on == MARCH_1.date() + timedelta(days=65)
    assert (asked.stands_still(asked.supply_by_on), asked.stands_still(asked.supply_by_on + timedelta(days=1))) == (
        True,
        False,
    )


@pytest.mark.parametrize(("answered", "days"), [(64, 89), (65, 90), (66, 90)])
def test_it_stands_still_for_45_days_at_most(answered, days):
    assert due("post_service", on_day(REQUESTED, 20)).days == 90
    assert due("post_service", on_day(REQUESTED, 20), on_day(SUPPLIED, answered)).days == days


def until(kind, n, end):
    """A request on the n-th day that may be answered until the end-th, in the law's least time or more."""
    step = on_day(kind, n)
    return step._replace(until=MARCH_1 + timedelta(days=end))


@pytest.mark.parametrize(("end", "days"), [(65, 90), (70, 95)])
def test_a_claimant_may_be_given_more_time_as_a_letter_is_under_way(end, days):
    clock = claim_clock(filed("post_service"), [until(REQUESTED, 20, end)])
    assert (clock.supply_by_on, clock.due_on) == (
        MARCH_1.date() + timedelta(days=end),
        MARCH_1.date() + timedelta(days=days),
    )
    # An answer ends it, wherever the end was.
    assert due("post_service", until(REQUESTED, 20, end), on_day(SUPPLIED, 40)).days == 65


def test_a_claimant_is_not_given_less_time_than_the_law_wants():
    with pytest.raises(ClockError, match="45 days at least, until 2026-05-05"):
        due("post_service", until(REQUESTED, 20, 64))
    asked = at_hour(REQUESTED, 24)
    with pytest.raises(ClockError, match="48 hours at least, until 2026-03-04 09:30"):
        hours(asked._replace(until=MARCH_1 + timedelta(hours=71.99)))
    assert hours(asked._replace(until=MARCH_1 + timedelta(hours=80))) == 128
    assert hours(asked._replace(until=MARCH_1 + timedelta(hours=80)), at_hour(SUPPLIED, 79)) == 127


def test_the_plans_own_last_day_does_not_move_for_a_weekend():
    friday = datetime(2026, 3, 6, 9, tzinfo=ZONE)
    assert claim_clock(filed("pre_service", friday)).due_on == date(2026, 3, 21)  # A Saturday.


def test_a_disability_claim_may_be_asked_twice():
    steps = [on_day(REQUESTED, 40), on_day(SUPPLIED, 50), on_day(REQUESTED, 80), on_day(SUPPLIED, 85)]
    assert due("disability", *steps[:2]).days == 45 + 30 + 10
    assert due("disability", *steps).days == 45 + 30 + 10 + 30 + 5


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([(SUPPLIED, 3)], "Nothing was asked for"),
        ([(REQUESTED, 3), (REQUESTED, 4)], "asked for already"),
        ([(REQUESTED, 31)], "had to be told by 2026-03-31"),
        ([(REQUESTED, 3), (SUPPLIED, 5), (REQUESTED, 6)], "all that the law allows"),
        ([(EXTENDED, -1)], "before the claim came"),
    ],
)
def test_what_does_not_move_the_clock_is_refused(steps, says):
    with pytest.raises(ClockError, match=says):
        due("post_service", *(on_day(*step) for step in steps))


def at_hour(kind, hours):
    at = MARCH_1 + timedelta(hours=hours)
    return Step(kind, at, at.date())


def hours(*steps):
    return (claim_clock(filed("urgent"), steps).due_at - MARCH_1) / timedelta(hours=1)


def test_an_urgent_claim_has_72_hours_and_two_more_days_where_something_is_missing():
    assert hours() == 72
    asked = claim_clock(filed("urgent"), [at_hour(REQUESTED, 24)])
    assert ((asked.supply_by_at - MARCH_1) / timedelta(hours=1), asked.ask_by_at) == (72, None)
    assert hours(at_hour(REQUESTED, 24)) == 120
    # 48 hours from the answer, or from the end of the time for it.
    assert hours(at_hour(REQUESTED, 24), at_hour(SUPPLIED, 30)) == 78
    assert hours(at_hour(REQUESTED, 24), at_hour(SUPPLIED, 90)) == 120
    for steps, says in (
        ([(REQUESTED, 25)], "within 24 hours"),
        ([(EXTENDED, 1)], "is not extended"),
        ([(REQUESTED, 1), (SUPPLIED, 2), (REQUESTED, 3)], "asked for once"),
        ([(SUPPLIED, 2)], "Nothing was asked for"),
    ):
        with pytest.raises(ClockError, match=says):
            hours(*(at_hour(*step) for step in steps))


def test_hours_are_hours_when_the_clocks_are_changed():
    before = datetime(2026, 3, 7, 12, tzinfo=ZONE)
    clock = claim_clock(filed("urgent", before))
    assert (clock.due_at.isoformat(), clock.due_on) == ("2026-03-10T13:00:00-04:00", date(2026, 3, 10))
    assert not clock.is_late(clock.due_at, clock.due_on)
    assert clock.is_late(clock.due_at + timedelta(seconds=1), clock.due_on)


def test_a_day_before_the_law_is_said_so():
    with pytest.raises(ClockError, match="are not known"):
        claim_clock(filed("post_service", datetime(2002, 12, 31, tzinfo=ZONE)))


@pytest.mark.parametrize("name", ["us/claim_procedures", "us/appeal_procedures", "us/federal_holidays"])
def test_every_number_has_its_source(name):
    assert all(value.source[0].isdigit() for value in statute(name).values)


@pytest.mark.parametrize(("kind", "hours"), [("urgent", 24), ("pre_service", None)])
def test_a_claim_that_is_filed_wrongly_is_told_so_within_a_day_or_five(kind, hours):
    wrong = at_hour(MISFILED, 2)
    clock = claim_clock(filed(kind), [wrong])
    if hours:
        assert clock.tell_by_at == MARCH_1 + timedelta(hours=hours)
        steps = at_hour(TOLD, 24), at_hour(TOLD, 24.01)
    else:
        assert (clock.tell_by_on, clock.tell_by_at) == (date(2026, 3, 6), None)
        steps = on_day(TOLD, 5), on_day(TOLD, 6)
    assert clock.is_misfiled and clock.stands_still(date(2030, 1, 1)) and not clock.is_late(MARCH_1, date(2030, 1, 1))
    told = [claim_clock(filed(kind), [wrong, step]) for step in steps]
    assert [(one.tell_by_on, one.was_told_late, one.is_misfiled) for one in told] == [
        (None, False, True),
        (None, True, True),
    ]


def test_the_time_of_a_claim_that_was_filed_wrongly_begins_when_it_is_filed_anew():
    wrong, anew = on_day(MISFILED, 1), on_day(REFILED, 8)
    clock = claim_clock(filed("pre_service"), [wrong, on_day(TOLD, 2), anew])
    assert (clock.due_on, clock.is_misfiled, clock.was_told_late) == (date(2026, 3, 24), False, False)
    # Whoever files anew has been told by then, if not before: on the eighth day it was too late.
    assert claim_clock(filed("pre_service"), [wrong, anew]).was_told_late
    urgent = claim_clock(filed("urgent"), [at_hour(MISFILED, 1), at_hour(REFILED, 10), at_hour(REQUESTED, 34)])
    assert (urgent.supply_by_at, urgent.was_told_late) == (MARCH_1 + timedelta(hours=82), False)
    assert claim_clock(filed("pre_service"), [wrong, anew, on_day(MISFILED, 9)]).tell_by_on == date(2026, 3, 14)


@pytest.mark.parametrize(
    ("kind", "steps", "says"),
    [
        ("post_service", [on_day(MISFILED, 1)], "Only of a claim before the service"),
        ("disability", [on_day(MISFILED, 1)], "Only of a claim before the service"),
        ("pre_service", [on_day(MISFILED, 1), on_day(MISFILED, 2)], "noted as not filed, before"),
        ("pre_service", [on_day(REQUESTED, 1), on_day(MISFILED, 2)], "taken as filed"),
        ("pre_service", [on_day(MISFILED, 1), on_day(REQUESTED, 2)], "not filed yet"),
        ("pre_service", [on_day(TOLD, 1)], "nothing that the claimant has to be told"),
        ("pre_service", [on_day(REFILED, 1)], "filed as it should be"),
        ("pre_service", [on_day(MISFILED, 1), on_day(TOLD, 2), on_day(TOLD, 3)], "nothing that the claimant"),
    ],
)
def test_what_does_not_go_with_a_wrong_filing(kind, steps, says):
    with pytest.raises(ClockError, match=says):
        claim_clock(filed(kind), steps)


@pytest.mark.parametrize(("before", "hours"), [(25, 24), (24, 24), (23.99, 72), (-5, 72)])
def test_an_ongoing_treatment_is_extended_within_a_day_if_that_is_asked_a_day_before_its_end(before, hours):
    ongoing = filed("ongoing")._replace(ends_at=MARCH_1 + timedelta(hours=before))
    assert claim_clock(ongoing).due_at == MARCH_1 + timedelta(hours=hours)
    if hours == 24:
        for kind, says in ((REQUESTED, "decided on what is known"), (EXTENDED, "not extended")):
            with pytest.raises(ClockError, match=says):
                claim_clock(ongoing, [at_hour(kind, 1)])
    else:
        assert claim_clock(ongoing, [at_hour(REQUESTED, 24)]).supply_by_at == MARCH_1 + timedelta(hours=72)


def test_a_request_to_extend_a_treatment_says_when_it_ends():
    with pytest.raises(ClockError, match="when what was approved ends"):
        claim_clock(filed("ongoing"))
