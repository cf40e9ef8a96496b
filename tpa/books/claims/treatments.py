"""Treatments whose later instalments fall due: begun with a decision, worked through day by day."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection

from tpa.books.claims.recording import read_moves
from tpa.engine.adjudication.decision import Move

_BEGIN = """
    INSERT INTO claims_treatment (claim_id, line_number, family_id, next_due_on)
    SELECT * FROM unnest(%s::bigint[], %s::smallint[], %s::bigint[], %s::date[])
    ON CONFLICT (claim_id, line_number) DO UPDATE SET next_due_on = excluded.next_due_on"""
_DUE = """
    SELECT t.id, t.claim_id, t.line_number, t.next_due_on, coalesce(live.line_of_coverage, ''), coalesce(live.moves, '[]')
    FROM claims_treatment t
    LEFT JOIN LATERAL (
        SELECT line.moves, line.line_of_coverage FROM (
            SELECT id, outcome FROM claims_decision WHERE claim_id = t.claim_id ORDER BY version DESC LIMIT 1
        ) AS last JOIN claims_decisionline AS line ON line.decision_id = last.id AND line.number = t.line_number
        WHERE last.outcome <> 'reversed'
    ) AS live ON true
    WHERE t.next_due_on <= %s ORDER BY t.next_due_on, t.id LIMIT %s FOR UPDATE OF t SKIP LOCKED"""


class Begun(NamedTuple):
    """A treatment with something put off, and when the next of it is due."""

    claim_id: int
    line_number: int
    family_id: int
    next_due_on: date


class Due(NamedTuple):
    """A treatment of which something is due. `moves` are those of its live decision; none where that was reversed."""

    id: int
    claim_id: int
    line_number: int
    next_due_on: date
    line_of_coverage: str
    moves: tuple[Move, ...]


def begin_treatments(*, begun: Sequence[Begun]) -> None:
    """Note treatments, in the transaction of their decisions. One statement; none where there is nothing to note."""
    if begun:
        with connection.cursor() as cursor:
            cursor.execute(_BEGIN, [list(column) for column in zip(*begun, strict=True)])


def due_treatments(day: date, limit: int) -> list[Due]:
    """Up to `limit` treatments of which something is due on `day`, locked; those that another worker holds left out."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [day, limit])
        return [
            Due(key, claim_id, line_number, due_on, line_of_coverage, read_moves(moves))
            for key, claim_id, line_number, due_on, line_of_coverage, moves in cursor.fetchall()
        ]


def move_on(*, nexts: Iterable[tuple[int, date | None]]) -> None:
    """Write when the next instalment of each treatment is due; None ends it. One statement."""
    rows = list(nexts)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE claims_treatment t SET next_due_on = n.due_on"
            " FROM unnest(%s::bigint[], %s::date[]) AS n(id, due_on) WHERE t.id = n.id",
            [[key for key, _ in rows], [due_on for _, due_on in rows]],
        )
