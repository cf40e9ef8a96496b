"""What each provider was paid in a year, as a form 1099 reports it: money that left, by tax id; what was reported of it.

lines = tax_year(2026)                       # totals as they are now, beside what was reported
report_year(year=2026, person_id=7)          # once the year is over; again after a void or return: the corrections
"""

from datetime import date
from typing import NamedTuple

from django.db import connection, transaction

from tpa.books.payments.models import TaxReport
from tpa.engine.statute import statute
from tpa.infra import clock, locks
from tpa.infra.employers import open_employer
from tpa.kernel.errors import ConflictError

_TIN_DIGITS = 9


class TaxTotal(NamedTuple):
    """A tax id's year: the name of the latest payment, how many payments, what they paid less what was sent back."""

    tax_id: str
    name: str
    payments_count: int
    paid_cents: int


class TaxLine(NamedTuple):
    """A provider's year: what it comes to now, what was reported last (None: nothing), and what is to be reported.

    `to_report`: original, corrected, or "" where nothing is. `has_tax_id` is false where a provider is known by its NPI
    alone: its tax id has to be asked for.
    """

    total: TaxTotal
    reported_cents: int | None
    to_report: str

    @property
    def has_tax_id(self) -> bool:
        """Nine digits."""
        return len(self.total.tax_id) == _TIN_DIGITS and self.total.tax_id.isdigit()


class TaxYear(NamedTuple):
    """A year's lines, by tax id, and from what on a provider is reported, in cents."""

    year: int
    least_cents: int
    lines: list[TaxLine]


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


def tax_year(year: int) -> TaxYear:
    """The year of the bound employer. Two queries. Raises MissingValueError for a year whose threshold is not known yet."""
    least = statute("us/information_returns").on(date(year, 12, 31))["least_cents"]
    reported = dict(TaxReport.objects.filter(year=year).order_by("id").values_list("tax_id", "paid_cents"))
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, {"first": f"{year}-01-01", "last": f"{year}-12-31"})
        totals = {row[0]: TaxTotal(*row) for row in cursor.fetchall()}
    names = dict(TaxReport.objects.filter(year=year).values_list("tax_id", "name"))
    totals |= {key: TaxTotal(key, names[key], 0, 0) for key in reported if key not in totals}
    lines = [_line(totals[key], reported.get(key), least) for key in sorted(totals)]
    return TaxYear(year, least, lines)


def _line(total: TaxTotal, reported_cents: int | None, least_cents: int) -> TaxLine:
    if reported_cents is None:
        return TaxLine(total, None, "original" if total.paid_cents >= least_cents else "")
    return TaxLine(total, reported_cents, "corrected" if total.paid_cents != reported_cents else "")


@transaction.atomic
def report_year(*, year: int, person_id: int | None) -> list[TaxReport]:
    """Keep what is reported now: originals, and corrections of what was reported before; none where nothing changed.

    Raises ConflictError before the year is over.
    """
    employer = open_employer()
    locks.lock("tax_reports")
    if clock.today(employer.time_zone).year <= year:
        raise ConflictError(f"{year} is not over.", where="year", remedy=f"Report it from 1 January {year + 1} on.")
    now = clock.now()
    return TaxReport.objects.bulk_create(
        TaxReport(
            year=year, tax_id=total.tax_id, name=total.name, payments_count=total.payments_count,
            paid_cents=total.paid_cents, kind=kind, reported_at=now, by_id=person_id,
        )
        for total, _, kind in tax_year(year).lines
        if kind
    )  # fmt: skip
