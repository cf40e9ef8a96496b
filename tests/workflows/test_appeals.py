"""Appeals to the day: the window, the levels, who decides, and the claim's correction; external review after them."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from pypdf import PdfReader

from tenants.scope import desk_scope
from tests.workflows.test_overrides import aside, deny
from tests.workflows.test_pend_sweep import plan_text
from tests.workflows.test_ripple import claim, decide, live, open_plan, sound
from tpa.books.agreements.models import ReviewOrganization
from tpa.books.claims.appeals import overrides_of
from tpa.books.claims.examining import Appeal, AppealNote
from tpa.books.claims.models import Correction, Pend
from tpa.books.claims.overrides import Person
from tpa.infra import outbox, work_items
from tpa.infra.clock import clock_at
from tpa.kernel.errors import ConflictError
from tpa.workflows import appeals
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.appeal_letters import letter_paper
from tpa.workflows.appeal_windows import AppealError
from tpa.workflows.appeals import AppealLateError, NewDeciderError, assign, extend, file_appeal, note
from tpa.workflows.claim_clocks import note as note_step
from tpa.workflows.claim_pends import release
from tpa.workflows.overrides import approve

ANA, BEN, CY = (Person(n, f"{name}@tpa.example") for n, name in enumerate(("ana", "ben", "cy"), 1))
DECIDED = datetime(2026, 4, 2, 12, tzinfo=UTC)
LATE_SERVICE = "timely_filing_months = 1"


def story(employer, *lines, levels=1):
    """A claim of 600.00 that came too late, decided on 2 April: day 180 is 29 September."""
    home = open_plan(employer, plan_text(LATE_SERVICE, f"appeal_levels = {levels}", *lines))[0]
    with clock_at(DECIDED):
        (key,) = decide(employer, claim(home, 60_000, 1, received_on=date(2026, 4, 2)))
    assert live(key).outcome == "denied"
    return key


@pytest.fixture
def denied(in_employer):
    return story(in_employer)


def file(key, on, **more):
    told = {"filed_by": "member", "grounds": "the clinic was flooded", "by": ANA} | more
    at = datetime(on.year, on.month, on.day, 15, tzinfo=UTC)
    with clock_at(at + timedelta(hours=1)):
        return file_appeal(claim_id=key, at=at, **told)


def answer(row, outcome, by=BEN, on=date(2026, 5, 20), **more):
    with clock_at(datetime(on.year, on.month, on.day, 16, tzinfo=UTC)):
        return appeals.decide(appeal_id=row.pk, outcome=outcome, rationale="the records say so", by=by, **more)


def contract(*names):
    with desk_scope():
        for name in names:
            ReviewOrganization.objects.create(name=name, accreditation="URAC", starts_on=date(2026, 1, 1))


def at(day):
    return datetime(day.year, day.month, day.day, 15, tzinfo=UTC)


def board():
    outbox.drain("work_item")
    return [(one.kind, one.clock, one.due_on, one.amount_cents) for one in work_items.clock_board()]


def test_a_reversal_pays_the_claim_and_is_kept_with_it(in_employer, denied):
    row = file(denied, date(2026, 5, 4))
    assert (row.stage, row.kind, row.last_on, row.due_on) == (
        "first",
        "post_service",
        date(2026, 9, 29),
        date(2026, 7, 3),
    )
    assert board() == [("appeal", "appeal", date(2026, 7, 3), 60_000)]
    done = answer(row, "reversed", orders=[aside()], authority_cents=10_000)
    told = letter(in_employer, done)
    assert "We change our decision" in told and "You get a new explanation" in told and "What you may do" not in told
    assert (done.outcome, done.decided_by, live(denied).paid_cents) == ("reversed", BEN.name, 8_000)
    (override,) = overrides_of([row.pk])
    assert (override.why, override.state, override.amount_cents) == ("appeal", "in_force", 8_000)
    assert Correction.objects.get(pk=override.correction_id).why == "appeal"
    assert board() == []
    with pytest.raises(ConflictError, match="is decided"):
        answer(row, "upheld")
    assert sound(in_employer)


def test_a_reversal_takes_the_claims_place_and_the_family_follows_in_its_order(in_employer):
    home = open_plan(in_employer, plan_text(LATE_SERVICE))[0]
    with clock_at(DECIDED):
        first, two, three = decide(
            in_employer,
            claim(home, 60_000, 1, received_on=date(2026, 4, 2)),
            claim(home, 30_000, 10),
            claim(home, 40_000, 20),
        )
    # The first came too late; 300.00 and 200.00 of the later ones met the deductible.
    assert [live(key).paid_cents for key in (first, two, three)] == [0, 0, 16_000]
    done = answer(file(first, date(2026, 5, 4)), "reversed", orders=[aside()], authority_cents=10**6)
    # The first meets it now: 100.00 less a fifth; the later ones owe a fifth alone.
    assert [live(key).paid_cents for key in (first, two, three)] == [8_000, 24_000, 32_000]
    assert [live(key).place for key in (first, two, three)] == [1, 2, 3]
    (override,) = overrides_of([done.pk])
    assert override.amount_cents == 8_000 + 24_000 + 16_000
    assert sound(in_employer)


def test_a_reversal_above_the_authority_waits_for_another_person(denied):
    row = file(denied, date(2026, 5, 4))
    answer(row, "partly", orders=[aside()], authority_cents=7_999)
    (override,) = overrides_of([row.pk])
    assert (override.state, live(denied).outcome) == ("proposed", "denied")
    approve(override_id=override.pk, by=CY)
    assert live(denied).paid_cents == 8_000


def test_a_reversal_without_orders_is_a_correction_to_be_looked_at(denied):
    done = answer(file(denied, date(2026, 5, 4)), "reversed")
    found = Correction.objects.get(pk=done.correction_id)
    assert (found.why, found.state, found.changes_count) == ("appeal", "previewed", 0)


@pytest.mark.parametrize(("on", "reason", "taken"), [(29, "", True), (30, "", False), (30, "was in hospital", True)])
def test_the_last_day_is_the_last_day(denied, on, reason, taken):
    if not taken:
        with pytest.raises(AppealLateError, match="2026-09-29"):
            file(denied, date(2026, 9, on), late_reason=reason)
        assert not Appeal.objects.exists()
    else:
        assert file(denied, date(2026, 9, on), late_reason=reason).late_reason == reason


def test_the_window_runs_from_the_day_on_which_the_claimant_was_told(denied):
    # 180 days from 6 April end on Saturday, 3 October.
    assert file(denied, date(2026, 10, 5), notified_on=date(2026, 4, 6)).last_on == date(2026, 10, 5)


def test_two_levels_share_the_time_and_external_review_comes_after_them(in_employer):
    key = story(in_employer, levels=2)
    first = file(key, date(2026, 5, 4))
    assert (first.levels_count, first.due_on) == (2, date(2026, 6, 3))
    answer(first, "upheld", BEN)
    second = file(key, date(2026, 6, 1))
    assert (second.stage, second.notified_on, second.due_on) == ("second", date(2026, 5, 20), date(2026, 7, 1))
    with pytest.raises(NewDeciderError, match="took part"):
        answer(second, "upheld", BEN)
    answer(second, "upheld", CY, date(2026, 6, 25))
    # Four months from 25 June are 25 October, a Sunday.
    outside = file(key, date(2026, 10, 26))
    assert (outside.stage, outside.last_on, outside.preliminary_on, outside.due_on) == (
        "external",
        date(2026, 10, 26),
        date(2026, 11, 2),
        date(2026, 12, 10),
    )
    assert board() == [("appeal", "preliminary review", date(2026, 11, 2), 60_000)]
    with pytest.raises(AppealError, match="No review organization has it"):
        answer(outside, "reversed", BEN, date(2026, 11, 30), orders=[aside()], authority_cents=10_000)
    contract("Alpha", "Beta")
    with clock_at(at(date(2026, 11, 2))), pytest.raises(AppealError, match="2 review organizations"):
        assign(appeal_id=outside.pk, by=ANA)
    contract("Gamma")
    with clock_at(at(date(2026, 11, 2))):
        given = assign(appeal_id=outside.pk, by=ANA)
        # Its 45 days run from the day on which it got the request.
        assert (given.reviewer, given.due_on) == ("Alpha", date(2026, 12, 17))
        with pytest.raises(ConflictError, match="Alpha has it"):
            assign(appeal_id=outside.pk, by=ANA)
        assert assign(appeal_id=outside.pk, by=ANA, reason="it has a conflict").reviewer == "Beta"
        assert board() == [
            ("review_file", "review file", date(2026, 11, 9), None),
            ("appeal", "external review", date(2026, 12, 17), 60_000),
        ]
        note(appeal_id=outside.pk, kind="sent", text="by courier", by=ANA)
        assert [one[0] for one in board()] == ["appeal"]
    answer(outside, "reversed", BEN, date(2026, 11, 30), orders=[aside()], authority_cents=10_000)
    assert [(one.reference, one.text) for one in AppealNote.objects.order_by("id")] == [
        ("Alpha", "Its turn"), ("Beta", "it has a conflict"), ("", "by courier"),
    ]  # fmt: skip
    assert live(key).paid_cents == 8_000
    assert sound(in_employer)


def letter(employer, row):
    paper = letter_paper(employer=employer, appeal_id=row.pk)
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages).split())


def test_the_claimant_is_told_how_it_was_decided_and_what_is_left(in_employer):
    key = story(in_employer, levels=2)
    first = file(key, date(2026, 5, 4))
    with pytest.raises(ConflictError, match="has not decided"):
        letter_paper(employer=in_employer, appeal_id=first.pk)
    told = letter(in_employer, answer(first, "upheld", BEN))
    assert "We stay with our decision" in told and "at the first level" in told and "the records say so" in told
    assert "The provider sent this claim too late: it had to arrive by 2026-04-01. You do not owe it. (CO-29" in told
    assert "You may appeal once more within 180 days" in told and "mediation" not in told
    last = letter(in_employer, answer(file(key, date(2026, 6, 1)), "upheld", CY, date(2026, 6, 25)))
    assert "once more" not in last and "independent organization within 4 months of receiving this" in last
    assert "section 502(a)" in last and "such as mediation" in last


def test_external_review_may_be_asked_for_four_months_and_not_before_the_plans_own_levels(denied):
    answer(file(denied, date(2026, 5, 4)), "upheld", on=date(2026, 5, 20))
    with pytest.raises(AppealLateError, match="2026-09-21"):
        file(denied, date(2026, 9, 22))
    first = file(denied, date(2026, 9, 21))
    assert first.stage == "external"
    # What was no request yet may be made whole, in its time; what was heard is not heard again.
    answer(first, "not_eligible", on=date(2026, 9, 21))
    contract("Alpha", "Beta", "Gamma")
    again = file(denied, date(2026, 9, 21))
    with clock_at(at(date(2026, 9, 22))):
        assign(appeal_id=again.pk, by=ANA)
    answer(again, "upheld", on=date(2026, 10, 2))
    with pytest.raises(ConflictError, match="that was decided"):
        file(denied, date(2026, 9, 21), late_reason="once more")


def test_external_review_comes_at_once_where_the_plan_was_late(denied):
    with pytest.raises(AppealError, match="after the plan's own levels"):
        file(denied, date(2026, 5, 4), is_external=True)
    own = file(denied, date(2026, 5, 4))
    # Day 60 is 3 July.
    with pytest.raises(AppealError, match="after the plan's own levels"):
        file(denied, date(2026, 7, 3), is_external=True)
    outside = file(denied, date(2026, 7, 4), is_external=True)
    assert (outside.stage, outside.exhausted_by, outside.last_on) == ("external", "plan_late", date(2026, 8, 3))
    with pytest.raises(ConflictError, match="is open"):
        file(denied, date(2026, 7, 4), is_external=True)
    assert answer(own, "upheld", on=date(2026, 7, 6)).outcome == "upheld"


def test_new_evidence_that_came_too_late_lets_the_time_stand_still_until_it_is_answered(denied):
    row = file(denied, date(2026, 5, 4))
    share = {"appeal_id": row.pk, "kind": "shared", "text": "a report of the plan's physician", "by": BEN}
    with clock_at(at(date(2026, 6, 1))):
        note(until_on=date(2026, 7, 3), **share)
        assert Appeal.objects.get().due_on == date(2026, 7, 3)
    with clock_at(at(date(2026, 6, 29))):
        with pytest.raises(AppealError, match="Only of evidence"):
            note(appeal_id=row.pk, kind="note", text="x", by=BEN, until_on=date(2026, 7, 9))
        with pytest.raises(AppealError, match="some time"):
            note(until_on=date(2026, 6, 29), **share)
        note(until_on=date(2026, 7, 9), **share)
        stands = Appeal.objects.get()
        assert (stands.paused_until_on, stands.due_on) == (date(2026, 7, 9), date(2026, 7, 13))
    with clock_at(at(date(2026, 7, 2))):
        note(appeal_id=row.pk, kind="answered", text="the report is wrong", by=BEN)
    after = Appeal.objects.get()
    assert (after.paused_until_on, after.due_on, AppealNote.objects.count()) == (None, date(2026, 7, 6), 3)
    # Once his time is over without an answer, other evidence may be shared.
    for day, until, due in ((3, 8, 11), (9, 15, 17)):
        with clock_at(at(date(2026, 7, day))):
            note(until_on=date(2026, 7, until), **share)
        assert Appeal.objects.get().due_on == date(2026, 7, due)


def test_the_time_to_appeal_runs_from_the_notice_that_is_noted(denied):
    with clock_at(datetime(2026, 4, 20, 12, tzinfo=UTC)):
        note_step(
            claim_id=denied, kind="notified", at=datetime(2026, 4, 6, 12, tzinfo=UTC), detail="a letter", by="ana"
        )
    assert file(denied, date(2026, 10, 5)).last_on == date(2026, 10, 5)


def test_who_released_the_claim_does_not_decide_its_appeal(in_employer):
    home = open_plan(in_employer, plan_text("review_over = 100"))[0]
    with clock_at(DECIDED):
        (key,) = decide(in_employer, claim(home, 80_000, 1))
        release(employer_id=in_employer.pk, pend_ids=[Pend.objects.get().pk], by_id=ANA.person_id, note="looked")
        decide_waiting(employer_id=in_employer.pk)
    row = file(key, date(2026, 5, 4))
    assert row.barred_ids == [ANA.person_id]
    with pytest.raises(NewDeciderError):
        answer(row, "upheld", ANA)
    with pytest.raises(NewDeciderError, match="to whom you report"):
        answer(row, "upheld", BEN._replace(superior_ids=(CY.person_id, ANA.person_id)))
    statement = "UPDATE claims_appeal SET outcome = 'upheld', decided_at = now(), decided_by_id = %s"
    with pytest.raises(IntegrityError, match="appeal_new_decider"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [ANA.person_id])
    assert answer(row, "upheld", BEN).outcome == "upheld"
    for again in ("outcome = 'reversed'", "decided_by_id = 9"):
        with pytest.raises(IntegrityError, match="decided once"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE claims_appeal SET {again}")


def taken_as(employer, kind):
    """A claim that was taken as urgent, or for disability, before it was denied."""
    home = open_plan(employer, plan_text("review_over = 0"))[0]
    with clock_at(DECIDED):
        (key,) = decide(employer, claim(home, 60_000, 1))
        note_step(claim_id=key, kind="classified", value=kind, at=DECIDED, detail="a physician says so", by="ana")
        release(employer_id=employer.pk, pend_ids=[Pend.objects.get().pk], by_id=ANA.person_id, note="looked")
        decide_waiting(employer_id=employer.pk)
    return key


def test_an_urgent_appeal_counts_hours(in_employer):
    row = file(taken_as(in_employer, "urgent"), date(2026, 5, 4))
    assert (row.due_at, row.due_on) == (datetime(2026, 5, 7, 15, tzinfo=UTC), date(2026, 5, 7))
    # External review may be asked for beside it, and is looked at at once.
    both = file(row.claim_id, date(2026, 5, 4), is_external=True)
    assert (both.exhausted_by, both.preliminary_on) == ("urgent", date(2026, 5, 4))
    assert both.due_at == datetime(2026, 5, 7, 15, tzinfo=UTC)
    outbox.drain("work_item")
    assert [(one.clock, one.due_on, one.due_at) for one in work_items.clock_board()] == [
        ("preliminary review", date(2026, 5, 4), None),
        ("appeal", date(2026, 5, 7), row.due_at),
    ]


def test_an_appeal_for_disability_is_extended_once(in_employer):
    row = file(taken_as(in_employer, "disability"), date(2026, 5, 4))
    assert row.due_on == date(2026, 6, 18)
    with (
        clock_at(datetime(2026, 6, 19, 12, tzinfo=UTC)),
        pytest.raises(AppealError, match="had to be told by 2026-06-18"),
    ):
        extend(appeal_id=row.pk, reason="a hearing", by=BEN)
    with clock_at(datetime(2026, 6, 18, 12, tzinfo=UTC)):
        # 45 days more, and the 12 that the claimant is given to send what is missing.
        asked = extend(appeal_id=row.pk, reason="records are missing", by=BEN, until_on=date(2026, 6, 30))
        assert asked.due_on == date(2026, 8, 14)
        with pytest.raises(AppealError, match="no more time"):
            extend(appeal_id=row.pk, reason="another", by=BEN)
    with clock_at(datetime(2026, 6, 20, 12, tzinfo=UTC)):
        note(appeal_id=row.pk, kind="answered", text="the records", by=BEN)
    assert Appeal.objects.get().due_on == date(2026, 8, 4)


@pytest.mark.parametrize(
    ("more", "error", "says"),
    [
        ({"grounds": " "}, AppealError, "says why"),
        ({"notified_on": date(2026, 4, 1)}, AppealError, "not before"),
        ({"notified_on": date(2026, 5, 5)}, AppealError, "before the claimant was told"),
    ],
)
def test_what_is_no_appeal_is_refused(denied, more, error, says):
    with pytest.raises(error, match=says):
        file(denied, date(2026, 5, 4), **more)
    assert not Appeal.objects.exists()


def test_one_appeal_at_a_time_and_only_of_what_is_not_paid(in_employer, denied):
    row = file(denied, date(2026, 5, 4))
    with pytest.raises(ConflictError, match="is open"):
        file(denied, date(2026, 5, 5))
    for outcome, orders, says in (
        ("not_eligible", [], "no outcome here"),
        ("upheld", [deny()], "Only a reversal"),
    ):
        with pytest.raises(AppealError, match=says):
            answer(row, outcome, orders=orders)
    with pytest.raises(AppealError, match="no more time"):
        extend(appeal_id=row.pk, reason="a hearing", by=BEN)
    note(appeal_id=row.pk, kind="document", text="Records of the clinic", reference="box 7", by=CY)
    assert [(one.kind, one.reference) for one in row.notes.all()] == [("document", "box 7")]
    with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM claims_appealnote")
    assert AppealNote.objects.count() == 1
    answer(row, "withdrawn")
    assert file(denied, date(2026, 5, 6)).stage == "first"
