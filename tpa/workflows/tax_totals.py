"""What each provider was paid in a year, as a form 1099 reports it: money that left, by tax id."""

from typing import NamedTuple

from django.db import connection


class TaxTotal(NamedTuple):
    """A tax id's year: the name of the latest payment, how many payments, what they paid less what was sent back."""

    tax_id: str
    name: str
    payments_count: int
    paid_cents: int


# Paid is what was issued in the year and not taken back: a voided or returned payment did not leave, a reissue is the same
# money on another day and counts where it is the one that stands.
_TOTALS = """
SELECT tax_id, (array_agg(name ORDER BY at DESC))[1], sum(n)::int, sum(cents)::bigint FROM (
  SELECT payee_tax_id AS tax_id, payee_name AS name, id AS at, 1 AS n, amount_cents AS cents
  FROM payments_payment
  WHERE payee = 'provider' AND amount_cents > 0 AND issued_on >= %(first)s AND issued_on <= %(last)s
    AND state IN ('issued', 'mailed', 'cleared', 'stale')
  UNION ALL
  SELECT p.payee_tax_id, p.payee_name, p.id, 0, -b.cents
  FROM payments_carriedbalance b JOIN payments_payment p ON p.id = b.payment_id
  WHERE p.payee = 'provider' AND b.refunded_on >= %(first)s AND b.refunded_on <= %(last)s) moved
GROUP BY tax_id ORDER BY tax_id"""


def tax_totals(year: int) -> list[TaxTotal]:
    """By tax id, of the bound employer. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, {"first": f"{year}-01-01", "last": f"{year}-12-31"})
        return [TaxTotal(*row) for row in cursor.fetchall()]
