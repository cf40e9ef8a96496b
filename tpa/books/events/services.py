"""Telling what happened, keeping endpoints, and the way of a delivery. Run at the desk, but for `announce`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.db import connection

from tpa.books.events.errors import EndpointDisabledError, EndpointLimitError, EndpointUrlError
from tpa.books.events.kinds import KINDS
from tpa.books.events.models import Delivery, Endpoint, Event
from tpa.infra import outbox
from tpa.kernel.errors import DomainError, must

TOPIC = "event"
KEPT_FOR = timedelta(days=30)
MOST_ENDPOINTS = 10
RETRIED_FOR = timedelta(days=3)
LEASE = timedelta(minutes=3)
"""How long a delivery that is being tried is left alone: a worker that was killed leaves it to the next one."""
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720)]
"""After which attempt how long is waited; the last one again and again, until the three days are over."""

_FAN_OUT = """
INSERT INTO events_delivery (employer_id, endpoint_id, event_id, state, attempt_count, since, next_at, answer)
SELECT p.employer_id, p.id, e.id, 'waiting', 0, %s, %s, ''
FROM events_event e
JOIN events_endpoint p ON p.employer_id = e.employer_id AND p.disabled_at IS NULL
  AND (p.kinds = '{}' OR e.kind = ANY (p.kinds))
WHERE e.id = ANY (%s) ORDER BY e.id, p.id ON CONFLICT DO NOTHING"""
_TAKE = """
UPDATE events_delivery SET attempt_count = attempt_count + 1, tried_at = %s, next_at = %s
WHERE id IN (SELECT id FROM events_delivery WHERE state = 'waiting' AND next_at <= %s
             ORDER BY next_at, id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id"""


class Reply(NamedTuple):
    """What came of an attempt: the HTTP status, or None where no answer came; and the beginning of the text."""

    status: int | None
    text: str

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


def announce(kind: str, data: dict[str, Any]) -> None:
    """Tell other systems what happened in the bound employer's books, in the transaction in which it happens."""
    outbox.publish([news(kind, data)])


def news(kind: str, data: dict[str, Any]) -> outbox.News:
    """The same as news for the outbox, for a caller that has more to publish."""
    must(kind in KINDS, f"{kind} is a type of event")
    return TOPIC, {"kind": kind, "data": data}


@outbox.handles(TOPIC)
def _keep(events: list[outbox.Event]) -> None:
    Event.objects.bulk_create(
        Event(one.id, one.employer_id, one.payload["kind"], one.payload["data"], one.created_at) for one in events
    )
    latest = max(one.created_at for one in events)
    with connection.cursor() as cursor:
        cursor.execute(_FAN_OUT, [latest, latest, [one.id for one in events]])


def forget_old(*, now: datetime) -> int:
    """Drop events older than 30 days with their deliveries; how many went."""
    gone, _ = Event.objects.filter(occurred_at__lt=now - KEPT_FOR).delete()
    return gone


def add_endpoint(*, employer_id: int, url: str, kinds: Sequence[str], by: str, now: datetime) -> Endpoint:
    """Raises EndpointUrlError, DomainError for a type that is not known, EndpointLimitError."""
    check_url(url)
    unknown = sorted(set(kinds) - KINDS.keys())
    if unknown:
        raise DomainError(f"There is no type {unknown[0]!r}.", where="/types", remedy=f"Types: {', '.join(KINDS)}.")
    if Endpoint.objects.filter(employer_id=employer_id, disabled_at=None).count() >= MOST_ENDPOINTS:
        raise EndpointLimitError(f"There are {MOST_ENDPOINTS} endpoints already.")
    return Endpoint.objects.create(employer_id=employer_id, url=url, kinds=sorted(set(kinds)), made_by=by, made_at=now)


def check_url(url: str) -> None:
    """Raise EndpointUrlError unless it is an https address with a host and without a login. Whether the host is a public
    one is found out at each attempt: names change their addresses."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise EndpointUrlError("This is no address.", where="/url") from error
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if not plain or parts.scheme != "https" or not parts.hostname or port == 0 or parts.username is not None:
        raise EndpointUrlError("Events are sent to https addresses only.", where="/url")


def rotate_secret(*, one: Endpoint, now: datetime) -> None:
    """The endpoint gets a new secret; the one before signs beside it for a day."""
    Endpoint.objects.filter(pk=one.pk).update(secret_number=one.secret_number + 1, rotated_at=now)
    one.refresh_from_db()


def disable_endpoint(*, one: Endpoint, reason: str, now: datetime) -> None:
    """Nothing is sent to it from now on; what waits is given up."""
    Endpoint.objects.filter(pk=one.pk, disabled_at=None).update(disabled_at=now, disabled_reason=reason[:100])
    Delivery.objects.filter(endpoint=one, state=Delivery.State.WAITING).update(state=Delivery.State.FAILED)
    one.refresh_from_db()


def enable_endpoint(*, one: Endpoint) -> None:
    """New events are sent to it again. What it has missed is in the list of events."""
    Endpoint.objects.filter(pk=one.pk).update(disabled_at=None, disabled_reason="")
    one.refresh_from_db()


def redeliver(*, one: Delivery, now: datetime) -> None:
    """Send it once more, and retry for three days from now. Raises EndpointDisabledError."""
    if one.endpoint.disabled_at is not None:
        raise EndpointDisabledError("The endpoint is disabled.")
    Delivery.objects.filter(pk=one.pk).update(state=Delivery.State.WAITING, attempt_count=0, since=now, next_at=now)
    one.refresh_from_db()


def take_due(*, limit: int, now: datetime) -> list[Delivery]:
    """Deliveries to be tried now, leased to the caller; another worker passes them over."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [now, now + LEASE, now, limit])
        keys = [key for (key,) in cursor.fetchall()]
    return list(Delivery.objects.filter(pk__in=keys).select_related("event", "endpoint").order_by("event_id", "pk"))


def note_reply(*, one: Delivery, reply: Reply, now: datetime) -> None:
    """Delivered, or tried again after a pause, or given up after three days. 410 disables the endpoint."""
    changes: dict[str, Any] = {"status": reply.status, "answer": reply.text[:1000]}
    pause = PAUSES[min(one.attempt_count, len(PAUSES)) - 1]
    if reply.is_taken:
        changes["state"] = Delivery.State.DELIVERED
    elif now + pause > one.since + RETRIED_FOR:
        changes["state"] = Delivery.State.FAILED
    else:
        changes["next_at"] = now + pause
    Delivery.objects.filter(pk=one.pk, state=Delivery.State.WAITING).update(**changes)
    if reply.status == 410:
        disable_endpoint(one=one.endpoint, reason="It answered 410: gone.", now=now)
