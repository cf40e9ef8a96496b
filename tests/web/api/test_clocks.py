"""Clocks, queues and handing over by REST."""

import pytest
from django.test import Client

from tenants.scope import employer_scope
from tests.web.login import log_in
from tests.web.operator.desk import colleague
from tests.workflows.test_claim_clocks import ACCIDENTS
from tests.workflows.test_ripple import claim, decide, open_plan
from tpa.books.claims.models import Pend
from tpa.infra import outbox
from tpa.kernel.ids import public_id


@pytest.fixture
def story(employer):
    """Two accidents that wait; calls by an examiner at the desk."""
    with employer_scope(employer):
        home = open_plan(employer, ACCIDENTS)[0]
        keys = decide(employer, *(claim(home, 60_000, day, related_causes=("AA",)) for day in (1, 2)))
    outbox.drain()
    client = log_in(Client(SERVER_NAME="localhost"), colleague("examiner"))

    def call(method, path, body=None, of=employer):
        given = {} if body is None else {"data": body, "content_type": "application/json"}
        named = {"Employer": public_id("emp", 0, of.pk)} if of else {}
        return getattr(client, method)(f"/api/v1/{path}", headers=named, **given)

    return [public_id("clm", employer.pk, key) for key in keys], call


def test_a_clock_is_read_and_moved(story):
    (one, two), call = story
    told = call("get", f"claims/{one}/clock/").json()
    assert (told["kind"], told["received_on"], told["due_on"], told["due_at"], told["was_late"]) == (
        "post_service",
        "2026-04-01",
        "2026-05-01",
        None,
        None,
    )
    step = {"kind": "requested", "at": "2026-04-11T12:00:00Z", "detail": "how it happened"}
    moved = call("post", f"claims/{one}/clock/", step)
    assert (moved.status_code, moved.json()["due_on"], moved.json()["supply_by_on"]) == (
        201,
        "2026-06-30",
        "2026-05-26",
    )
    assert call("get", f"claims/{one}/clock/1/letter/").content[:5] == b"%PDF-"
    assert call("get", f"claims/{one}/clock/2/letter/").status_code == 404
    assert [(row["kind"], row["on"], row["recorded_by"]) for row in moved.json()["steps"]] == [
        ("requested", "2026-04-11", "examiner@tpa.example")
    ]
    assert (moved.json()["is_misfiled"], moved.json()["tell_by_on"], moved.json()["was_told_late"]) == (
        False,
        None,
        False,
    )
    end = {"kind": "classified", "taken_as": "ongoing", "detail": "infusions", "ends_at": "2026-04-05T12:00:00Z"}
    ongoing = call("post", f"claims/{two}/clock/", end).json()
    assert (ongoing["kind"], ongoing["due_at"], ongoing["steps"][0]["ends_at"]) == (
        "ongoing",
        "2026-04-02T12:00:00Z",
        "2026-04-05T12:00:00Z",
    )
    wrong = call("post", f"claims/{two}/clock/", {"kind": "misfiled", "detail": "by telephone to the employer"}).json()
    assert (wrong["is_misfiled"], wrong["tell_by_at"]) == (True, "2026-04-02T12:00:00Z")
    refused = call("post", f"claims/{two}/clock/", step | {"kind": "supplied", "ends_at": "2026-04-05T12:00:00Z"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/ends_at")
    again = call("post", f"claims/{one}/clock/", step)
    assert (again.status_code, again.json()["code"]) == (422, "clock")
    assert call("post", f"claims/{one}/clock/", step | {"taken_as": "urgent"}).status_code == 400


def test_the_board_shows_the_nearest_deadline_first_page_by_page(story):
    (one, two), call = story
    call("post", f"claims/{two}/clock/", {"kind": "extended", "at": "2026-04-02T12:00:00Z", "detail": "flood"})
    outbox.drain()
    first = call("get", "clock-board/?limit=2", of=None).json()
    assert [(row["clock"], row["due_on"], row["subject"]) for row in first["data"]] == [
        ("decision", "2026-05-01", one),
        ("request", "2026-05-01", one),
    ]
    (path,) = (first["next"].partition("/api/v1/")[2],)
    rest = call("get", path, of=None).json()
    assert [(row["clock"], row["due_on"], row["subject"]) for row in rest["data"]] == [("decision", "2026-05-16", two)]
    assert call("get", "clock-board/?cursor=cD1zb29u", of=None).status_code == 404


def test_an_item_is_assigned_and_a_claim_handed_over(employer, story):
    _, call = story
    item = call("get", "work-items/?queue=subrogation", of=None).json()["data"][0]
    assert item["owner"] is None
    other = colleague("finance")
    given = call("post", f"work-items/{item['id']}/assign/", {"email": other.email}, of=None)
    assert given.json()["owner"] == other.email
    assert call("post", f"work-items/{item['id']}/assign/", {"email": "x@y.example"}, of=None).status_code == 404
    with employer_scope(employer):
        pend = public_id("pnd", employer.pk, Pend.objects.order_by("pk").first().pk)
    moved = call("post", f"pends/{pend}/hand-over/", {"queue": "review", "note": "medical?"})
    assert (moved.status_code, moved.json()["queue"]) == (201, "review")
    assert moved.json()["reasons"] == [
        {
            "code": "accident",
            "queue": "review",
            "line": 1,
            "detail": "AA",
            "says": "The service follows an accident.",
            "level": "claim",
            "comes": None,
            "asks": "how, where and by whose fault it happened",
            "reattach": False,
        }
    ]
    assert call("post", f"pends/{pend}/hand-over/", {"queue": "review", "note": "x"}).status_code == 409
