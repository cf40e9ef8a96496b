"""The live decisions of families, whole: as the engine made them, in the order of their places."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from tpa.books.accumulators import selectors as accumulators
from tpa.books.claims.recording import LINE_COLUMNS, read_line
from tpa.engine.accumulators.balances import AccumulatorEntry
from tpa.engine.adjudication.decision import Decision, LineDecision


class Live(NamedTuple):
    """A live decision. `place` is its place in the family's order, `decided_on` the day in the employer's zone."""

    decision_id: int
    claim_id: int
    version: int
    family_id: int
    member_id: int
    place: int
    decided_on: date
    decision: Decision


class Past(NamedTuple):
    """What counts of a family's past, by place: live decisions, and entries that no decision has made."""

    decisions: tuple[Live, ...]
    others: tuple[tuple[int, tuple[AccumulatorEntry, ...]], ...]


_LIVE = """
    SELECT d.id, d.claim_id, d.version, d.family_id, d.member_id, coalesce(d.place, d.family_seq), d.decided_on,
        d.family_seq, d.outcome, d.payee
    FROM claims_decision d
    WHERE d.family_id = ANY(%s) AND d.outcome <> 'reversed' AND NOT EXISTS (
        SELECT FROM claims_decision later WHERE later.claim_id = d.claim_id AND later.version > d.version)
    ORDER BY d.family_id, 6"""
_SEQS = "SELECT family_id, family_seq FROM claims_decision WHERE family_id = ANY(%s)"
_LINES = f"SELECT {', '.join(LINE_COLUMNS)} FROM claims_decisionline WHERE decision_id = ANY(%s) ORDER BY 1, 2"

_Entries = dict[tuple[int, int], tuple[AccumulatorEntry, ...]]


def pasts(family_ids: Collection[int]) -> dict[int, Past]:
    """The past of each of these families. Four queries, whatever their number; all of it is in memory."""
    ids = list(family_ids)
    rows, entries = _rows(_LIVE, [ids]), _entries(ids)
    lines: dict[int, list[LineDecision]] = {}
    for row in _rows(_LINES, [[row[0] for row in rows]]):
        lines.setdefault(row[0], []).append(read_line(row))
    live: dict[int, list[Live]] = {key: [] for key in ids}
    for decision_id, claim_id, version, family_id, member_id, place, decided_on, seq, outcome, payee in rows:
        made = entries.get((family_id, seq), ())
        decision = Decision(claim_id, tuple(lines.get(decision_id, ())), made, outcome == "estimate", payee)
        one = Live(decision_id, claim_id, version, family_id, member_id, place, decided_on, decision)
        live[family_id].append(one)
    decided = {(family_id, seq) for family_id, seq in _rows(_SEQS, [ids])}
    others: dict[int, list[tuple[int, tuple[AccumulatorEntry, ...]]]] = {key: [] for key in ids}
    for (family_id, seq), made in entries.items():
        if (family_id, seq) not in decided:
            others[family_id].append((seq, made))
    return {key: Past(tuple(live[key]), tuple(sorted(others[key]))) for key in ids}


def _entries(family_ids: list[int]) -> _Entries:
    found: dict[tuple[int, int], list[AccumulatorEntry]] = {}
    for one in accumulators.entries_of(family_ids):
        entry = AccumulatorEntry(one.member_id, one.code, one.period_on, one.amount, one.line_number)
        found.setdefault((one.family_id, one.family_seq), []).append(entry)
    return {key: tuple(made) for key, made in found.items()}


def _rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
