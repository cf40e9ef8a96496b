"""Claims get into the books once and stay as they came; the proof finds what somebody has tampered with."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from tests.workflows.claim_stories import new_claim, open_book, register
from tpa.books.claims import facts, services
from tpa.books.claims.errors import PendResolved
from tpa.books.claims.faults import faults
from tpa.books.claims.models import Claim, ClaimLine, Decision, Pend, Work
from tpa.books.claims.recording import moves_text, read_moves
from tpa.engine.adjudication.decision import Move, PendReason
from tpa.engine.adjudication.decision import Pend as EnginePend
from tpa.infra.postgres.statements import count_statements
from tpa.kernel.errors import NotFoundError
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.proof import verify_books

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
VISIT = (("99213", 20_000), ("80053", 4_000))


@pytest.fixture
def homes(in_employer):
    return open_book(in_employer, count=2)


@pytest.fixture
def decided(in_employer, homes):
    register(new_claim(homes[0], *VISIT), new_claim(homes[1], *VISIT))
    decide_waiting(employer_id=in_employer.pk)
    assert verify_books(employer_id=in_employer.pk).faults == []


def typed(statement, *, without_guard_of=""):
    """SQL by the owner of the tables, who may even take off a guard."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (role,) = cursor.fetchone()
        cursor.execute("SELECT set_config('role', 'none', true)")
        if without_guard_of:
            cursor.execute(f"ALTER TABLE {without_guard_of} DISABLE TRIGGER USER")
        cursor.execute(statement)
        if without_guard_of:
            cursor.execute(f"ALTER TABLE {without_guard_of} ENABLE TRIGGER USER")
        cursor.execute("SELECT set_config('role', %s, true)", [role])


def test_registering_again_changes_nothing_and_adds_what_is_new(homes):
    one, two = new_claim(homes[0], *VISIT, ref="one"), new_claim(homes[1], *VISIT, ref="two")
    first = services.register_claims(claims=[one], now=NOW)
    again = services.register_claims(claims=[one, two, two], now=NOW)
    assert (first.new_count, again.new_count) == (1, 1)
    assert again.keys["rest", "one"] == first.keys["rest", "one"]
    assert (Claim.objects.count(), ClaimLine.objects.count(), Work.objects.count()) == (2, 4, 2)


def test_a_thousand_claims_are_registered_in_seven_statements(homes):
    new = [new_claim(homes[n % 2], *VISIT, ref=f"{n}") for n in range(1000)]
    with count_statements() as sent:
        services.register_claims(claims=new, now=NOW)
    assert sent.count == 7
    assert Claim.objects.count() == 1000


@pytest.mark.parametrize("table", ["claim", "claimline", "decision", "decisionline"])
@pytest.mark.parametrize("statement", ["UPDATE claims_{} SET charge_cents = 1", "DELETE FROM claims_{}"])
def test_the_database_refuses_edits_even_of_its_owner(decided, table, statement):
    for by in (typed, lambda text: connection.cursor().execute(text)):
        refused = pytest.raises(DatabaseError, match=r"append-only|permission denied")
        with refused, transaction.atomic():
            by(statement.format(table))
    assert Decision.objects.filter(charge_cents=24_000).count() == 2


def test_of_a_pend_only_the_resolution_can_be_written(homes):
    (claim_id,) = register(new_claim(homes[0], *VISIT))
    reason = PendReason("other_party", "coordination", 1, "motor accident")
    pend = EnginePend(claim_id, (reason,))
    services.remove_work(claim_ids=[claim_id])
    row = (pend, homes[0].family_id, homes[0].member_ids[0], NOW.date())
    services.pend_claims(pends=[row], raised_at=NOW)
    (kept,) = Pend.objects.all()
    assert (kept.code, kept.queue, kept.reasons) == ("other_party", "coordination", [list(reason)])
    with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
        Pend.objects.update(code="nothing")
    with pytest.raises(NotFoundError):
        services.release_pends(pend_ids=[kept.pk, 999_999], by_id=7, note="", now=NOW, today=NOW.date())
    assert services.release_pends(pend_ids=[kept.pk], by_id=7, note="ok", now=NOW, today=NOW.date()) == 1
    with pytest.raises(PendResolved):
        services.release_pends(pend_ids=[kept.pk], by_id=7, note="again", now=NOW, today=NOW.date())
    assert Work.objects.get().claim_id == claim_id
    (waiting,) = facts.waiting_claims(1, [homes[0].family_id], 10)
    assert waiting.claim.cleared == ("other_party",)
    assert faults() == []


def test_moves_come_back_from_their_text():
    moves = (Move("pricing.allowed", "CO", "45", 5_000, "/tiers/1", (("allowed_cents", 15_000), ("by", "list"))),)
    assert read_moves(moves_text(moves)) == moves
    assert read_moves(moves_text(())) == ()


@pytest.mark.parametrize(
    ("statement", "table", "found"),
    [
        (
            "UPDATE claims_decision SET paid_cents = paid_cents + 1 WHERE family_seq = 1",
            "claims_decision",
            "sum of its",
        ),
        ("DELETE FROM claims_decision WHERE id = (SELECT min(id) FROM claims_decision)", "claims_decision", "0 places"),
        ("UPDATE claims_decision SET family_seq = 2", "claims_decision", "not numbered"),
        ("INSERT INTO claims_work SELECT id, family_id, 2, now(), now() FROM claims_claim", "", "2 places"),
        ("UPDATE claims_totals SET cents = cents - 1 WHERE measure = 'paid'", "", "figure 20"),
        (
            "UPDATE claims_decisionline SET moves = replace(moves, '35', '36') WHERE number = 1",
            "claims_decisionline",
            "or a line of its moves",
        ),
        (
            "UPDATE claims_decisionline SET benefit = 'other' WHERE number = 1",
            "claims_decisionline",
            "replay decides otherwise",
        ),
        ("UPDATE accumulators_entry SET amount = amount + 1", "accumulators_entry", "replay fills other accumulators"),
        ("UPDATE ledger_posting SET cents = cents + 1 WHERE n = 1", "ledger_posting", "is off by 1 cents"),
        ("DELETE FROM ledger_entry", "ledger_entry", "0 entries of claims"),
    ],
)
def test_the_proof_finds_what_was_tampered_with(in_employer, decided, statement, table, found):
    typed(statement, without_guard_of=table)
    told = verify_books(employer_id=in_employer.pk).faults
    assert any(found in fault for fault in told), told
