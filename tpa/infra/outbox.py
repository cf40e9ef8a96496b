"""From an employer's books to the shared tables: an event is written with the change, and its effect happens once.

An event and the change that it tells of are committed together or not at all. `drain` hands the events of a topic, in
the order of their numbers, to the topic's handler and deletes them in the same transaction as what the handler wrote:
killed anywhere, nothing is lost or doubled. One drain of a topic runs at a time.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.db import connection, transaction

from tenants.scope import current_employer, desk_scope
from tpa.infra import clock, locks
from tpa.infra.logs import logger
from tpa.infra.postgres.prepared import written
from tpa.kernel.errors import InvariantError, must

MOST_ATTEMPTS = 5
BATCH = 1000

_INSERT = """
INSERT INTO infra_outboxevent (employer_id, topic, payload, created_at, attempts, parked_reason)
SELECT %s::bigint, topic, payload::jsonb, %s::timestamptz, 0, ''
FROM unnest(%s::text[], %s::text[]) AS event (topic, payload)"""
_WAITING = """
SELECT id, employer_id, topic, payload, created_at FROM infra_outboxevent
WHERE topic = %s AND parked_reason = '' ORDER BY id LIMIT %s"""


class Event(NamedTuple):
    """One event, as a handler gets it."""

    id: int
    employer_id: int
    topic: str
    payload: Any
    created_at: Any


News = tuple[str, Any]
"""A topic, and the payload as JSON."""
Handler = Callable[[list[Event]], None]
_handlers: dict[str, Handler] = {}


def handles(topic: str) -> Callable[[Handler], Handler]:
    """Decorator: the function takes the topic's events, a batch at a time, bound to the desk, inside a transaction."""

    def register(handler: Handler) -> Handler:
        if topic in _handlers:
            raise ValueError(f"{topic} has a handler already")
        _handlers[topic] = handler
        return handler

    return register


def publish(events: Iterable[News]) -> None:
    """Write (topic, payload as JSON) of the bound employer, in one statement, inside the caller's transaction."""
    listed = list(events)
    if not listed:
        return
    employer = current_employer()
    if employer is None:
        raise InvariantError("an event needs a bound employer")
    must(connection.in_atomic_block, "an event is written in the transaction of the change that it tells of")
    topics, payloads = [topic for topic, _ in listed], [json.dumps(payload) for _, payload in listed]
    written(_INSERT, [employer.pk, clock.now(), topics, payloads])


def drain(topic: str | None = None) -> int:
    """Hand waiting events (of every topic) to their handlers until none is left; how many took effect.

    A batch whose handler fails is tried again event by event; an event that fails is put aside after MOST_ATTEMPTS
    with the reason, and never stops the others.
    """
    with desk_scope():
        return sum(_drain_topic(name) for name in ([topic] if topic else sorted(_handlers)))


class _HandlerFailed(Exception):
    def __init__(self, events: list[Event]) -> None:
        super().__init__(f"{len(events)} events")
        self.events = events


def _drain_topic(topic: str) -> int:
    done, size = 0, BATCH
    while True:
        try:
            count = _handle_batch(topic, size)
        except _HandlerFailed as failure:
            if len(failure.events) > 1:
                size = 1
            elif not _note_failure(failure.events[0], failure.__cause__):
                return done
            continue
        if count == 0:
            return done
        done += count


def _handle_batch(topic: str, size: int) -> int:
    with transaction.atomic():
        if not locks.try_lock(f"outbox:{topic}"):
            return 0
        events = _waiting(topic, size)
        if not events:
            return 0
        try:
            _handlers[topic](events)
        except InvariantError:
            raise
        except Exception as error:
            raise _HandlerFailed(events) from error
        _delete(events)
        return len(events)


def _waiting(topic: str, size: int) -> list[Event]:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [topic, size])
        return [
            Event(key, employer_id, name, json.loads(payload), at)
            for key, employer_id, name, payload, at in cursor.fetchall()
        ]


def _delete(events: list[Event]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM infra_outboxevent WHERE id = ANY(%s)", [[event.id for event in events]])


def _note_failure(event: Event, error: BaseException | None) -> bool:
    """Count the attempt; whether the event was put aside, so that the next one can go on."""
    logger(__name__).error("outbox event failed", topic=event.topic, event_id=event.id, error=repr(error)[:500])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE infra_outboxevent SET attempts = attempts + 1,"
            " parked_reason = CASE WHEN attempts + 1 >= %s THEN %s ELSE '' END WHERE id = %s RETURNING parked_reason",
            [MOST_ATTEMPTS, repr(error)[:500], event.id],
        )
        row = cursor.fetchone()
    return row is None or row[0] != ""
