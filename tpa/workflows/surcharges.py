"""What a plan owes a state on what went to hospitals there in a month, as the monthly report to the state asks for it."""

from datetime import date

from django.db import connection

from tpa.engine.billing.surcharge import HospitalPayment, Surcharge, surcharges
from tpa.infra import clock
from tpa.infra.employers import open_employer
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import month_of

# Money that left in the month, less what was voided in it: a voided payment did not leave, whenever it was issued.
_PAID = """
SELECT c.provider_tax_id, c.provider_name, left(c.facility_code, 2), c.zip_code, c.service_on,
       CASE WHEN p.voided_on >= %(first)s AND p.voided_on < %(end)s AND p.issued_on < %(first)s
            THEN -p.amount_cents ELSE p.amount_cents END
FROM payments_claimpayment p JOIN claims_claim c ON c.id = p.claim_id
WHERE c.form = 'institutional' AND p.amount_cents <> 0 AND (
  p.issued_on >= %(first)s AND p.issued_on < %(end)s AND (p.voided_on IS NULL OR p.voided_on >= %(end)s)
  OR p.voided_on >= %(first)s AND p.voided_on < %(end)s AND p.issued_on < %(first)s)
ORDER BY p.id"""


def month_surcharges(state: str, month: date) -> list[Surcharge]:
    """By provider. One query. Raises DomainError for a month that is not over, and as `engine.billing.surcharge` says."""
    span = month_of(month)
    if span.ends_before > clock.today(open_employer().time_zone):
        raise DomainError("The month is not over yet.", where="month")
    with connection.cursor() as cursor:
        cursor.execute(_PAID, {"first": span.starts_on, "end": span.ends_before})
        return surcharges(state, [HospitalPayment(*row) for row in cursor.fetchall()])
