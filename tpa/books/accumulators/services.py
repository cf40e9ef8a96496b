"""Writing accumulators: entries are added, never changed."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from tpa.infra.copy import copy_rows


class NewEntry(NamedTuple):
    """One row: decision number `family_seq` of the family added `amount` to the member's accumulator."""

    family_id: int
    family_seq: int
    n: int
    member_id: int
    code: str
    period_on: date
    amount: int
    line_number: int


def add_entries(*, entries: Sequence[NewEntry]) -> None:
    """Write entries by COPY, under the families' locks. One statement."""
    copy_rows("accumulators_entry", NewEntry._fields, entries)


class NewExternal(NamedTuple):
    """One amount from outside, as number `family_seq` of its family."""

    source: str
    source_ref: str
    family_id: int
    family_seq: int
    member_id: int
    line: str
    name: str
    service_on: date
    amount: int
    recorded_at: datetime
    recorded_by: str


def add_external(*, rows: Sequence[NewExternal]) -> None:
    """Write amounts from outside, under the families' locks; their entries are written by `add_entries`. One statement.

    The database refuses a reference that its source has given before.
    """
    copy_rows("accumulators_external", NewExternal._fields, rows)


_CHECKPOINT = """
WITH last AS (
    SELECT f.id AS family_id,
           coalesce((SELECT c.family_seq FROM accumulators_checkpoint c WHERE c.family_id = f.id
                     ORDER BY c.family_seq DESC LIMIT 1), 0) AS seq,
           (SELECT max(e.family_seq) FROM accumulators_entry e WHERE e.family_id = f.id) AS upto
    FROM unnest(%s::bigint[]) AS f(id)
)
INSERT INTO accumulators_checkpoint (family_id, family_seq, member_id, code, period_on, amount)
SELECT family_id, upto, member_id, code, period_on, sum(amount)
FROM (
    SELECT l.family_id, l.upto, c.member_id, c.code, c.period_on, c.amount
    FROM last l JOIN accumulators_checkpoint c ON c.family_id = l.family_id AND c.family_seq = l.seq
    UNION ALL
    SELECT l.family_id, l.upto, e.member_id, e.code, e.period_on, e.amount
    FROM last l JOIN accumulators_entry e ON e.family_id = l.family_id AND e.family_seq > l.seq
) AS parts
GROUP BY family_id, upto, member_id, code, period_on"""


def write_checkpoints(*, family_ids: Collection[int]) -> None:
    """Sum up the entries of families so far, so that the next reading starts from there. One statement.

    The families' locks must be held, and each must have an entry since its last checkpoint.
    """
    if family_ids:
        with connection.cursor() as cursor:
            cursor.execute(_CHECKPOINT, [list(family_ids)])
