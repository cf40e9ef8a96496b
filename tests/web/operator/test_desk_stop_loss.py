"""Stop-loss at the desk and in the portal: what is at risk, a filing worked step by step, gaps, quotes."""

import json
from datetime import date

import pytest

from tenants.scope import desk_scope, employer_scope
from tests.web.operator.desk import desk_as
from tests.workflows.stories import GROUP, at, decide, enrol, insure, pay
from tpa.books.agreements.models import Carrier
from tpa.books.agreements.services import save_stop_loss_contract
from tpa.books.stoploss.models import Filing, FilingEvent, QuoteWhatIf, StopLossNotice
from tpa.infra.clock import clock_at
from tpa.kernel.ids import public_id
from tpa.workflows.stop_loss_sweep import sweep

YEAR = '{"starts_on": "2025-01-01", "ends_before": "2026-01-01"}'
TERMS = '{"deductible_cents": 5, "unit": "person", "lines": ["medical"]}'
QUOTE = f'{{"policy": {YEAR}, "incurred": {YEAR}, "paid": {YEAR}, "specific": {TERMS}}}'


@pytest.fixture
def desk(db, employer):
    """The stop-loss desk, on 30 June 2025: a lasered person is at 25,000.00, of which 5,000.00 above the laser."""
    with employer_scope(employer):
        person = enrol("EE")[0]
    lasers = [{"unit_id": person.pk, "deductible_cents": 2_000_000}]
    factors = [{"code": "medical", "factors_cents": {"ALL": 100_000}}]
    contract = insure(employer, {"deductible_cents": 1_000_000, "lasers": lasers}, {"factors": factors}).contract
    client = desk_as("tpa_admin", employer)
    with clock_at(at(2025, 6, 30)):
        with employer_scope(employer):
            pay(decide(person, 2_500_000, date(2025, 3, 1)), date(2025, 3, 1))
            sweep()
        root = f"/desk/employers/{public_id('emp', 0, employer.pk)}/exposure/"

        def go(path, **form):
            if form:
                return client.post(f"{root}{path}", form, follow=True)
            return client.get(f"{root}{path}")

        go.employer, go.person, go.contract = employer, person, public_id("slc", employer.pk, contract.pk)
        yield go


def test_the_page_says_what_a_laser_keeps_out_of_the_aggregate_and_what_is_at_risk(desk):
    page = desk("").content.decode()
    assert "were paid between the specific deductible and a laser" in page
    assert "$10,000.00 were paid" in page
    assert "does not count" in page
    assert "to be filed" in page
    with employer_scope(desk.employer):
        notice = StopLossNotice.objects.earliest("pk")
    desk("told/", notice=public_id("ntc", desk.employer.pk, notice.pk))
    with employer_scope(desk.employer):
        told = StopLossNotice.objects.get(pk=notice.pk)
    assert told.sent_by
    assert told.sent_at


def test_a_filing_is_assembled_and_worked_step_by_step(desk):
    refused = desk("filings/make/", contract=desk.contract, unit="7777").content.decode()
    assert "Nothing that counts was paid" in refused
    page = desk("filings/make/", contract=desk.contract, unit=str(desk.person.pk)).content.decode()
    assert "Checklist" in page
    with employer_scope(desk.employer):
        (filing,) = Filing.objects.all()
    path = f"filings/{public_id('slf', desk.employer.pk, filing.pk)}/"
    desk(f"{path}step/", state="filed", on="2025-06-30")
    assert (
        "may"
        not in desk(f"{path}step/", state="nonsense", on="2025-06-30").content.decode().partition("Choose the step")[1]
    )
    wrong = desk(f"{path}step/", state="part", on="2025-06-30", amount="5000").content.decode()
    assert "more than nothing and less than 5000.00" in wrong
    desk(f"{path}step/", state="part", on="2025-06-30", amount="4000.50")
    assert "999.50 less than asked for" in desk(path).content.decode()
    with employer_scope(desk.employer):
        assert list(FilingEvent.objects.values_list("state", "cents")) == [("filed", None), ("part", 400_050)]
    assert desk(f"{path}packet/pdf/").content.startswith(b"%PDF")
    assert desk(f"{path}packet/csv/").status_code == desk(f"{path}packet/json/").status_code == 200
    assert public_id("slf", desk.employer.pk, filing.pk) in desk("filings/").content.decode()


def test_gaps_are_drawn_and_said(desk):
    page = desk("gaps/").content.decode()
    assert "2025-01-01 to 2025-12-31, paid from 2026-04-01" in page
    assert "no two carriers" in page
    own = {"factors": [{"code": "medical", "factors_cents": {"ALL": 100_000}}], "paid": json.loads(YEAR)}
    insure(desk.employer, {"deductible_cents": 1_000_000}, own)
    assert "drawn by those of the specific" in desk("gaps/?cover=nonsense").content.decode()
    by_aggregate = desk("gaps/?cover=aggregate").content.decode()
    assert "2025-01-01 to 2025-12-31, paid from 2026-01-01" in by_aggregate
    assert "drawn by those of the aggregate" in by_aggregate
    assert "SL-1 aggregate" in desk("contracts/").content.decode()


def test_a_proposed_contract_is_drawn_before_it_is_approved(desk):
    year = {"starts_on": "2026-01-01", "ends_before": "2027-01-01"}
    document = json.loads(QUOTE) | {"policy": year, "incurred": year, "paid": year}
    with desk_scope():
        carrier = Carrier.objects.get()
        version = save_stop_loss_contract(
            employer_id=desk.employer.pk, carrier_id=carrier.pk, number="SL-2", document=document, person_id=7,
            claims_began=False, group=GROUP,
        )  # fmt: skip
    assert "SL-2 from 2026-01-01, proposed" in desk("gaps/").content.decode()
    drawn = desk(f"gaps/?with={public_id('slv', desk.employer.pk, version.pk)}").content.decode()
    assert "2026-01-01 to 2026-12-31, paid from 2027-01-01" in drawn
    assert "SL-2 (proposed)" in drawn
    assert desk("gaps/?with=slv_1").status_code == 404


def test_a_quote_is_asked_for_and_a_wrong_one_is_refused(desk):
    for wrong in ("{", "[" * 100_000):
        assert "JSON" in desk("quotes/ask/", name="x", document=wrong).content.decode()
    assert "/specific" in desk("quotes/ask/", name="x", document=QUOTE.replace('"unit"', '"unity"')).content.decode()
    with employer_scope(desk.employer):
        assert not QuoteWhatIf.objects.exists()
    page = desk("quotes/ask/", name="Five cents", document=QUOTE).content.decode()
    assert "Five cents" in page
    assert "Five cents" in desk("quotes/").content.decode()


def test_contracts_are_drawn_a_claim_is_tried_and_somebody_is_watched(desk):
    page = desk("contracts/").content.decode()
    assert "<rect" in page
    assert "Specific" in page
    tried = desk(
        f"contracts/?amount=6000&line=medical&incurred_on=2025-05-01&paid_on=2025-06-01&number={desk.person.pk}"
    )
    # 25,000.00 of a laser of 20,000.00 were paid: all of it lies above.
    assert tried.content.decode().count("$6,000.00") == 3
    late = desk("contracts/?amount=6000&incurred_on=2025-05-01&paid_on=2026-06-01").content.decode()
    assert "no: paid after" in late
    for wrong, told in (("amount=x", "amount"), ("amount=5&paid_on=2024-01-01&incurred_on=2025-01-01", "before it is")):
        assert told in desk(f"contracts/?{wrong}").content.decode()
    watched = desk("watch/", contract=desk.contract, unit=str(desk.person.pk), why="Case manager called")
    assert "Watched Case manager called" in watched.content.decode()
    refused = desk("watch/", contract=desk.contract, unit="x", why="y").content.decode()
    assert "named by number" in refused
    assert (
        "no advance funding"
        in desk("filings/make/", contract=desk.contract, unit=str(desk.person.pk), advance="yes").content.decode()
    )


def test_what_somebody_brings_along_is_entered_and_shown(desk):
    assert "No contract in force lets an accumulation go on" in desk("transfers/").content.decode()
    insure(desk.employer, {"deductible_cents": 1_000_000, "transfer": "current_group"})
    told = {
        "contract": desk.contract, "person": str(desk.person.pk), "amount": "1500.00", "from_group": "Harbor Foods",
        "as_of": "2025-02-28", "document": "Statement", "reference": "HF-1",
    }  # fmt: skip
    for wrong, says in (
        ({"amount": "much"}, "not an amount"),
        ({"person": "Ann"}, "named by number"),
        ({"as_of": ""}, "A day is needed"),
        ({"reference": "x" * 61}, "60 characters"),
    ):
        assert says in desk("transfers/bring/", **told | wrong).content.decode()
    page = desk("transfers/bring/", **told).content.decode()
    assert "$1,500.00" in page and "Harbor Foods" in page
    assert "and $1,500.00 from another group" in desk("").content.decode()
    assert "the group where the person is now has the reimbursement" in desk("contracts/").content.decode()
