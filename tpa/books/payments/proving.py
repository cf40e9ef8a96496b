"""What payments say of a day that is past: under way then, owed by payees then. The close holds it against the ledger."""

from datetime import date

from django.db import connection

# A payment stands from its issue until it was voided. A reissue has the claims and balances of the one that it replaces.
_STANDS = """
p.issued_on <= %(day)s AND NOT EXISTS (
  SELECT FROM payments_claimpayment c WHERE c.payment_id = p.id AND c.voided_on <= %(day)s)"""

_OUTSTANDING = """
WITH step AS (
  SELECT payment_id, bool_or(kind IN ('void', 'reissued', 'escheated')) AS is_gone,
         bool_or(kind = 'cleared') AND NOT bool_or(kind = 'returned') AS is_paid
  FROM payments_paymentevent WHERE "on" <= %(day)s GROUP BY payment_id)
SELECT coalesce(sum(p.amount_cents), 0)::bigint FROM payments_payment p LEFT JOIN step s ON s.payment_id = p.id
WHERE p.issued_on <= %(day)s AND p.method IN ('check', 'ach', 'advice')
  AND NOT coalesce(s.is_gone, false) AND NOT coalesce(s.is_paid, false)"""

# Taken back and neither set off nor asked for; what payments carried on, less what they took; less what came back.
_OWED = f"""
SELECT (
  SELECT coalesce(-sum(back.paid_cents), 0) FROM claims_decision back
  JOIN claims_decision was ON was.claim_id = back.claim_id AND was.version = back.version - 1
  JOIN payments_claimpayment sent ON sent.decision_id = was.id AND sent.issued_on <= back.decided_on
    AND (sent.voided_on IS NULL OR sent.voided_on > %(day)s)
  WHERE back.outcome = 'reversed' AND back.decided_on <= %(day)s AND NOT EXISTS (
    SELECT FROM payments_claimpayment s WHERE s.decision_id = back.id AND s.issued_on <= %(day)s
      AND (s.voided_on IS NULL OR s.voided_on > %(day)s))
) + (
  SELECT coalesce(sum((part ->> 1)::bigint), 0) FROM payments_payment p, jsonb_array_elements(p.amounts) AS part
  WHERE part ->> 0 = '' AND p.reissue_of_id IS NULL AND {_STANDS}
) - (
  SELECT coalesce(sum(cents), 0) FROM payments_carriedbalance WHERE refunded_on <= %(day)s)"""


def outstanding_on(day: date) -> int:
    """What checks and transfers came to that the bank had not paid by the end of a day, in cents."""
    return _cents(_OUTSTANDING, day)


def owed_by_payees(day: date) -> int:
    """What payees owed at the end of a day for claims that were taken back, in cents."""
    return _cents(_OWED, day)


def _cents(query: str, day: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, {"day": day})
        (cents,) = cursor.fetchone()
        return int(cents)
