"""A rate for each claim decided in the month.

Terms: `rate_cents` or `bands` of it by number of claims; which claims: `lines`, `networks`, `incurred_from`,
`incurred_before` (all without them).
"""

from typing import NamedTuple

from tpa.engine.billing.activity import Activity, Which, parse_which
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge
from tpa.engine.billing.scale import Scale, parse_unit_scale, rows_of, unit_charges
from tpa.kernel.document import Section


class Terms(NamedTuple):
    """The rate of one claim, and which claims count."""

    scale: Scale[int]
    which: Which


def parse(section: Section) -> Terms:
    """The terms from their document."""
    return Terms(parse_unit_scale(section), parse_which(section))


def charge(_census: Census, activity: Activity, terms: Terms) -> list[Charge]:
    """A charge for each band that the claims reach; none where nothing was decided."""
    count = sum(row.claim_count for row in terms.which.of(activity.claims))
    return unit_charges(terms.scale, count, "claims", rows_of("claims", **terms.which._asdict()))


FEE = Fee("per_claim", "Per claim", parse, charge, follows_claims=True)
