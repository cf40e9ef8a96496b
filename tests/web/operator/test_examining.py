"""The workbench at the desk: approve, deny, pend, override, next; the clock, appeals, the board of deadlines."""

import pytest
from django.test import Client

from tenants.scope import employer_scope
from tests.web.login import log_in
from tests.web.operator.desk import colleague, desk_as, page_of, root
from tests.workflows.test_claim_clocks import ACCIDENTS
from tests.workflows.test_overrides import LATE, TERMS, late_claims
from tests.workflows.test_pend_sweep import plan_text
from tests.workflows.test_ripple import claim, decide, live, open_plan
from tpa.books.claims.models import Appeal, Override, Pend
from tpa.books.identity.models import Grant, User
from tpa.engine.coordination.answers import OtherPayer
from tpa.infra import outbox
from tpa.infra.models import WorkItem
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.pend_sweep import resolve_pends


@pytest.fixture
def pended(employer):
    """Two accidents that wait."""
    with employer_scope(employer):
        home = open_plan(employer, ACCIDENTS)[0]
        keys = decide(employer, *(claim(home, 60_000, day, related_causes=("AA",)) for day in (1, 2)))
    outbox.drain()
    return keys


@pytest.fixture
def late(employer):
    """A claim denied as late, and the next one of the family."""
    with employer_scope(employer):
        return late_claims(employer, open_plan(employer, TERMS)[0])


def at(employer, key, action=""):
    return f"{page_of(employer, 'claims', 'clm', key)}{action}"


def post(desk, path, **sent):
    return desk.post(path, sent, follow=True).content.decode()


def another(authority_cents=0):
    user = User.objects.create(email="second@tpa.example", name="Second")
    Grant.objects.create(user=user, role="examiner", authority_cents=authority_cents)
    return log_in(Client(SERVER_NAME="localhost"), user)


def test_another_plans_answer_is_entered_where_the_claim_waits_for_it(employer):
    with employer_scope(employer):
        home = open_plan(employer, plan_text('coordination = { method = "standard" }'))[0]
        (key,) = decide(employer, claim(home, 60_000, 1, other_payers=(OtherPayer("First plan", None),)))
    desk = desk_as("examiner")
    assert 'value="First plan"' in desk.get(at(employer, key)).content.decode()
    told = {"payer": "First plan", "paid": "500.00", "left": "100", "answered_on": "2026-04-03", "note": "EOB"}
    assert "more than the claim" in post(desk, at(employer, key, "payer-answer/"), **told | {"paid": "600.01"})
    assert "not an amount" in post(desk, at(employer, key, "payer-answer/"), **told | {"paid": "lots"})
    page = post(desk, at(employer, key, "payer-answer/"), **told)
    assert "The answer is kept" in page
    assert "First plan has answered" in page
    with employer_scope(employer):
        assert resolve_pends(employer_id=employer.pk) == 1
        decide(employer)
        assert live(key).paid_cents == 8_000


def test_every_key_has_its_button(employer, pended):
    page = desk_as("examiner").get(at(employer, pended[0])).content.decode()
    assert [key for key in "adpoj" if f'data-key="{key}"' in page] == list("adpoj")
    assert "The service follows an accident." in page
    assert "To be asked of the claimant: how, where and by whose fault it happened." in page
    looked = desk_as("finance").get(at(employer, pended[0])).content.decode()
    assert not [key for key in "adpo" if f'data-key="{key}"' in looked]


def test_a_claim_that_waits_is_denied_within_the_authority(employer, pended):
    one, two = pended
    desk = desk_as("examiner")
    told = {"group": "PR", "code": "50", "why": "not_necessary", "note": "no accident of ours"}
    assert "needs a note" in post(desk, at(employer, one, "deny/"), **told | {"note": ""})
    # 600.00 less 500.00 and a fifth would be paid: 80.00 need another person.
    post(desk, at(employer, one, "deny/"), **told)
    with employer_scope(employer):
        row = Override.objects.get()
        assert (row.state, row.amount_cents, Pend.objects.filter(resolved_at=None).count()) == ("proposed", 8_000, 2)
    Grant.objects.update(authority_cents=8_000)
    post(desk, at(employer, two, "deny/"), **told)
    with employer_scope(employer):
        decide_waiting(employer_id=employer.pk)
        assert live(two).outcome == "denied"
    path = page_of(employer, "overrides", "ovr", row.pk)
    assert "does not approve it" in post(desk, f"{path}approve/")
    assert "It is in force." in post(another(), f"{path}approve/")


def test_a_claim_is_handed_over_and_the_next_one_taken(employer, pended):
    desk = desk_as("examiner")
    assert "is no queue" in post(desk, at(employer, pended[0], "hand-over/"), queue="nowhere", note="x")
    assert "It waits in the other queue." in post(
        desk, at(employer, pended[0], "hand-over/"), queue="review", note="medical?"
    )
    outbox.drain()
    assert desk.post("/desk/queues/subrogation/take/")["Location"] == at(employer, pended[1])
    assert desk.post("/desk/queues/subrogation/take/")["Location"] == "/desk/queues/subrogation/"


def test_a_line_is_overridden_shown_counted_and_taken_back(employer, late):
    one, two = late
    desk = desk_as("examiner")
    Grant.objects.update(authority_cents=32_000)
    told = {"line": "1", "kind": "set_aside", "rule": LATE, "why": "good_cause", "note": "flood"}
    page = post(desk, at(employer, one, "override/"), **told)
    assert "Set aside by an examiner, 600.00 are given back: good_cause." in page
    with employer_scope(employer):
        assert live(two).paid_cents == 24_000
    listed = desk.get(f"{root(employer)}overrides/").content.decode()
    assert f'<th scope="row">{LATE}</th>' in listed
    with employer_scope(employer):
        path = page_of(employer, "overrides", "ovr", Override.objects.get().pk)
    assert "It counts no more." in post(desk, f"{path}take-back/", note="no flood")
    with employer_scope(employer):
        assert live(one).outcome == "denied"
    assert desk.post(f"{path}burn/").status_code == 404


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "allow", "amount": "a lot"}, "is not an amount"),
        ({"kind": "allow", "amount": "600.01"}, "no more than the charge"),
        ({"kind": "burn"}, "Say what is decided otherwise"),
        ({"kind": ""}, "One to 50 orders"),
        ({"line": "x"}, "A line number is wanted"),
        ({"why": "mood"}, "is no reason"),
    ],
)
def test_what_is_no_override_is_told_and_nothing_is_kept(employer, late, changes, says):
    told = {"line": "1", "kind": "set_aside", "rule": LATE, "why": "good_cause", "note": "flood"}
    assert says in post(desk_as("examiner"), at(employer, late[0], "override/"), **told | changes)
    with employer_scope(employer):
        assert not Override.objects.exists()


def test_the_clock_is_moved_and_the_board_follows(employer, pended):
    desk = desk_as("examiner")
    board = desk.get("/desk/clocks/").content.decode()
    assert "2026-05-01" in board
    assert "Ask the claimant how, where and by whose fault it happened" in board
    step = {"kind": "requested", "on": "2026-04-11", "detail": "how it happened"}
    page = post(desk, at(employer, pended[0], "clock/"), **step)
    assert "time stands still: the claimant has until 2026-05-26" in page
    assert "is asked for already" in post(desk, at(employer, pended[0], "clock/"), **step)
    assert "A day such as" in post(desk, at(employer, pended[0], "clock/"), **step | {"on": "soon"})
    outbox.drain()
    assert "2026-06-30" in desk.get("/desk/clocks/").content.decode()
    other, said = at(employer, pended[1], "clock/"), {"detail": "story"}
    ongoing = said | {"kind": "classified", "taken_as": "ongoing"}
    assert "An end goes with a treatment" in post(desk, other, **ongoing)
    assert "is no day and time" in post(desk, other, **ongoing, ends_at="soon")
    assert "(ends 2026-04-05 16:00 UTC)" in post(desk, other, **ongoing, ends_at="2026-04-05T12:00")
    assert "its time begins when it is filed anew" in post(desk, other, **said, kind="misfiled")
    outbox.drain()
    assert "Tell the claimant how to file this claim" in desk.get("/desk/clocks/").content.decode()


def test_an_appeal_is_taken_logged_and_decided_by_somebody_new(employer, late):
    desk = desk_as("examiner")
    assert "may be appealed at the first of 1 level" in desk.get(at(employer, late[0])).content.decode()
    filed = {"filed_by": "member", "grounds": "flood"}
    assert "Say who appeals." in post(desk, at(employer, late[0], "appeal/"), **filed | {"filed_by": "x"})
    assert "The appeal is taken." in post(desk, at(employer, late[0], "appeal/"), **filed)
    with employer_scope(employer):
        path = page_of(employer, "appeals", "apl", Appeal.objects.get().pk)
    assert "box 7" in post(desk, f"{path}log/", note_kind="document", text="Records", reference="box 7")
    assert "no more time" in post(desk, f"{path}extend/", reason="hearing")
    decided = {"outcome": "reversed", "rationale": "a flood", "line": "1", "kind": "set_aside", "rule": LATE}
    page = post(another(32_000), f"{path}decide/", **decided)
    assert "The appeal is decided." in page
    assert f"{LATE} set aside" in page
    with employer_scope(employer):
        assert live(late[0]).paid_cents == 8_000
    assert "Reversed" in desk.get(f"{root(employer)}appeals/").content.decode()


def test_a_queue_is_narrowed_and_an_item_given_to_a_colleague(employer, pended):
    desk, other = desk_as("examiner"), colleague("finance")
    item = WorkItem.objects.filter(kind="pend").first()
    path = "/desk/queues/subrogation/"
    given = post(desk, f"{path}{item.pk}/assign/", email=other.email)
    assert "It is finance" in given
    item.refresh_from_db()
    assert item.taken_by == other.pk
    shown = {name: desk.get(f"{path}?show={name}").content.decode().count("data-row") for name in ("free", "mine", "")}
    assert shown == {"free": 1, "mine": 0, "": 2}
    assert desk.post(f"{path}{item.pk}/assign/", {"email": "x@y.example"}).status_code == 404
