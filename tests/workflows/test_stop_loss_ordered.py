"""What an external review orders after the contract's last day is filed where the contract takes it, else is the employer's."""

from datetime import date

import pytest
from django.db import transaction

from tests.workflows.stories import at, decide, enrol, insure, pay
from tpa.books.claims.models import Appeal
from tpa.books.ledger import selectors as ledger
from tpa.books.stoploss import at_risk
from tpa.books.stoploss.errors import FilingError
from tpa.books.stoploss.models import Filing
from tpa.engine.journal.accounts import STOP_LOSS_RECEIVABLE
from tpa.infra.clock import clock_at
from tpa.workflows.stop_loss_filings import file_claim, record
from tpa.workflows.stop_loss_sweep import sweep

SPECIFIC = {"deductible_cents": 1_000_000}
WHO = "sl@tpa.example"


def ordered(person, cents, on):
    """A claim of November 2025 was refused; an external review orders so much, paid on a day of 2026."""
    refused = decide(person, 0, date(2025, 12, 1), service_on=date(2025, 11, 1))
    told = dict.fromkeys(("received_at", "recorded_at", "decided_at"), at(2026, 4, 15))
    days = dict.fromkeys(("notified_on", "last_on", "received_on", "due_on"), date(2026, 4, 15))
    Appeal.objects.create(
        claim_id=refused.claim_id, decision_id=refused.pk, member_id=person.pk, kind="post", stage="external",
        outcome="reversed", levels_count=1, barred_ids=[], decided_by_id=7, decided_by="IRO", reviewer="IRO",
        **told, **days,
    )  # fmt: skip
    late = decide(person, cents, on, service_on=date(2025, 11, 1), again=refused)
    pay(late, on)
    return late


def story(employer, **terms):
    """12,000.00 were paid in time, 2,000.00 above the deductible; the review orders 7,000.00, paid on 1 June 2026."""
    contract_id = insure(employer, SPECIFIC, run_out_months=0, **terms).contract_id
    person = enrol("EE")[0]
    pay(decide(person, 1_200_000, date(2025, 3, 1)), date(2025, 3, 1))
    ordered(person, 700_000, date(2026, 6, 1))
    return {"contract_id": contract_id, "kind": "specific", "unit_id": person.pk, "by": WHO}


def risks(employer, day):
    return [(one.what, one.by, one.cents) for one in at_risk.risks(employer.pk, day)]


def test_what_is_ordered_is_filed_by_its_own_last_day_and_nothing_else_is(in_employer):
    # The last day for filing was 31 March 2026; of what was paid on 1 June the last day is 90 days later, 30 August.
    filing = story(in_employer, external_review=True)
    last, after = date(2026, 8, 30), date(2026, 8, 31)
    assert risks(in_employer, last) == [("file_by", last, 700_000)]
    assert risks(in_employer, after) == at_risk.own(in_employer.pk, after) == []
    with clock_at(at(2026, 8, 31)), pytest.raises(FilingError, match="last day for filing was 2026-08-30"):
        file_claim(**filing)
    with clock_at(at(2026, 8, 30)):
        made = file_claim(**filing)
        assert (made.requested_cents, made.eligible_cents) == (700_000, 1_900_000)
        assert {"label": "To be filed by", "value": "2026-08-30"} in made.document["form"]["rows"]
        assert "Decision of the external review" in [one["what"] for one in made.document["checklist"]]
        assert ledger.balance(STOP_LOSS_RECEIVABLE) == 900_000
        record(filing_id=made.pk, state="filed", on=last, by=WHO)
        record(filing_id=made.pk, state="approved", on=last, by=WHO)
        record(filing_id=made.pk, state="received", on=last, by=WHO, cents=700_000, reference="W-1")
        # The 2,000.00 that were not filed in time are lost, whatever is ordered later.
        with pytest.raises(FilingError, match="last day for filing was"), transaction.atomic():
            file_claim(**filing)
    assert risks(in_employer, last) == []
    assert (Filing.objects.count(), ledger.balance(STOP_LOSS_RECEIVABLE)) == (1, 200_000)


def test_a_contract_without_the_clause_leaves_it_with_the_employer(in_employer):
    filing = story(in_employer)
    june = date(2026, 6, 30)
    with clock_at(at(2026, 6, 30)):
        sweep(past=True)
        with pytest.raises(FilingError, match=r"external review.*7000\.00 are the employer's own") as refused:
            file_claim(**filing)
    assert refused.value.where == "/external_review"
    assert (Filing.objects.count(), risks(in_employer, june)) == (0, [])
    ((contract, kind, unit, cents),) = at_risk.own(in_employer.pk, june)
    assert (contract.number, kind, unit, cents) == ("SL-1", "specific", filing["unit_id"], 700_000)
    assert at_risk.own(in_employer.pk, date(2026, 5, 31)) == [], "not paid yet"
