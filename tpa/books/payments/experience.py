"""What was paid of the claims incurred in a span: by month of service and of payment, and by person. One query each.

A claim counts from the day on which its payment was issued; taken back, from the day of that decision.
"""

from datetime import date

from django.db import connection

from tpa.kernel.periods import Span

_PAID = """
SELECT {what}, sum(l.paid_cents)::bigint
FROM claims_decision d
JOIN claims_decisionline l ON l.decision_id = d.id
LEFT JOIN claims_decision taken_back
       ON d.outcome = 'reversed' AND taken_back.claim_id = d.claim_id AND taken_back.version = d.version - 1
JOIN payments_claimpayment p ON p.decision_id = coalesce(taken_back.id, d.id)
       AND p.issued_on IS NOT NULL AND (p.voided_on IS NULL OR p.voided_on >= %(before)s)
WHERE l.service_on >= %(from)s AND l.service_on < %(to)s AND l.paid_cents <> 0
  AND (CASE WHEN taken_back.id IS NULL THEN p.issued_on ELSE d.decided_on END) < %(before)s
GROUP BY {by} ORDER BY {by}"""
_MONTHS = """date_trunc('month', l.service_on)::date,
       date_trunc('month', CASE WHEN taken_back.id IS NULL THEN p.issued_on ELSE d.decided_on END)::date"""


def paid_by_month(incurred: Span, paid_before: date) -> dict[tuple[date, date], int]:
    """(month of service, month of payment) -> cents; pairs without payment are left out."""
    return {(service, paid): cents for service, paid, cents in _read(_MONTHS, "1, 2", incurred, paid_before)}


def paid_by_person(incurred: Span, paid_before: date) -> list[int]:
    """Cents of each person, who stays unnamed."""
    return [cents for _, cents in _read("d.member_id", "1", incurred, paid_before)]


def _read(what: str, by: str, incurred: Span, paid_before: date) -> list[tuple]:
    asked = {"from": incurred.starts_on, "to": incurred.ends_before, "before": paid_before}
    with connection.cursor() as cursor:
        cursor.execute(_PAID.format(what=what, by=by), asked)
        return cursor.fetchall()
