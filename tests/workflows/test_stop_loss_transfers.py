"""A person comes from another group of the same administrator: what was paid there meets the deductible here."""

from datetime import date
from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction

from tests.workflows.stories import at, decide, enrol, insure, pay
from tpa.books.ledger import selectors as ledger
from tpa.books.stoploss import at_risk, packet, selectors
from tpa.books.stoploss.errors import TransferError
from tpa.books.stoploss.models import Receivable, StopLossNotice, Transfer
from tpa.engine.journal.accounts import STOP_LOSS_PAYABLE, STOP_LOSS_RECEIVABLE
from tpa.infra.clock import clock_at
from tpa.kernel.errors import NotFoundError
from tpa.kernel.periods import month_of
from tpa.workflows.close_checks import checks_of
from tpa.workflows.stop_loss_filings import file_claim, post_received, record
from tpa.workflows.stop_loss_sweep import sweep
from tpa.workflows.stop_loss_transfers import bring_along

JUNE = date(2025, 6, 30)
WHO = "sl@tpa.example"
TERMS = {"deductible_cents": 1_000_000, "transfer": "current_group"}


@pytest.fixture
def story(in_employer):
    """6,000.00 are paid for a person under 10,000.00; it is 30 June 2025."""
    contract_id = insure(in_employer, TERMS).contract_id
    person = enrol("EE")[0]
    decision = decide(person, 600_000, date(2025, 5, 2))
    pay(decision, date(2025, 5, 2))
    told = partial(
        bring_along, contract_id=contract_id, member_id=person.pk, from_group="Harbor Foods, 4471", by=WHO,
        as_of=date(2025, 4, 30), document="Statement of claims of Harbor Foods",
    )  # fmt: skip
    with clock_at(at(2025, 6, 30)):
        sweep()
        yield in_employer, contract_id, person, decision, told


def carrier():
    return ledger.balance(STOP_LOSS_RECEIVABLE), -ledger.balance(STOP_LOSS_PAYABLE)


def test_what_was_paid_elsewhere_is_watched_owed_filed_and_corrected(story):
    employer, contract_id, person, decision, told = story
    assert sorted(StopLossNotice.objects.values_list("threshold_bp", flat=True)) == [5000]
    written, is_new = told(cents=700_000, reference="HF-1")
    assert (is_new, written.known_on, carrier()) == (True, JUNE, (300_000, 0))
    assert told(cents=700_000, reference="HF-1") == (written, False), "told twice, counted once"
    assert sorted(StopLossNotice.objects.values_list("threshold_bp", flat=True)) == [5000, 7500, 9000, 10_000]
    assert Receivable.objects.get().basis == [[decision.pk, 300_000]]
    ((_, exposure),) = selectors.exposures(employer.pk, JUNE)
    (unit,) = exposure.specific.units
    figures = (unit.eligible_cents, unit.carried_cents, unit.reached_bp, unit.reimbursable_cents, unit.retained_cents)
    assert figures == (600_000, 700_000, 13_000, 300_000, 300_000)
    assert [one.cents for one in at_risk.risks(employer.pk, JUNE)] == [300_000]
    assert selectors.exposures(employer.pk, date(2025, 6, 29))[0][1].specific.reimbursable_cents == 0, (
        "known since today"
    )

    filing = file_claim(contract_id=contract_id, kind="specific", unit_id=person.pk, by=WHO)
    (line,) = filing.document["carried"]
    assert (line["from_group"], line["amount"], line["as_of"]) == ("Harbor Foods, 4471", "7000.00", "2025-04-30")
    assert filing.requested_cents == 300_000
    proof = {
        "what": "Proof of what Harbor Foods, 4471 has paid", "there": False,
        "note": "Statement of claims of Harbor Foods, HF-1",
    }  # fmt: skip
    assert proof in filing.document["checklist"]
    assert packet.packet_pdf(filing).startswith(b"%PDF")
    for state, more in (("filed", {}), ("approved", {}), ("received", {"cents": 300_000, "reference": "W-1"})):
        record(filing_id=filing.pk, state=state, on=JUNE, by=WHO, **more)
    post_received(filing_id=filing.pk, on=JUNE, by=WHO, to="fund")

    told(cents=-100_000, reference="HF-2")
    assert carrier() == (0, 100_000)
    (check,) = (one for one in checks_of(employer.pk, month_of(JUNE)) if one.code == "stop_loss_engine")
    assert check.proves
    with pytest.raises(TransferError, match=r"6000\.00 were told"), transaction.atomic():
        told(cents=-600_001, reference="HF-3")
    told(cents=-600_000, reference="HF-3")
    assert (carrier(), Transfer.objects.count()) == ((0, 300_000), 3)
    assert ledger.faults() == []


def test_what_cannot_be_is_refused_and_nothing_is_kept(story):
    *_, told = story
    told(cents=5, reference="HF-1")
    for wrong, error, where in (
        ({"cents": 0}, TransferError, "cents"),
        ({"cents": -6}, TransferError, "cents"),
        ({"member_id": 2**40}, NotFoundError, ""),
        ({"contract_id": 2**40}, NotFoundError, ""),
        ({"from_group": " "}, TransferError, "from_group"),
        ({"document": ""}, TransferError, "document"),
        ({"reference": " "}, TransferError, "reference"),
        ({"as_of": date(2025, 7, 1)}, TransferError, "as_of"),
        ({"as_of": date(2023, 12, 31)}, TransferError, "as_of"),
        ({"reference": "HF-1", "cents": 6}, TransferError, "reference"),
    ):
        with pytest.raises(error) as refused, transaction.atomic():
            told(**{"cents": 5, "reference": "HF-2"} | wrong)
        assert (refused.value.where, Transfer.objects.count()) == (where, 1), wrong


def test_a_contract_without_the_clause_refuses_and_the_rows_are_for_ever(story):
    employer, *_, told = story
    told(cents=5, reference="HF-1")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE stoploss_transfer SET cents = 1")
    other = insure(employer, {"deductible_cents": 1_000_000}, year=2024).contract_id
    with pytest.raises(TransferError, match="individual") as refused, transaction.atomic():
        told(cents=5, reference="HF-2", contract_id=other, as_of=date(2024, 4, 30))
    assert (refused.value.where, Transfer.objects.count()) == ("/specific/transfer", 1)
