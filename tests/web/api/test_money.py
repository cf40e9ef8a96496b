"""Invoices, deposits, credits and payment runs over REST, to the cent."""

import pytest

from tenants.scope import employer_scope
from tests.web.api.book import NOW, key_for, open_book
from tpa.books.funding.models import Deposit
from tpa.books.ledger import selectors as ledger
from tpa.infra.clock import clock_at
from tpa.infra.models import IdempotencyKey, Job
from tpa.workflows.invoice_run import run_job

WIRE = {"purpose": "fund", "received_on": "2026-05-04", "cents": 2_500_000, "reference": "WIRE 7781"}


@pytest.fixture
def book(employer):
    return open_book(employer)


@pytest.fixture
def send(portal_client, employer):
    headers = key_for(employer)

    def post(path, body=None, key="", method="post", **more):
        extra = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        call = getattr(portal_client, method)
        return call(f"/api/v1/{path}", body, "application/json", **headers, **extra, **more)

    return post


def read(send, path, **more):
    return send(path, method="get", **more)


def balances(employer):
    with employer_scope(employer):
        return {one.account.code: one.balance_cents for one in ledger.trial_balance()}


def test_the_same_deposit_twice_is_one_and_is_answered_alike(send, employer):
    first, again = send("deposits/", WIRE, "a"), send("deposits/", WIRE, "a")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "Idempotent-Replayed" not in first.headers
    assert again["Idempotent-Replayed"] == "true"
    with employer_scope(employer):
        assert Deposit.objects.get().cents == 2_500_000
    assert sorted(cents for cents in balances(employer).values() if cents) == [-2_500_000, 2_500_000]


def test_the_same_key_with_another_body_is_refused_and_changes_nothing(send, employer):
    send("deposits/", WIRE, "a")
    before = balances(employer)
    answer = send("deposits/", {**WIRE, "cents": 1}, "a")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert balances(employer) == before


def test_money_needs_a_key(send, employer):
    answer = send("deposits/", WIRE)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    with employer_scope(employer):
        assert not Deposit.objects.exists()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"cents": 0}, "/cents"),
        ({"cents": -5}, "/cents"),
        ({"cents": "12,50"}, "/cents"),
        ({"cents": 10**30}, "/cents"),
        ({"received_on": "20260230"}, "/received_on"),
        ({"purpose": "gift"}, "/purpose"),
        ({"reference": "x" * 61}, "/reference"),
        ({"reference": "a\x00b"}, "/reference"),
        ({"invoice": "inv_0000000000001"}, "/invoice"),
        ({"recorded_by_id": 7}, "/recorded_by_id"),
        ({"colour": "blue"}, "/colour"),
    ],
)
def test_a_faulty_deposit_is_refused_with_its_place(send, employer, change, where):
    answer = send("deposits/", {**WIRE, **change}, "a")
    assert answer.status_code == 400
    assert where in [error["pointer"] for error in answer.json()["errors"]]
    with employer_scope(employer):
        assert not Deposit.objects.exists()
        assert not IdempotencyKey.objects.exists()


def test_a_month_is_drafted_by_a_job_approved_issued_and_printed(send, book, employer):
    answer = send("invoices/", {"month": "2026-03-01"})
    assert answer.status_code == 202
    place = answer["Location"].partition("/api/v1/")[2]
    assert read(send, place).json()["state"] == "queued"
    with clock_at(NOW):
        run_job(employer_id=employer.pk, job_id=Job.objects.get(kind="month_end").pk)
    done = read(send, place).json()
    assert (done["state"], done["result"]["number"]) == ("done", "ACME-2026-03")
    path = f"invoices/{done['result']['invoice']}/"
    draft = read(send, path)
    assert draft.json()["total_cents"] == sum(line["cents"] for line in draft.json()["lines"])
    assert read(send, path, HTTP_IF_NONE_MATCH=draft["ETag"]).status_code == 304
    assert send(f"{path}issue/").status_code == 409
    assert send(f"{path}approve/").json()["state"] == "approved"
    assert send(f"{path}return/").json()["state"] == "draft"
    assert send(f"{path}approve/").json()["state"] == "approved"
    issued = send(f"{path}issue/").json()
    assert issued["state"] == "final"
    assert issued["finalised_at"] is not None
    paper = read(send, f"{path}pdf/")
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")


@pytest.mark.parametrize("month", ["2026-03-02", "2026-13-01", "March", None, 7])
def test_a_month_that_is_none_is_refused(send, month):
    answer = send("invoices/", {"month": month})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/month")
    assert not Job.objects.exists()


def test_a_payment_run_pays_once(send, employer, book):
    runs = read(send, "payment-runs/").json()["data"]
    payments = read(send, f"payments/?run={runs[0]['id']}").json()["data"]
    assert [one["amount_cents"] for one in payments] == [runs[0]["paid_cents"]]
    whole = read(send, f"payments/{payments[0]['id']}/").json()
    assert [(one["claim"], one["amount_cents"]) for one in whole["claims"]] == [
        (book.ids["clm"], runs[0]["paid_cents"])
    ]
    assert [one["kind"] for one in whole["events"]] == ["issued"]
    answer = send("payment-runs/", {}, "pay 1")
    assert (answer.status_code, answer.content) == (204, b"")
    assert send("payment-runs/", {}, "pay 1")["Idempotent-Replayed"] == "true"
    assert send("payment-runs/", {"force": True}, "pay 2").status_code == 400
    assert len(read(send, "payment-runs/").json()["data"]) == 1


def test_a_credit_is_granted_once_and_a_correction_names_what_it_corrects(send, employer):
    credit = {
        "kind": "rebate",
        "cents": 120_00,
        "description": "Rebate of the first quarter",
        "reference": "REB-1",
        "granted_on": "2026-04-01",
    }
    answer = send("credits/", credit, "c1")
    assert (answer.status_code, answer.json()["cents"], answer.json()["corrects"]) == (201, 12_000, None)
    assert read(send, "credits/").json()["data"] == [answer.json()]
    assert send("credits/", {**credit, "against": "fee", "reference": "REB-2"}, "c2").status_code == 400
    assert send("credits/", {**credit, "kind": "correction", "reference": "REB-3"}, "c3").status_code == 422
    assert sorted(cents for cents in balances(employer).values() if cents) == [-12_000, 12_000]


def test_figures_by_month_are_those_of_the_claim(send, book, employer):
    totals = read(send, "totals/").json()["data"]
    charge = [one["cents"] for one in totals if one["measure"] == "charge"]
    assert charge == [20_000]
