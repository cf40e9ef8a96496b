"""What happens in the books reaches other systems: kept, signed, sent, tried again, given up."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from standardwebhooks import Webhook

from tenants.scope import desk_scope, employer_scope
from tests.workflows import claim_stories, stories
from tests.workflows.claim_stories import new_claim, register
from tpa.books.events import selectors, services
from tpa.books.events.errors import EndpointDisabledError, EndpointLimitError, EndpointUrlError
from tpa.books.events.models import Delivery, Endpoint, Event
from tpa.infra import outbox, outgoing
from tpa.infra.clock import clock_at
from tpa.kernel.errors import DomainError, InvariantError
from tpa.kernel.ids import public_id
from tpa.workflows import webhooks
from tpa.workflows.adjudication import decide_waiting
from tpa.workflows.deposits import receive_deposit
from tpa.workflows.payment_run import run_payments

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
URL = "https://hooks.partner.example/tpa"


def at(**later):
    return NOW + timedelta(**later)


def endpoint(employer, *kinds, url=URL):
    with desk_scope():
        return services.add_endpoint(employer_id=employer.pk, url=url, kinds=kinds, by="hr@acme.example", now=NOW)


def happen(employer, kind="deposit.received", **data):
    """Something happens, and the outbox is carried over."""
    with employer_scope(employer), clock_at(NOW):
        services.announce(kind, data or {"cents": 5})
    outbox.drain()


class Partner:
    """The other system: keeps what it is sent, and answers what it is told to."""

    def __init__(self, *statuses):
        self.statuses, self.got = list(statuses), []

    def __call__(self, url, body, headers):
        self.got.append((url, body, headers))
        status = self.statuses.pop(0) if self.statuses else 200
        if isinstance(status, Exception):
            raise status
        return outgoing.Answer(status, f"status {status}")


def deliver(partner, instant=NOW):
    with desk_scope(), clock_at(instant):
        return webhooks.deliver_due(post=partner)


def test_what_happens_is_sent_signed_and_once(employer):
    one, partner = endpoint(employer), Partner()
    happen(employer, cents=100_000)
    assert deliver(partner, instant=datetime.now(UTC)) == 1
    ((url, body, headers),) = partner.got
    event = Event.objects.get()
    told = Webhook(selectors.secret_of(one)).verify(body, headers)
    assert url == URL
    assert told == {
        "id": public_id("evt", employer.pk, event.pk),
        "type": "deposit.received",
        "timestamp": "2026-04-02T12:00:00Z",
        "employer": public_id("emp", 0, employer.pk),
        "data": {"cents": 100_000},
    }
    assert headers["webhook-id"] == told["id"]
    assert deliver(partner, instant=datetime.now(UTC) + timedelta(days=1)) == 0
    assert (Delivery.objects.get().state, Delivery.objects.get().status) == ("delivered", 200)


def test_a_year_of_work_is_told(employer):
    homes = claim_stories.open_book(employer, count=1)
    stories.agree(employer, date(2026, 1, 1))
    with employer_scope(employer), clock_at(NOW):
        (key,) = register(new_claim(homes[0], ("99213", 21_000), on=date(2026, 3, 1), received_at=NOW))
        decide_waiting(employer_id=employer.pk)
        receive_deposit(purpose="fund", received_on=date(2026, 4, 1), cents=1_000_000, reference="W1")
        run_payments()
    outbox.drain()
    told = [(one.kind, selectors.shown(one)) for one in selectors.events(employer.pk).order_by("id")]
    assert [kind for kind, _ in told][-3:] == ["claims.decided", "deposit.received", "payments.run"]
    (decision,) = told[-3][1]["decisions"]
    assert decision["claim"] == public_id("clm", employer.pk, key)
    assert told[-2][1] == {"reference": "W1", "received_on": "2026-04-01", "cents": 1_000_000, "purpose": "fund"}
    assert told[-1][1]["paid_count"] == 1


def test_what_is_taken_back_was_never_told(employer):
    with employer_scope(employer), pytest.raises(RuntimeError), transaction.atomic():
        services.announce("deposit.received", {"cents": 5})
        raise RuntimeError
    outbox.drain()
    assert not Event.objects.exists()


def test_a_type_that_is_not_in_the_list_is_a_mistake_of_ours(in_employer):
    with pytest.raises(InvariantError):
        services.announce("claim.lost", {})


def test_an_endpoint_hears_its_types_and_its_employer_alone(employer, other_employer):
    endpoint(employer, "invoice.issued")
    endpoint(other_employer, url="https://other.example/")
    happen(employer)
    assert not Delivery.objects.exists()
    happen(employer, "invoice.issued", number="A-1")
    assert [one.endpoint.url for one in Delivery.objects.all()] == [URL]


@pytest.mark.parametrize("fault", [500, 302, 404, OSError("down"), outgoing.Refused("no public host")], ids=str)
def test_what_is_not_taken_is_tried_again_after_longer_and_longer(employer, fault):
    endpoint(employer)
    happen(employer)
    partner = Partner(fault, fault, 204)
    assert [deliver(partner, at(seconds=seconds)) for seconds in (0, 59, 60, 359, 360, 10_000)] == [1, 0, 1, 0, 1, 0]
    found = Delivery.objects.get()
    assert (found.state, found.attempt_count, found.status) == ("delivered", 3, 204)


def test_it_is_given_up_after_three_days_and_can_be_sent_again_by_hand(employer):
    endpoint(employer)
    happen(employer)
    partner, instant = Partner(*[503] * 40), NOW
    while Delivery.objects.get().state == "waiting":
        instant = max(instant, Delivery.objects.get().next_at)
        deliver(partner, instant)
    found = Delivery.objects.get()
    assert found.state == "failed"
    assert found.status == 503
    assert at(days=2, hours=12) < instant <= at(days=3)
    services.redeliver(one=found, now=at(days=5))
    assert deliver(Partner(), at(days=5)) == 1
    assert Delivery.objects.get().state == "delivered"


def test_gone_disables_the_endpoint_and_gives_up_what_waits(employer):
    one = endpoint(employer)
    happen(employer)
    happen(employer)
    partner = Partner(410)
    deliver(partner)
    one.refresh_from_db()
    assert one.disabled_reason == "It answered 410: gone."
    assert {found.state for found in Delivery.objects.all()} <= {"failed", "delivered"}
    happen(employer)
    assert deliver(partner, at(days=1)) == 0
    with pytest.raises(EndpointDisabledError):
        services.redeliver(one=Delivery.objects.first(), now=NOW)
    services.enable_endpoint(one=one)
    happen(employer)
    assert deliver(partner, at(days=1)) == 1


def test_after_a_rotation_both_secrets_sign_for_a_day(employer):
    one = endpoint(employer)
    before = selectors.secret_of(one)
    services.rotate_secret(one=one, now=NOW)
    now = selectors.secret_of(one)
    assert now != before
    assert selectors.signing_secrets(one, at(hours=23)) == [now, before]
    assert selectors.signing_secrets(one, at(hours=24)) == [now]
    happen(employer)
    partner = Partner()
    deliver(partner, at(hours=1))
    ((_, body, headers),) = partner.got
    signed = [Webhook(secret).sign(headers["webhook-id"], at(hours=1), body.decode()) for secret in (now, before)]
    assert headers["webhook-signature"] == " ".join(signed)


def test_a_delivery_that_a_killed_worker_took_is_taken_by_the_next_one(employer):
    endpoint(employer)
    happen(employer)
    with desk_scope():
        assert len(services.take_due(limit=5, now=NOW)) == 1
    assert deliver(Partner(), at(seconds=179)) == 0
    assert deliver(Partner(), at(seconds=180)) == 1


WRONG = [
    "http://partner.example/", "ftp://partner.example/", "https://", "https://a:b@partner.example/", "partner.example",
    "https://partner.example:0/", "https://partner.example:99999/", "https://part ner.example/", "https://[::1/", "",
    "https://partner.example/\r\nX: y", "javascript:alert(1)",
]  # fmt: skip


@pytest.mark.parametrize("url", WRONG)
def test_an_address_to_which_nothing_can_be_sent_is_refused(employer, url):
    with pytest.raises(EndpointUrlError):
        endpoint(employer, url=url)
    assert not Endpoint.objects.exists()


def test_there_are_ten_endpoints_and_only_known_types(employer):
    with pytest.raises(DomainError, match=r"no type 'invoice\.lost'"):
        endpoint(employer, "invoice.lost")
    for _ in range(10):
        endpoint(employer)
    with pytest.raises(EndpointLimitError):
        endpoint(employer)
    assert Endpoint.objects.count() == 10


def test_after_thirty_days_it_is_forgotten(employer):
    endpoint(employer)
    happen(employer)
    services.forget_old(now=at(days=30))
    assert Event.objects.count() == 1
    services.forget_old(now=at(days=30, seconds=1))
    assert (Event.objects.count(), Delivery.objects.count(), Endpoint.objects.count()) == (0, 0, 1)


def test_the_body_names_nobody(employer):
    endpoint(employer)
    happen(employer, "stop_loss.notice", reached_bp=5_000, eligible_cents=1, deductible_cents=2)
    body = json.loads(webhooks.body_of(Event.objects.get()))
    assert set(body["data"]) == {"reached_bp", "eligible_cents", "deductible_cents"}
