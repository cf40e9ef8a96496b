"""Events to pull and webhooks to be told, over REST: one's own employer's alone."""

import json
from datetime import UTC, datetime

import pytest

from tenants.scope import employer_scope
from tests.web.api.book import key_for
from tpa.books.events import services
from tpa.books.events.models import Delivery, Endpoint
from tpa.infra import outbox
from tpa.infra.clock import clock_at
from tpa.kernel.ids import public_id

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)


@pytest.fixture
def program(portal_client, employer):
    """A program with a key of the employer."""
    header = key_for(employer, "events.read", "events.subscribe")

    def call(method, path, body=None):
        answer = getattr(portal_client, method)(
            f"/api/v1/{path}", body, content_type="application/json" if method == "post" else None, **header
        )
        return answer.status_code, answer.json()

    return call


def happen(employer, kind="deposit.received"):
    with employer_scope(employer), clock_at(NOW):
        services.announce(kind, {"cents": 5})
    outbox.drain()


def test_events_are_listed_the_latest_first_of_ones_own_employer(program, employer, other_employer):
    happen(other_employer)
    happen(employer)
    happen(employer, "invoice.issued")
    status, told = program("get", "events/")
    assert status == 200
    assert [(one["type"], one["data"], one["timestamp"]) for one in told["data"]] == [
        ("invoice.issued", {"cents": 5}, "2026-04-02T12:00:00Z"),
        ("deposit.received", {"cents": 5}, "2026-04-02T12:00:00Z"),
    ]
    assert {one["employer"] for one in told["data"]} == {public_id("emp", 0, employer.pk)}
    status, told = program("get", "events/?type=invoice.issued")
    assert [one["type"] for one in told["data"]] == ["invoice.issued"]
    assert program("get", "events/?type=invoice.lost")[0] == 400


def test_an_endpoint_from_its_first_day_to_its_last(program, employer):
    status, made = program("post", "webhooks/", {"url": "https://hooks.example/tpa", "types": ["invoice.issued"]})
    assert status == 201
    assert made["secret"].startswith("whsec_")
    whk = made["id"]
    assert program("get", f"webhooks/{whk}/")[1] == {key: made[key] for key in made if key != "secret"}
    happen(employer, "invoice.issued")
    status, told = program("get", f"webhooks/{whk}/deliveries/")
    (sent,) = told["data"]
    assert (sent["state"], sent["attempt_count"], sent["event"]["type"]) == ("waiting", 0, "invoice.issued")
    assert program("post", f"webhooks/{whk}/rotate/")[1]["secret"] != made["secret"]
    assert program("post", f"webhooks/{whk}/disable/")[1]["is_enabled"] is False
    assert program("get", f"webhooks/{whk}/deliveries/")[1]["data"][0]["state"] == "failed"
    status, refused = program("post", f"webhook-deliveries/{sent['id']}/redeliver/")
    assert (status, refused["code"]) == (409, "webhook_disabled")
    assert program("post", f"webhooks/{whk}/enable/")[1]["is_enabled"] is True
    assert program("post", f"webhook-deliveries/{sent['id']}/redeliver/")[1]["state"] == "waiting"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "http://a.example/"},
        {"url": "https://a.example/", "types": ["x"]},
        {"url": "https://a.example/", "secret": "x"},
    ],
)
def test_a_wrong_endpoint_is_refused_and_nothing_is_kept(program, body):
    status, told = program("post", "webhooks/", body)
    assert status in (400, 422)
    assert told["code"]
    assert not Endpoint.objects.exists()


def test_another_employers_endpoint_and_delivery_are_not_found(program, other_employer):
    foreign = services.add_endpoint(employer_id=other_employer.pk, url="https://b.example/", kinds=[], by="hr", now=NOW)
    happen(other_employer)
    sent = Delivery.objects.get()
    for owner in (other_employer.pk, 1):
        whk, whd = public_id("whk", owner, foreign.pk), public_id("whd", owner, sent.pk)
        for method, path in (
            ("get", f"webhooks/{whk}/"), ("get", f"webhooks/{whk}/deliveries/"), ("post", f"webhooks/{whk}/rotate/"),
            ("post", f"webhooks/{whk}/disable/"), ("post", f"webhook-deliveries/{whd}/redeliver/"),
        ):  # fmt: skip
            assert program(method, path)[0] == 404
    assert json.dumps(program("get", "webhooks/")[1]["data"]) == "[]"
    foreign.refresh_from_db()
    assert (foreign.secret_number, foreign.disabled_at) == (1, None)
