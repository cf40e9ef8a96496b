"""Reading payments, and what may be paid."""

from collections.abc import Collection

from django.db import connection
from django.db.models import QuerySet

from tpa.books.payments.models import Payment, PaymentRun
from tpa.books.payments.services import Payable

_UNPAID = """
SELECT d.id, d.claim_id, CASE WHEN c.assigned THEN 'provider' ELSE 'member' END, c.provider_tax_id, c.provider_name,
       d.paid_cents
FROM claims_decision d
JOIN claims_claim c ON c.id = d.claim_id
LEFT JOIN payments_payment p ON p.decision_id = d.id
WHERE d.outcome = 'paid' AND d.paid_cents > 0 AND p.id IS NULL
  AND NOT EXISTS (SELECT 1 FROM claims_decision later WHERE later.claim_id = d.claim_id AND later.version > d.version)
  AND (d.place IS NULL OR NOT EXISTS (
    SELECT 1 FROM claims_decision was JOIN payments_payment sent ON sent.decision_id = was.id
    WHERE was.family_id = d.family_id AND coalesce(was.place, was.family_seq) = d.place))
ORDER BY d.decided_at, d.id"""


def payables() -> list[Payable]:
    """Decided claims that the plan owes something for and has not paid, the oldest decision first. One query.

    A correction of what was paid before is left out: the payee holds that money, and it has to be set off first.
    """
    with connection.cursor() as cursor:
        cursor.execute(_UNPAID)
        return [Payable(*row) for row in cursor.fetchall()]


def paid_among(decision_ids: Collection[int]) -> set[int]:
    """Those of the decisions that were paid. One query."""
    return set(Payment.objects.filter(decision_id__in=list(decision_ids)).values_list("decision_id", flat=True))


def amounts_by_line(decision_ids: list[int]) -> dict[int, list[tuple[str, int]]]:
    """Decision -> (line of coverage, cents that the plan pays). One query."""
    found: dict[int, list[tuple[str, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT decision_id, line_of_coverage, sum(paid_cents)::bigint FROM claims_decisionline"
            " WHERE decision_id = ANY(%s) AND paid_cents <> 0 GROUP BY decision_id, line_of_coverage"
            " ORDER BY decision_id, line_of_coverage",
            [decision_ids],
        )
        for decision_id, line, cents in cursor.fetchall():
            found.setdefault(decision_id, []).append((line, cents))
    return found


def runs() -> QuerySet[PaymentRun]:
    """Payment runs, the latest first."""
    return PaymentRun.objects.all()


def payments() -> QuerySet[Payment]:
    """Payments, the latest first."""
    return Payment.objects.all()
