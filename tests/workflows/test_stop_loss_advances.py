"""The carrier's money ahead of payment, a watch by hand, a packet with its explanations, promises at saving."""

import io
import zipfile
from datetime import date
from functools import partial

import pytest
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from tests.books.agreements.test_agreements import contract as document_of
from tests.web.operator.desk import desk_as, root
from tests.workflows.stories import at, decide, enrol, insure, pay
from tests.workflows.test_payment_lives import home  # noqa: F401
from tests.workflows.test_ripple import claim
from tests.workflows.test_ripple import decide as decide_claims
from tests.workflows.test_stop_loss_contracts import propose
from tpa.books.agreements.errors import UnkeptPromiseError
from tpa.books.agreements.models import StopLossContractVersion
from tpa.books.agreements.services import approve_stop_loss_version
from tpa.books.ledger import selectors as ledger
from tpa.books.stoploss import at_risk
from tpa.books.stoploss.errors import FilingError, WatchError
from tpa.books.stoploss.models import Filing, StopLossNotice
from tpa.engine.journal.accounts import CASH, EMPLOYER_DEPOSITS, STOP_LOSS_PAYABLE, STOP_LOSS_RECEIVABLE
from tpa.engine.stoploss.advance import AdvanceError
from tpa.infra.clock import clock_at
from tpa.workflows.payment_run import run_payments
from tpa.workflows.stop_loss_advances import ask_advance, possible_advances
from tpa.workflows.stop_loss_contracts import approve_contract_version
from tpa.workflows.stop_loss_filings import file_claim, post_received, record
from tpa.workflows.stop_loss_packet import packet_file
from tpa.workflows.stop_loss_sweep import open_watch, sweep, tell_carrier

JUNE = date(2025, 6, 30)
WHO = "sl@tpa.example"
ADVANCE = {"least_cents": 100_000, "days_before_end": 15, "pay_within_days": 5}


def balances():
    """Cash, unused deposits, what the carrier owes, what it is owed."""
    return tuple(ledger.balance(code) for code in (CASH, EMPLOYER_DEPOSITS, STOP_LOSS_RECEIVABLE, STOP_LOSS_PAYABLE))


@pytest.fixture
def story(in_employer):
    """The deductible of 10,000.00 is met by what was paid; a claim of 4,000.00 is decided and waits for money."""
    version = insure(in_employer, {"deductible_cents": 1_000_000, "advance": ADVANCE})
    person = enrol("EE")[0]
    pay(decide(person, 1_200_000, date(2025, 3, 1)), date(2025, 3, 1))
    waiting = decide(person, 400_000, date(2025, 6, 20))
    with clock_at(at(2025, 6, 30)):
        sweep()
        yield in_employer, version.contract_id, person, waiting


def test_an_advance_is_owed_back_until_the_claims_are_paid(story):
    employer, contract_id, person, waiting = story
    (possible,) = possible_advances(employer)
    assert (possible.due.unit_id, possible.due.cents, possible.due.ask_by) == (person.pk, 400_000, date(2026, 3, 16))
    advance = ask_advance(contract_id=contract_id, unit_id=person.pk, by=WHO)
    assert (advance.is_advance, advance.requested_cents, advance.eligible_cents) == (True, 400_000, 1_600_000)
    assert "Decisions that wait for this money" in [one["what"] for one in advance.document["checklist"]]
    with pytest.raises(AdvanceError, match="No decided claim waits"):
        ask_advance(contract_id=contract_id, unit_id=person.pk, by=WHO)
    assert possible_advances(employer) == []
    # What was paid before is filed by itself.
    assert file_claim(contract_id=contract_id, kind="specific", unit_id=person.pk, by=WHO).requested_cents == 200_000
    step = {"filing_id": advance.pk, "on": JUNE, "by": WHO}
    record(state="filed", **step)
    record(state="approved", **step)
    assert balances() == (0, 0, 200_000, 0)
    record(state="received", cents=400_000, reference="WIRE-1", **step)
    # 2,000.00 settle what was owed for paid claims, 2,000.00 are ahead of payment.
    assert balances() == (400_000, -400_000, 0, -200_000)
    held = [(one.what, one.by, one.cents) for one in at_risk.risks(employer.pk, JUNE) if one.what == "pay_on_by"]
    assert held == [("pay_on_by", date(2025, 7, 7), 400_000)]
    with pytest.raises(FilingError, match="pays the claims"):
        post_received(filing_id=advance.pk, on=JUNE, by=WHO, to="invoice")
    post_received(filing_id=advance.pk, on=JUNE, by=WHO, to="fund")
    pay(waiting, JUNE)
    sweep()
    # The carrier now owes 4,000.00 more; 2,000.00 of it are covered by what it has paid ahead.
    assert balances()[2:] == (200_000, 0)
    assert not [one for one in at_risk.risks(employer.pk, JUNE) if one.what == "pay_on_by"]
    with pytest.raises(FilingError, match="owes nothing"):
        file_claim(contract_id=contract_id, kind="specific", unit_id=person.pk, by=WHO)
    assert ledger.faults() == []


def test_what_was_refused_of_an_advance_is_filed_once_it_is_paid(story):
    _, contract_id, person, waiting = story
    advance = ask_advance(contract_id=contract_id, unit_id=person.pk, by=WHO)
    step = {"filing_id": advance.pk, "on": JUNE, "by": WHO}
    record(state="filed", **step)
    record(state="denied", **step)
    assert balances() == (0, 0, 200_000, 0), "nothing was owed for it yet, so nothing is lost"
    pay(waiting, JUNE)
    sweep()
    filing = file_claim(contract_id=contract_id, kind="specific", unit_id=person.pk, by=WHO)
    assert filing.requested_cents == 600_000


def test_somebody_is_watched_before_any_figure_asks_for_it(story):
    _, contract_id, _, _ = story
    quiet = enrol("EE")[0]
    told = {"contract_id": contract_id, "unit_id": quiet.pk, "by": WHO}
    made = open_watch(why="Transplant list", due_on=date(2025, 7, 4), **told)
    assert (str(made), made.opened_by, made.due_on) == ("Watched Transplant list", WHO, date(2025, 7, 4))
    for wrong, why in (({}, "again"), ({"unit_id": 10**6}, "who?"), ({"unit_id": quiet.pk + 0}, " ")):
        with pytest.raises(WatchError):
            open_watch(**(told | wrong), why=why)
    assert StopLossNotice.objects.filter(reason="watch").count() == 1
    sweep()
    assert tell_carrier(notice_ids=[made.pk], by=WHO) == 1


def test_the_packet_holds_the_explanations_and_what_is_missing(in_employer, home):  # noqa: F811
    version = insure(in_employer, {"deductible_cents": 50_000}, year=2026)
    decide_claims(in_employer, claim(home, 190_000, 1), claim(home, 30_000, 2))
    run_payments()
    sweep()
    filing = file_claim(contract_id=version.contract_id, kind="specific", unit_id=home.member_ids[0], by=WHO)
    content = packet_file(employer=in_employer, filing=filing, form="zip")
    assert content == packet_file(employer=in_employer, filing=Filing.objects.get(), form="zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [
            "form.pdf", "lines.csv", "packet.json", "explanations-of-benefits.pdf", "missing.txt",
        ]  # fmt: skip
        explained = archive.read("explanations-of-benefits.pdf")
        missing = archive.read("missing.txt").decode()
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(explained)).pages)
    assert b"pdfuaid" in explained
    assert all(line["claim"] in text for line in filing.document["lines"])
    assert "Itemised bills and dated correspondence: Kept outside the books: add them." in missing
    assert "Explanation of benefits" not in missing


def test_a_renewal_that_breaks_a_promise_is_refused_with_the_clauses_name_or_has_a_reason(employer):
    first = document_of() | {"renewal": {"no_new_lasers": True, "rate_cap_bp": 1_000}}
    first["specific"]["premium"] = {"rates_cents": {"ALL": 10_000}}
    version = propose(employer, first, eligible_employee_count=60).version
    approve_stop_loss_version(version_id=version.pk, person_id=7, claims_began=False, now=at(2025, 1, 2))
    year = {"starts_on": "2026-01-01", "ends_before": "2027-01-01"}
    second = document_of(lasers=[{"unit_id": 5, "deductible_cents": 2_000_000}]) | {
        "policy": year, "incurred": year, "paid": year,
    }  # fmt: skip
    second["specific"]["premium"] = {"rates_cents": {"ALL": 11_001}}
    renew = partial(propose, employer, second, number="SL-2", eligible_employee_count=60)
    for reason in ("", "  "):
        with pytest.raises(UnkeptPromiseError, match=r"no new lasers.* rate cap") as refused:
            renew(reason=reason)
    assert (refused.value.where, len(refused.value.findings)) == ("/specific/lasers", 2)
    assert StopLossContractVersion.objects.count() == 1
    renewed = renew(reason="No other carrier quoted")
    assert [any(one in told for told in renewed.warnings) for one in ("no new lasers", "rate cap")] == [True, True]
    # Kept, and not to be changed any more; shown beside the promise.
    with pytest.raises(DatabaseError), transaction.atomic():
        StopLossContractVersion.objects.filter(pk=renewed.version.pk).update(reason="")
    approve_contract_version(version_id=renewed.version.pk, person_id=7)
    page = desk_as("tpa_admin", employer).get(f"{root(employer)}exposure/contracts/").content.decode()
    assert "promises no new lasers" in page
    assert "because: No other carrier quoted" in page
    # A cent less is within the cap of 10 %: nothing is broken, no reason is needed.
    second["specific"] |= {"premium": {"rates_cents": {"ALL": 11_000}}, "lasers": []}
    assert not [one for one in renew().warnings if "promises" in one]


def test_a_promise_that_comes_into_force_later_is_asked_for_at_approval(employer):
    first = document_of() | {"renewal": {"no_new_lasers": True}}
    before = propose(employer, first, eligible_employee_count=60).version
    year = {"starts_on": "2026-01-01", "ends_before": "2027-01-01"}
    second = document_of(lasers=[{"unit_id": 5, "deductible_cents": 2_000_000}]) | {
        "policy": year, "incurred": year, "paid": year,
    }  # fmt: skip
    after = propose(employer, second, number="SL-2", eligible_employee_count=60).version
    approve_contract_version(version_id=before.pk, person_id=7)
    with pytest.raises(UnkeptPromiseError, match="no new lasers"):
        approve_contract_version(version_id=after.pk, person_id=7)
    assert StopLossContractVersion.objects.get(pk=after.pk).state == "proposed"
