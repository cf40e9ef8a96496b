"""Per member per month: a rate for each person covered, dependents included, by the tier of the family.

Terms: as of `pepm`.
"""

from tpa.engine.billing.activity import Activity
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge
from tpa.engine.billing.tiers import TierRates, parse_tier_rates, tier_charges
from tpa.kernel.document import Section


def parse(section: Section) -> TierRates:
    """The terms from their document."""
    return parse_tier_rates(section, dependents=True)


def charge(census: Census, _activity: Activity, terms: TierRates) -> list[Charge]:
    """A charge for each tier that has members, and each band that these reach."""
    return tier_charges(terms, census)


FEE = Fee("pmpm", "Per member per month", parse, charge)
