"""What is wrong with the claims book, in words; empty as long as everything has done its work. Reads every row."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from tpa.books.accumulators import selectors as accumulators

_ONE_PLACE = """
    SELECT c.id, (w.claim_id IS NOT NULL)::int AS waits, p.open_count, d.live_count, (x.claim_id IS NOT NULL)::int
    FROM claims_claim c
    LEFT JOIN claims_work w ON w.claim_id = c.id
    LEFT JOIN claims_closing x ON x.claim_id = c.id
    LEFT JOIN LATERAL (
        SELECT count(*) AS open_count FROM claims_pend WHERE claim_id = c.id AND resolved_at IS NULL
    ) p ON true
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE outcome <> 'reversed') - count(*) FILTER (WHERE outcome = 'reversed') AS live_count
        FROM claims_decision WHERE claim_id = c.id
    ) d ON true
    WHERE (w.claim_id IS NOT NULL)::int + p.open_count + d.live_count + (x.claim_id IS NOT NULL)::int <> 1"""
_SUMS = """
    SELECT d.id FROM claims_decision d
    LEFT JOIN LATERAL (
        SELECT sum(charge_cents) AS charge, sum(allowed_cents) AS allowed, sum(paid_cents) AS paid,
            sum(member_responsibility_cents) AS member,
            bool_and(charge_cents = paid_cents
                + coalesce((SELECT sum((m ->> 3)::bigint) FROM jsonb_array_elements(moves::jsonb) m), 0)) AS whole
        FROM claims_decisionline WHERE decision_id = d.id
    ) l ON true
    WHERE (l.charge, l.allowed, l.paid, l.member, l.whole) IS DISTINCT FROM
        (d.charge_cents::numeric, d.allowed_cents::numeric, d.paid_cents::numeric,
         d.member_responsibility_cents::numeric, true)"""
_NUMBERS = """
    SELECT family_id FROM claims_decision GROUP BY family_id
    HAVING min(family_seq) <> 1 OR max(family_seq) <> count(*)"""
_NUMBERED = "SELECT family_id, family_seq FROM claims_decision WHERE family_id = ANY(%s)"
_ORPHANS = """
    SELECT (SELECT count(*) FROM claims_decision d WHERE NOT EXISTS (SELECT FROM claims_claim WHERE id = d.claim_id))
         + (SELECT count(*) FROM claims_decisionline l WHERE NOT EXISTS (SELECT FROM claims_decision WHERE id = l.decision_id))
         + (SELECT count(*) FROM claims_work w WHERE NOT EXISTS (SELECT FROM claims_claim WHERE id = w.claim_id))"""
_TOTALS = """
    WITH said AS (
        SELECT month, measure, line_of_coverage, sum(cents) AS cents, sum(count) AS count FROM claims_totals
        WHERE measure IN ('charge', 'allowed', 'paid', 'member_responsibility') GROUP BY 1, 2, 3
    ), rows AS (
        SELECT date_trunc('month', d.decided_on)::date AS month, m.measure, l.line_of_coverage,
            sum(m.cents) AS cents, sum(CASE d.outcome WHEN 'reversed' THEN -1 ELSE 1 END) AS count
        FROM claims_decision d JOIN claims_decisionline l ON l.decision_id = d.id
        CROSS JOIN LATERAL (VALUES ('charge', l.charge_cents), ('allowed', l.allowed_cents), ('paid', l.paid_cents),
            ('member_responsibility', l.member_responsibility_cents)) AS m(measure, cents)
        GROUP BY 1, 2, 3
    )
    SELECT month, measure, line_of_coverage, said.cents, rows.cents FROM said FULL JOIN rows
        USING (month, measure, line_of_coverage)
    WHERE (said.cents, said.count) IS DISTINCT FROM (rows.cents, rows.count)"""


def faults() -> list[str]:
    """Claims not in exactly one place, decisions that do not add up, numbers with gaps, figures that are off."""
    found = [
        f"claim {claim} is in {waits + pended + live + closed} places: waiting {waits}, pended {pended}, "
        f"decided {live}, closed {closed}"
        for claim, waits, pended, live, closed in _rows(_ONE_PLACE)
    ]
    found += [f"decision {key} is not the sum of its lines, or a line of its moves" for (key,) in _rows(_SUMS)]
    found += [f"family {key}: its decisions are not numbered 1, 2, 3 ..." for key in _with_gaps()]
    ((orphans,),) = _rows(_ORPHANS)
    if orphans:
        found.append(f"{orphans} rows have no claim or no decision")
    return found + [
        f"figure {month:%Y-%m} {measure} {line}: kept {said}, the decisions say {rows}"
        for month, measure, line, said, rows in _rows(_TOTALS)
    ]


def _with_gaps() -> list[int]:
    """Families whose numbers have a gap that no amount from outside has taken."""
    families = [key for (key,) in _rows(_NUMBERS)]
    if not families:
        return []
    numbers = accumulators.external_numbers(families) | set(_rows(_NUMBERED, [families]))
    given: dict[int, list[int]] = {}
    for family_id, seq in numbers:
        given.setdefault(family_id, []).append(seq)
    return [key for key in families if sorted(given[key]) != list(range(1, len(given[key]) + 1))]


def _rows(statement: str, values: Sequence[Any] = ()) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()
