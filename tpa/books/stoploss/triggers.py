"""What the claims say of diagnoses and stays in hospital, for the notices that a contract asks for.

A bill is enough: the carrier wants to know before the claim is decided.
"""

from datetime import date

from django.db import connection

from tpa.engine.stoploss.contract import Contract
from tpa.engine.stoploss.notices import Event

# A pattern is one code (no length), a beginning or a range (`length` characters are looked at), as in the plan documents.
_EVENTS = """
SELECT c.member_id, c.family_id, c.service_on, hit.diagnoses,
       CASE WHEN c.admitted_on IS NULL THEN 0 ELSE (SELECT max(l.through_on) FROM claims_claimline l
            WHERE l.claim_id = c.id) - c.admitted_on END AS confined_days
FROM claims_claim c
CROSS JOIN LATERAL (
    SELECT array_agg(d) AS diagnoses FROM unnest(c.diagnoses) AS d
    WHERE EXISTS (SELECT 1 FROM unnest(%(low)s::text[], %(high)s::text[], %(length)s::int[]) AS p (low, high, length)
                  WHERE CASE WHEN p.length = 0 THEN d = p.low
                        ELSE length(d) >= p.length AND left(d, p.length) COLLATE "C" BETWEEN p.low AND p.high END)) hit
WHERE c.service_on >= %(starts_on)s AND c.service_on < %(ends_before)s AND c.received_on <= %(as_of)s
  AND (hit.diagnoses IS NOT NULL OR (c.form = 'institutional' AND c.admitted_on IS NOT NULL))
ORDER BY c.service_on, c.id"""


def events(contract: Contract, as_of: date) -> list[Event]:
    """Bills of the incurred window with a diagnosis of the contract's list, or a stay; received by `as_of`."""
    ends = [_ends(pattern) for pattern in contract.notices.diagnoses]
    with connection.cursor() as cursor:
        cursor.execute(
            _EVENTS,
            {
                "low": [low for low, _, _ in ends],
                "high": [high for _, high, _ in ends],
                "length": [length for _, _, length in ends],
                "starts_on": contract.incurred.starts_on,
                "ends_before": contract.incurred.ends_before,
                "as_of": as_of,
            },
        )
        return [
            Event(member_id, family_id, on, tuple(diagnoses or ()), confined_days or 0)
            for member_id, family_id, on, diagnoses, confined_days in cursor.fetchall()
        ]


def _ends(pattern: str) -> tuple[str, str, int]:
    if pattern.endswith("*"):
        return pattern[:-1], pattern[:-1], len(pattern) - 1
    low, dash, high = pattern.partition("-")
    return (low, high, len(low)) if dash else (low, low, 0)
