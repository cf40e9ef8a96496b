"""The totals of a year for forms 1099 as CSV."""

import csv
import io

from tpa.kernel.money import format_amount
from tpa.workflows.tax_totals import TaxYear

COLUMNS = ("tax_id", "name", "payments", "amount", "reported", "to_report")


def tax_table(found: TaxYear) -> str:
    """A heading and a row a provider, by tax id."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for total, reported, to_report in found.lines:
        told = "" if reported is None else format_amount(reported)
        rows.writerow(
            (total.tax_id, total.name, total.payments_count, format_amount(total.paid_cents), told, to_report)
        )
    return text.getvalue()
