"""The desk's queues across all employers: items are opened and closed through the outbox."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Count, F, Min, QuerySet, Sum

from tpa.infra import clock, outbox
from tpa.infra.models import WorkItem
from tpa.kernel.errors import ConflictError

TOPIC = "work_item"

_UPSERT = """
INSERT INTO infra_workitem (employer_id, kind, queue, subject_id, title, amount_cents, due_on, opened_at, due_at, clock)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::date[],
                     %s::timestamptz[], %s::timestamptz[], %s::text[])
ON CONFLICT (employer_id, kind, subject_id) DO UPDATE SET queue = excluded.queue, title = excluded.title,
  amount_cents = excluded.amount_cents, due_on = excluded.due_on, due_at = excluded.due_at, clock = excluded.clock"""
_CLOSE = """
DELETE FROM infra_workitem USING unnest(%s::bigint[], %s::text[], %s::bigint[]) AS done (employer_id, kind, subject_id)
WHERE infra_workitem.employer_id = done.employer_id AND infra_workitem.kind = done.kind
  AND infra_workitem.subject_id = done.subject_id"""


class Item(NamedTuple):
    """What waits: `subject_id` is its key in its own book; the title names no person.

    `clock` says of what the due day is the legal deadline (empty: of nothing), `due_at` its last instant in hours.
    """

    kind: str
    queue: str
    subject_id: int
    title: str
    amount_cents: int | None = None
    due_on: date | None = None
    opened_at: datetime | None = None
    due_at: datetime | None = None
    clock: str = ""


def open_items(items: Iterable[Item]) -> None:
    """Put items of the bound employer into their queues, in the caller's transaction; again, and they are renewed."""
    outbox.publish((TOPIC, {"open": _as_json(item)}) for item in items)


def close_items(kind: str, subject_ids: Iterable[int]) -> None:
    """Take items of the bound employer out of their queues, in the caller's transaction."""
    outbox.publish((TOPIC, {"close": [kind, subject_id]}) for subject_id in subject_ids)


def queue_of(queue: str, employer_ids: Sequence[int] | None = None) -> QuerySet[WorkItem]:
    """What waits in a queue, the most urgent first; of these employers, or of all."""
    items = WorkItem.objects.filter(queue=queue).order_by(F("due_on").asc(nulls_last=True), "id")
    return items if employer_ids is None else items.filter(employer_id__in=employer_ids)


def clock_board(employer_ids: Sequence[int] | None = None) -> QuerySet[WorkItem]:
    """Every legal deadline, whatever its queue, the nearest first; of these employers, or of all."""
    items = WorkItem.objects.exclude(clock="").order_by("due_on", F("due_at").asc(nulls_last=True), "id")
    return items if employer_ids is None else items.filter(employer_id__in=employer_ids)


def assign(*, item_id: int, user_id: int) -> None:
    """Give an item to somebody. Raises ConflictError where it is done."""
    if not WorkItem.objects.filter(pk=item_id).update(taken_by=user_id):
        raise ConflictError("There is no such item any more.")


def queue_totals(employer_ids: Sequence[int] | None = None) -> list[Any]:
    """Per queue: `queue`, `count`, `amount_cents`, `oldest_at`."""
    items = WorkItem.objects.all() if employer_ids is None else WorkItem.objects.filter(employer_id__in=employer_ids)
    totals = items.values("queue").annotate(
        count=Count("id"), amount_cents=Sum("amount_cents"), oldest_at=Min("opened_at")
    )
    return list(totals.order_by("queue"))


def take_next(*, queue: str, user_id: int, employer_ids: Sequence[int] | None = None) -> WorkItem | None:
    """The most urgent free item of the queue, now taken by the user; None where there is none."""
    with transaction.atomic():
        item = queue_of(queue, employer_ids).filter(taken_by=None).select_for_update(skip_locked=True).first()
        if item is not None:
            item.taken_by = user_id
            item.save(update_fields=["taken_by"])
        return item


def give_back(*, item_id: int, user_id: int) -> None:
    """Free an item that the user took. Raises ConflictError where it is not theirs."""
    if not WorkItem.objects.filter(pk=item_id, taken_by=user_id).update(taken_by=None):
        raise ConflictError("This item is not yours.")


def _as_json(item: Item) -> list[Any]:
    opened_at = item.opened_at or clock.now()
    due = [one.isoformat() if one else None for one in (item.due_on, opened_at, item.due_at)]
    return [*item[:5], *due, item.clock]


@outbox.handles(TOPIC)
def _apply(events: list[outbox.Event]) -> None:
    """Only the last word on each subject counts within a batch."""
    last: dict[tuple[int, str, int], outbox.Event] = {}
    for event in events:
        open_, close = event.payload.get("open"), event.payload.get("close")
        kind, subject_id = (open_[0], open_[2]) if open_ else close
        last[event.employer_id, kind, subject_id] = event
    opened = [
        (event.employer_id, *_columns(event.payload["open"])) for event in last.values() if "open" in event.payload
    ]
    closed = [key for key, event in last.items() if "close" in event.payload]
    with connection.cursor() as cursor:
        if opened:
            cursor.execute(_UPSERT, [list(column) for column in zip(*opened, strict=True)])
        if closed:
            cursor.execute(_CLOSE, [list(column) for column in zip(*closed, strict=True)])


def _columns(told: list[Any]) -> list[Any]:
    """An event's values in the order of the columns; one of the version before says nothing of a clock."""
    return told if len(told) == len(Item._fields) else [*told, None, ""]
