"""Those who review care tell over REST what they have authorized."""

import json

import pytest

from tests.web.api.book import key_for
from tests.workflows.claim_stories import open_book


@pytest.fixture
def call(db, portal_client, employer):
    (home,) = open_book(employer)
    headers = key_for(employer)

    def send(method, path, body=None, content_type="application/json"):
        send = getattr(portal_client, method)
        url = f"/api/v1/authorizations/{path}"
        return send(url, **headers) if method == "get" else send(url, body, content_type, **headers)

    send.number = f"{home.number}-0"
    return send


def test_a_change_takes_the_place_of_what_was_authorized(call):
    row = {"number": "A1", "member_number": call.number, "starts_on": "2026-03-01", "ends_before": "2026-04-01"}
    for units, count in ((4, 1), (6, 1), (6, 0)):
        body = json.dumps({"rows": [{**row, "codes": ["97110"], "units": units}]})
        answer = call("post", "", body)
        assert (answer.status_code, answer.json()) == (201, {"written_count": count})
    (found,) = call("get", "").json()["data"]
    assert (found["number"], found["codes"], found["units_milli"], found["provider"]) == ("A1", ["97110"], 6000, "")


def test_a_file_with_a_wrong_row_is_refused_as_a_whole(call):
    heading = b"number,member_number,starts_on,ends_before,codes\n"
    good = f"A1,{call.number},2026-03-01,2026-04-01,97110 97112\n".encode()
    answer = call("post", "csv/", heading + good + b"A2,nobody,2026-03-01,2026-04-01,\n", "text/csv")
    assert (answer.status_code, answer.json()["code"]) == (422, "authorization")
    assert call("get", "").json()["data"] == []
    assert call("post", "csv/", heading + good, "text/csv").json() == {"written_count": 1}


@pytest.mark.parametrize("body", ["[]", "{}", '{"rows": 1}', '{"rows": [1]}', '{"rows": [], "more": 1}'])
def test_a_body_of_another_kind_is_refused(call, body):
    assert call("post", "", body).status_code in (400, 422)
