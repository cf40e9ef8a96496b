"""Per employee per month: a rate for each subscriber who counts, by tier.

Terms: `rates_cents` by tier (EE, ES, EC, EF, or ALL for the tiers not named) or `bands` of it, `lines` of coverage (any
without it; who has several counts once), `count_rule`.
"""

from tpa.engine.billing.activity import Activity
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge
from tpa.engine.billing.tiers import TierRates, parse_tier_rates, tier_charges


def charge(census: Census, _activity: Activity, terms: TierRates) -> list[Charge]:
    """A charge for each tier that has lives, and each band that these reach."""
    return tier_charges(terms, census)


FEE = Fee("pepm", "Per employee per month", parse_tier_rates, charge)
