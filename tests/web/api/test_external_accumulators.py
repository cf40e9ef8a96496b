"""A drug plan's manager tells over REST what it has counted."""

import json

import pytest

from tests.web.api.book import key_for
from tests.workflows.claim_stories import open_book

HEADING = b"source_id,member_number,line,accumulator,service_on,amount\n"


@pytest.fixture
def call(db, portal_client, employer):
    (home,) = open_book(employer)
    headers = key_for(employer)

    def send(method, path, body=None, content_type="application/json"):
        send = getattr(portal_client, method)
        url = f"/api/v1/external-accumulators/{path}"
        return send(url, **headers) if method == "get" else send(url, body, content_type, **headers)

    send.number = f"{home.number}-0"
    return send


def test_amounts_as_json_are_counted_once(call):
    row = {
        "source_id": "7", "member_number": call.number, "line": "medical", "accumulator": "oop.network",
        "service_on": "2026-02-01", "amount": "-12.50",
    }  # fmt: skip
    body = json.dumps({"source": "pbm", "rows": [row]})
    assert call("post", "", body).json() == {"added_count": 1, "known_count": 0, "late_count": 0}
    assert call("post", "", body).json() == {"added_count": 0, "known_count": 1, "late_count": 0}
    (found,) = call("get", "").json()["data"]
    assert (found["source"], found["source_id"], found["accumulator"], found["amount"]) == (
        "pbm",
        "7",
        "oop.network",
        -1250,
    )
    changed = json.dumps({"source": "pbm", "rows": [{**row, "amount": "1"}]})
    assert call("post", "", changed).status_code == 409


def test_amounts_as_a_file(call):
    data = HEADING + f"1,{call.number},medical,deductible.network,2026-02-01,40.00\n".encode()
    assert call("post", "csv/?source=carrier", data, "text/csv").json()["added_count"] == 1
    answer = call(
        "post", "csv/?source=carrier", HEADING + b"2,nobody,medical,deductible.network,2026-02-01,1\n", "text/csv"
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "external_accumulator")


@pytest.mark.parametrize(
    "body", ["[]", '{"source": "pbm"}', '{"source": "pbm", "rows": 1}', '{"source": 1, "rows": []}']
)
def test_a_body_of_another_kind_is_refused(call, body):
    assert call("post", "", body).status_code in (400, 422)
