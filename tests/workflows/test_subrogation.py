"""An injury for which somebody else is liable: the lien lives with the claims, and what comes back goes where it belongs."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from tenants.scope import employer_scope
from tests.web.api.book import key_for
from tests.workflows.claim_stories import new_claim, open_book, register
from tests.workflows.stories import at, decide, enrol, insure, pay
from tpa.books.claims import subrogation as book
from tpa.books.claims.models import Pend
from tpa.books.claims.subrogating import RecoveredPart, SubrogationCase, SubrogationRecovery, SubrogationSettlement
from tpa.books.ledger import selectors as ledger
from tpa.books.stoploss.selectors import exposure_of, exposures
from tpa.engine.coordination.subrogation import Settlement
from tpa.engine.journal.accounts import STOP_LOSS_RECEIVABLE
from tpa.infra import outbox
from tpa.infra.clock import clock_at
from tpa.infra.models import WorkItem
from tpa.kernel.ids import public_id
from tpa.workflows import corrections, subrogation
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.claim_pends import release
from tpa.workflows.stop_loss_sweep import sweep

ON, ACCIDENT = date(2026, 3, 2), date(2026, 3, 1)
SETTLED = date(2026, 6, 1)


@pytest.fixture
def home(in_employer):
    return open_book(in_employer)[0]


def injured(employer, home, *services, ref="a", cause="AA", accident_on=ACCIDENT):
    """A paid claim of the accident."""
    one = new_claim(home, *(services or (("99213", 20_000), ("80053", 4_000))), ref=ref, on=ON)
    claim = one.claim._replace(related_causes=(cause,), accident_on=accident_on)
    (key,) = register(one._replace(claim=claim))
    decide_waiting(employer_id=employer.pk)
    return key


def looked_at(employer, home):
    """The sample PPO lets accidents wait; released, the claim pays 115.00 and 32.00."""
    key = injured(employer, home)
    for pend in Pend.objects.filter(claim_id=key, resolved_at=None):
        release(employer_id=employer.pk, pend_ids=[pend.pk], by_id=None, note="Asked the member.")
    decide_waiting(employer_id=employer.pk)
    return key


@pytest.fixture
def paid(in_employer, home):
    return looked_at(in_employer, home)


def test_a_case_is_opened_once_and_its_lien_is_what_the_plan_paid(in_employer, paid):
    (case,) = subrogation.open_from_claims()
    assert subrogation.open_from_claims() == []
    assert (case.cause, case.accident_on, case.state) == ("AA", ACCIDENT, "opened")
    assert [one.paid_cents for one in book.lien_lines([case.pk])[case.pk]] == [11_500, 3_200]
    assert subrogation.open_for_claim(claim_id=paid, by="ann") == case
    assert subrogation.standing_of(case) == subrogation.Standing(14_700, 0, 0, 0)


def test_the_lien_follows_the_claims(in_employer, paid):
    case = subrogation.open_for_claim(claim_id=paid, by="ann")
    subrogation.change_lines(case_id=case.pk, claim_id=paid, numbers=[2], link=False, by="ann")
    assert subrogation.standing_of(case).lien_cents == 11_500
    subrogation.change_lines(case_id=case.pk, claim_id=paid, numbers=[2], link=True, by="ann")
    found = corrections.preview_claims(claim_ids=[paid], why="entry_error", note="x", take_back=True, by="ann")
    corrections.apply_correction(
        correction_id=found.pk, signature=found.signature, by="ben", alone_up_to_cents=10_000_000
    )
    assert subrogation.standing_of(case).lien_cents == 0


def test_a_settlement_is_shared_and_the_money_goes_into_the_fund(in_employer, paid):
    case = subrogation.open_for_claim(claim_id=paid, by="ann")
    subrogation.ask_member(case_id=case.pk, asked_on=date(2026, 4, 1))
    subrogation.record_answers(case_id=case.pk, answered_on=date(2026, 4, 9), answers="A red car.", liable="Red Motor")
    # 147.00 of 1,000.00 are the plan's; of the fee of 400.00 it bears 58.80.
    settled = subrogation.settle_case(case_id=case.pk, settled_on=SETTLED, told=Settlement(100_000, 40_000), by="ann")
    assert (settled.lien_cents, settled.fee_share_cents, settled.due_cents) == (14_700, 5_880, 8_820)
    assert subrogation.standing_of(case).expected_cents == 8_820
    deposits = ledger.balance("2400")
    recovery = subrogation.receive(case_id=case.pk, cents=8_820, received_on=SETTLED, reference="check 7", by="fin")
    # 88.20 over 115.00 and 32.00: 69.00 and 19.20.
    parts = RecoveredPart.objects.filter(recovery=recovery).order_by("number")
    assert [(one.number, one.line, one.cents) for one in parts] == [(1, "medical", 6_900), (2, "medical", 1_920)]
    assert (ledger.balance("1000"), ledger.balance("4200")) == (8_820, -8_820)
    assert ledger.balance("2400") - deposits == -8_820
    assert subrogation.standing_of(case) == subrogation.Standing(14_700, 8_820, 0, 0)
    assert book.recovered_in(date(2026, 6, 1), date(2026, 7, 1)) == 8_820
    subrogation.receive(case_id=case.pk, cents=-8_820, received_on=SETTLED, reference="check 7 came back", by="fin")
    assert (ledger.balance("1000"), subrogation.standing_of(case).expected_cents) == (0, 8_820)


def test_the_members_loss_may_come_first(in_employer, paid):
    case = subrogation.open_for_claim(claim_id=paid, by="ann")
    subrogation.record_answers(case_id=case.pk, answered_on=SETTLED, answers="x", fee_terms="excluded", made_whole=True)
    told = Settlement(50_000, 10_000, 0, 50_000)
    settled = subrogation.settle_case(case_id=case.pk, settled_on=SETTLED, told=told, by="ann")
    # Of 400.00 after the fee the member has first the 353.00 that the plan has not paid.
    assert (settled.due_cents, settled.member_cents) == (4_700, 35_300)


@pytest.mark.parametrize(
    ("cents", "reference", "error"),
    [
        (14_701, "r", subrogation.RecoveryError),
        (-1, "r", subrogation.RecoveryError),
        (0, "r", subrogation.RecoveryError),
        (1, "known", subrogation.ReferenceTakenError),
    ],
)
def test_what_cannot_have_come_in_changes_nothing(in_employer, paid, cents, reference, error):
    case = subrogation.open_for_claim(claim_id=paid, by="ann")
    if reference == "known":
        subrogation.receive(case_id=case.pk, cents=5, received_on=SETTLED, reference="known", by="fin")
    before = SubrogationRecovery.objects.count(), ledger.balance("1000")
    with pytest.raises(error):
        subrogation.receive(case_id=case.pk, cents=cents, received_on=SETTLED, reference=reference, by="fin")
    assert (SubrogationRecovery.objects.count(), ledger.balance("1000")) == before


def test_a_recovery_lowers_the_month_of_the_payment_and_the_carrier_is_paid_first(in_employer):
    version = insure(in_employer, {"deductible_cents": 1_000_000})
    person = enrol("EE")[0]
    decision = decide(person, 1_300_000, date(2025, 3, 1))
    pay(decision, date(2025, 3, 1))
    with clock_at(at(2025, 6, 30)):
        sweep()
        assert ledger.balance(STOP_LOSS_RECEIVABLE) == 300_000
        case = book.open_case(
            member_id=person.pk, family_id=person.family_id, accident_on=None, cause="OA", now=at(2025, 6, 30), by="ann"
        )
        book.link_lines(case_id=case.pk, lines=[(decision.claim_id, 1)], now=at(2025, 6, 30), by="ann")
        subrogation.settle_case(case_id=case.pk, settled_on=date(2025, 6, 30), told=Settlement(400_000), by="ann")
        # The carrier bears 3,000.00 above 10,000.00: of 4,000.00 it has 3,000.00 first, the fund the rest.
        standing = subrogation.standing_of(case)
        assert (standing.expected_cents, standing.carrier_cents) == (400_000, 300_000)
        subrogation.receive(case_id=case.pk, cents=400_000, received_on=date(2025, 6, 30), reference="c", by="fin")
        sweep()
    assert ledger.balance(STOP_LOSS_RECEIVABLE) == 0
    (contract,) = [one for one, _ in exposures(in_employer.pk, date(2025, 6, 30))]
    (unit,) = exposure_of(contract, date(2025, 6, 30)).specific.units
    assert [(part.paid_on, part.eligible_cents) for part in unit.parts] == [
        (date(2025, 3, 1), 1_300_000),
        (date(2025, 3, 1), -400_000),
    ]
    assert version.contract_id == contract.contract_id
    before = exposure_of(contract, date(2025, 6, 29)).specific.units[0]
    assert before.eligible_cents == 1_300_000


def test_what_the_plan_keeps_out_of_stop_loss_never_counts(in_employer):
    insure(in_employer, {"deductible_cents": 1_000_000})
    person = enrol("EE")[0]
    decision = decide(person, 1_300_000, date(2025, 3, 1), stop_loss="none")
    pay(decision, date(2025, 3, 1))
    ((_, exposure),) = exposures(in_employer.pk, date(2025, 6, 30))
    assert exposure.specific.units == ()


def test_what_came_for_a_claim_that_is_taken_back_is_given_back(in_employer, paid):
    case = subrogation.open_for_claim(claim_id=paid, by="ann")
    subrogation.receive(case_id=case.pk, cents=14_700, received_on=SETTLED, reference="check 7", by="fin")
    assert subrogation.watch_recoveries() == 0
    subrogation.close(case_id=case.pk, note="all came", by="ann")
    found = corrections.preview_claims(claim_ids=[paid], why="entry_error", note="x", take_back=True, by="ann")
    corrections.apply_correction(correction_id=found.pk, signature=found.signature, by="ben", alone_up_to_cents=10**9)
    assert subrogation.standing_of(case).owed_back_cents == 14_700
    assert subrogation.watch_recoveries() == 1
    outbox.drain("work_item")
    item = WorkItem.objects.get(kind="subrogation")
    assert (item.queue, item.subject_id, item.amount_cents) == ("subrogation", case.pk, 14_700)
    with pytest.raises(book.CaseClosedError):
        subrogation.receive(case_id=case.pk, cents=-14_701, received_on=SETTLED, reference="back", by="fin")
    subrogation.receive(case_id=case.pk, cents=-14_700, received_on=SETTLED, reference="back", by="fin")
    parts = RecoveredPart.objects.order_by("id").values_list("number", "cents")
    assert list(parts) == [(1, 11_500), (2, 3_200), (1, -11_500), (2, -3_200)]
    assert (ledger.balance("1000"), ledger.balance("4200")) == (0, 0)
    assert (subrogation.standing_of(case).owed_back_cents, subrogation.watch_recoveries()) == (0, 0)
    outbox.drain("work_item")
    assert not WorkItem.objects.filter(kind="subrogation").exists()
    for change in ("closing_note = 'x'", "member_id = 1"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE claims_subrogationcase SET {change}")


def test_a_closed_case_takes_nothing_more(in_employer, paid):
    case = subrogation.open_for_claim(claim_id=paid, by="ann")
    subrogation.close(case_id=case.pk, note="Nobody to be found.", by="ann")
    with pytest.raises(book.CaseClosedError):
        subrogation.receive(case_id=case.pk, cents=1, received_on=SETTLED, reference="r", by="fin")
    with pytest.raises(book.CaseClosedError):
        subrogation.settle_case(case_id=case.pk, settled_on=SETTLED, told=Settlement(1), by="ann")
    assert not SubrogationSettlement.objects.exists()


def test_a_case_over_rest(db, employer, portal_client):
    (home,) = open_book(employer)
    with employer_scope(employer):
        paid = looked_at(employer, home)
    scopes = ["claims.read", "claims.write", "funding.record"]
    headers = key_for(employer, *scopes)
    claim = public_id("clm", employer.pk, paid)

    def call(path, body, key=""):
        more = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        return portal_client.post(
            f"/api/v1/subrogation-cases/{path}", body, content_type="application/json", **headers, **more
        )

    opened = call("", {"claim": claim}, "one")
    assert (opened.status_code, opened.json()["lien_cents"]) == (201, 14_700)
    case = opened.json()["id"]
    assert call("", {"claim": claim}, "one").json() == opened.json()
    assert call(f"{case}/questionnaire/", {"asked_on": "2026-04-01"}).json()["state"] == "asked"
    assert call(f"{case}/answers/", {"answered_on": "2026-04-02", "answers": "x"}).json()["state"] == "answered"
    wrong = call(f"{case}/settlements/", {"settled_on": "2026-06-01", "settlement_cents": 5, "fee_cents": 6}, "two")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "settlement")
    settled = call(f"{case}/settlements/", {"settled_on": "2026-06-01", "settlement_cents": 100_000}, "three")
    assert settled.json()["settlement"]["due_cents"] == 14_700
    came = call(f"{case}/recoveries/", {"received_on": "2026-06-02", "cents": 14_700, "reference": "c"}, "four")
    assert (came.json()["recovered_cents"], came.json()["open_cents"]) == (14_700, 0)
    assert call(f"{case}/lines/", {"claim": claim, "lines": [9]}).status_code == 422
    assert call(f"{case}/close/", {"note": "Paid back."}).json()["state"] == "closed"
    listed = portal_client.get("/api/v1/subrogation-cases/?state=closed", **headers).json()["data"]
    assert [one["id"] for one in listed] == [case]
    with employer_scope(employer):
        assert SubrogationCase.objects.count() == 1
