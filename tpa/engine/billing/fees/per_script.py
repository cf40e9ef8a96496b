"""A rate for each prescription filled in the month: each claim of the drug line of coverage.

Terms: `rate_cents` or `bands` of it by number of scripts; `networks` (all without it: retail, mail, specialty, as the
plan names its tiers).
"""

from typing import NamedTuple

from tpa.engine.billing.activity import Activity, Which
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge
from tpa.engine.billing.scale import Scale, parse_unit_scale, rows_of, unit_charges
from tpa.kernel.document import Section


class Terms(NamedTuple):
    """The rate of one script, and which scripts count."""

    scale: Scale[int]
    which: Which


def parse(section: Section) -> Terms:
    """The terms from their document."""
    return Terms(parse_unit_scale(section), Which(("drug",), section.texts("networks", None)))


def charge(_census: Census, activity: Activity, terms: Terms) -> list[Charge]:
    """A charge for each band that the scripts reach; none where nothing was filled."""
    count = sum(row.claim_count for row in terms.which.of(activity.claims))
    return unit_charges(terms.scale, count, "scripts", rows_of("claims", **terms.which._asdict()))


FEE = Fee("per_script", "Per script", parse, charge, follows_claims=True)
