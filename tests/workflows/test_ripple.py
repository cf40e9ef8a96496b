"""A change of mind, to the cent: the family's later claims follow, and the books are as if it had been so from the start."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from tenants.scope import desk_scope
from tests.workflows.claim_stories import LONG_AGO, enrol, new_claim, open_clinic, register
from tests.workflows.stories import agree, insure
from tpa.books.accumulators import selectors as accumulators
from tpa.books.claims import selectors
from tpa.books.claims.models import Closing, Correction, Decision, Pend, Work
from tpa.books.ledger import selectors as ledger
from tpa.books.plans import services as plans
from tpa.infra.clock import clock_at
from tpa.infra.models import OutboxEvent
from tpa.kernel.errors import ConflictError
from tpa.kernel.ids import public_id
from tpa.workflows import booking, corrections, ripple
from tpa.workflows.adjudication import Counts, decide_waiting
from tpa.workflows.claim_pends import OriginalNeededError, release
from tpa.workflows.corrections import (
    NotDecidedError,
    PreviewMovedError,
    ReasonError,
    SecondPersonError,
    apply_correction,
    park,
    preview_claims,
    preview_family,
    renew,
)
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.external_accumulators import Told, record
from tpa.workflows.payment_run import run_payments
from tpa.workflows.proof import verify_books

PLAN = """
name = "Deductible and a fifth"
line = "medical"
tiers = [
    { name = "network", network = true, prices = [{ method = "percent_of_charge", percent = "100%" }] },
    { name = "outside", network = false, prices = [{ method = "percent_of_charge", percent = "100%" }] },
]
deductibles = [{ code = "main", individual = 500, family = 1000 }]
out_of_pocket_maximums = [{ code = "main", individual = 2000, family = 4000 }]
benefits = [
    { code = "preventive", class = "preventive", match = { diagnoses = ["Z00"] }, shares = { all = { member_pays = [] } } },
    { code = "all", shares = { all = { member_pays = ["deductible", "coinsurance"], coinsurance = "20%" } } },
]
"""
MUCH = 10**9


def open_plan(employer, text=PLAN, count=1):
    """Families under a plan of 500.00 deductible and 20 %."""
    open_clinic(employer)
    agree(employer)
    plan = plans.create_plan(code="P", name="P", line="medical", at=LONG_AGO)
    version = plans.draft_version(plan_id=plan.pk, text=text, effective_on=date(2026, 1, 1), by="story", at=LONG_AGO)
    plans.publish_version(version_id=version.pk, by="story", at=LONG_AGO)
    return enrol(employer, plan.pk, count=count)


@pytest.fixture
def home(in_employer):
    return open_plan(in_employer)[0]


def claim(home, cents, day, **changes):
    """A visit of the subscriber on a day of March."""
    made = new_claim(home, ("99213", cents), on=date(2026, 3, day), ref=f"{home.family_id}-{day}-{cents}-{changes}")
    return made._replace(claim=made.claim._replace(**changes))


def decide(employer, *new):
    keys = register(*new)
    decide_waiting(employer_id=employer.pk)
    return keys


def live(claim_id):
    return selectors.standings([claim_id])[claim_id].decision


def sound(employer):
    assert verify_books(employer_id=employer.pk).faults == []
    return True


def apply(correction, by="ben"):
    return apply_correction(correction_id=correction.pk, signature=correction.signature, by=by, alone_up_to_cents=MUCH)


def shown(correction):
    return [
        (one["claim"], one["cause"], one["old"]["paid_cents"], one["new"] and one["new"]["paid_cents"])
        for family in correction.families.order_by("family_id")
        for one in family.shown["changes"]
    ]


def used(home, code="medical:deductible.main"):
    rows = accumulators.balances([home.family_id])[home.family_id].rows
    return {member: amount for member, name, _, amount in rows if name == code}


def pay_all():
    receive_deposit(purpose="fund", cents=10_000_000, reference="D1", received_on=date(2026, 4, 2), person_id=7)
    return run_payments()


def test_a_claim_taken_back_moves_the_deductible_to_the_next_one_which_was_overpaid(in_employer, home):
    one, two = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    # 400.00 fill the deductible but for 100.00; of the next 300.00 then 200.00 less a fifth.
    assert (live(one).paid_cents, live(two).paid_cents) == (0, 16_000)
    pay_all()
    correction = preview_claims(claim_ids=[one], why="entry_error", note="twice", by="ana", take_back=True)
    assert shown(correction) == [(one, "named", 0, None), (two, "follows", 16_000, 0)]
    assert (correction.payee_cents, correction.gross_cents, correction.changes_count) == (-16_000, 16_000, 2)
    assert live(two).paid_cents == 16_000
    apply(correction)
    assert selectors.standings([one, two])[one].state == "reversed"
    assert (live(two).version, live(two).paid_cents, live(two).member_responsibility_cents) == (3, 0, 30_000)
    assert [one.outcome for one in selectors.decisions(two)] == ["paid", "reversed", "paid"]
    # The payee holds 160.00 that the plan does not owe.
    assert (ledger.balance("1200"), ledger.balance("5010"), ledger.balance("2000")) == (16_000, 0, 0)
    assert used(home)[home.member_ids[0]] == 30_000
    assert sound(in_employer)


def test_what_was_not_paid_yet_is_netted_and_paid_as_it_is_in_the_end(in_employer, home):
    one, two = decide(in_employer, claim(home, 40_000, 1), claim(home, 80_000, 2))
    assert live(two).paid_cents == 56_000
    apply(preview_claims(claim_ids=[one], why="entry_error", note="", by="ana", take_back=True))
    # 800.00 less 500.00, less a fifth.
    assert live(two).paid_cents == 24_000
    assert (ledger.balance("1200"), ledger.balance("2000"), ledger.balance("5010")) == (0, -24_000, 24_000)
    run = pay_all()
    assert (run.paid_count, run.paid_cents) == (1, 24_000)
    assert sound(in_employer)


def test_what_follows_unchanged_is_left_alone(in_employer, home):
    one, two, three = decide(in_employer, claim(home, 20_000, 1), claim(home, 60_000, 2), claim(home, 10_000, 3))
    before = [live(key) for key in (one, two, three)]
    correction = preview_claims(claim_ids=[one], why="audit", note="", by="ana")
    assert (correction.families_count, correction.changes_count, shown(correction)) == (0, 0, [])
    apply(correction)
    assert [live(key) for key in (one, two, three)] == before
    apply(preview_claims(claim_ids=[two], why="entry_error", note="", by="ana", take_back=True))
    # The third now meets the deductible: 300.00 of it are left.
    assert (live(one), live(three).paid_cents) == (before[0], 0)
    assert (live(three).place, live(three).family_seq) == (3, 6)
    assert sound(in_employer)


def test_a_claim_decided_after_a_correction_sees_it_and_the_replay_agrees(in_employer, home):
    one, two = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    apply(preview_claims(claim_ids=[one], why="entry_error", note="", by="ana", take_back=True))
    (three,) = decide(in_employer, claim(home, 30_000, 3))
    # 200.00 of the deductible are left.
    assert live(three).paid_cents == 8_000
    apply(preview_claims(claim_ids=[two], why="entry_error", note="", by="ana", take_back=True))
    assert live(three).paid_cents == 0
    assert used(home)[home.member_ids[0]] == 30_000
    assert sound(in_employer)


def test_a_preview_that_no_longer_holds_is_refused_and_changes_nothing(in_employer, home):
    one, two = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    correction = preview_claims(claim_ids=[one], why="entry_error", note="", by="ana", take_back=True)
    pay_all()
    with pytest.raises(PreviewMovedError, match="1 of 1 families"):
        apply(correction)
    assert (live(one).version, live(two).version, Closing.objects.count()) == (1, 1, 0)
    correction = renew(correction_id=correction.pk, by="ana")
    apply(correction)
    assert live(two).paid_cents == 0
    assert sound(in_employer)


def test_a_preview_that_somebody_has_edited_is_refused(in_employer, home):
    (one,) = decide(in_employer, claim(home, 90_000, 1))
    correction = preview_claims(claim_ids=[one], why="entry_error", note="", by="ana", take_back=True)
    Correction.objects.filter(pk=correction.pk).update(gross_cents=0)
    with pytest.raises(PreviewMovedError, match="as it was signed"):
        apply(correction)
    assert live(one).outcome == "paid"


def test_more_than_one_person_may_change_alone_needs_a_second(in_employer, home):
    (one,) = decide(in_employer, claim(home, 90_000, 1))
    correction = preview_claims(claim_ids=[one], why="entry_error", note="", by="ana", take_back=True)
    assert correction.gross_cents == 32_000

    def applied(by, alone):
        return apply_correction(
            correction_id=correction.pk, signature=correction.signature, by=by, alone_up_to_cents=alone
        )

    with pytest.raises(SecondPersonError):
        applied("ana", 31_999)
    assert live(one).outcome == "paid"
    assert applied("ben", 0).state == "applied"


def test_another_login_of_the_same_person_is_no_second_person(in_employer, home):
    (one,) = decide(in_employer, claim(home, 90_000, 1))
    found = preview_claims(claim_ids=[one], why="entry_error", note="", by="ana", take_back=True, person_id=1)
    told = {"correction_id": found.pk, "signature": found.signature, "alone_up_to_cents": 0}
    with pytest.raises(SecondPersonError):
        apply_correction(by="ana.second", person_id=1, **told)
    assert live(one).outcome == "paid"
    assert apply_correction(by="ben", person_id=2, **told).state == "applied"


def test_small_differences_may_be_parked_with_a_reason_and_large_ones_not(in_employer, home):
    one, two = decide(in_employer, claim(home, 1_250, 1), claim(home, 60_000, 2))
    small = preview_claims(claim_ids=[one], why="entry_error", note="", by="ana", take_back=True)
    # 12.50 more of the deductible, so the payee gets 10.00 less.
    assert small.payee_cents == -1_000
    with pytest.raises(ReasonError):
        park(correction_id=small.pk, note=" ", by="ana")
    assert park(correction_id=small.pk, note="not worth a letter", by="ana").state == "parked"
    assert (live(one).version, live(two).version) == (1, 1)
    (three,) = decide(in_employer, claim(home, 1_251, 3))
    large = preview_claims(claim_ids=[three, one], why="entry_error", note="", by="ana", take_back=True)
    assert [one["payee_cents"] for family in large.families.all() for one in family.shown["changes"]] == [
        0,
        -1_000,
        -1_001,
    ]
    with pytest.raises(Exception, match="1001 cents"):
        park(correction_id=large.pk, note="not worth a letter", by="ana")
    assert sound(in_employer)


def test_what_is_not_decided_or_has_no_reason_is_not_corrected(in_employer, home):
    (one,) = decide(in_employer, claim(home, 40_000, 1, related_causes=("AA",)))
    with pytest.raises(NotDecidedError):
        preview_claims(claim_ids=[one], why="audit", note="", by="ana")
    with pytest.raises(ReasonError):
        preview_claims(claim_ids=[one], why="mood", note="", by="ana")
    assert not Correction.objects.exists()


# Replacement and void claims


def control(new, number):
    return new._replace(patient_control_number=number)


def test_a_replacement_takes_the_place_of_the_claim_that_it_names(in_employer, home):
    one, two = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    name = public_id("clm", in_employer.pk, one)
    (new,) = decide(in_employer, claim(home, 50_000, 1, frequency="7", original_reference=name))
    assert (live(new).place, live(new).version, live(new).outcome) == (1, 1, "paid")
    assert selectors.standings([one])[one].state == "reversed"
    assert selectors.closing(one).by_claim_id == new
    # The later claim stands until somebody has seen what follows.
    assert live(two).paid_cents == 16_000
    ripple = Correction.objects.get()
    assert (ripple.kind, ripple.why, shown(ripple)) == ("ripple", "replacement", [(two, "follows", 16_000, 24_000)])
    assert OutboxEvent.objects.filter(topic="work_item", payload__open__0="correction").count() == 1
    assert sound(in_employer)
    apply(ripple)
    assert live(two).paid_cents == 24_000
    assert OutboxEvent.objects.filter(topic="work_item", payload__close__0="correction").count() == 1
    assert sound(in_employer)


def test_a_replacement_finds_its_claim_by_the_providers_own_number(in_employer, home):
    (one,) = decide(in_employer, control(claim(home, 40_000, 1), "PCN1"))
    (new,) = decide(in_employer, control(claim(home, 60_000, 1, frequency="7"), "PCN1"))
    assert (live(new).paid_cents, selectors.closing(one).why) == (8_000, "replaced")
    assert not Correction.objects.exists()
    assert sound(in_employer)


def test_two_replacements_follow_each_other_and_the_last_word_counts(in_employer, home):
    (one,) = decide(in_employer, control(claim(home, 40_000, 1), "PCN1"))
    two, three = decide(
        in_employer,
        control(claim(home, 60_000, 1, frequency="7"), "PCN1"),
        control(claim(home, 70_000, 1, frequency="7"), "PCN1"),
    )
    assert [selectors.closing(key).by_claim_id for key in (one, two)] == [two, three]
    assert (live(three).paid_cents, live(three).place) == (16_000, 1)
    assert ledger.balance("5010") == 16_000
    assert sound(in_employer)


def test_a_void_takes_back_and_pays_nothing(in_employer, home):
    one, two = decide(in_employer, control(claim(home, 40_000, 1), "PCN1"), claim(home, 30_000, 2))
    pay_all()
    (void,) = decide(in_employer, control(claim(home, 40_000, 1, frequency="8"), "PCN1"))
    assert [selectors.standings([key])[key].state for key in (one, void)] == ["reversed", "closed"]
    apply(Correction.objects.get())
    assert (live(two).paid_cents, ledger.balance("1200"), ledger.balance("2000")) == (0, 16_000, 0)
    assert sound(in_employer)


def test_a_replacement_of_a_pended_claim_closes_it_and_is_decided_by_itself(in_employer, home):
    (one,) = decide(in_employer, control(claim(home, 40_000, 1, related_causes=("AA",)), "PCN1"))
    (new,) = decide(in_employer, control(claim(home, 60_000, 1, frequency="7"), "PCN1"))
    assert (Pend.objects.get().resolution, selectors.standings([one])[one].state) == ("closed", "closed")
    assert (live(new).paid_cents, live(new).place) == (8_000, None)
    (void,) = decide(in_employer, control(claim(home, 60_000, 1, frequency="8"), "PCN1"))
    assert selectors.standings([new])[new].state == "reversed"
    assert not Work.objects.exists()
    assert selectors.standings([void])[void].state == "closed"
    assert sound(in_employer)


def test_a_void_of_a_pended_claim_leaves_nothing_to_do(in_employer, home):
    one, void = decide(
        in_employer,
        control(claim(home, 40_000, 1, related_causes=("AA",)), "PCN1"),
        control(claim(home, 40_000, 1, frequency="8"), "PCN1"),
    )
    assert [selectors.standings([key])[key].state for key in (one, void)] == ["closed", "closed"]
    assert not Decision.objects.exists()
    assert sound(in_employer)


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"original_reference": "9917"}, "9917 is no claim of this employer"),
        ({"original_reference": public_id("clm", 77, 1)}, "is no claim of this employer"),
        ({}, "it names no claim"),
    ],
)
def test_a_replacement_of_an_unknown_claim_waits_and_says_why(in_employer, home, told, problem):
    (new,) = decide(in_employer, claim(home, 40_000, 1, frequency="7", **told))
    pend = Pend.objects.get(claim_id=new)
    assert (pend.code, pend.queue) == ("replacement", "adjustments")
    assert problem in pend.detail
    assert not Decision.objects.exists()


def test_a_claim_that_was_replaced_is_not_replaced_again(in_employer, home):
    (one,) = decide(in_employer, claim(home, 40_000, 1))
    name = public_id("clm", in_employer.pk, one)
    first, second = decide(
        in_employer,
        claim(home, 50_000, 1, frequency="7", original_reference=name),
        claim(home, 60_000, 1, frequency="7", original_reference=name),
    )
    pend = Pend.objects.get(claim_id=second)
    assert pend.detail == f"{name} was replaced already by {public_id('clm', in_employer.pk, first)}"
    with pytest.raises(OriginalNeededError):
        release(employer_id=in_employer.pk, pend_ids=[pend.pk], by_id=7, note="checked")
    with pytest.raises(OriginalNeededError, match="was replaced already"):
        release(employer_id=in_employer.pk, pend_ids=[pend.pk], by_id=7, note="checked", corrects=one)
    assert Pend.objects.get(pk=pend.pk).resolved_at is None
    release(employer_id=in_employer.pk, pend_ids=[pend.pk], by_id=7, note="the later one", corrects=first)
    decide_waiting(employer_id=in_employer.pk)
    assert (live(second).paid_cents, selectors.closing(first).by_claim_id) == (8_000, second)
    assert sound(in_employer)


def test_claims_of_other_members_and_providers_are_not_replaced(in_employer, home):
    spouse, other = decide(
        in_employer,
        new_claim(home, ("99213", 10_000), who=1, ref="spouse"),
        claim(home, 10_000, 3, provider_npi="1992999832", provider_tax_id="987654321"),
    )
    wrong = [public_id("clm", in_employer.pk, key) for key in (spouse, other)]
    decide(
        in_employer,
        *(claim(home, 40_000 + n, 1, frequency="8", original_reference=name) for n, name in enumerate(wrong)),
    )
    details = [pend.detail for pend in Pend.objects.order_by("id")]
    assert details == [f"{wrong[0]} is a claim of another member", f"{wrong[1]} is a claim of another provider"]


def test_a_replacement_may_stand_by_itself_where_a_person_says_so(in_employer, home):
    (new,) = decide(in_employer, claim(home, 60_000, 1, frequency="7"))
    pend = Pend.objects.get()
    release(employer_id=in_employer.pk, pend_ids=[pend.pk], by_id=7, note="of the carrier before", stands_alone=True)
    assert decide_waiting(employer_id=in_employer.pk) == Counts(paid=1)
    assert live(new).paid_cents == 8_000
    assert sound(in_employer)


def test_a_replacement_that_waits_for_something_else_leaves_the_earlier_claim_in_force(in_employer, home):
    (one,) = decide(in_employer, control(claim(home, 60_000, 1), "PCN1"))
    (new,) = decide(in_employer, control(claim(home, 70_000, 1, frequency="7", related_causes=("AA",)), "PCN1"))
    assert (live(one).outcome, Pend.objects.get().code) == ("paid", Pend.objects.get().reasons[0][0])
    pend = Pend.objects.get()
    release(employer_id=in_employer.pk, pend_ids=[pend.pk], by_id=7, note="no other party")
    decide_waiting(employer_id=in_employer.pk)
    assert (live(one).outcome, live(new).paid_cents) == ("reversed", 16_000)
    assert sound(in_employer)


# Killed, or too late


class KilledError(BaseException):
    """As if the process had gone."""


STEPS = [
    (ripple, "written"),
    (booking.decisions, "record_decisions"),
    (booking.accumulators, "add_entries"),
    (booking.ledger, "post_entries"),
    (booking.claims, "add_totals"),
    (booking.turns, "end_turns"),
    (corrections, "finish"),
]


@pytest.mark.parametrize(("module", "step"), STEPS, ids=[step for _, step in STEPS])
def test_applying_that_is_killed_after_any_step_leaves_nothing_behind(in_employer, home, monkeypatch, module, step):
    one, two = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    correction = preview_claims(claim_ids=[one], why="entry_error", note="", by="ana", take_back=True)
    target = corrections if module is ripple else module
    own = getattr(target, step)

    def killed_after(*given, **named):
        own(*given, **named)
        raise KilledError

    with monkeypatch.context() as patch, pytest.raises(KilledError), transaction.atomic():
        patch.setattr(target, step, killed_after)
        apply(correction)
    assert (live(one).version, live(two).version, Decision.objects.count(), Closing.objects.count()) == (1, 1, 2, 0)
    assert Correction.objects.get().state == "previewed"
    assert sound(in_employer)
    apply(correction)
    assert live(two).paid_cents == 0
    assert sound(in_employer)


def test_a_preview_is_applied_once(in_employer, home):
    (one,) = decide(in_employer, claim(home, 90_000, 1))
    correction = preview_claims(claim_ids=[one], why="entry_error", note="", by="ana", take_back=True)
    apply(correction)
    with pytest.raises(ConflictError, match="is applied"):
        apply(correction)
    assert Decision.objects.count() == 2
    assert ledger.balance("5010") == 0


def test_the_preview_says_what_moves_in_accumulators_and_stop_loss(in_employer, home):
    with desk_scope():
        insure(in_employer, {"deductible_cents": 20_000}, year=2026)
    with clock_at(datetime(2026, 6, 1, 12, tzinfo=UTC)):
        one, two = decide(in_employer, claim(home, 90_000, 1), claim(home, 30_000, 2))
        correction = preview_claims(claim_ids=[one], why="entry_error", note="", by="ana", take_back=True)
    who = home.member_ids[0]
    family = correction.families.get()
    moved = {(member, code): (before, after) for member, code, _, before, after in family.shown["accumulators"]}
    # Deductible 500.00 of the first become 300.00 of the second; out of pocket 580.00 and 60.00 become 300.00.
    assert moved[who, "medical:deductible.main"] == (50_000, 30_000)
    assert moved[who, "medical:oop.main"] == (64_000, 30_000)
    # The plan paid 320.00 and 240.00, and pays nothing: 360.00 over the deductible of 200.00 go.
    assert family.shown["stop_loss"] == [["SL-1", who, 56_000, 0, 36_000, 0]]
    assert [(live(key).paid_cents) for key in (one, two)] == [32_000, 24_000]


def test_amounts_from_outside_that_come_late_count_when_the_family_is_looked_at_again(in_employer, home):
    one, two = decide(in_employer, claim(home, 40_000, 1), claim(home, 30_000, 2))
    row = Told("1", f"{home.number}-0", "medical", "deductible.main", date(2026, 2, 1), "300.00")
    assert record(employer_id=in_employer.pk, source="pbm", rows=[row], by="story").late_count == 1
    assert (live(one).paid_cents, live(two).paid_cents) == (0, 16_000)
    correction = preview_family(family_id=home.family_id, why="outside_amounts", note="", by="ana")
    # 300.00 of the deductible are met elsewhere: of the first claim 200.00 are over it, of the second all.
    assert shown(correction) == [(one, "follows", 0, 16_000), (two, "follows", 16_000, 24_000)]
    apply(correction)
    assert OutboxEvent.objects.filter(payload__close__0="ripple", payload__close__1=home.family_id).exists()
    assert sound(in_employer)
    (three,) = decide(in_employer, claim(home, 10_000, 3))
    apply(preview_claims(claim_ids=[one], why="entry_error", note="", by="ana", take_back=True))
    assert (live(two).paid_cents, live(three).paid_cents) == (8_000, 8_000)
    assert sound(in_employer)
