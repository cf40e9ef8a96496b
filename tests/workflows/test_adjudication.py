"""Claims decided, to the cent, with everything that follows from it in the books."""

from datetime import date, timedelta

import pytest
from django.db import connection

from tenants.scope import desk_scope
from tests.workflows.claim_stories import RECEIVED, new_claim, open_book, register
from tpa.books.accumulators import selectors as accumulators
from tpa.books.accumulators.models import Checkpoint
from tpa.books.claims import selectors, services
from tpa.books.claims.models import Decision, DecisionLine, Pend, Totals, Work
from tpa.books.ledger import selectors as ledger
from tpa.books.ledger.models import Entry
from tpa.books.members.models import Family
from tpa.infra.models import OutboxEvent
from tpa.infra.postgres.statements import count_statements
from tpa.workflows import adjudication, booking
from tpa.workflows.adjudication import Counts, decide_families, decide_waiting
from tpa.workflows.claim_pends import release
from tpa.workflows.proof import Proof, verify_books
from tpa.workflows.totals import fold_totals

VISIT = (("99213", 20_000), ("80053", 4_000))
KNEE = (("27447", 1_200_000),)


@pytest.fixture
def homes(in_employer):
    return open_book(in_employer, count=2)


def decide(employer):
    return decide_waiting(employer_id=employer.pk)


def balances_of(home):
    return {
        (member, code): amount
        for member, code, _, amount in accumulators.balances([home.family_id])[home.family_id].rows
    }


def test_a_visit_with_a_test_is_decided_and_stands_in_all_books(in_employer, homes):
    (claim_id,) = register(new_claim(homes[0], *VISIT))
    assert decide(in_employer) == Counts(paid=1)
    decision = Decision.objects.get(claim_id=claim_id)
    # 150.00 allowed for the visit less a copay of 35.00; 40.00 for the test less 20 %.
    assert (decision.charge_cents, decision.allowed_cents) == (24_000, 19_000)
    assert (decision.paid_cents, decision.member_responsibility_cents) == (11_500 + 3_200, 3_500 + 800)
    assert (decision.version, decision.family_seq, decision.outcome) == (1, 1, "paid")
    lines = DecisionLine.objects.filter(decision=decision).order_by("number")
    assert [(one.benefit, one.paid_cents, one.copay_cents, one.coinsurance_cents) for one in lines] == [
        ("primary_care_visit", 11_500, 3_500, 0),
        ("laboratory", 3_200, 0, 800),
    ]
    assert (ledger.balance("5010"), ledger.balance("2000")) == (14_700, -14_700)
    assert [line.cents for line in ledger.lines_of_sources("decision", [decision.pk])] == [14_700, -14_700]
    assert balances_of(homes[0]) == {(homes[0].member_ids[0], "medical:oop.network"): 4_300}
    assert not Work.objects.exists()
    assert not Pend.objects.exists()
    assert Family.objects.get(pk=homes[0].family_id).next_seq == 2


def test_the_claims_of_a_family_are_decided_in_the_order_of_receipt_and_share_its_limits(in_employer, homes):
    home = homes[0]
    first, second, third = register(*(new_claim(home, *KNEE, who=who, ref=f"k{n}") for n, who in enumerate((0, 1, 1))))
    services.remove_work(claim_ids=[first])
    decide(in_employer)
    services.queue_claims(claim_ids=[first], now=in_employer.created_at)
    decide(in_employer)
    decided = {one.claim_id: one for one in Decision.objects.all()}
    assert [decided[key].family_seq for key in (second, third, first)] == [1, 2, 3]
    # The knee of one: deductible 500.00, then 20 % up to 4,000.00 in all. The second knee of the same day is a duplicate.
    assert decided[second].member_responsibility_cents == 50_000 + 190_000
    assert decided[third].outcome == "denied"
    # The other person has a deductible of her own; the family's 8,000.00 are not reached.
    assert decided[first].member_responsibility_cents == 240_000
    assert verify_books(employer_id=in_employer.pk) == Proof(3, [])


def test_a_denied_claim_moves_no_money_but_stands_in_the_memo(in_employer, homes):
    register(new_claim(homes[0], *VISIT, ref="one"), new_claim(homes[0], *VISIT, ref="two"))
    assert decide(in_employer) == Counts(paid=1, denied=1)
    denied = Decision.objects.get(outcome="denied")
    assert (denied.paid_cents, denied.allowed_cents) == (0, 0)
    assert [step.carc for one in selectors.explained(denied.pk) for step in one.steps] == ["18", "18"]
    assert (ledger.balance("9000"), ledger.balance("9900"), ledger.balance("5010")) == (24_000, -24_000, 14_700)
    assert sum(line.balance_cents for line in ledger.trial_balance()) == 0


def test_the_same_service_at_another_place_of_the_mouth_is_no_duplicate(in_employer, homes):
    def at(ref, **place):
        one = new_claim(homes[0], *VISIT[:1], ref=ref)
        return one._replace(claim=one.claim._replace(lines=(one.claim.lines[0]._replace(**place),)))

    for known in (at("first", tooth="3", surfaces="MO"), at("quadrant", area="10")):
        register(known)
        decide(in_employer)
    register(at("other", tooth="3", surfaces="DL"), at("same", tooth="3", surfaces="OM"), at("left", area="20"))
    assert decide(in_employer) == Counts(paid=2, denied=1)
    assert selectors.claim(Decision.objects.get(outcome="denied").claim_id).source_ref == "same"


def test_service_after_the_day_of_receipt_waits_for_a_person_and_that_of_the_day_itself_is_decided(in_employer, homes):
    today, tomorrow = RECEIVED.date(), RECEIVED.date() + timedelta(days=1)
    register(new_claim(homes[0], *VISIT, on=today))
    (early,) = register(new_claim(homes[1], *VISIT, on=tomorrow))
    assert decide(in_employer) == Counts(paid=1, pended=1)
    pend = Pend.objects.get(claim_id=early)
    assert (pend.code, pend.queue) == ("service_after_receipt", "review")
    release(employer_id=in_employer.pk, pend_ids=[pend.pk], by_id=7, note="the provider says so")
    assert decide(in_employer) == Counts(paid=1)


def test_an_accident_waits_for_a_person_and_is_decided_when_it_is_released(in_employer, homes):
    one = new_claim(homes[0], *VISIT)
    (claim_id,) = register(one._replace(claim=one.claim._replace(related_causes=("AA",))))
    assert decide(in_employer) == Counts(pended=1)
    pend = Pend.objects.get(claim_id=claim_id)
    assert (pend.code, pend.resolved_at) == (pend.reasons[0][0], None)
    opened = OutboxEvent.objects.filter(topic="work_item", payload__open__2=claim_id)
    assert sorted(opened.values_list("payload__open__0", flat=True)) == ["claim_notice", "pend"]
    assert not Decision.objects.exists()
    assert not Entry.objects.exists()
    release(employer_id=in_employer.pk, pend_ids=[pend.pk], by_id=7, note="checked")
    assert decide(in_employer) == Counts(paid=1)
    assert verify_books(employer_id=in_employer.pk) == Proof(1, [])


def test_figures_of_the_month_are_the_sums_of_its_decisions_and_folding_changes_none(in_employer, homes):
    register(*(new_claim(home, *VISIT) for home in homes))
    for home in homes:
        decide_families(employer=in_employer, family_ids=[home.family_id])
    before = {(one.measure, one.line_of_coverage): (one.cents, one.claims_count) for one in selectors.month_totals()}
    assert before == {
        ("received", ""): (48_000, 2),
        ("charge", "medical"): (48_000, 4),
        ("allowed", "medical"): (38_000, 4),
        ("paid", "medical"): (29_400, 4),
        ("member_responsibility", "medical"): (8_600, 4),
        ("decided", "medical"): (48_000, 2),
    }
    assert fold_totals(employer_id=in_employer.pk) == 5
    assert Totals.objects.count() == 6
    assert {
        (one.measure, one.line_of_coverage): (one.cents, one.claims_count) for one in selectors.month_totals()
    } == before


def broken_for(monkeypatch, breaks):
    """An engine with a fault that shows on some claims only."""
    sound = adjudication.adjudicate

    def faulty(claim, family):
        return 1 // 0 if breaks(claim) else sound(claim, family)

    monkeypatch.setattr(adjudication, "adjudicate", faulty)


def test_a_claim_that_breaks_the_engine_is_put_aside_and_the_others_are_decided(in_employer, homes, monkeypatch):
    _, poison, _, _ = register(
        new_claim(homes[0], *VISIT),
        new_claim(homes[0], *KNEE),
        new_claim(homes[0], *VISIT, who=1),
        new_claim(homes[1], *VISIT),
    )
    with monkeypatch.context() as patch:
        broken_for(patch, lambda claim: claim.claim_id == poison)
        assert decide(in_employer) == Counts(paid=3, parked=1)
    pend = Pend.objects.get()
    assert (pend.claim_id, pend.code, pend.queue, pend.detail) == (poison, "poison", "technical", "ZeroDivisionError")
    assert verify_books(employer_id=in_employer.pk) == Proof(3, [])
    release(employer_id=in_employer.pk, pend_ids=[pend.pk], by_id=7, note="mended")
    assert decide(in_employer) == Counts(paid=1)
    assert verify_books(employer_id=in_employer.pk) == Proof(4, [])


def test_where_everything_breaks_the_run_stops_and_the_work_stays(in_employer, homes, monkeypatch):
    register(*(new_claim(homes[0], *VISIT, ref=f"{n}") for n in range(30)))
    broken_for(monkeypatch, lambda claim: True)
    with pytest.raises(ZeroDivisionError):
        decide(in_employer)
    assert (Pend.objects.count(), Work.objects.count()) == (adjudication.MOST_PARKED, 10)


class KilledError(BaseException):
    """As if the process had gone."""


STEPS = [
    (adjudication.turns, "take_turns"),
    (adjudication.facts, "waiting_claims"),
    (adjudication.facts, "families_of"),
    (booking.decisions, "record_decisions"),
    (booking.accumulators, "add_entries"),
    (booking.ledger, "post_entries"),
    (booking.claims, "pend_claims"),
    (booking.claims, "add_totals"),
    (booking.work_items, "open_items"),
    (booking.outbox, "publish"),
    (booking.claims, "remove_work"),
    (booking.turns, "end_turns"),
    (booking.accumulators, "write_checkpoints"),
]


@pytest.mark.parametrize(("module", "step"), STEPS, ids=[step for _, step in STEPS])
def test_a_worker_killed_after_any_step_leaves_nothing_behind(in_employer, homes, monkeypatch, module, step):
    hurt = new_claim(homes[0], *VISIT, on=date(2026, 3, 9))
    register(
        *(new_claim(home, *VISIT) for home in homes), hurt._replace(claim=hurt.claim._replace(related_causes=("AA",)))
    )
    own, figures = getattr(module, step), Totals.objects.count()

    def killed_after(*args, **kwargs):
        own(*args, **kwargs)
        raise KilledError

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(module, step, killed_after)
        decide(in_employer)
    assert Work.objects.count() == 3
    assert not Pend.objects.exists()
    assert not Decision.objects.exists()
    assert not DecisionLine.objects.exists()
    assert not Entry.objects.exists()
    assert not accumulators.balances([home.family_id for home in homes])
    assert Totals.objects.count() == figures
    assert decide(in_employer) == Counts(paid=2, pended=1)
    assert verify_books(employer_id=in_employer.pk) == Proof(2, [])


def test_a_chunk_is_the_same_number_of_statements_whatever_its_size(in_employer, homes):
    def statements(*new):
        register(*new)
        with count_statements() as sent:
            decide_families(employer=in_employer, family_ids=[home.family_id for home in homes])
        return sent.count

    def day(n):
        return {"on": date(2026, 3, n), "ref": f"day {n}"}

    statements(new_claim(homes[0], *VISIT))  # reads the plan's terms and the prices once for this process
    few = statements(new_claim(homes[0], *VISIT, **day(3)))
    many = statements(*(new_claim(home, *VISIT, **day(n), who=n % 2) for home in homes for n in range(4, 25)))
    assert many == few
    assert few <= 30


def test_a_chunk_goes_by_index_though_the_tables_were_empty_when_that_was_planned(in_employer, homes):
    tables = ("accumulators_entry", "claims_decision", "claims_decisionline", "ledger_entry")
    with desk_scope(), connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(f'{in_employer.schema_name}.{table}' for table in tables)}")
        cursor.execute("DISCARD PLANS")
    before = _read_without_index()  # a connection's counts are sent on once a second, so these may hold another test's
    for days in (range(1, 3), range(3, 20)):
        register(*(new_claim(homes[0], *VISIT, on=date(2026, 3, n), ref=f"day {n}") for n in days))
        decide_families(employer=in_employer, family_ids=[homes[0].family_id])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    after = _read_without_index()
    assert [after[table] - before[table] for table in tables] == [0, 0, 0, 0]


def _read_without_index() -> dict[str, int]:
    """Rows of the bound employer's tables that this connection has read by going through a whole table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables WHERE schemaname = current_schema()")
        return dict(cursor.fetchall())


def test_the_hundredth_claim_of_a_family_reads_as_little_as_its_second(in_employer, homes):
    home = homes[0]

    def day(n):
        on = date(2026, 1 + n // 28, 1 + n % 28)
        return {"on": on, "ref": f"day {n}", "received_at": RECEIVED + timedelta(days=30)}

    for n in range(100):
        register(new_claim(home, *VISIT, **day(n)))
        decide_families(employer=in_employer, family_ids=[home.family_id])
    assert Checkpoint.objects.exists()
    assert accumulators.balances([home.family_id])[home.family_id].fresh_count < accumulators.CHECKPOINT_EVERY
    assert verify_books(employer_id=in_employer.pk) == Proof(100, [])
