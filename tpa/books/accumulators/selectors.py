"""Reading accumulators: sums of entries, grouped by the database, from each family's last checkpoint on."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from tpa.books.accumulators.models import Entry, External
from tpa.infra.postgres.prepared import Asked, keys_text, prepared

CHECKPOINT_EVERY = 64
"""Entries that a family may have since its last checkpoint before the next one is worth its writing."""
_ALL = 2_147_483_647

# OFFSET 0 keeps the planner to the families' own stretches of the index, whatever it knows of the tables.
_BALANCES = """
WITH last AS (
    SELECT f.id AS family_id, f.before,
           coalesce((SELECT c.family_seq FROM accumulators_checkpoint c
                     WHERE c.family_id = f.id AND c.family_seq < f.before
                     ORDER BY c.family_seq DESC LIMIT 1), 0) AS seq
    FROM unnest(%s::bigint[], %s::int[]) AS f(id, before)
)
SELECT family_id, member_id, code, period_on, sum(amount)::bigint, sum(fresh)::bigint
FROM (
    SELECT l.family_id, c.member_id, c.code, c.period_on, c.amount, 0 AS fresh
    FROM last l CROSS JOIN LATERAL (
        SELECT * FROM accumulators_checkpoint WHERE family_id = l.family_id AND family_seq = l.seq OFFSET 0
    ) c
    UNION ALL
    SELECT l.family_id, e.member_id, e.code, e.period_on, e.amount, 1
    FROM last l CROSS JOIN LATERAL (
        SELECT * FROM accumulators_entry
        WHERE family_id = l.family_id AND family_seq > l.seq AND family_seq < l.before OFFSET 0
    ) e
) AS parts
GROUP BY family_id, member_id, code, period_on
ORDER BY family_id, member_id, code, period_on"""

_SINCE = """
SELECT e.family_id, e.family_seq, e.n, e.member_id, e.code, e.period_on, e.amount, e.line_number
FROM unnest(%s::bigint[], %s::int[]) AS f(id, first) CROSS JOIN LATERAL (
    SELECT * FROM accumulators_entry WHERE family_id = f.id AND family_seq >= f.first OFFSET 0
) e
ORDER BY 1, 2, 3"""


class FamilyBalances(NamedTuple):
    """The sums of a family as the engine's `Balances` takes them, and how many entries came since the checkpoint."""

    rows: list[tuple[int, str, date, int]]
    fresh_count: int


def balances(
    family_ids: Collection[int], *, before: int | Mapping[int, int] | None = None
) -> dict[int, FamilyBalances]:
    """The balances of many families, before decision number `before` of each or of all (None: now). One query.

    What it reads does not grow with the number of claims that a family has had. A family without entries is missing.
    """
    return read_balances(prepared(*ask_balances(family_ids, before)))


def ask_balances(family_ids: Collection[int], before: int | Mapping[int, int] | None = None) -> Asked:
    """The statement behind it, for a message with others; `read_balances` reads its rows."""
    ids = list(family_ids)
    ends = (
        [before[key] for key in ids] if isinstance(before, Mapping) else [_ALL if before is None else before] * len(ids)
    )
    return _BALANCES, [keys_text(ids), keys_text(ends)]


def read_balances(rows_read: Iterable[tuple[Any, ...]]) -> dict[int, FamilyBalances]:
    """The balances by family, as `balances` gives them."""
    found: dict[int, FamilyBalances] = {}
    for family_id, member_id, code, period_on, amount, fresh in rows_read:
        rows, count = found.get(family_id) or ([], 0)
        rows.append((member_id, code, period_on, amount))
        found[family_id] = FamilyBalances(rows, count + fresh)
    return found


class Posted(NamedTuple):
    """One entry as recorded."""

    family_id: int
    family_seq: int
    n: int
    member_id: int
    code: str
    period_on: date
    amount: int
    line_number: int


def entries_of(
    family_ids: Collection[int], *, family_seq: int | None = None, since: Mapping[int, int] | None = None
) -> Iterator[Posted]:
    """The entries of families in the order of decision; of one decision number, or since one of each family."""
    if since is not None:
        return _entries_since(since)
    found = Entry.objects.filter(family_id__in=list(family_ids))
    if family_seq is not None:
        found = found.filter(family_seq=family_seq)
    return (Posted(*row) for row in found.order_by("family_id", "family_seq", "n").values_list(*Posted._fields))


def _entries_since(since: Mapping[int, int]) -> Iterator[Posted]:
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, [list(since), list(since.values())])
        yield from (Posted(*row) for row in cursor.fetchall())


def external(source: str, source_refs: Collection[str]) -> dict[str, tuple[int, str, str, date, int]]:
    """What a source has told before, by its reference: member, line of coverage, name, day of service, amount."""
    found = External.objects.filter(source=source, source_ref__in=list(source_refs))
    rows = found.values_list("source_ref", "member_id", "line", "name", "service_on", "amount")
    return {row[0]: row[1:] for row in rows}


def external_amounts(member_id: int | None = None) -> QuerySet[External]:
    """Amounts from outside, of one member or of all."""
    return External.objects.all() if member_id is None else External.objects.filter(member_id=member_id)


def external_numbers(family_ids: Collection[int]) -> set[tuple[int, int]]:
    """(family, number) of the amounts from outside."""
    return set(External.objects.filter(family_id__in=list(family_ids)).values_list("family_id", "family_seq"))


def faults() -> list[str]:
    """Checkpoints that are not the sum of their family's entries, in words. Reads every entry."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT c.family_id, c.family_seq, c.member_id, c.code, c.amount, coalesce(s.amount, 0)
            FROM accumulators_checkpoint c
            LEFT JOIN LATERAL (
                SELECT sum(e.amount) AS amount FROM accumulators_entry e
                WHERE e.family_id = c.family_id AND e.family_seq <= c.family_seq
                  AND e.member_id = c.member_id AND e.code = c.code AND e.period_on = c.period_on
            ) s ON true
            WHERE c.amount <> coalesce(s.amount, 0)""")
        return [
            f"family {family} checkpoint {seq}, member {member} {code}: {kept}, its entries say {summed}"
            for family, seq, member, code, kept, summed in cursor.fetchall()
        ]
