"""Events on their way to other systems: each is signed (Standard Webhooks), sent, and tried again for three days.

A delivery may arrive twice, after a worker was killed between the answer and its note: its id tells the receiver.
"""

import json
import ssl
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from http.client import HTTPException

from django.db import transaction
from standardwebhooks import Webhook

from tpa.books.events import selectors, services
from tpa.books.events.models import Delivery, Event
from tpa.books.events.services import Reply
from tpa.infra import clock, outgoing
from tpa.kernel.ids import public_id

AT_ONCE = 5
"""Deliveries that are tried side by side, so that a silent host holds up nobody but itself."""
SECONDS = 10
"""Then no more are taken, and the worker gives way to other work: hosts that are silent must not hold up claims."""

Letter = tuple[str, bytes, Mapping[str, str]]
"""Address, body, headers."""
Post = Callable[[str, bytes, Mapping[str, str]], outgoing.Answer]


def deliver_due(*, post: Post = outgoing.post, seconds: float = SECONDS) -> int:
    """Try the deliveries that are due; how many were tried. No transaction is open while a host is waited for."""
    count, until = 0, time.monotonic() + seconds
    with ThreadPoolExecutor(AT_ONCE) as side_by_side:
        while time.monotonic() < until and (due := services.take_due(limit=AT_ONCE, now=clock.now())):
            for one, reply in zip(due, side_by_side.map(partial(send, post), map(letter_of, due)), strict=True):
                with transaction.atomic():
                    services.note_reply(one=one, reply=reply, now=clock.now())
            count += len(due)
    return count


def send(post: Post, letter: Letter) -> Reply:
    """One attempt to send a body with headers to an address, and what came of it. It asks no database."""
    try:
        answer = post(*letter)
    except outgoing.Refused as refusal:
        return Reply(None, str(refusal))
    except (OSError, HTTPException, ssl.SSLError, UnicodeError) as error:
        return Reply(None, f"No answer: {type(error).__name__}.")
    return Reply(answer.status, answer.text)


def letter_of(one: Delivery) -> Letter:
    """What is sent, and where."""
    body = body_of(one.event)
    return one.endpoint.url, body, headers_of(one, body, clock.now())


def body_of(event: Event) -> bytes:
    """The event as it is sent, and as `/events/` shows it."""
    told = {
        "id": public_id("evt", event.employer_id, event.pk),
        "type": event.kind,
        "timestamp": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "employer": public_id("emp", 0, event.employer_id),
        "data": selectors.shown(event),
    }
    return json.dumps(told, separators=(",", ":")).encode()


def headers_of(one: Delivery, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks; after a rotation both secrets sign."""
    told = public_id("evt", one.event.employer_id, one.event_id)
    secrets = selectors.signing_secrets(one.endpoint, now)
    return {
        "Content-Type": "application/json",
        "User-Agent": "tpa-webhooks/1",
        "webhook-id": told,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(told, now, body.decode()) for secret in secrets),
    }


@transaction.atomic
def forget_old_events() -> int:
    """Drop events of more than 30 days ago; how many rows went."""
    return services.forget_old(now=clock.now())
