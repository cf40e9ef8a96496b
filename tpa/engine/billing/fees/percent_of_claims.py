"""A share of what the plan paid in the month. Terms: `rate_bp`, `lines` of coverage (all without it)."""

from typing import NamedTuple

from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge, Paid, format_rate
from tpa.kernel.coverage import FUND_LINES
from tpa.kernel.document import Section
from tpa.kernel.money import format_amount, portion


class Terms(NamedTuple):
    """The share in basis points, and which lines of coverage count."""

    rate_bp: int
    lines: tuple[str, ...] | None


def parse(section: Section) -> Terms:
    """The terms from their document."""
    return Terms(section.rate_bp("rate_bp"), section.texts("lines", None, options=FUND_LINES))


def charge(_census: Census, paid: Paid, terms: Terms) -> list[Charge]:
    """One charge on the sum of the lines; negative where more was taken back than paid."""
    base = sum(claims.paid_cents for claims in paid.of(terms.lines))
    if base == 0:
        return []
    rate = format_rate(terms.rate_bp)
    basis = {"text": f"{rate} of {format_amount(base)} paid", "paid_cents": base, "rate_bp": terms.rate_bp}
    return [Charge("", None, rate, portion(base, terms.rate_bp), basis)]


FEE = Fee("percent_of_claims", "Percent of paid claims", parse, charge, follows_claims=True)
