"""How many of what happened on which day, for all employers: a projection for the desk's pictures, fed by the outbox."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection
from django.db.models import Sum

from tpa.infra import outbox
from tpa.infra.models import DayCount

TOPIC = "day_count"

_ADD = """
INSERT INTO infra_daycount (employer_id, "day", measure, count)
SELECT * FROM unnest(%s::bigint[], %s::date[], %s::text[], %s::bigint[])
ON CONFLICT (employer_id, "day", measure) DO UPDATE SET count = infra_daycount.count + excluded.count"""


def add_counts(counts: Iterable[tuple[date, str, int]]) -> None:
    """Count (day, measure, how many) for the bound employer, in the caller's transaction. One statement."""
    outbox.publish(counted(counts))


def counted(counts: Iterable[tuple[date, str, int]]) -> list[outbox.News]:
    """The same as news for the outbox, for a caller that has more to publish."""
    listed = [[day.isoformat(), measure, count] for day, measure, count in counts if count]
    return [(TOPIC, {"counts": listed})] if listed else []


def counts_since(day: date, employer_ids: Sequence[int] | None = None) -> dict[tuple[date, str], int]:
    """(day, measure) -> how many, from that day on; of these employers, or of all."""
    rows = DayCount.objects.filter(day__gte=day)
    if employer_ids is not None:
        rows = rows.filter(employer_id__in=employer_ids)
    found = rows.values_list("day", "measure").annotate(total=Sum("count")).order_by("day", "measure")
    return {(on, measure): total for on, measure, total in found}


@outbox.handles(TOPIC)
def _apply(events: list[outbox.Event]) -> None:
    sums: dict[tuple[int, str, str], int] = {}
    for event in events:
        for day, measure, count in event.payload["counts"]:
            key = event.employer_id, day, measure
            sums[key] = sums.get(key, 0) + count
    rows = [(*key, count) for key, count in sorted(sums.items())]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [list(column) for column in zip(*rows, strict=True)])
