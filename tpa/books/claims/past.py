"""A family's past as steps that can be taken again: recorded decisions of a span of service, and what came between."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.db import connection

from tpa.books.accumulators import selectors as accumulators
from tpa.books.claims import facts
from tpa.engine.accumulators.balances import AccumulatorEntry, Balances
from tpa.engine.adjudication.again import Step
from tpa.engine.adjudication.comparison import ComparedLine
from tpa.engine.adjudication.facts import Family
from tpa.kernel.periods import Span


class Recorded(NamedTuple):
    """A family of the past: as it stood before the first step, the steps, and the recorded lines by claim."""

    family: Family
    steps: tuple[Step, ...]
    lines: dict[int, tuple[ComparedLine, ...]]


_LIVE = """
    FROM claims_claim c JOIN LATERAL (
        SELECT id, coalesce(place, family_seq) AS place, outcome FROM claims_decision WHERE claim_id = c.id
        ORDER BY version DESC LIMIT 1
    ) AS live ON live.outcome NOT IN ('reversed', 'estimate')
    WHERE c.service_on >= %s AND c.service_on < %s"""
_FAMILIES = """
    SELECT DISTINCT family_id FROM claims_claim
    WHERE service_on >= %s AND service_on < %s AND family_id > %s ORDER BY family_id LIMIT %s"""
_COUNT = "SELECT count(DISTINCT family_id), count(*) FROM claims_claim WHERE service_on >= %s AND service_on < %s"
_CLAIMS = f"SELECT c.family_id, c.id, live.place, live.id {_LIVE} AND c.family_id = ANY(%s) ORDER BY 1, 3"
_LINES = """
    SELECT decision_id, number, service_on, line_of_coverage, benefit, denied, charge_cents, allowed_cents, paid_cents,
        member_responsibility_cents
    FROM claims_decisionline WHERE decision_id = ANY(%s) ORDER BY decision_id, number"""
_PLACES = """
    SELECT d.family_id, d.family_seq, CASE WHEN d.claim_id <> ALL (%s) AND d.outcome <> 'reversed' AND NOT EXISTS (
            SELECT FROM claims_decision later WHERE later.claim_id = d.claim_id AND later.version > d.version)
        THEN coalesce(d.place, d.family_seq) END
    FROM claims_decision d WHERE d.family_id = ANY(%s)"""


def families_count(span: Span) -> tuple[int, int]:
    """How many families have claims that begin inside the span, and how many claims."""
    ((families, claims),) = _rows(_COUNT, [*span])
    return families, claims


def families_in(span: Span, *, after: int, limit: int) -> list[int]:
    """The next families with claims that begin inside the span, by key."""
    return [key for (key,) in _rows(_FAMILIES, [*span, after, limit])]


def recorded(employer_id: int, family_ids: Collection[int], span: Span) -> list[Recorded]:
    """The past of these families: decided claims that begin inside the span, in the families' order.

    People, coverage, providers and prices are those known now. Everything else that moved the families' accumulators is
    kept in its place. A dozen queries, whatever the number of families. A family without decided claims is left out.
    """
    rows = _rows(_CLAIMS, [*span, list(family_ids)])
    claim_ids = [row[1] for row in rows]
    chosen = {one.claim.claim_id: one for one in facts.chosen_claims(employer_id, claim_ids)}
    families = facts.families_of(list(chosen.values()))
    lines: dict[int, list[ComparedLine]] = {}
    for decision_id, *line in _rows(_LINES, [[row[3] for row in rows]]):
        lines.setdefault(decision_id, []).append(ComparedLine(*line))
    others = _others(claim_ids, list(families))
    steps: dict[int, list[tuple[int, Step]]] = {}
    kept: dict[int, dict[int, tuple[ComparedLine, ...]]] = {}
    for family_id, claim_id, place, decision_id in rows:
        steps.setdefault(family_id, []).append((place, Step(chosen[claim_id].claim)))
        kept.setdefault(family_id, {})[claim_id] = tuple(lines[decision_id])
    found = []
    for family_id, own in steps.items():
        family = families[family_id].family
        family.balances = Balances()
        own += [(place, Step(None, tuple(entries))) for place, entries in others.get(family_id, {}).items()]
        own.sort(key=_by_place)
        found.append(Recorded(family, tuple(step for _, step in own), kept[family_id]))
    return found


def _others(claim_ids: list[int], family_ids: list[int]) -> dict[int, dict[int, list[AccumulatorEntry]]]:
    """By family and place the entries that count and that none of the claims made.

    Of other claims' live decisions, and of what is no decision. What was reversed counts for nothing.
    """
    places = {(family_id, seq): place for family_id, seq, place in _rows(_PLACES, [claim_ids, family_ids])}
    found: dict[int, dict[int, list[AccumulatorEntry]]] = {}
    for one in accumulators.entries_of(family_ids, since=dict.fromkeys(family_ids, 1)):
        place = places.get((one.family_id, one.family_seq), one.family_seq)
        if place is not None:
            entry = AccumulatorEntry(one.member_id, one.code, one.period_on, one.amount, one.line_number)
            found.setdefault(one.family_id, {}).setdefault(place, []).append(entry)
    return found


def _by_place(one: tuple[int, Step]) -> int:
    return one[0]


def _rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
