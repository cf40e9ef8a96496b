"""Funding requests over REST, at the desk and in the portal: asked by the desk alone, seen by the employer."""

from datetime import UTC, date, datetime
from itertools import count

import pytest

from tenants.scope import desk_scope, employer_scope
from tests.web.api.book import key_for
from tests.web.login import log_in
from tests.web.operator.desk import desk_as, root
from tests.web.portal.test_pages import person
from tests.workflows.claim_stories import new_claim, open_book, register
from tests.workflows.stories import agree
from tpa.books.agreements.models import AsoAgreement
from tpa.books.funding.request_models import FundingRequest
from tpa.infra.clock import clock_at
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.deposits import receive_deposit

# 150.00 less a copay of 35.00, and 40.00 less 20 %.
PAID = 14_700
NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _book(employer):
    homes = open_book(employer, count=1)
    agree(employer, starts_on=date(2026, 1, 1))
    with desk_scope():
        AsoAgreement.objects.update(funding_model="imprest", funding_terms={"minimum_cents": 5_000})
    with employer_scope(employer):
        register(new_claim(homes[0], ("99213", 20_000), ("80053", 4_000)))
        decide_waiting(employer_id=employer.pk)
    with clock_at(NOW):
        yield


@pytest.fixture
def call(portal_client, employer):
    headers, keys = key_for(employer), count()

    def send(path, body=None, method="post", key=None):
        answer = getattr(portal_client, method)(
            f"/api/v1/{path}", body, "application/json", HTTP_IDEMPOTENCY_KEY=key or str(next(keys)), **headers
        )
        return answer.status_code, answer.json()

    return send


def test_a_request_from_what_is_needed_to_its_release(call):
    assert call("funding-standing/", method="get")[1]["requested_cents"] == PAID + 5_000
    status, made = call("funding-requests/", {})
    assert (status, made["state"], made["needed_cents"], made["top_up_cents"]) == (201, "prepared", PAID, 5_000)
    path = f"funding-requests/{made['id']}/"
    assert call(f"{path}release/")[0] == 409
    assert call(f"{path}approve/")[1]["due_on"] == "2026-04-06"
    wire = {
        "purpose": "fund",
        "received_on": "2026-04-03",
        "cents": 9_000,
        "reference": "W1",
        "funding_request": made["id"],
    }
    assert call("deposits/", wire, key="w1")[0] == 201
    assert call(path, method="get")[1]["open_cents"] == PAID + 5_000 - 9_000
    assert call(f"{path}withdraw/", {"note": "x"})[1]["code"] == "funding_request_state"
    assert call("deposits/", {**wire, "cents": PAID - 4_000, "reference": "W2"}, key="w2")[0] == 201
    assert call(path, method="get")[1]["received_on"] == "2026-04-03"
    assert call(f"{path}release/")[1]["state"] == "released"
    assert call("funding-requests/", {}, key="again")[1]["code"] == "nothing_to_ask_for"


def test_a_request_of_another_employer_is_not_there(call):
    wire = {"purpose": "fund", "received_on": "2026-04-03", "cents": 1, "reference": "W1"}
    status, told = call("deposits/", {**wire, "funding_request": "frq_0000000000001"})
    assert (status, told["errors"][0]["pointer"]) == (400, "/funding_request")


def test_the_desk_asks_and_the_employer_sees_what_when_and_why(employer, portal_client):
    desk = desk_as("finance", employer)
    at = f"{root(employer)}funding-requests/"
    page = desk.post(f"{at}prepare/", follow=True).content.decode()
    assert "The request is prepared." in page
    with employer_scope(employer):
        made = FundingRequest.objects.get()
    seen = log_in(portal_client, person(employer, "employer_finance"), employer)
    assert "not yet" in seen.get("/funding-requests/").content.decode()
    (action,) = [part.split('"')[0] for part in page.split('action="') if "/approve/" in part.split('"')[0]]
    page = desk.post(action, follow=True).content.decode()
    assert "The employer is asked." in page
    told = seen.get("/funding-requests/").content.decode()
    for text in (made.number, "2026-04-01", "2026-04-06", "$197.00", "1 claims of $147.00", "$50.00 to the minimum"):
        assert text in told
    assert "Prepare a request" not in told
    assert seen.post("/funding-requests/prepare/").status_code == 404
    with employer_scope(employer):
        receive_deposit(purpose="fund", received_on=NOW.date(), cents=PAID + 5_000, reference="W")
    assert "It is released." in desk.post(action.replace("approve", "release"), follow=True).content.decode()
    assert desk.post(action.replace("approve", "burn")).status_code == 404


def test_an_examiner_neither_sees_nor_asks(employer):
    desk = desk_as("examiner", employer)
    at = f"{root(employer)}funding-requests/"
    assert (desk.get(at).status_code, desk.post(f"{at}prepare/").status_code) == (404, 404)
    with employer_scope(employer):
        assert not FundingRequest.objects.exists()
