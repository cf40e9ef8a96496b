"""The least that a month's fees come to; the difference is charged. Terms: `minimum_cents`."""

from typing import NamedTuple

from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge, Paid
from tpa.kernel.document import Section
from tpa.kernel.money import format_amount


class Terms(NamedTuple):
    """The least that the schedule's fees come to in a month."""

    minimum_cents: int


def parse(section: Section) -> Terms:
    """The terms from their document."""
    return Terms(section.cents("minimum_cents"))


def charge(_census: Census, paid: Paid, terms: Terms) -> list[Charge]:
    """What is missing to the minimum, if anything."""
    missing = terms.minimum_cents - paid.fees_cents
    if missing <= 0:
        return []
    least, fees = format_amount(terms.minimum_cents), format_amount(paid.fees_cents)
    basis = {
        "text": f"minimum {least} less fees {fees}",
        "minimum_cents": terms.minimum_cents,
        "fees_cents": paid.fees_cents,
    }
    return [Charge("", None, "", missing, basis)]


FEE = Fee("minimum", "Monthly minimum", parse, charge, after_others=True)
