"""The least that a month's fees come to; the difference is charged.

Terms: `minimum_cents`, `fees` (labels of the schedule's fees that count; all of the TPA's own without it).
"""

from typing import NamedTuple

from tpa.engine.billing.activity import Activity
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge
from tpa.kernel.document import Section
from tpa.kernel.money import format_amount


class Terms(NamedTuple):
    """The least that fees come to in a month, and which."""

    minimum_cents: int
    fees: tuple[str, ...] | None


def parse(section: Section) -> Terms:
    """The terms from their document."""
    return Terms(section.cents("minimum_cents"), section.texts("fees", None))


def charge(_census: Census, activity: Activity, terms: Terms) -> list[Charge]:
    """What is missing to the minimum, if anything."""
    fees_cents = activity.fees_cents(terms.fees)
    missing = terms.minimum_cents - fees_cents
    if missing <= 0:
        return []
    limit, fees = format_amount(terms.minimum_cents), format_amount(fees_cents)
    basis = {
        "text": f"minimum {limit} less fees {fees}",
        "minimum_cents": terms.minimum_cents,
        "fees_cents": fees_cents,
        "fees": list(terms.fees) if terms.fees else None,
        "rows": "fees",
    }
    return [Charge("", None, "", missing, basis)]


FEE = Fee("minimum", "Monthly minimum", parse, charge, stage=1)
