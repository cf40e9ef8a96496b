"""Overrides by examiners, to the cent: within their authority alone, above it with another person, held by the database."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from tests.workflows.claim_stories import register
from tests.workflows.test_ripple import PLAN, claim, decide, live, open_plan, sound, used
from tpa.books.accumulators import selectors as accumulators
from tpa.books.claims import overrides as book
from tpa.books.claims import selectors
from tpa.books.claims.errors import PendResolved
from tpa.books.claims.examining import Override as Row
from tpa.books.claims.models import Correction, Decision, Pend
from tpa.books.claims.overrides import Person, RuleCount
from tpa.engine.adjudication.overrides import Override, OverrideKind
from tpa.infra import outbox
from tpa.infra.models import WorkItem
from tpa.kernel.errors import ConflictError
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.claim_pends import release
from tpa.workflows.corrections import SecondPersonError, apply_correction, preview_claims
from tpa.workflows.overrides import OverrideError, approve, approve_pend, propose, refuse, take_back
from tpa.workflows.proof import replay

ANA, BEN, CY = (Person(n, f"{name}@tpa.example") for n, name in enumerate(("ana", "ben", "cy"), 1))
LATE = "screens.timely_filing"
TERMS = PLAN.replace('line = "medical"', 'line = "medical"\ntimely_filing_months = 3\nreview_over = 1000')


@pytest.fixture
def home(in_employer):
    return open_plan(in_employer, TERMS)[0]


def aside(rule=LATE, line=1):
    return Override(0, line, OverrideKind.SET_ASIDE, "", rule)


def allow(cents, line=1):
    return Override(0, line, OverrideKind.ALLOW, "", cents=cents)


def deny(line=1):
    return Override(0, line, OverrideKind.DENY, "", group="PR", carc="50")


def order(key, *orders, by=ANA, authority=10**6, why="good_cause"):
    return propose(claim_id=key, orders=orders, why=why, note="looked at it", by=by, authority_cents=authority)


def late_claims(employer, home):
    """600.00 filed too late, then 300.00 in time: 500.00 deductible, a fifth of the rest."""
    return decide(employer, claim(home, 60_000, 1, received_on=date(2026, 7, 1)), claim(home, 30_000, 2))


def test_a_late_claim_is_paid_all_the_same_and_the_family_follows(in_employer, home):
    one, two = late_claims(in_employer, home)
    assert (live(one).outcome, live(two).paid_cents, used(home)[home.member_ids[0]]) == ("denied", 0, 30_000)
    row = order(one, aside())
    # 600.00 less 500.00, less a fifth; the next claim's deductible is met then: 300.00 less a fifth.
    assert (row.state, row.amount_cents) == ("in_force", 8_000 + 24_000)
    assert [(one.outcome, one.paid_cents) for one in selectors.decisions(one)] == [
        ("paid", 8_000), ("reversed", 0), ("denied", 0),
    ]  # fmt: skip
    assert (live(two).paid_cents, used(home)[home.member_ids[0]]) == (24_000, 50_000)
    (told,) = selectors.explained(live(one).pk)
    assert [(step.rule, step.cents, step.open_after_cents) for step in told.steps[:2]] == [
        (LATE, 60_000, 0),
        (LATE, -60_000, 60_000),
    ]
    assert Correction.objects.get(pk=row.correction_id).why == "override"
    assert sound(in_employer)
    assert replay(employer_id=in_employer.pk, claim_ids=[one]).faults == []


@pytest.mark.parametrize(("authority", "state"), [(31_999, "proposed"), (32_000, "in_force"), (32_001, "in_force")])
def test_above_the_authority_nothing_happens_until_another_person_approves(in_employer, home, authority, state):
    one, two = late_claims(in_employer, home)
    row = order(one, aside(), authority=authority)
    assert (row.state, live(one).outcome) == (state, "paid" if state == "in_force" else "denied")
    if state == "in_force":
        return
    with pytest.raises(SecondPersonError, match="does not approve it"):
        approve(override_id=row.pk, by=ANA._replace(name="other login"))
    assert (live(one).outcome, live(two).paid_cents) == ("denied", 0)
    row = approve(override_id=row.pk, by=BEN)
    assert (row.state, row.approved_by, live(one).paid_cents) == ("in_force", BEN.name, 8_000)
    with pytest.raises(ConflictError, match="in force"):
        approve(override_id=row.pk, by=BEN)
    assert sound(in_employer)


def test_what_is_over_the_authority_is_not_divided(in_employer, home):
    (one,) = decide(in_employer, claim(home, 90_000, 1))
    # 500.00 of deductible are given back, but a fifth of them; then the fifth, of which no more than 160.00 are left.
    first = order(one, aside("cost_share.deductible"), authority=50_000)
    assert (first.state, first.amount_cents) == ("in_force", 40_000)
    second = order(one, aside("cost_share.coinsurance"), authority=50_000)
    assert (second.state, second.amount_cents, live(one).paid_cents) == ("proposed", 18_000, 72_000)
    assert approve(override_id=second.pk, by=BEN).state == "in_force"
    assert live(one).paid_cents == 90_000
    assert sound(in_employer)


def test_a_proposal_waits_in_the_queue_of_approvals_until_it_is_refused(in_employer, home):
    one, _ = late_claims(in_employer, home)
    row = order(one, aside(), authority=0)
    outbox.drain("work_item")
    item = WorkItem.objects.get(kind="override")
    assert (item.queue, item.subject_id, item.amount_cents) == ("approvals", row.pk, 32_000)
    with pytest.raises(OverrideError, match="needs a note"):
        refuse(override_id=row.pk, by=BEN, note=" ")
    assert refuse(override_id=row.pk, by=BEN, note="not a good cause").state == "refused"
    outbox.drain("work_item")
    assert not WorkItem.objects.filter(kind="override").exists()
    assert live(one).version == 1
    assert order(one, aside()).state == "in_force"


def test_another_amount_is_allowed_and_taken_back_again(in_employer, home):
    (one,) = decide(in_employer, claim(home, 80_000, 1))
    assert live(one).paid_cents == 24_000
    row = order(one, allow(70_000), why="negotiated")
    assert (row.amount_cents, live(one).allowed_cents, live(one).paid_cents) == (8_000, 70_000, 16_000)
    with pytest.raises(SecondPersonError, match=r"80\.00"):
        take_back(override_id=row.pk, by=ANA, note="wrong claim", authority_cents=7_999)
    assert (book.override(row.pk).state, live(one).paid_cents) == ("in_force", 16_000)
    assert take_back(override_id=row.pk, by=ANA, note="wrong claim", authority_cents=8_000).state == "taken_back"
    assert (live(one).version, live(one).paid_cents) == (5, 24_000)
    assert sound(in_employer)


def test_a_later_correction_of_the_family_keeps_the_override(in_employer, home):
    one, two = decide(in_employer, claim(home, 40_000, 1), claim(home, 80_000, 2))
    order(two, allow(70_000))
    found = preview_claims(claim_ids=[one], why="entry_error", note="twice", by="ana", take_back=True)
    apply_correction(correction_id=found.pk, signature=found.signature, by="ben", alone_up_to_cents=10**9)
    # 700.00 are still what is allowed, now less the whole deductible.
    assert (live(two).allowed_cents, live(two).paid_cents) == (70_000, 16_000)
    assert sound(in_employer)


def test_a_claim_that_waits_is_decided_with_it_when_it_is_released(in_employer, home):
    (one,) = decide(in_employer, claim(home, 200_000, 1))
    pend = Pend.objects.get(claim_id=one)
    assert (pend.code, pend.detail) == ("review_amount", "the plan pays 1200.00")
    row = order(one, allow(150_000))
    # (2,000 - 500) less a fifth is 1,200; (1,500 - 500) less a fifth is 800.
    assert (row.state, row.amount_cents, row.correction_id) == ("in_force", 40_000, None)
    assert selectors.standings([one])[one].state == "pended"
    release(employer_id=in_employer.pk, pend_ids=[pend.pk], by_id=1, note="negotiated")
    decide(in_employer)
    assert live(one).paid_cents == 80_000
    assert sound(in_employer)


def test_a_denied_line_uses_nothing_up(in_employer, home):
    (one,) = decide(in_employer, claim(home, 80_000, 1))
    order(one, deny(), why="not_necessary")
    assert (live(one).outcome, live(one).paid_cents, used(home)) == ("denied", 0, {home.member_ids[0]: 0})
    assert sound(in_employer)


@pytest.mark.parametrize(
    ("orders", "changes", "error", "says"),
    [
        ([], {}, OverrideError, "One to 50"),
        ([aside(line=2)], {}, OverrideError, "no line 2"),
        ([aside("screens.coverage")], {}, OverrideError, "cannot be set aside"),
        ([allow(-1)], {}, OverrideError, "no more than the charge"),
        ([allow(60_001)], {}, OverrideError, "no more than the charge"),
        ([Override(0, 1, OverrideKind.DENY, "", group="XX", carc="50")], {}, OverrideError, "has a group"),
        ([aside()], {"why": "mood"}, OverrideError, "is no reason"),
        ([aside()], {"note": "  "}, OverrideError, "needs a note"),
        ([aside(), aside()], {}, ConflictError, "overridden so already"),
    ],
)
def test_what_says_nothing_or_contradicts_the_claim_is_refused(in_employer, home, orders, changes, error, says):
    one, _ = late_claims(in_employer, home)
    told = {"why": "good_cause", "note": "n", "by": ANA, "authority_cents": 10**6} | changes
    with pytest.raises(error, match=says):
        propose(claim_id=one, orders=orders, **told)
    assert (Row.objects.count(), Decision.objects.count()) == (0, 2)


def test_a_claim_is_overridden_once_on_a_line_and_not_while_it_is_decided(in_employer, home):
    one, _ = late_claims(in_employer, home)
    order(one, aside())
    with pytest.raises(ConflictError, match="already"):
        order(one, aside())
    (waiting,) = register(claim(home, 10_000, 9))
    with pytest.raises(ConflictError, match="is waiting"):
        order(waiting, aside())


def test_overrides_are_counted_by_rule(in_employer, home):
    one, two = late_claims(in_employer, home)
    order(one, aside(), aside("cost_share.deductible"))
    row = order(two, allow(20_000), why="negotiated")
    take_back(override_id=row.pk, by=ANA, note="wrong", authority_cents=10**9)
    assert book.counted_by_rule() == [
        RuleCount("cost_share.deductible", "good_cause", 1, 1, 1),
        RuleCount("overrides.allowed", "negotiated", 1, 1, 0),
        RuleCount(LATE, "good_cause", 1, 1, 1),
    ]
    assert accumulators.faults() == []


def edit(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_holds_the_authority_and_the_four_eyes(in_employer, home):
    one, _ = late_claims(in_employer, home)
    row = order(one, aside(), authority=0)
    for role in ("", in_employer.schema_name):
        if role:
            connection.set_schema(role)
        with pytest.raises(IntegrityError, match="override_within_authority"):
            edit("UPDATE claims_override SET in_force_at = now()")
        with pytest.raises(IntegrityError, match="override_four_eyes"):
            edit("UPDATE claims_override SET in_force_at = now(), approved_by_id = proposed_by_id")
        for fixed in ("amount_cents = 0", "authority_cents = 10", "proposed_by_id = 9", "orders = '[]'"):
            with pytest.raises(Exception, match=r"permission denied|append-only"):
                edit(f"UPDATE claims_override SET {fixed}")
        with pytest.raises(Exception, match=r"permission denied|append-only"):
            edit("DELETE FROM claims_override")
    edit(f"UPDATE claims_override SET in_force_at = now(), approved_by_id = {BEN.person_id} WHERE id = {row.pk}")
    for again in ("approved_by_id = 3", "in_force_at = NULL"):
        with pytest.raises(IntegrityError, match="approved once"):
            edit(f"UPDATE claims_override SET {again}")
    edit("UPDATE claims_override SET ended_at = now()")
    with pytest.raises(IntegrityError, match="ended once"):
        edit("UPDATE claims_override SET ended_at = NULL")


def test_a_claim_that_waits_is_approved_within_the_authority_or_by_another_person(in_employer, home):
    # 2,000.00 less the deductible of 500.00, less a fifth: 1,200.00, more than passes unseen.
    one, two = decide(in_employer, claim(home, 200_000, 1), claim(home, 200_000, 2, related_causes=()))
    pends = {pend.claim_id: pend.pk for pend in Pend.objects.all()}
    with pytest.raises(OverrideError, match="needs a note"):
        approve_pend(pend_id=pends[one], note=" ", by=ANA, authority_cents=119_999)
    row = approve_pend(pend_id=pends[one], note="looked", by=ANA, authority_cents=119_999)
    assert (row.state, row.amount_cents, row.orders, row.release) == (
        "proposed",
        120_000,
        [],
        [pends[one], None, False],
    )
    outbox.drain("work_item")
    assert WorkItem.objects.get(kind="override").title == "Approval of 1200.00: A claim that waits is approved"
    with pytest.raises(ConflictError, match="waits for another person already"):
        approve_pend(pend_id=pends[one], note="again", by=ANA, authority_cents=0)
    with pytest.raises(SecondPersonError):
        approve(override_id=row.pk, by=ANA)
    assert (Pend.objects.get(claim_id=one).resolved_at, live(one)) == (None, None)
    approve(override_id=row.pk, by=BEN)
    assert Pend.objects.get(claim_id=one).resolved_by_id == BEN.person_id
    assert approve_pend(pend_id=pends[two], note="looked", by=ANA, authority_cents=120_000) is None
    decide_waiting(employer_id=in_employer.pk)
    assert (live(one).paid_cents, live(two).paid_cents) == (120_000, 160_000)
    with pytest.raises(ConflictError, match="was let go"):
        take_back(override_id=row.pk, by=BEN, note="no", authority_cents=10**9)
    assert Row.objects.count() == 1
    assert sound(in_employer)


def test_a_refused_approval_leaves_the_claim_waiting_and_one_that_comes_late_changes_nothing(in_employer, home):
    (one,) = decide(in_employer, claim(home, 200_000, 1))
    pend = Pend.objects.get()
    row = approve_pend(pend_id=pend.pk, note="looked", by=ANA, authority_cents=0)
    refuse(override_id=row.pk, by=BEN, note="not yet")
    assert (Pend.objects.get().resolved_at, live(one)) == (None, None)
    late = approve_pend(pend_id=pend.pk, note="looked", by=ANA, authority_cents=0)
    assert approve_pend(pend_id=pend.pk, note="looked", by=BEN, authority_cents=10**9) is None
    with pytest.raises(ConflictError, match="is refused"):
        approve(override_id=late.pk, by=CY)
    with pytest.raises(PendResolved):
        approve_pend(pend_id=pend.pk, note="again", by=BEN, authority_cents=10**9)
