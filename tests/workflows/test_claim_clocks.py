"""The legal clock of a claim in the books: what moves it, what it does to the queues, and what is refused."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from pypdf import PdfReader

from tests.workflows.claim_stories import RECEIVED
from tests.workflows.test_pend_sweep import plan_text
from tests.workflows.test_ripple import claim, decide, open_plan
from tpa.books.claims.clocks import clocks_of
from tpa.books.claims.examining import ClockStep
from tpa.books.claims.models import Pend
from tpa.engine.clocks.claim import ClockError, Kind
from tpa.infra import outbox, work_items
from tpa.infra.clock import clock_at
from tpa.infra.models import WorkItem
from tpa.kernel.errors import ConflictError, DomainError, NotFoundError
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.claim_clocks import note
from tpa.workflows.claim_pends import release
from tpa.workflows.claimant_letters import step_letter

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
ACCIDENTS = plan_text('other_party = { accident = "pend" }')


@pytest.fixture
def pended(in_employer):
    """An accident's claim, received on 1 April, that waits."""
    home = open_plan(in_employer, ACCIDENTS)[0]
    (key,) = decide(in_employer, claim(home, 60_000, 1, related_causes=("AA",)))
    return key


def move(key, kind, days, detail="said so", **more):
    with clock_at(NOW):
        return note(claim_id=key, kind=kind, at=RECEIVED + timedelta(days=days), detail=detail, by="ana", **more)


def board():
    outbox.drain("work_item")
    return [(one.kind, one.queue, one.clock, one.due_on) for one in work_items.clock_board()]


def test_the_board_follows_the_clock(in_employer, pended):
    assert Pend.objects.get().due_on == date(2026, 5, 1)
    assert board() == [
        ("pend", "subrogation", "decision", date(2026, 5, 1)),
        ("claim_notice", "notices", "request", date(2026, 5, 1)),
    ]
    assert (
        WorkItem.objects.get(kind="claim_notice").title == "Ask the claimant how, where and by whose fault it happened"
    )
    move(pended, "requested", 10)
    # 30 + 15 days, and the 45 that the claimant has from the tenth.
    assert board() == [("pend", "subrogation", "decision", date(2026, 6, 30))]
    found = move(pended, "supplied", 25)
    assert (found.clock.due_on, found.clock.supply_by_on) == (date(2026, 5, 31), None)
    assert board() == [("pend", "subrogation", "decision", date(2026, 5, 31))]
    assert Pend.objects.get().due_on == date(2026, 5, 31)
    release(employer_id=in_employer.pk, pend_ids=[Pend.objects.get().pk], by_id=1, note="fell off a ladder")
    decide_waiting(employer_id=in_employer.pk)
    assert board() == []
    after = clocks_of([pended], in_employer.time_zone)[pended]
    assert after.was_late is (after.decided_at.date() > date(2026, 5, 31))
    with pytest.raises(ClockError, match="clock has stopped"):
        move(pended, "extended", 26)


def test_the_notice_of_the_decision_counts_and_not_the_decision(in_employer, pended):
    with pytest.raises(ClockError, match="nothing decided yet"):
        move(pended, "notified", 1)
    # Longer than the law's 45 days, as a letter takes three.
    found = move(pended, "requested", 10, ends_at=RECEIVED + timedelta(days=58))
    assert (found.clock.supply_by_on, found.clock.due_on) == (date(2026, 5, 29), date(2026, 7, 3))
    move(pended, "supplied", 12)
    release(employer_id=in_employer.pk, pend_ids=[Pend.objects.get().pk], by_id=1, note="fell off a ladder")
    with clock_at(RECEIVED + timedelta(days=47)):
        decide_waiting(employer_id=in_employer.pk)
    assert clocks_of([pended], in_employer.time_zone)[pended].was_late is False
    with pytest.raises(ClockError, match="nothing decided yet"):
        move(pended, "notified", 46)
    # Due on day 47: 30 and 15, and two days of waiting.
    assert move(pended, "notified", 48, detail="by letter").was_late is True
    assert move(pended, "notified", 50, detail="again").was_late is True


def letter(employer, key, number):
    paper = step_letter(employer=employer, claim_id=key, number=number)
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages).split())


def test_the_claimant_is_told_by_letter_what_is_missing_and_until_when(in_employer, pended):
    move(pended, "classified", 0, value="pre_service")
    move(pended, "misfiled", 1, detail="Ask for it with the form on the back of your card.")
    move(pended, "refiled", 2)
    move(pended, "requested", 10, detail="Tell us how, where and by whose fault it happened.")
    told = letter(in_employer, pended, 2)
    assert "was not filed as the plan asks" in told and "Ask for it with the form" in told
    asked = letter(in_employer, pended, 4)
    assert "We need information to decide your claim" in asked and "by whose fault it happened" in asked
    # 45 days from the tenth; 15 and 15 from the second, and those 45.
    assert "Please send it by 2026-05-26" in asked and "We decide by 2026-06-17 at the latest" in asked
    move(pended, "supplied", 12)
    assert letter(in_employer, pended, 4) == asked
    for number, error in ((0, NotFoundError), (6, NotFoundError), (5, ConflictError)):
        with pytest.raises(error):
            step_letter(employer=in_employer, claim_id=pended, number=number)


def test_an_urgent_claim_counts_hours(in_employer, pended):
    found = move(pended, "classified", 0, value="urgent")
    assert (found.clock.kind, found.clock.due_at) == (Kind.URGENT, RECEIVED + timedelta(hours=72))
    outbox.drain("work_item")
    assert WorkItem.objects.get(kind="pend").due_at == RECEIVED + timedelta(hours=72)
    assert WorkItem.objects.get(kind="claim_notice").due_at == RECEIVED + timedelta(hours=24)


def test_a_claim_that_was_filed_wrongly_is_told_so_and_begins_anew(in_employer, pended):
    move(pended, "classified", 0, value="pre_service")
    found = move(pended, "misfiled", 1)
    assert (found.clock.is_misfiled, found.clock.tell_by_on) == (True, date(2026, 4, 6))
    assert board() == [
        ("claim_notice", "notices", "notice", date(2026, 4, 6)),
        ("pend", "subrogation", "decision", date(2026, 4, 16)),
    ]
    assert WorkItem.objects.get(kind="claim_notice").title == "Tell the claimant how to file this claim"
    with pytest.raises(ClockError, match="not filed yet"):
        move(pended, "requested", 2)
    move(pended, "told", 6)
    assert [row[0] for row in board()] == ["pend"]
    after = move(pended, "refiled", 10).clock
    assert (after.due_on, after.was_told_late, after.is_misfiled) == (date(2026, 4, 26), True, False)
    assert board()[0][2:] == ("decision", date(2026, 4, 26))
    assert Pend.objects.get().due_on == date(2026, 4, 26)


def test_a_treatment_that_goes_on_is_extended_in_a_day_and_reduced_in_time_to_appeal(in_employer, pended):
    with pytest.raises(ClockError, match="An end goes with"):
        move(pended, "classified", 0, value="ongoing")
    end = RECEIVED + timedelta(hours=30)
    found = move(pended, "classified", 0, value="ongoing", ends_at=end)
    assert (found.clock.due_at, found.filed.ends_at) == (RECEIVED + timedelta(hours=24), end)
    assert board()[0][3] == date(2026, 4, 2)
    with pytest.raises(ClockError, match="Only a treatment that was approved"):
        move(pended, "reduced", 1, ends_at=end)
    release(employer_id=in_employer.pk, pend_ids=[Pend.objects.get().pk], by_id=1, note="at home")
    decide_waiting(employer_id=in_employer.pk)
    told, soonest = RECEIVED + timedelta(days=5), RECEIVED + timedelta(days=8)
    with pytest.raises(ClockError, match="An appeal may be decided until 2026-04-09"):
        move(pended, "reduced", 5, ends_at=soonest - timedelta(minutes=1))
    assert ClockStep.objects.filter(kind="reduced").count() == 0
    steps = move(pended, "reduced", 5, ends_at=soonest).steps
    assert [(one.kind, one.at, one.ends_at) for one in steps[1:]] == [("reduced", told, soonest)]


@pytest.mark.parametrize(
    ("kind", "days", "more", "says"),
    [
        ("requested", 31, {}, "had to be told by"),
        ("supplied", 3, {}, "Nothing was asked"),
        ("requested", -1, {}, "before the claim came"),
        ("requested", 900, {}, "in the future"),
        ("requested", 3, {"detail": " "}, "needs a note"),
        ("classified", 0, {"value": "soon"}, "one of the law's kinds"),
    ],
)
def test_what_the_law_does_not_allow_is_refused(pended, kind, days, more, says):
    with pytest.raises(DomainError, match=says):
        move(pended, kind, days, **more)
    assert not ClockStep.objects.exists()
    assert Pend.objects.get().due_on == date(2026, 5, 1)


def test_what_was_noted_stays(in_employer, pended):
    move(pended, "requested", 10)
    with pytest.raises(ClockError, match="before what was noted last"):
        move(pended, "supplied", 9)
    for statement in ("UPDATE claims_clockstep SET at = now()", "DELETE FROM claims_clockstep"):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
