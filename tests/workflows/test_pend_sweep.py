"""Claims that wait for something that may come: they are decided when it has, and by nobody before."""

from datetime import date, datetime, timedelta

import pytest

from tests.workflows.claim_stories import LONG_AGO, RECEIVED, new_claim, register
from tests.workflows.test_ripple import PLAN, claim, decide, live, open_plan, sound
from tpa.books.claims.models import Decision, PayerAnswer, Pend
from tpa.books.members.models import Coverage, Member
from tpa.books.plans import services as plans
from tpa.books.plans.models import Plan
from tpa.engine.coordination.answers import Adjustment, LineAnswer, OtherPayer
from tpa.infra import outbox
from tpa.infra.models import WorkItem
from tpa.kernel.errors import DomainError
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.authorizations import record_authorizations
from tpa.workflows.claim_pends import hand_over, release
from tpa.workflows.corrections import apply_correction, preview_claims
from tpa.workflows.member_standing import tell_contributions
from tpa.workflows.payer_answers import AnswerError, enter_answer
from tpa.workflows.pend_sweep import resolve_pends
from tpa.workflows.proof import replay


def plan_text(*lines):
    """The plan with lines among its first."""
    return PLAN.replace('line = "medical"', "\n".join(('line = "medical"', *lines)))


AUTHORIZED = plan_text('authorizations = [{ code = "visits", codes = ["99213"], without = "pend" }]')


def authorize(employer, home, day=1):
    number = Member.objects.get(pk=home.member_ids[0]).member_number
    row = {
        "number": "A1",
        "member_number": number,
        "starts_on": f"2026-03-{day:02}",
        "ends_before": f"2026-03-{day + 1:02}",
    }
    record_authorizations(employer_id=employer.pk, documents=[row], by="review")


def sweep(employer):
    count = resolve_pends(employer_id=employer.pk, at_once=2)
    decide_waiting(employer_id=employer.pk)
    return count


def open_codes():
    return dict(Pend.objects.filter(resolved_at=None).values_list("claim_id", "code"))


def test_a_claim_is_decided_when_its_authorization_has_come(in_employer):
    home = open_plan(in_employer, AUTHORIZED)[0]
    one, two, three = decide(in_employer, *(claim(home, 60_000, day) for day in (1, 2, 3)))
    assert set(open_codes().values()) == {"authorization"}
    assert sweep(in_employer) == 0
    authorize(in_employer, home, day=2)
    assert sweep(in_employer) == 1
    assert (live(two).paid_cents, open_codes()) == (8_000, {one: "authorization", three: "authorization"})
    pend = Pend.objects.get(claim_id=two)
    assert (pend.resolution, pend.resolved_by_id, pend.note) == ("resolved", None, "What it waited for has come.")
    outbox.drain("work_item")
    assert set(WorkItem.objects.filter(kind="pend").values_list("subject_id", flat=True)) == {one, three}
    assert sweep(in_employer) == 0
    assert sound(in_employer)


def test_a_claim_is_decided_when_the_plan_is_published(in_employer):
    home = open_plan(in_employer)[0]
    Coverage.objects.create(
        member_id=home.member_ids[0],
        family_id=home.family_id,
        line="medical",
        plan_id=Plan.objects.get().pk,
        tier="EF",
        starts_on=date(2025, 6, 1),
        ends_before=date(2026, 1, 1),
        recorded_at=LONG_AGO,
        load_id=Coverage.objects.first().load_id,
    )
    (one,) = register(new_claim(home, ("99213", 60_000), on=date(2025, 7, 1)))
    decide_waiting(employer_id=in_employer.pk)
    assert open_codes() == {one: "plan_not_published"}
    plan = Plan.objects.get()
    version = plans.draft_version(
        plan_id=plan.pk, text=PLAN, effective_on=date(2025, 1, 1), by="story", at=RECEIVED - timedelta(days=1)
    )
    assert sweep(in_employer) == 0
    plans.publish_version(version_id=version.pk, by="story", at=RECEIVED)
    assert sweep(in_employer) == 1
    assert live(one).paid_cents == 8_000


def test_a_claim_is_decided_when_its_contribution_has_come(in_employer):
    home = open_plan(in_employer)[0]
    member_id = home.member_ids[0]
    tell_contributions(member_id=member_id, paid_until={"medical": date(2026, 3, 2)}, by="cobra")
    paid, one, two = decide(in_employer, *(claim(home, 60_000, day) for day in (1, 2, 3)))
    assert (live(paid).paid_cents, set(open_codes().values())) == (8_000, {"contribution_unpaid"})
    assert sweep(in_employer) == 0
    tell_contributions(member_id=member_id, paid_until={"medical": date(2026, 3, 3)}, by="cobra")
    assert sweep(in_employer) == 1
    assert (live(one).paid_cents, open_codes()) == (48_000, {two: "contribution_unpaid"})
    tell_contributions(member_id=member_id, paid_until={}, by="cobra")
    assert sweep(in_employer) == 1
    assert live(two).paid_cents == 48_000
    assert sound(in_employer)


def test_a_claim_is_decided_when_another_plans_answer_is_entered(in_employer):
    text = plan_text('coordination = { method = "standard", unanswered = "pend" }')
    home = open_plan(in_employer, text)[0]
    told = OtherPayer("First plan", None)
    one, two = decide(in_employer, *(claim(home, 60_000, day, other_payers=(told,)) for day in (1, 2)))
    assert set(open_codes().values()) == {"other_coverage"}
    assert sweep(in_employer) == 0
    answer = OtherPayer("first  PLAN", 50_000, adjustments=(Adjustment("PR", "2", 10_000),))
    for wrong, where in (
        (answer._replace(name=" "), "/payer/name"),
        (answer._replace(paid_cents=None), "/payer/paid_cents"),
        (answer._replace(paid_cents=60_001), "/payer/paid_cents"),
        (answer._replace(lines=(LineAnswer(2, 50_000),)), "/payer/lines/0/number"),
    ):
        with pytest.raises(AnswerError) as refused:
            enter_answer(claim_id=one, payer=wrong, note="", by="cob")
        assert refused.value.where == where
    assert not PayerAnswer.objects.exists()
    enter_answer(claim_id=one, payer=answer, note="EOB of April 3", by="cob")
    assert sweep(in_employer) == 1
    # Alone the plan would pay 80.00 of 600.00; the first plan has left 100.00.
    assert (live(one).paid_cents, open_codes()) == (8_000, {two: "other_coverage"})
    assert Pend.objects.get(claim_id=one).resolution == "resolved"
    assert replay(employer_id=in_employer.pk, claim_ids=[one]).faults == []
    # The answer is corrected: nothing is left to the member. The decision stands until somebody corrects it.
    enter_answer(claim_id=one, payer=answer._replace(paid_cents=60_000, adjustments=()), note="", by="cob")
    assert (sweep(in_employer), live(one).paid_cents) == (0, 8_000)
    assert replay(employer_id=in_employer.pk, claim_ids=[one]).faults == []
    found = preview_claims(claim_ids=[one], why="entry_error", note="", by="ana")
    apply_correction(correction_id=found.pk, signature=found.signature, by="ben", alone_up_to_cents=10**9)
    assert live(one).paid_cents == 0
    assert sound(in_employer)


def test_what_a_person_has_to_look_at_is_left_to_them(in_employer):
    text = AUTHORIZED.replace('line = "medical"', 'line = "medical"\nreview_over = 100')
    home = open_plan(in_employer, text)[0]
    one, two = decide(in_employer, claim(home, 200_000, 1), claim(home, 60_000, 2, related_causes=("AA",)))
    assert open_codes() == {one: "authorization", two: "accident"}
    authorize(in_employer, home, day=1)
    assert sweep(in_employer) == 1
    # The authorization has come; what the plan would pay is now looked at by a person.
    assert open_codes() == {one: "review_amount", two: "accident"}
    assert sweep(in_employer) == 0
    assert not Decision.objects.exists()


def test_a_settled_pend_is_not_raised_again_unless_it_is_to_be_seen_each_time(in_employer):
    home = open_plan(in_employer, plan_text("review_over = 1000", 'other_party = { accident = "pend" }'))[0]
    accident = claim(home, 60_000, 1, related_causes=("AA",))
    small, large = decide(in_employer, accident, claim(home, 200_000, 2))
    for pend in Pend.objects.filter(resolved_at=None).order_by("pk"):
        release(employer_id=in_employer.pk, pend_ids=[pend.pk], by_id=1, note="looked")
    decide_waiting(employer_id=in_employer.pk)
    assert (live(small).paid_cents, live(large).paid_cents) == (8_000, 160_000)
    # As it was: nothing is raised.
    assert preview_claims(claim_ids=[small, large], why="audit", note="", by="ana").changes_count == 0
    found = preview_claims(claim_ids=[small], why="entry_error", note="", by="ana", take_back=True)
    apply_correction(correction_id=found.pk, signature=found.signature, by="ana", alone_up_to_cents=10**9)
    # The large claim comes out otherwise, and is seen again; the accident never is.
    assert open_codes() == {large: "review_amount"}
    assert Pend.objects.filter(claim_id=small, code="accident").count() == 1
    assert sound(in_employer)


def test_a_claim_is_handed_to_another_queue(in_employer):
    home = open_plan(in_employer, AUTHORIZED)[0]
    (one,) = decide(in_employer, claim(home, 60_000, 1))
    pend = Pend.objects.get(claim_id=one)
    for queue, note, says in (("nowhere", "x", "is no queue"), ("review", " ", "needs a note")):
        with pytest.raises(DomainError, match=says):
            hand_over(pend_id=pend.pk, queue=queue, note=note, by_id=1)
    moved = hand_over(pend_id=pend.pk, queue="review", note="is this medical?", by_id=1)
    pend.refresh_from_db()
    assert (pend.resolution, pend.note, moved.queue, moved.code) == (
        "moved",
        "is this medical?",
        "review",
        "authorization",
    )
    outbox.drain("work_item")
    item = WorkItem.objects.get(kind="pend")
    assert (item.queue, item.due_on, item.clock) == ("review", date(2026, 5, 1), "decision")
    authorize(in_employer, home)
    assert sweep(in_employer) == 1
    assert isinstance(live(one).decided_at, datetime)
