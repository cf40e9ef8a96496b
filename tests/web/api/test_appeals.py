"""Appeals by REST: filed by anybody at the desk, decided by a person who is new to it."""

import itertools

import pytest
from django.test import Client

from tenants.scope import employer_scope
from tests.web.login import log_in
from tests.web.operator.desk import colleague
from tests.workflows.test_appeals import story as denied_claim
from tests.workflows.test_overrides import LATE
from tpa.books.claims.models import Appeal
from tpa.books.identity.models import Grant, User
from tpa.kernel.ids import public_id

FILED = {"filed_by": "member", "grounds": "the clinic was flooded", "received_at": "2026-05-04T15:00:00Z"}


@pytest.fixture
def story(employer):
    """A claim denied on 2 April; calls by two examiners."""
    with employer_scope(employer):
        key = denied_claim(employer)
    second = User.objects.create(email="second@tpa.example", name="Second")
    Grant.objects.create(user=second, role="examiner", authority_cents=10_000)

    fresh = itertools.count(1)

    def caller(user):
        client = log_in(Client(SERVER_NAME="localhost"), user)

        def call(method, path, body=None, key=""):
            given = {} if body is None else {"data": body, "content_type": "application/json"}
            headers = {"Employer": public_id("emp", 0, employer.pk), "Idempotency-Key": key or str(next(fresh))}
            return getattr(client, method)(f"/api/v1/{path}", headers=headers, **given)

        return call

    return public_id("clm", employer.pk, key), caller(colleague("examiner")), caller(second)


def test_an_appeal_is_filed_logged_and_reversed(story):
    claim, first, second = story
    answer = first("post", f"claims/{claim}/appeals/", FILED)
    filed = answer.json()
    assert (answer.status_code, filed["stage"], filed["last_on"], filed["due_on"]) == (
        201,
        "first",
        "2026-09-29",
        "2026-07-03",
    )
    assert first("post", f"claims/{claim}/appeals/", FILED).status_code == 409
    path = f"appeals/{filed['id']}/"
    logged = first("post", f"{path}notes/", {"kind": "document", "text": "Records", "reference": "box 7"}).json()
    assert [(row["kind"], row["reference"]) for row in logged["notes"]] == [("document", "box 7")]
    assert first("post", f"{path}extend/", {"reason": "a hearing"}).status_code == 422
    assert first("get", f"{path}letter/").json()["code"] == "conflict"
    body = {"outcome": "reversed", "rationale": "filed in time", "orders": [{"line": 1, "set_aside": LATE}]}
    done = second("post", f"{path}decide/", body).json()
    assert (done["outcome"], done["decided_by"], len(done["overrides"])) == ("reversed", "second@tpa.example", 1)
    assert first("get", f"claims/{claim}/").json()["paid_cents"] == 8_000
    assert first("get", path).json() == done
    assert first("get", f"{path}letter/").content[:5] == b"%PDF-"
    for listed in (f"claims/{claim}/appeals/", "appeals/?state=decided"):
        assert [row["id"] for row in first("get", listed).json()["data"]] == [filed["id"]]
    assert first("get", "appeals/?state=open").json()["data"] == []


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"received_at": "2026-10-01T15:00:00Z"}, 422, "appeal_late"),
        ({"received_at": "2999-01-01T00:00:00Z"}, 422, "appeal"),
        ({"notified_on": "2026-04-01"}, 422, "appeal"),
        ({"filed_by": "neighbour"}, 400, "invalid"),
    ],
)
def test_what_is_no_appeal_is_refused(employer, story, changes, status, code):
    claim, first, _ = story
    answer = first("post", f"claims/{claim}/appeals/", FILED | changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    with employer_scope(employer):
        assert not Appeal.objects.exists()
