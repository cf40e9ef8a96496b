"""A fixed amount, each month or once. Terms: `amount_cents`, `once_in` (a day of the one month; every month without it)."""

from datetime import date
from typing import NamedTuple

from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge, Paid
from tpa.kernel.document import Section
from tpa.kernel.money import format_amount


class Terms(NamedTuple):
    """The amount, and the month of a single charge."""

    amount_cents: int
    once_in: date | None


def parse(section: Section) -> Terms:
    """The terms from their document."""
    return Terms(section.cents("amount_cents"), section.day("once_in", None))


def charge(census: Census, _paid: Paid, terms: Terms) -> list[Charge]:
    """The amount, in the months that it is for."""
    if terms.once_in is not None and terms.once_in not in census.month:
        return []
    text = "once" if terms.once_in else "a month"
    rate = format_amount(terms.amount_cents)
    return [Charge("", 1, rate, terms.amount_cents, {"text": f"{rate} {text}", "amount_cents": terms.amount_cents})]


FEE = Fee("flat", "Flat amount", parse, charge)
