"""What brokers get of the plans, by broker and employer, from the commissions of final invoices."""

import csv
import io
from collections.abc import Sequence

from tenants.models import Employer
from tpa.books.agreements.models import Broker
from tpa.engine.billing.disclosure import DIRECT, Disclosure, Paid, disclosures
from tpa.infra import broker_pay
from tpa.kernel.money import format_amount
from tpa.kernel.periods import Span
from tpa.workflows.eligibility_load_csv import safe_cell

COLUMNS = ("broker", "npn", "employer", "fee", "kind", "direct", "indirect", "to_be_disclosed")


def broker_disclosures(months: Span, employer_ids: Sequence[int] | None) -> list[Disclosure]:
    """By broker and employer, of invoices of these months; of these employers, or of all. At the desk."""
    rows = broker_pay.paid_in(months, employer_ids).values_list("employer_id", "broker", "kind", "fee", "cents")
    return disclosures((Paid(*row) for row in rows), months.last_day)


def names_of(found: Sequence[Disclosure]) -> tuple[dict[int, Employer], dict[str, str]]:
    """Employer by key, and the producer number of every broker whom the TPA's book knows by that name."""
    employers = Employer.objects.filter(pk__in={one.employer_id for one in found})
    numbers = Broker.objects.filter(name__in={one.broker for one in found}).values_list("name", "npn")
    return {one.pk: one for one in employers}, dict(numbers)


def disclosure_csv(found: Sequence[Disclosure]) -> str:
    """A row for each broker, employer, fee and kind; amounts as decimal texts."""
    employers, numbers = names_of(found)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in found:
        for (fee, kind), cents in sorted(one.by_fee.items()):
            amounts = (cents, 0) if kind in DIRECT else (0, cents)
            named = (one.broker, numbers.get(one.broker, ""), employers[one.employer_id].name, fee, kind)
            told = "yes" if one.to_be_disclosed else "no"
            writer.writerow((*map(safe_cell, named), *map(format_amount, amounts), told))
    return text.getvalue()
