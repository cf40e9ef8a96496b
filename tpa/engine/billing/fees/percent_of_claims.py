"""A share of what the plan paid in the month.

Terms: `rate_bp` or `bands` of it by amount, or `cap_cents` for each claim; which claims: `lines`, `networks`,
`incurred_from`, `incurred_before` (all without them).
"""

from typing import NamedTuple

from tpa.engine.billing.activity import Activity, Which, parse_which
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge
from tpa.engine.billing.scale import PercentTerms, decision_sums, parse_percent, percent_charges, rows_of
from tpa.kernel.document import Section


class Terms(NamedTuple):
    """The share, and of which claims."""

    share: PercentTerms
    which: Which


def parse(section: Section) -> Terms:
    """The terms from their document."""
    return Terms(parse_percent(section), parse_which(section))


def charge(_census: Census, activity: Activity, terms: Terms) -> list[Charge]:
    """A charge on the sum of the claims, or on each up to the cap; negative where more was taken back than paid."""
    amounts = decision_sums(terms.which.of(activity.claims), lambda row: row.paid_cents)
    return percent_charges(terms.share, amounts, "paid", rows_of("claims", **terms.which._asdict()))


FEE = Fee("percent_of_claims", "Percent of paid claims", parse, charge, follows_claims=True)
