"""From what the carrier owes to its money in the books, and back."""

import json
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from tests.workflows.stories import at, decide, enrol, insure, pay, reverse
from tpa.books.funding.models import Credit
from tpa.books.ledger import selectors as ledger
from tpa.books.stoploss import packet, selectors
from tpa.books.stoploss.errors import FilingError, FilingStateError
from tpa.books.stoploss.models import Filing, FilingEvent, Offset, Overpayment
from tpa.books.stoploss.services import write_offset
from tpa.engine.journal.accounts import (
    CASH,
    CREDITS_DUE,
    EMPLOYER_DEPOSITS,
    STOP_LOSS_PAYABLE,
    STOP_LOSS_RECEIVABLE,
    STOP_LOSS_RECOVERY,
)
from tpa.infra.clock import clock_at
from tpa.workflows.stop_loss_filings import file_claim, post_received, record
from tpa.workflows.stop_loss_overpayments import pay_back
from tpa.workflows.stop_loss_sweep import sweep

JUNE = date(2025, 6, 30)
WHO = "sl@tpa.example"


@pytest.fixture
def story(in_employer):
    """A person 300,000 cents above the specific, paid in March, swept and looked at on 30 June 2025."""
    version = insure(in_employer, {"deductible_cents": 1_000_000})
    person = enrol("EE")[0]
    decision = decide(person, 1_300_000, date(2025, 3, 1))
    pay(decision, date(2025, 3, 1))
    with clock_at(at(2025, 6, 30)):
        sweep()
        yield version.contract_id, person, decision


def filed(story, **kwargs):
    contract_id, person, _ = story
    filing = file_claim(contract_id=contract_id, kind="specific", unit_id=person.pk, by=WHO)
    record(filing_id=filing.pk, state="filed", on=JUNE, by=WHO, **kwargs)
    return filing


def step(filing, state, **kwargs):
    return record(filing_id=filing.pk, state=state, on=JUNE, by=WHO, **kwargs)


def receivable():
    return ledger.balance(STOP_LOSS_RECEIVABLE, dimension="specific")


def test_from_filing_to_the_money_in_the_fund(story):
    filing = filed(story)
    assert (filing.requested_cents, filing.eligible_cents, filing.number) == (300_000, 1_300_000, 1)
    step(filing, "queried", note="Itemised bill?")
    step(filing, "answered")
    step(filing, "approved")
    assert receivable() == 300_000
    step(filing, "received", cents=300_000, reference="WIRE-1")
    assert (receivable(), ledger.balance(CASH)) == (0, 300_000)
    post_received(filing_id=filing.pk, on=JUNE, by=WHO, to="fund")
    states = list(FilingEvent.objects.values_list("state", "recorded_by"))
    assert states == [(one, WHO) for one in ("filed", "queried", "answered", "approved", "received", "posted")]
    assert selectors.filing(filing.pk).state == "posted"
    assert ledger.faults() == []


def test_what_came_is_credited_on_the_next_invoice(story):
    filing = filed(story)
    step(filing, "approved")
    step(filing, "received", cents=200_000, reference="WIRE-1")
    step(filing, "received", cents=200_000, reference="WIRE-1")  # told twice, counted once
    post_received(filing_id=filing.pk, on=JUNE, by=WHO, to="invoice")
    step(filing, "received", cents=100_000, reference="WIRE-2")
    post_received(filing_id=filing.pk, on=JUNE, by=WHO, to="invoice")
    assert list(Credit.objects.order_by("id").values_list("kind", "cents")) == [
        ("stop_loss", 200_000),
        ("stop_loss", 100_000),
    ]
    assert ledger.balance(CREDITS_DUE) == -300_000
    assert ledger.balance(EMPLOYER_DEPOSITS) == 0


def test_the_carrier_accepts_less_than_the_plan_has_paid_and_an_appeal_wins_a_part(story):
    filing = filed(story)
    step(filing, "part", cents=120_000, note="Usual and customary")
    assert (receivable(), ledger.balance(STOP_LOSS_RECOVERY)) == (120_000, -120_000)
    assert selectors.accepted_cents(filing) == 120_000
    step(filing, "appealed")
    step(filing, "part", cents=200_000)
    assert receivable() == 200_000
    assert sweep().receivables == [], "what the plan has paid, and what it should get, stays as it was"
    step(filing, "appealed")
    step(filing, "denied")
    assert receivable() == 0


def test_a_reversal_after_the_money_came_is_owed_back(story):
    _, _, decision = story
    filing = filed(story)
    step(filing, "approved")
    step(filing, "received", cents=300_000, reference="WIRE-1")
    reverse(decision, JUNE)
    sweep()
    assert (receivable(), ledger.balance(STOP_LOSS_PAYABLE)) == (0, -300_000)
    with pytest.raises(FilingError, match="are owed back"):
        pay_back(kind="specific", cents=300_001, on=JUNE, reference="BACK-1", by=WHO)
    pay_back(kind="specific", cents=300_000, on=JUNE, reference="BACK-1", by=WHO)
    pay_back(kind="specific", cents=300_000, on=JUNE, reference="BACK-1", by=WHO)
    assert (ledger.balance(STOP_LOSS_PAYABLE), ledger.balance(CASH)) == (0, 0)
    assert list(Overpayment.objects.values_list("cents", "paid_back")) == [(300_000, False), (-300_000, True)]
    assert ledger.faults() == []


def test_a_further_filing_asks_for_the_difference_alone(story):
    contract_id, person, _ = story
    filed(story)
    with pytest.raises(FilingError, match="owes nothing"):
        file_claim(contract_id=contract_id, kind="specific", unit_id=person.pk, by=WHO)
    pay(decide(person, 40_000, date(2025, 5, 1)), date(2025, 5, 1))
    second = file_claim(contract_id=contract_id, kind="specific", unit_id=person.pk, by=WHO)
    assert (second.number, second.requested_cents) == (2, 40_000)


@pytest.mark.parametrize(
    ("state", "more"),
    [
        ("received", {"cents": 1, "reference": "X"}),
        ("posted", {"cents": 1}),
        ("appealed", {}),
        ("filed", {}),
    ],
)
def test_a_step_that_may_not_come_now_changes_nothing(story, state, more):
    filing = filed(story)
    with pytest.raises(FilingStateError), transaction.atomic():
        step(filing, state, **more)
    assert FilingEvent.objects.count() == 1
    assert receivable() == 300_000


@pytest.mark.parametrize(
    ("state", "cents"),
    [("part", None), ("part", 0), ("part", 300_000), ("approved", 299_999), ("denied", 1), ("queried", 5)],
)
def test_an_amount_that_does_not_fit_the_step_is_refused(story, state, cents):
    filing = filed(story)
    with pytest.raises(FilingError):
        step(filing, state, cents=cents)
    assert FilingEvent.objects.count() == 1


def test_days_that_cannot_be_are_refused(story):
    filing = filed(story)
    for on, why in ((date(2025, 6, 29), "made on 2025-06-30"), (date(2025, 7, 1), "not here yet")):
        with pytest.raises(FilingError, match=why):
            record(filing_id=filing.pk, state="approved", on=on, by=WHO)
    with pytest.raises(FilingError, match="not here yet"):
        pay_back(kind="specific", cents=1, on=date(2025, 7, 1), reference="B", by=WHO)
    assert FilingEvent.objects.count() == 1


def test_the_packet_holds_lines_proofs_and_what_is_missing(story):
    filing = filed(story)
    document = filing.document
    (line,) = document["lines"]
    assert (line["eligible"], line["excess"], line["requested"]) == ("13000.00", "3000.00", "3000.00")
    missing = [one["what"] for one in document["checklist"] if not one["there"]]
    assert "Other coverage" in missing
    assert "Proof of eligibility" not in missing
    assert packet.packet_json(document) == packet.packet_json(json.loads(packet.packet_json(document)))
    assert packet.digest(Filing.objects.get().document) == filing.digest
    assert packet.packet_csv(filing).splitlines()[0].startswith("decision,claim,line,service_on")
    paper = packet.packet_pdf(filing)
    assert paper.startswith(b"%PDF")
    assert paper == packet.packet_pdf(Filing.objects.get())


def test_an_aggregate_filing_with_its_register(in_employer):
    factors = [{"code": "medical", "factors_cents": {"ALL": 100_000}}]
    version = insure(in_employer, None, {"factors": factors, "accommodation": {}})
    person = enrol("EE")[0]
    pay(decide(person, 350_000, date(2025, 2, 10)), date(2025, 2, 10))
    with clock_at(at(2025, 3, 1)):
        sweep()
        assert ledger.balance(STOP_LOSS_RECEIVABLE, dimension="aggregate") == 150_000  # two months of 1,000.00
        filing = file_claim(contract_id=version.contract_id, kind="aggregate", unit_id=0, by=WHO)
    assert filing.requested_cents == 150_000
    assert filing.document["months"] == [{"month": "2025-02", "line": "medical", "counted": "3500.00"}]
    assert packet.packet_pdf(filing).startswith(b"%PDF")
    with clock_at(at(2026, 1, 1)):
        sweep()  # the year is over: 3,500.00 of 12,000.00
    assert ledger.balance(STOP_LOSS_RECEIVABLE, dimension="aggregate") == 0


def test_a_rebate_lowers_its_month_from_the_day_on_which_it_is_known(story):
    contract_id, person, _ = story
    offset = Offset(
        kind="subrogation",
        reference="SUB-1",
        line="medical",
        member_id=person.pk,
        family_id=person.family_id,
        cents=100_000,
        incurred_on=date(2025, 3, 1),
        paid_on=date(2025, 3, 1),
        known_on=JUNE,
        recorded_at=at(2025, 6, 30),
        recorded_by=WHO,
    )
    write_offset(offset=offset)
    sweep()
    assert receivable() == 200_000
    assert selectors.owed(contract_id)["specific", person.pk] == (2, 200_000)


def test_filings_are_append_only_also_against_sql(story):
    filed(story)
    for statement in (
        "UPDATE stoploss_filing SET requested_cents = 1",
        "DELETE FROM stoploss_filingevent",
        "UPDATE stoploss_filingevent SET cents = 1",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
