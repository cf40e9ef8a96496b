"""How the work on claims went, month by month: how long they waited, what had to be decided again for a fault."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db import connection

from tpa.engine.billing.activity import Worked
from tpa.kernel.periods import Span

FAULTS = ("entry_error", "wrong_provider", "audit")
"""Reasons of corrections for which the TPA answers."""

_WAITS = """
SELECT date_trunc('month', d.decided_on)::date, d.decided_on - c.received_on, count(*)
FROM claims_decision d JOIN claims_claim c ON c.id = d.claim_id
WHERE d.version = 1 AND d.outcome IN ('paid', 'denied') AND d.decided_on >= %s AND d.decided_on < %s GROUP BY 1, 2"""
_PAID = """
SELECT date_trunc('month', decided_on)::date, sum(paid_cents)::bigint FROM claims_decision
WHERE version = 1 AND decided_on >= %s AND decided_on < %s GROUP BY 1"""
_WRONG = """
SELECT date_trunc('month', c.ended_at)::date, count(*), sum(abs(d.cents))::bigint
FROM claims_correction c JOIN claims_correctedfamily f ON f.correction_id = c.id AND f.state = 'applied'
CROSS JOIN LATERAL jsonb_array_elements(f.shown -> 'changes') AS one
CROSS JOIN LATERAL (SELECT coalesce((one -> 'new' ->> 'paid_cents')::bigint, 0)
                           - coalesce((one -> 'old' ->> 'paid_cents')::bigint, 0) AS cents) AS d
WHERE one ->> 'cause' = 'named' AND d.cents <> 0 AND c.why = ANY(%s) AND c.ended_at >= %s AND c.ended_at < %s GROUP BY 1"""


def worked(months: Span) -> dict[date, Worked]:
    """Month -> its work; months without any are left out. A correction is of the month in which it was applied (UTC); what
    follows from it in the family's later claims is no fault of its own.
    """
    waits: dict[date, dict[int, int]] = defaultdict(dict)
    span: list[Any] = [months.starts_on, months.ends_before]
    for month, days, count in _rows(_WAITS, span):
        waits[month][days] = count
    paid = dict(_rows(_PAID, span))
    wrong = {month: (count, cents) for month, count, cents in _rows(_WRONG, [list(FAULTS), *span])}
    return {
        month: Worked(waits.get(month, {}), paid.get(month, 0), *wrong.get(month, (0, 0)))
        for month in sorted({*waits, *paid, *wrong})
    }


def _rows(query: str, arguments: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        return cursor.fetchall()
