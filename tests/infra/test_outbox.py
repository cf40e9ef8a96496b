"""What happened in an employer's books reaches the shared tables once, whatever breaks."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from tenants import directory
from tenants.scope import employer_scope
from tpa.infra import outbox
from tpa.infra.models import Job, OutboxEvent
from tpa.infra.postgres.statements import count_statements
from tpa.kernel.errors import InvariantError

TOPIC = "test.effect"
SEEN: list[list] = []
BREAKS_ON: set = set()


@outbox.handles(TOPIC)
def note_effect(events):
    """An effect in the database, and a fault where a test asks for one."""
    for event in events:
        Job.objects.create(employer_id=event.employer_id, kind="effect", message=str(event.payload))
        if event.payload in BREAKS_ON:
            raise ValueError(f"cannot take {event.payload}")
    SEEN.append([event.payload for event in events])


@pytest.fixture(autouse=True)
def nothing_seen():
    SEEN.clear()
    BREAKS_ON.clear()


def effects() -> list[str]:
    return list(Job.objects.filter(kind="effect").order_by("id").values_list("message", flat=True))


def test_a_thousand_events_are_one_statement_and_take_effect_in_order(in_employer):
    with count_statements() as statements:
        outbox.publish((TOPIC, number) for number in range(1000))
    assert [s.strip().split()[0] for s in statements if "set_config" not in s] == ["INSERT"]
    assert outbox.drain(TOPIC) == 1000
    assert effects() == [str(number) for number in range(1000)]
    assert outbox.drain(TOPIC) == 0


def test_an_event_that_was_rolled_back_never_happened(in_employer):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.publish([(TOPIC, 1)])
        1 / 0  # noqa: B018
    assert outbox.drain(TOPIC) == 0
    assert SEEN == []


def test_an_event_needs_an_employer_and_a_transaction(own_database):
    with pytest.raises(InvariantError, match="bound employer"):
        outbox.publish([(TOPIC, 1)])
    with employer_scope(directory.employer_of_code("acme")), pytest.raises(InvariantError, match="in the transaction"):
        outbox.publish([(TOPIC, 1)])
    outbox.publish([])


def test_one_bad_event_stops_no_other_and_is_put_aside_with_its_reason(in_employer):
    BREAKS_ON.add(2)
    outbox.publish((TOPIC, number) for number in (1, 2, 3))
    for attempt in range(1, outbox.MOST_ATTEMPTS):
        outbox.drain(TOPIC)
        assert OutboxEvent.objects.get(payload=2).attempts == attempt
    assert outbox.drain(TOPIC) == 1
    assert effects() == ["1", "3"]
    put_aside = OutboxEvent.objects.get()
    assert (put_aside.payload, put_aside.parked_reason) == (2, "ValueError('cannot take 2')")
    assert outbox.drain(TOPIC) == 0


def test_a_handler_that_fails_half_way_leaves_nothing_behind(in_employer):
    BREAKS_ON.add(1)
    outbox.publish([(TOPIC, 1)])
    outbox.drain(TOPIC)
    assert effects() == []


def test_a_broken_invariant_is_not_forgiven(in_employer, monkeypatch):
    def break_down(events):
        raise InvariantError("the books do not balance")

    monkeypatch.setitem(outbox._handlers, TOPIC, break_down)
    outbox.publish([(TOPIC, 1)])
    with pytest.raises(InvariantError), transaction.atomic():
        outbox.drain(TOPIC)
    assert OutboxEvent.objects.get().attempts == 0


def test_many_drains_at_once_have_one_effect_each(own_database):
    employer = directory.employer_of_code("acme")
    with employer_scope(employer), transaction.atomic():
        outbox.publish((TOPIC, number) for number in range(3000))

    def drain(_: int) -> int:
        try:
            return outbox.drain(TOPIC)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(drain, range(12)))
    assert sum(counts) == 3000
    assert effects() == [str(number) for number in range(3000)]


def test_a_topic_has_one_handler():
    with pytest.raises(ValueError, match="has a handler already"):
        outbox.handles(TOPIC)(note_effect)
