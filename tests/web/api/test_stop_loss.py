"""Work with the carriers over REST: filed, decided, received; gaps before signing; a quote on the past."""

import json
from datetime import date

import pytest

from tenants.scope import employer_scope
from tests.web.api.book import key_for
from tests.workflows.stories import at, decide, enrol, insure, pay, reverse
from tests.workflows.test_stop_loss_ordered import ordered
from tpa.books.claims.models import Decision
from tpa.books.ledger import selectors as ledger
from tpa.books.stoploss.models import FilingEvent, Offset, QuoteWhatIf
from tpa.engine.journal.accounts import STOP_LOSS_PAYABLE, STOP_LOSS_RECEIVABLE
from tpa.infra.clock import clock_at
from tpa.kernel.ids import public_id
from tpa.workflows.stop_loss_sweep import sweep
from tpa.workflows.stop_loss_what_if import compare

JSON = "application/json"
YEAR = {"starts_on": "2026-01-01", "ends_before": "2027-01-01"}


@pytest.fixture
def call(db, employer, portal_client):
    """A program of the employer's that may do everything, on 30 June 2025; one person is 3,000.00 above 10,000.00."""
    version = insure(employer, {"deductible_cents": 1_000_000, "premium": {"rates_cents": {"ALL": 5_000}}})
    headers = key_for(employer)
    with employer_scope(employer), clock_at(at(2025, 6, 30)):
        person = enrol("EE")[0]
        pay(decide(person, 1_300_000, date(2025, 3, 1)), date(2025, 3, 1))
        sweep()

    def send(method, path, body=None, **more):
        told = {} if body is None else {"data": json.dumps(body), "content_type": JSON}
        return getattr(portal_client, method)(f"/api/v1/{path}", **told, **headers, **more)

    send.contract = public_id("slc", employer.pk, version.contract_id)
    send.person = person
    send.employer = employer
    with clock_at(at(2025, 6, 30)):
        yield send


def test_a_filing_from_its_packet_to_the_money(call):
    unit = {"contract": call.contract, "kind": "specific", "unit_key": call.person.pk}
    made = call("post", "stop-loss-filings/", unit)
    assert made.status_code == 201
    filing = made.json()
    assert (filing["requested_cents"], filing["state"], filing["events"]) == (300_000, "", [])
    again = call("post", "stop-loss-filings/", unit)
    assert (again.status_code, again.json()["code"]) == (422, "filing")

    def step(key, **told):
        return call("post", f"stop-loss-filings/{filing['id']}/steps/", told, HTTP_IDEMPOTENCY_KEY=key)

    assert step("1", state="filed", on="2025-06-30").status_code == 201
    wrong = step("2", state="posted", on="2025-06-30")
    assert wrong.status_code == 422
    assert step("3", state="part", on="2025-06-30", cents=200_000, note="UCR").json()["state"] == "part"
    assert step("4", state="received", on="2025-06-30", cents=200_000, reference="W-1").status_code == 201
    assert step("4", state="received", on="2025-06-30", cents=200_000, reference="W-1").status_code == 201
    assert step("5", state="posted", on="2025-06-30", to="invoice").json()["state"] == "posted"
    with employer_scope(call.employer):
        assert ledger.balance(STOP_LOSS_RECEIVABLE) == 0
        assert FilingEvent.objects.count() == 4
    for form, begins in (("json", b"{"), ("csv", b"decision,"), ("pdf", b"%PDF")):
        paper = call("get", f"stop-loss-filings/{filing['id']}/packet/?form={form}")
        assert (paper.status_code, paper.content[: len(begins)]) == (200, begins)
    listed = call("get", f"stop-loss-filings/?contract={call.contract}").json()["data"]
    assert [one["state"] for one in listed] == ["posted"]


def test_what_the_carrier_gets_back_says_whose_it_was(call):
    unit = {"contract": call.contract, "unit_key": call.person.pk}
    filing = call("post", "stop-loss-filings/", unit | {"kind": "specific"}).json()["id"]
    for state, more in (("filed", {}), ("approved", {}), ("received", {"cents": 300_000, "reference": "W-1"})):
        told = {"state": state, "on": "2025-06-30", **more}
        call("post", f"stop-loss-filings/{filing}/steps/", told, HTTP_IDEMPOTENCY_KEY=state)
    with employer_scope(call.employer):
        reverse(Decision.objects.get(), date(2025, 6, 30))
        sweep()

    def repay(reference, cents, **more):
        told = {"kind": "specific", "on": "2025-06-30", "reference": reference, "cents": cents} | more
        return call("post", "stop-loss-repayments/", told, HTTP_IDEMPOTENCY_KEY=reference)

    assert repay("B-0", 1, unit_key=call.person.pk).status_code == 400
    assert repay("B-1", 1, contract=call.contract, unit_key=call.person.pk + 1).status_code == 422
    assert repay("B-2", 100_000, **unit).json()["units"] == [unit | {"cents": 100_000}]
    done = repay("B-3", 200_000)
    assert (done.status_code, done.json()["units"]) == (201, [unit | {"cents": 200_000}])
    assert repay("B-4", 1).status_code == 422
    with employer_scope(call.employer):
        assert ledger.balance(STOP_LOSS_PAYABLE) == 0


def test_notices_are_marked_as_told_by_whom(call):
    (first, *_) = call("get", "stop-loss-notices/").json()["data"]
    assert call("post", "stop-loss-notices/told/", {"notices": [first["id"]]}).json() == {"count": 1}
    assert call("post", "stop-loss-notices/told/", {"notices": [first["id"]]}).json() == {"count": 0}


def test_what_came_back_counts_once_and_names_somebody(call):
    facts = {
        "kind": "subrogation",
        "reference": "S-1",
        "line": "medical",
        "member": public_id("mem", call.employer.pk, call.person.pk),
        "cents": 100_000,
        "incurred_on": "2025-03-01",
        "paid_on": "2025-03-01",
    }
    assert call("post", "stop-loss-offsets/", {k: v for k, v in facts.items() if k != "member"}).status_code == 400
    for wrong, status in (
        ({"paid_on": "2025-02-28"}, 400),  # before the service
        ({"kind": "forfeited"}, 400),  # the plan's rule finds it
        ({"paid_on": "2025-07-01"}, 422),  # tomorrow
        ({"member": public_id("mem", call.employer.pk + 1, call.person.pk)}, 400),
        ({"cents": 0}, 400),
    ):
        assert call("post", "stop-loss-offsets/", facts | wrong).status_code == status
    assert call("post", "stop-loss-offsets/", facts).status_code == 201
    assert call("post", "stop-loss-offsets/", facts).status_code == 200
    assert call("post", "stop-loss-offsets/", facts | {"cents": 5}).status_code == 422
    with employer_scope(call.employer):
        assert Offset.objects.count() == 1
    exposed = call("get", "exposure/").json()["data"][0]["specific"]
    assert exposed["reimbursable_cents"] == 200_000


def test_what_is_lost_on_a_date_the_most_money_first(call):
    with employer_scope(call.employer):
        decide(call.person, 50_000, date(2025, 6, 1))
    rows = call("get", "stop-loss-risks/").json()["data"]
    assert [(one["what"], one["cents"], one["by"], one["days_left"]) for one in rows] == [
        ("file_by", 300_000, "2026-06-29", 364),
        ("paid_by", 50_000, "2026-03-31", 274),
    ]


def test_a_gap_is_seen_before_the_next_contract_is_signed(call):
    terms = {"deductible_cents": 1, "unit": "person", "lines": ["medical"]}
    proposed = {"policy": YEAR, "incurred": YEAR, "paid": YEAR, "specific": terms}
    found = call("post", "stop-loss-gaps/", {"document": proposed}).json()
    assert found["uncovered"][0] == {
        "incurred": {"starts_on": "2025-01-01", "ends_before": "2026-01-01"},
        "paid": {"starts_on": "2026-04-01", "ends_before": "9999-12-31"},
        "contracts": [],
    }
    assert {cell["state"] for cell in found["cells"]} == {"once", "none"}
    assert len(call("get", "stop-loss-gaps/").json()["contracts"]) == 1
    wrong = call("post", "stop-loss-gaps/", {"document": {"policy": YEAR}})
    assert wrong.status_code == 422
    # Of the aggregate, whose payment ends with the year, another day is left open.
    cover = {"lines": ["medical"], "paid": YEAR, "factors": [{"code": "m", "factors_cents": {"ALL": 1}}]}
    both = {"document": proposed | {"paid": YEAR | {"ends_before": "2027-04-01"}, "aggregate": cover}}
    for asked, windows, open_from in (
        ("", ["SL-1", "proposed"], "2027-04-01"),
        ("?cover=specific", ["SL-1", "proposed"], "2027-04-01"),
        ("?cover=aggregate", ["proposed"], "2027-01-01"),
    ):
        drawn = call("post", f"stop-loss-gaps/{asked}", both).json()
        assert [one["name"] for one in drawn["contracts"]] == windows
        assert drawn["uncovered"][-1]["paid"]["starts_on"] == open_from
    assert drawn["cover"] == "aggregate"
    # A window that ends in many years is drawn for three of them; what it says holds to its end.
    far = proposed | {"paid": YEAR | {"ends_before": "2199-12-31"}}
    drawn = call("post", "stop-loss-gaps/", {"document": far}).json()
    assert max(cell["paid"] for cell in drawn["cells"]) == "2029-12-01"
    assert drawn["uncovered"][-1]["paid"]["starts_on"] == "2199-12-31"
    assert call("get", "stop-loss-gaps/?cover=both").status_code == 400


def test_the_past_under_a_quote_to_the_cent(call):
    quote = {
        "policy": YEAR,
        "incurred": YEAR,
        "paid": YEAR,
        "specific": {
            "deductible_cents": 1_200_000,
            "unit": "person",
            "lines": ["medical"],
            "premium": {"rates_cents": {"ALL": 3_000}},
        },
    }
    with clock_at(at(2026, 1, 10)):
        asked = call("post", "stop-loss-what-ifs/", {"name": "Higher", "document": quote, "starts_on": "2025-01-01"})
        assert asked.status_code == 202
        with employer_scope(call.employer):
            result = compare(employer_id=call.employer.pk, asked=QuoteWhatIf.objects.get())
    (year,) = result["years"]
    assert year["paid_cents"] == 1_300_000
    assert year["present"] == {
        "specific_cents": 300_000,
        "aggregate_cents": 0,
        "reimbursed_cents": 300_000,
        "retained_cents": 1_000_000,
        "premium_cents": 60_000,
        "cost_cents": 1_060_000,
    }
    assert (year["quote"]["reimbursed_cents"], year["quote"]["premium_cents"]) == (100_000, 36_000)
    assert result["total"]["quote"]["cost_cents"] == 1_236_000
    assert [row for row in result["months"] if row["month"] == "2025-03-01"] == [
        {"month": "2025-03-01", "present": 1_005_000, "quote": 1_203_000}
    ]
    short = call("post", "stop-loss-what-ifs/", {"name": "x", "document": quote, "starts_on": "2025-01-01"})
    assert short.status_code == 422
    with employer_scope(call.employer):
        assert QuoteWhatIf.objects.count() == 1


def test_watched_by_hand_tried_on_paper_and_asked_for_ahead(call):
    watch = {"contract": call.contract, "unit_key": call.person.pk, "why": "Transplant list"}
    assert call("post", "stop-loss-watches/", watch).status_code == 201
    again = call("post", "stop-loss-watches/", watch)
    assert (again.status_code, again.json()["code"]) == (422, "watch")
    assert call("get", "stop-loss-advances/").json() == {"data": []}
    refused = call("post", "stop-loss-advances/", {"contract": call.contract, "unit_key": call.person.pk})
    assert (refused.status_code, refused.json()["code"]) == (422, "advance")
    claim = {"cents": 50_000, "incurred_on": "2025-05-01", "paid_on": "2025-06-01"}
    member = public_id("mem", call.employer.pk, call.person.pk)
    (hers,) = call("post", "stop-loss-trials/", claim | {"member": member}).json()["data"]
    assert (hers["left_out"], hers["excess_cents"], hers["reimbursed_cents"]) == ("", 50_000, 50_000)
    (new,) = call("post", "stop-loss-trials/", claim).json()["data"]
    assert (new["below_cents"], new["unit_deductible_cents"]) == (50_000, 1_000_000)
    wrong = call("post", "stop-loss-trials/", claim | {"paid_on": "2025-01-01"})
    assert wrong.status_code == 400


def test_what_an_external_review_ordered_too_late_is_told(call):
    with employer_scope(call.employer):
        ordered(call.person, 700_000, date(2026, 6, 1))
    assert call("get", "stop-loss-ordered-late/?as_of=2026-05-31").json() == {"data": []}
    (told,) = call("get", "stop-loss-ordered-late/?as_of=2026-06-01").json()["data"]
    assert told == {"contract": call.contract, "kind": "specific", "unit_key": call.person.pk, "cents": 700_000}


def test_what_somebody_brings_along_from_another_group(call):
    facts = {
        "contract": call.contract,
        "member": public_id("mem", call.employer.pk, call.person.pk),
        "cents": 400_000,
        "from_group": "4471",
        "as_of": "2025-02-28",
        "document": "Statement of the other administrator",
        "reference": "HF-1",
    }
    refused = call("post", "stop-loss-transfers/", facts)
    assert (refused.status_code, refused.json()["code"]) == (422, "transfer")
    insure(call.employer, {"deductible_cents": 1_000_000, "transfer": "current_group"})
    assert call("post", "stop-loss-transfers/", facts | {"cents": 10**16}).status_code == 400
    assert call("post", "stop-loss-transfers/", facts | {"currency": "CAD"}).status_code == 400
    others = public_id("mem", call.employer.pk + 1, call.person.pk)
    assert call("post", "stop-loss-transfers/", facts | {"member": others}).status_code in (400, 404)
    assert [call("post", "stop-loss-transfers/", facts).status_code for _ in range(2)] == [201, 200]
    assert call("post", "stop-loss-transfers/", facts | {"cents": 5}).status_code == 422
    (told,) = call("get", f"stop-loss-transfers/?contract={call.contract}").json()["data"]
    assert (told["cents"], told["member"], told["from_group"]) == (400_000, facts["member"], "4471")
    (unit,) = call("get", "exposure/").json()["data"][0]["specific"]["units"]
    assert (unit["eligible_cents"], unit["carried_cents"], unit["reimbursable_cents"]) == (1_300_000, 400_000, 700_000)
