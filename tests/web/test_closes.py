"""Closing a month at the desk and over REST: the proof as a table, a refusal by name, a second person."""

from datetime import UTC, date, datetime

import pytest

from tenants.scope import employer_scope
from tests.web.api.book import key_for
from tests.web.login import log_in
from tests.web.operator.desk import desk_as, root
from tests.web.portal.test_pages import person
from tests.workflows.stories import NOW as STORED
from tests.workflows.stories import agree
from tpa.books.funding.models import Deposit
from tpa.books.ledger.models import MonthClose
from tpa.infra.clock import clock_at
from tpa.workflows.bank_reconciliation import load_statements
from tpa.workflows.deposits import receive_deposit

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _book(employer):
    agree(employer, starts_on=date(2026, 4, 1))
    with clock_at(NOW):
        with employer_scope(employer):
            receive_deposit(purpose="fund", received_on=date(2026, 3, 30), cents=100_000, reference="W1")
            load_statements(content=b"date,amount,balance\n2026-03-31,1000.00,1000.00\n", name="march.csv")
        yield


def test_the_desk_closes_what_proves_and_another_person_reopens_it(employer, portal_client):
    desk = desk_as("finance", employer)
    at = f"{root(employer)}closes/"
    page = desk.get(at).content.decode()
    assert "March 2026: all" in page
    assert "Close March 2026" in page
    assert "The month is closed." in desk.post(f"{at}close/", {"month": "2026-03"}, follow=True).content.decode()
    refused = desk.post(f"{at}reopen/", {"month": "2026-03", "reason": "x"}, follow=True).content.decode()
    assert "You closed this month yourself." in refused
    other = desk_as("tpa_admin", employer)
    assert "open again" in other.post(f"{at}reopen/", {"month": "2026-03", "reason": "x"}, follow=True).content.decode()
    seen = log_in(portal_client, person(employer, "employer_finance"), employer)
    told = seen.get("/closes/").content.decode()
    assert told.count("2026-03") >= 2
    assert "Close March 2026" not in told
    assert seen.post("/closes/close/", {"month": "2026-03"}).status_code == 404


def test_what_does_not_prove_is_told_and_nothing_is_closed(employer):
    with employer_scope(employer):
        Deposit.objects.create(
            purpose="fund", received_on=date(2026, 3, 22), cents=1, reference="by hand", recorded_at=STORED
        )
    desk = desk_as("finance", employer)
    at = f"{root(employer)}closes/"
    assert "1 of " in desk.get(at).content.decode()
    told = desk.post(f"{at}close/", {"month": "2026-03"}, follow=True).content.decode()
    assert "Deposits are in the ledger: off by -0.01" in told
    assert "A month is needed" in desk.post(f"{at}close/", {"month": "soon"}, follow=True).content.decode()
    with employer_scope(employer):
        assert not MonthClose.objects.exists()


def test_the_proof_over_rest_and_no_close_by_a_key(employer, portal_client):
    headers = key_for(employer)
    proof = portal_client.get("/api/v1/closes/proof/?month=2026-03-01", **headers).json()["data"]
    assert {one["code"] for one in proof} >= {"trial_balance", "deposits", "invoices", "stop_loss", "claims_funded"}
    assert all(one["proves"] for one in proof)
    for path, body in (("closes/", {}), ("closes/reopen/", {"reason": "x"})):
        answer = portal_client.post(f"/api/v1/{path}", {"month": "2026-03-01", **body}, "application/json", **headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert portal_client.get("/api/v1/closes/", **headers).json()["data"] == []
