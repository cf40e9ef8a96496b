"""The month's invoices across employers: the least alike first, and one step for many."""

from datetime import date

import pytest

from tenants.scope import employer_scope
from tests.web.api.book import key_for
from tests.web.operator.desk import desk_as, root
from tests.workflows.stories import SYSTEM, agree, at, charge_fees, enrol
from tpa.books.funding.models import FundingInvoice, InvoiceSending
from tpa.infra import invoice_board, outbox
from tpa.infra.clock import clock_at
from tpa.infra.models import BoardInvoice, BrokerPay
from tpa.kernel.ids import public_id
from tpa.workflows.invoice_run import draft_due
from tpa.workflows.month_end import approve_invoice, draft_month, issue_invoice

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)
PEPM = ("pepm", "Administration", {"rates_cents": {"ALL": 10_000}})
COMMISSION = ("commission", "Broker", {"basis": "flat", "amount_cents": 120_000, "payees": [{"broker": "North"}]})
OVERRIDE = {"basis": "flat", "amount_cents": 5_000, "kind": "override", "payees": [{"broker": "North"}]}


@pytest.fixture
def run(employer, other_employer):
    """January is final, February drafted: the first employer has one life more than ten, the other twice its ten.

    The other's invoices take two persons.
    """
    keys = {}
    for one, more, alone in ((employer, 1, 10**9), (other_employer, 10, 0)):
        agree(one, billing_terms={"alone_up_to_cents": alone})
        charge_fees(one, PEPM, COMMISSION, ("commission", "Override", OVERRIDE))
        with employer_scope(one):
            enrol("EE", count=10)
            with clock_at(at(2025, 2, 3)):
                first = draft_month(month=JANUARY)
                if alone:
                    approve_invoice(invoice_id=first.pk, person_id=SYSTEM)
                    issue_invoice(invoice_id=first.pk, person_id=SYSTEM)
                else:
                    FundingInvoice.objects.filter(pk=first.pk).update(state="reviewed", reviewed_by_id=SYSTEM)
                    approve_invoice(invoice_id=first.pk, person_id=SYSTEM + 1)
                    issue_invoice(invoice_id=first.pk, person_id=SYSTEM)
            enrol("EE", count=more, starts_on=FEBRUARY)
            with clock_at(at(2025, 3, 3)):
                keys[one] = public_id("inv", one.pk, draft_month(month=FEBRUARY).pk)
    outbox.drain()
    return keys


def states():
    return dict(invoice_board.invoices().filter(month=FEBRUARY).values_list("employer_id", "state"))


def test_outliers_come_first_and_many_are_approved_at_once(run, employer, other_employer):
    desk = desk_as("finance")
    page = desk.get("/desk/invoice-run/").content.decode()
    assert "February 2025" in page
    assert page.index(other_employer.name) < page.index(employer.name)
    assert "headcount $1,000.00" in page
    assert "two persons" in page
    chosen = {"month": "2025-02", "invoice": list(run.values())}
    told = desk.post("/desk/invoice-run/act/", {**chosen, "step": "approve"}, follow=True).content.decode()
    assert "Done for 1 of 2." in told
    assert f"{other_employer.name}: " in told
    assert "not reviewed" in told
    assert states() == {employer.pk: "approved", other_employer.pk: "draft"}
    desk.post("/desk/invoice-run/act/", {**chosen, "step": "issue", "invoice": run[employer]})
    desk.post("/desk/invoice-run/act/", {**chosen, "step": "send", "invoice": run[employer]})
    assert states()[employer.pk] == "sent"
    with employer_scope(employer):
        assert InvoiceSending.objects.count() == 1
    assert "Tick invoices" in desk.post("/desk/invoice-run/act/", {"step": "approve"}, follow=True).content.decode()
    narrowed = desk_as("tpa_admin", employer)
    assert other_employer.name not in narrowed.get("/desk/invoice-run/").content.decode()
    refused = narrowed.post("/desk/invoice-run/act/", {"step": "review", "invoice": run[other_employer]})
    assert refused.status_code == 404
    assert states()[other_employer.pk] == "draft"


def test_over_rest_and_the_fees_on_a_past_month(run, employer, other_employer, desk_client):
    headers = key_for(None)
    listed = desk_client.get("/api/v1/invoice-run/?month=2025-02-01", **headers).json()["data"]
    by_id = {row["id"]: row for row in listed}
    # January 1,000.00 and 1,250.00 for the broker; February one life, or ten, more.
    assert by_id[run[employer]]["share_bp"] == 10_000 * 10_000 // 225_000
    assert by_id[run[other_employer]]["causes"] == {"headcount": 100_000}
    body = {"step": "review", "invoices": list(run.values())}
    sent = {"content_type": "application/json", "HTTP_IDEMPOTENCY_KEY": "r1", **headers}
    answer = desk_client.post("/api/v1/invoice-run/", body, **sent)
    assert [row["code"] for row in answer.json()] == ["", ""]
    assert set(states().values()) == {"reviewed"}
    named = {"HTTP_EMPLOYER": public_id("emp", 0, employer.pk), "content_type": "application/json", **headers}
    fees = [{"code": "pepm", "label": "Administration", "terms": {"rates_cents": {"ALL": 9_000}}}]
    with clock_at(at(2025, 3, 3)):
        tried = desk_client.post("/api/v1/fee-previews/", {"fees": fees}, **named).json()
        assert (tried["month"], tried["tried"]["cents"], tried["present"]["cents"]) == ("2025-02-01", 99_000, 235_000)
        wrong = desk_client.post("/api/v1/fee-previews/", {"fees": [{**fees[0], "terms": {}}]}, **named)
        assert (wrong.status_code, wrong.json()["code"]) == (422, "document")
        page = desk_as("implementation", employer).get(f"{root(employer)}fees/?month=2025-02").content.decode()
    assert "$2,350.00" in page


def test_the_board_is_told_of_invoices_that_it_does_not_know(run, employer, other_employer):
    before = list(BoardInvoice.objects.order_by("employer_id", "month").values_list("employer_id", "month", "state"))
    paid = set(BrokerPay.objects.values_list("employer_id", "broker", "kind", "cents"))
    BoardInvoice.objects.all().delete()
    BrokerPay.objects.all().delete()
    with clock_at(at(2025, 3, 3)):
        for one in (employer, other_employer):
            draft_due(employer_id=one.pk)
    outbox.drain()
    after = BoardInvoice.objects.order_by("employer_id", "month").values_list("employer_id", "month", "state")
    assert (list(after), set(BrokerPay.objects.values_list("employer_id", "broker", "kind", "cents"))) == (before, paid)


def test_what_brokers_get_is_told_by_employer_directly_and_indirectly(run, employer, other_employer, desk_client):
    """January was issued: 1,200.00 commission and 50.00 override for North, of each employer."""
    headers = key_for(None)
    asked = "?from_month=2025-01-01&before_month=2025-02-01"
    (first, second) = desk_client.get(f"/api/v1/broker-compensation/{asked}", **headers).json()["data"]
    assert {one["employer"] for one in (first, second)} == {
        public_id("emp", 0, one.pk) for one in (employer, other_employer)
    }
    figures = ("broker", "direct_cents", "indirect_cents", "total_cents", "to_be_disclosed")
    assert [first[name] for name in figures] == ["North", 120_000, 5_000, 125_000, True]
    assert [(one["fee"], one["kind"]) for one in first["fees"]] == [("Broker", "commission"), ("Override", "override")]
    table = desk_client.get(f"/api/v1/broker-compensation/csv/{asked}", **headers).content.decode().splitlines()
    assert f"North,,{employer.name},Broker,commission,1200.00,0.00,yes" in table
    empty = desk_client.get("/api/v1/broker-compensation/?from_month=2025-02-01&before_month=2025-02-01", **headers)
    assert empty.status_code == 422
    narrowed = desk_as("finance", employer)
    page = narrowed.get("/desk/brokers/?until=2025-01").content.decode()
    assert "$1,250.00" in page
    assert employer.name in page
    assert other_employer.name not in page
    assert "No final invoice" in narrowed.get("/desk/brokers/?until=2024-01").content.decode()
    assert narrowed.get("/desk/brokers/csv/?until=2025-01").content.startswith(b"broker,npn,employer")
