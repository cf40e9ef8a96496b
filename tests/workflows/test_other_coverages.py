"""Another plan that covers a member: kept in the books, part of the facts, and the claim decided after it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tenants.scope import employer_scope
from tests.web.api.book import key_for
from tests.workflows.claim_stories import LONG_AGO, RECEIVED, ROOT, enrol, new_claim, open_clinic, register
from tpa.books.claims import facts
from tpa.books.claims.models import Decision, DecisionLine, Pend
from tpa.books.members.models import OtherCoverage
from tpa.books.members.services import record_other_coverages
from tpa.books.plans import services as plans
from tpa.engine.coordination.answers import Adjustment, OtherPayer
from tpa.kernel.ids import public_id
from tpa.workflows.adjudication import Counts, decide_waiting
from tpa.workflows.other_coverages import read_other_coverages
from tpa.workflows.proof import Proof, verify_books

BLUE = {"name": "Blue", "relationship": "self"}
ANSWER = OtherPayer("Blue", 9_000, "P", 15_000, (Adjustment("CO", "45", 5_000), Adjustment("PR", "2", 6_000)))


@pytest.fixture
def home(employer):
    """A family in the sample PPO, which coordinates by the standard method."""
    open_clinic(employer)
    with employer_scope(employer):
        text = (ROOT / "tpa/books/plans/templates/ppo.toml").read_text() + '\n[coordination]\nmethod = "standard"\n'
        plan = plans.create_plan(code="PPO", name="PPO", line="medical", at=LONG_AGO)
        version = plans.draft_version(
            plan_id=plan.pk, text=text, effective_on=date(2026, 1, 1), by="story", at=LONG_AGO
        )
        plans.publish_version(version_id=version.pk, by="story", at=LONG_AGO)
        return enrol(employer, plan.pk, people=3)[0]


def known(home, who, *rows, at=LONG_AGO, **own):
    """What the books know from now on of a member's other coverage."""
    ours, others = read_other_coverages({"other_coverages": list(rows), "own_coverage": own})
    record_other_coverages(member_id=home.member_ids[who], own=ours, others=others, recorded_at=at, recorded_by="story")


def claimed(home, *payers, who=1, on=date(2026, 3, 2)):
    new = new_claim(home, ("99213", 20_000), who=who, on=on)
    return register(new._replace(claim=new.claim._replace(other_payers=payers)))[0]


def test_a_spouse_with_a_plan_of_her_own_waits_for_its_answer_and_is_paid_after_it(employer, home, in_employer):
    known(home, 1, BLUE)
    waits = claimed(home)
    assert decide_waiting(employer_id=employer.pk) == Counts(pended=1)
    assert (Pend.objects.get(claim_id=waits).code, Pend.objects.get().detail) == ("other_coverage", "Blue")
    paid = claimed(home, ANSWER, on=date(2026, 3, 3))
    assert decide_waiting(employer_id=employer.pk) == Counts(paid=1)
    line = DecisionLine.objects.get(decision__claim_id=paid)
    # The visit's price is 150, the copay 35: alone 115. Blue allowed 150, paid 90 and left 60, which is paid.
    assert (line.allowed_cents, line.paid_cents, line.member_responsibility_cents) == (15_000, 6_000, 0)
    assert verify_books(employer_id=employer.pk) == Proof(1, [])


def test_the_subscriber_whose_spouse_has_a_plan_is_paid_first(employer, home, in_employer):
    known(home, 0, {"name": "Blue", "relationship": "spouse"})
    claimed(home, who=0)
    assert decide_waiting(employer_id=employer.pk) == Counts(paid=1)
    assert DecisionLine.objects.get().paid_cents == 11_500


def test_a_coverage_that_has_ended_or_is_of_another_line_is_not_asked(employer, home, in_employer):
    known(home, 1, {**BLUE, "ends_before": "2026-03-02"}, {**BLUE, "name": "Teeth", "line": "dental"})
    claimed(home)
    assert decide_waiting(employer_id=employer.pk) == Counts(paid=1)


def test_what_was_learned_later_is_no_part_of_what_was_known_before(home, in_employer):
    known(home, 1, BLUE)
    known(home, 1, {**BLUE, "name": "Green"}, at=RECEIVED)
    claim_id = claimed(home)

    def names(known_at):
        waiting = facts.chosen_claims(in_employer.pk, [claim_id], known_at=known_at)
        family = facts.families_of(waiting, known_at=known_at)[home.family_id].family
        return [other.held.name for one in family.elsewhere.values() for other in one.others]

    assert names(LONG_AGO - timedelta(days=1)) == []
    assert names(RECEIVED - timedelta(days=1)) == ["Blue"]
    assert names(RECEIVED) == ["Green"]
    assert names(None) == ["Green"]
    assert OtherCoverage.objects.count() == 2


def test_a_child_goes_by_the_birthdays_of_both_parents(employer, home, in_employer):
    # The subscriber, who holds our coverage, was born on 17 May.
    known(home, 2, {"name": "Blue", "relationship": "child", "holder_birth_on": "1990-05-18"})
    claimed(home, who=2)
    assert decide_waiting(employer_id=employer.pk) == Counts(paid=1)
    known(home, 2, {"name": "Blue", "relationship": "child", "holder_birth_on": "1990-05-16"}, at=RECEIVED)
    claimed(home, who=2, on=date(2026, 3, 4))
    assert decide_waiting(employer_id=employer.pk) == Counts(pended=1)
    assert Decision.objects.count() == 1


def test_other_coverages_over_rest(employer, home, portal_client):
    headers = key_for(employer)
    path = f"/api/v1/members/{public_id('mem', employer.pk, home.member_ids[1])}/other-coverages/"
    told = {
        "other_coverages": [{**BLUE, "starts_on": "2020-01-01", "employees": 50}],
        "own_coverage": {"status": "retired"},
    }
    answer = portal_client.put(path, told, "application/json", **headers)
    assert answer.status_code == 200
    shown = portal_client.get(path, **headers).json()
    assert shown == answer.json()
    assert shown["other_coverages"][0]["name"] == "Blue"
    assert shown["own_coverage"] == {"status": "retired", "hours": "full_time", "role": "parent", "decree": False}
    # What is read may be written.
    assert portal_client.put(path, shown, "application/json", **headers).json() == shown
    for wrong, where in (
        ({"other_coverages": [{"nmae": "x"}]}, "/other_coverages/0/name"),
        ({"other_coverages": [{**BLUE, "role": "aunt"}]}, "/other_coverages/0/role"),
        ({"other_coverages": [BLUE, BLUE]}, "/other_coverages/1/name"),
        ({}, "/other_coverages"),
    ):
        refusal = portal_client.put(path, wrong, "application/json", **headers)
        assert refusal.status_code == 422
        assert where in refusal.content.decode()
    assert portal_client.get(path, **headers).json() == shown


def test_no_other_coverage_any_more(employer, home, in_employer):
    known(home, 1, BLUE)
    known(home, 1, at=datetime(2026, 3, 1, tzinfo=UTC))
    claimed(home)
    assert decide_waiting(employer_id=employer.pk) == Counts(paid=1)
