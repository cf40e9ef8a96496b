"""A share of what was recovered for the plan in the month: of a liable third party, of the stop-loss carrier.

Terms: `rate_bp` or `bands` of it by amount; `kinds`, one or more of `subrogation`, `stop_loss`, `refund`, `rebate`.
"""

from typing import NamedTuple

from tpa.engine.billing.activity import RECOVERIES, Activity
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge
from tpa.engine.billing.scale import PercentTerms, parse_percent, percent_charges, rows_of
from tpa.kernel.document import DocumentError, Section


class Terms(NamedTuple):
    """The share, and of which recoveries."""

    share: PercentTerms
    kinds: tuple[str, ...]


def parse(section: Section) -> Terms:
    """The terms from their document."""
    share = parse_percent(section)
    if share.cap_cents is not None:
        raise DocumentError("A recovery has no cap for each claim.", where=section.at("cap_cents"))
    return Terms(share, section.texts("kinds", options=RECOVERIES))


def charge(_census: Census, activity: Activity, terms: Terms) -> list[Charge]:
    """One charge on the sum of the recoveries, by band."""
    amounts = [(1, activity.recovered_cents.get(kind, 0)) for kind in terms.kinds]
    return percent_charges(terms.share, amounts, "recovered", rows_of("recoveries", kinds=terms.kinds))


FEE = Fee("percent_of_recovery", "Percent of recoveries", parse, charge, follows_claims=True)
