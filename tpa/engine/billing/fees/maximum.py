"""The most that a month's fees come to; what is above it is given back.

Terms: `maximum_cents`, `fees` (labels of the schedule's fees that count; all of the TPA's own without it).
"""

from typing import NamedTuple

from tpa.engine.billing.activity import Activity
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge
from tpa.kernel.document import Section
from tpa.kernel.money import format_amount


class Terms(NamedTuple):
    """The most that fees come to in a month, and which."""

    maximum_cents: int
    fees: tuple[str, ...] | None


def parse(section: Section) -> Terms:
    """The terms from their document."""
    return Terms(section.cents("maximum_cents"), section.texts("fees", None))


def charge(_census: Census, activity: Activity, terms: Terms) -> list[Charge]:
    """What is above the maximum, taken off."""
    fees_cents = activity.fees_cents(terms.fees)
    over = fees_cents - terms.maximum_cents
    if over <= 0:
        return []
    limit, fees = format_amount(terms.maximum_cents), format_amount(fees_cents)
    basis = {
        "text": f"maximum {limit} less fees {fees}",
        "maximum_cents": terms.maximum_cents,
        "fees_cents": fees_cents,
        "fees": list(terms.fees) if terms.fees else None,
        "rows": "fees",
    }
    return [Charge("", None, "", -over, basis)]


FEE = Fee("maximum", "Monthly maximum", parse, charge, stage=1)
