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
        SELECT id, family_seq, outcome FROM claims_decision WHERE claim_id = c.id ORDER BY version DESC LIMIT 1
    ) AS live ON live.outcome NOT IN ('reversed', 'estimate')
    WHERE c.service_on >= %s AND c.service_on < %s"""
_FAMILIES = """
    SELECT DISTINCT family_id FROM claims_claim
    WHERE service_on >= %s AND service_on < %s AND family_id > %s ORDER BY family_id LIMIT %s"""
_COUNT = "SELECT count(DISTINCT family_id), count(*) FROM claims_claim WHERE service_on >= %s AND service_on < %s"
_CLAIMS = f"SELECT c.family_id, c.id, live.family_seq, live.id {_LIVE} AND c.family_id = ANY(%s) ORDER BY 1, 3"
_LINES = """
    SELECT decision_id, number, service_on, line_of_coverage, benefit, denied, charge_cents, allowed_cents, paid_cents,
        member_responsibility_cents
    FROM claims_decisionline WHERE decision_id = ANY(%s) ORDER BY decision_id, number"""
_SEQS = "SELECT family_id, family_seq FROM claims_decision WHERE claim_id = ANY(%s)"


def families_count(span: Span) -> tuple[int, int]:
    """How many families have claims that begin inside the span, and how many claims."""
    ((families, claims),) = _rows(_COUNT, [*span])
    return families, claims


def families_in(span: Span, *, after: int, limit: int) -> list[int]:
    """The next families with claims that begin inside the span, by key."""
    return [key for (key,) in _rows(_FAMILIES, [*span, after, limit])]


def recorded(employer_id: int, family_ids: Collection[int], span: Span) -> list[Recorded]:
    """The past of these families: decided claims that begin inside the span, in the order in which they were decided.

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
    first, between = _between(claim_ids)
    before = accumulators.balances(list(first), before=first)
    steps: dict[int, list[tuple[int, Step]]] = {}
    kept: dict[int, dict[int, tuple[ComparedLine, ...]]] = {}
    for family_id, claim_id, seq, decision_id in rows:
        steps.setdefault(family_id, []).append((seq, Step(chosen[claim_id].claim)))
        kept.setdefault(family_id, {})[claim_id] = tuple(lines[decision_id])
    found = []
    for family_id, own in steps.items():
        family = families[family_id].family
        family.balances = Balances(before[family_id].rows if family_id in before else ())
        own += [(seq, Step(None, tuple(entries))) for seq, entries in between.get(family_id, {}).items()]
        own.sort(key=_by_seq)
        found.append(Recorded(family, tuple(step for _, step in own), kept[family_id]))
    return found


def _between(claim_ids: list[int]) -> tuple[dict[int, int], dict[int, dict[int, list[AccumulatorEntry]]]]:
    """Each family's first number that one of the claims took, and the entries since then that none of them made."""
    taken: dict[int, set[int]] = {}
    for family_id, seq in _rows(_SEQS, [claim_ids]):
        taken.setdefault(family_id, set()).add(seq)
    first = {family_id: min(seqs) for family_id, seqs in taken.items()}
    found: dict[int, dict[int, list[AccumulatorEntry]]] = {}
    for one in accumulators.entries_of(list(first), since=first):
        if one.family_seq not in taken[one.family_id]:
            entry = AccumulatorEntry(one.member_id, one.code, one.period_on, one.amount, one.line_number)
            found.setdefault(one.family_id, {}).setdefault(one.family_seq, []).append(entry)
    return first, found


def _by_seq(one: tuple[int, Step]) -> int:
    return one[0]


def _rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
