"""A year decided again under other terms: the difference to the cent, and nothing in the books is changed."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.workflows.claim_stories import LONG_AGO, RECEIVED, new_claim, open_book, register
from tests.workflows.test_readjudication import terminated
from tpa.books.accumulators.models import Entry
from tpa.books.claims.models import Decision, DecisionLine
from tpa.books.claims.recording import LINE_COLUMNS, line_row
from tpa.books.plans import services as plans
from tpa.books.plans.models import PlanVersion, WhatIf
from tpa.engine.adjudication.decision import Pend
from tpa.engine.plan.terms import PlanError
from tpa.infra.models import Job
from tpa.infra.postgres.statements import count_statements
from tpa.kernel.errors import NotFoundError
from tpa.kernel.periods import Span
from tpa.workflows import what_if
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.demo.next_year import compare_next_year, is_compared
from tpa.workflows.proof import verify_books

YEAR = Span(date(2026, 1, 1), date(2027, 1, 1))
PPO = (Path(__file__).parents[2] / "tpa/books/plans/templates/ppo.toml").read_text()
VISIT = (("99213", 20_000), ("80053", 4_000))
KNEE = (("27447", 1_200_000),)


@pytest.fixture
def homes(in_employer):
    return open_book(in_employer, count=2)


@pytest.fixture
def decided(in_employer, homes):
    """A visit with a test, a knee and another visit in the first family, a visit in the second."""
    register(
        new_claim(homes[0], *VISIT, ref="1"),
        new_claim(homes[0], *KNEE, ref="2", on=date(2026, 3, 3)),
        new_claim(homes[0], *VISIT, ref="3", on=date(2026, 3, 4)),
        new_claim(homes[1], *VISIT, ref="4"),
    )
    decide_waiting(employer_id=in_employer.pk)
    return in_employer


def draft(text):
    """A draft of the sample plan with another text."""
    version = PlanVersion.objects.get(state="published")
    return plans.draft_version(
        plan_id=version.plan_id, text=text, effective_on=date(2027, 1, 1), by="story", at=LONG_AGO
    )


def asked(employer, version, span=YEAR):
    return what_if.ask(employer_id=employer.pk, version_id=version.pk, span=span, by="story")


def answered(employer, version, span=YEAR):
    """The result and the members' rows of a question, answered."""
    question = asked(employer, version, span)
    what_if.run_job(employer_id=employer.pk, job_id=question.job_id)
    question.refresh_from_db()
    return question.result, question.members


def test_the_same_plan_decides_every_claim_byte_for_byte_as_it_was(decided):
    question = asked(decided, PlanVersion.objects.get())
    kept = DecisionLine.objects.order_by("decision_id", "number").values_list(*LINE_COLUMNS)
    decision_of = dict(Decision.objects.values_list("claim_id", "pk"))
    again = []
    for one in what_if.all_claims(employer_id=decided.pk, asked=question):
        assert one.present == one.proposed
        days = {line.number: line.service_on for line in one.present}
        again += [line_row(decision_of[one.claim_id], line, days[line.number]) for line in one.outcome.lines]
    assert sorted(again) == list(kept)
    assert len(again) == 7
    result, members = answered(decided, PlanVersion.objects.get())
    assert (result["claims_count"], result["changed_count"], result["pended_count"]) == (4, 0, 0)
    assert result["total"]["paid_difference_cents"] == result["total"]["member_difference_cents"] == 0
    assert all(one["present"] == one["proposed"] for one in [*result["by_benefit"], *result["by_month"], *members])


def test_a_question_is_answered_to_the_cent_and_changes_nothing(decided, homes):
    before = (Decision.objects.count(), Entry.objects.count(), list(DecisionLine.objects.values_list()))
    result, members = answered(decided, draft(PPO.replace("copay = 35 }", "copay = 50 }")))
    # Three visits to the primary care doctor, each 15.00 dearer for the member; the knee stops at nothing new.
    assert result["total"]["member_difference_cents"] == 3 * 1_500
    assert result["total"]["paid_difference_cents"] == -3 * 1_500
    assert (result["claims_count"], result["changed_count"]) == (4, 3)
    (visit,) = [one for one in result["by_benefit"] if one["benefit"] == "primary_care_visit"]
    assert (visit["present"]["paid_cents"], visit["proposed"]["paid_cents"]) == (3 * 11_500, 3 * 10_000)
    assert (visit["present"]["lines_count"], visit["proposed"]["lines_count"]) == (3, 3)
    assert [one["month"] for one in result["by_month"]] == ["2026-03-01"]
    assert [(one["member_id"], one["member_difference_cents"]) for one in members] == [
        (homes[0].member_ids[0], 3_000),
        (homes[1].member_ids[0], 1_500),
    ]
    after = (Decision.objects.count(), Entry.objects.count(), list(DecisionLine.objects.values_list()))
    assert before == after
    assert verify_books(employer_id=decided.pk).faults == []


def test_a_higher_deductible_costs_the_member_what_the_hand_says(decided, homes):
    result, _ = answered(decided, draft(PPO.replace("individual = 500\n", "individual = 800\n", 1)))
    # The knee is allowed at 10,000.00: 500.00 and 20 % of 9,500.00 = 2,400.00; 800.00 and 20 % of 9,200.00 = 2,640.00.
    (knee,) = [one for one in result["by_benefit"] if one["paid_difference_cents"]]
    assert [knee[side]["member_responsibility_cents"] for side in ("present", "proposed")] == [240_000, 264_000]
    assert (knee["present"]["paid_cents"], knee["proposed"]["paid_cents"]) == (760_000, 736_000)
    assert (result["changed_count"], result["total"]["paid_difference_cents"]) == (1, -24_000)


def test_what_a_claim_before_the_days_has_used_stays_used(in_employer, homes):
    register(new_claim(homes[0], *KNEE, ref="1", on=date(2026, 1, 5)), new_claim(homes[0], *KNEE, ref="2"))
    decide_waiting(employer_id=in_employer.pk)
    february = Span(date(2026, 2, 1), date(2026, 4, 1))
    question = asked(in_employer, PlanVersion.objects.get(), february)
    (one,) = what_if.all_claims(employer_id=in_employer.pk, asked=question)
    # The deductible was met in January: 20 % of 10,000.00, stopped at 4,000.00 less the 2,400.00 of January.
    assert [line.member_cents for line in one.proposed] == [160_000]
    assert one.present == one.proposed
    # A deductible that January's claim did not reach: 300.00 more of it, and then 20 % up to the maximum.
    dearer = asked(in_employer, draft(PPO.replace("individual = 500\n", "individual = 800\n", 1)), february)
    (one,) = what_if.all_claims(employer_id=in_employer.pk, asked=dearer)
    assert [line.member_cents for line in one.proposed] == [160_000]
    assert one.outcome.lines[0].deductible_cents == 30_000


def test_a_claim_that_would_wait_for_a_person_is_counted_apart(decided):
    result, _ = answered(decided, draft(f"review_over = 5000\n{PPO}"))
    assert (result["claims_count"], result["pended_count"], result["changed_count"]) == (4, 1, 0)
    assert result["pended_present_cents"] == 760_000
    # Without the knee the two visits and the third cost the same on both sides.
    assert result["total"]["present"]["paid_cents"] == result["total"]["proposed"]["paid_cents"] == 3 * 14_700


def test_what_became_known_since_is_on_both_sides_and_the_difference_is_that_of_the_terms(decided, homes):
    terminated(homes[1], ends_before=date(2026, 2, 1))
    result, _ = answered(decided, draft(PPO.replace("copay = 35 }", "copay = 50 }")))
    # The second family's visit would be denied today: 147.00 less. Two visits are left, each 15.00 dearer.
    assert (result["claims_count"], result["changed_count"]) == (4, 2)
    assert (result["restated_count"], result["restated_paid_cents"]) == (1, -14_700)
    assert result["total"]["member_difference_cents"] == -result["total"]["paid_difference_cents"] == 2 * 1_500
    told = StringIO()
    call_command("what_if", decided.code, str(PlanVersion.objects.get(state="draft").pk), "2026", stdout=told)
    assert (
        told.getvalue().splitlines()[1]
        == "1 would be decided otherwise today in any case; what is paid changes by -147.00"
    )


def test_the_demo_asks_once_and_sees_when_it_is_answered(decided):
    compare_next_year(date(2026, 1, 1), by="story")
    compare_next_year(date(2026, 1, 1), by="story")
    (question,) = WhatIf.objects.all()
    assert not is_compared()
    what_if.run_job(employer_id=decided.pk, job_id=question.job_id)
    assert is_compared()
    question.refresh_from_db()
    # 625.00 and 20 % of 9,375.00 for the knee in place of 500.00 and 20 % of 9,500.00.
    assert question.result["total"]["member_difference_cents"] == 10_000


def test_a_claim_is_shown_on_demand_beside_itself(decided, homes):
    question = asked(decided, draft(PPO.replace("copay = 35 }", "copay = 50 }")))
    found = what_if.claims_of_family(employer_id=decided.pk, asked=question, family_id=homes[1].family_id)
    assert [[line.paid_cents for line in one.present] for one in found] == [[11_500, 3_200]]
    assert [[line.paid_cents for line in one.proposed] for one in found] == [[10_000, 3_200]]
    assert not any(isinstance(one.outcome, Pend) for one in found)


def test_a_question_keeps_the_document_with_which_it_was_asked(decided):
    version = draft(PPO.replace("copay = 35 }", "copay = 50 }"))
    question = asked(decided, version)
    plans.revise_draft(version_id=version.pk, text=PPO, by="story", at=RECEIVED)
    what_if.run_job(employer_id=decided.pk, job_id=question.job_id)
    question.refresh_from_db()
    assert question.result["total"]["paid_difference_cents"] == -4_500
    job = Job.objects.get(pk=question.job_id)
    assert (job.state, job.done_count, job.total_count) == ("done", 2, 2)


def test_a_job_that_was_called_off_stays_so(decided):
    question = asked(decided, PlanVersion.objects.get())
    Job.objects.filter(pk=question.job_id).update(state="cancelled")
    what_if.run_job(employer_id=decided.pk, job_id=question.job_id)
    question.refresh_from_db()
    assert question.result is None


@pytest.mark.parametrize(
    "span", [Span(YEAR.starts_on, YEAR.starts_on), Span(YEAR.starts_on, date(2029, 1, 2)), Span(*reversed(YEAR))]
)
def test_days_that_cannot_be_compared_are_refused(decided, span):
    with pytest.raises(what_if.SpanError):
        asked(decided, PlanVersion.objects.get(), span)
    assert not WhatIf.objects.exists()


def test_a_version_that_is_not_there_or_cannot_be_read_is_refused(decided):
    with pytest.raises(NotFoundError):
        what_if.ask(employer_id=decided.pk, version_id=999, span=YEAR, by="story")
    with pytest.raises(PlanError):
        asked(decided, draft('line = "medical"\nwrong = 1\n'))
    assert not WhatIf.objects.exists()


def test_a_version_of_a_plan_that_decided_nothing_of_these_days_is_refused(decided):
    other = plans.create_plan(code="DEN", name="Dental", line="dental", at=LONG_AGO)
    version = plans.draft_version(plan_id=other.pk, text=PPO, effective_on=YEAR.starts_on, by="story", at=LONG_AGO)
    with pytest.raises(what_if.NothingToCompareError, match="decided by the plan DEN"):
        asked(decided, version)
    with pytest.raises(what_if.NothingToCompareError):
        asked(decided, PlanVersion.objects.get(state="published"), Span(date(2025, 1, 1), date(2025, 12, 31)))
    assert not WhatIf.objects.exists()


def test_more_families_take_no_more_statements(in_employer):
    homes = open_book(in_employer, count=60)
    register(*(new_claim(home, *VISIT) for home in homes))
    decide_waiting(employer_id=in_employer.pk)
    version = PlanVersion.objects.get()
    question = asked(in_employer, version)
    with count_statements() as sent:
        assert what_if.compare(employer_id=in_employer.pk, asked=question).claims_count == 60
    assert sent.count <= 25


def test_the_command_tells_the_difference(decided, homes):
    version = draft(PPO.replace("copay = 35 }", "copay = 50 }"))
    told = StringIO()
    call_command("what_if", decided.code, str(version.pk), "2026", stdout=told)
    lines = told.getvalue().splitlines()
    assert lines[0] == f"{version}: 4 claims, 3 decided otherwise, 0 would wait for a person"
    (row,) = [line for line in lines if "primary_care_visit" in line]
    assert row.split()[2:] == ["345.00", "300.00", "105.00", "150.00"]
    told = StringIO()
    call_command("what_if", decided.code, str(version.pk), "2026-01-01", "--claims", stdout=told)
    assert [line.split(",")[2:] for line in told.getvalue().splitlines()[1:]] == [["14700", "13200", "paid"]] * 3
    told = StringIO()
    call_command("what_if", decided.code, str(version.pk), "2026", "--csv", stdout=told)
    assert [line.split(",")[0] for line in told.getvalue().splitlines()].count("member") == 2
    with pytest.raises(CommandError, match="no such plan version"):
        call_command("what_if", decided.code, "999", "2026")
