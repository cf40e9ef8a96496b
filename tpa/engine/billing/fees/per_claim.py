"""A rate for each claim decided in the month. Terms: `rate_cents`, `lines` of coverage (all without it)."""

from typing import NamedTuple

from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge, Paid
from tpa.kernel.coverage import FUND_LINES
from tpa.kernel.document import Section
from tpa.kernel.money import format_amount


class Terms(NamedTuple):
    """The rate of one claim, and which lines of coverage count."""

    rate_cents: int
    lines: tuple[str, ...] | None


def parse(section: Section) -> Terms:
    """The terms from their document."""
    return Terms(section.cents("rate_cents"), section.texts("lines", None, options=FUND_LINES))


def charge(_census: Census, paid: Paid, terms: Terms) -> list[Charge]:
    """One charge for all claims of the lines; none where nothing was decided."""
    count = sum(claims.claim_count for claims in paid.of(terms.lines))
    if count == 0:
        return []
    rate = format_amount(terms.rate_cents)
    basis = {"text": f"{count} claims x {rate}", "claim_count": count, "rate_cents": terms.rate_cents}
    return [Charge("", count, rate, count * terms.rate_cents, basis)]


FEE = Fee("per_claim", "Per claim", parse, charge, follows_claims=True)
