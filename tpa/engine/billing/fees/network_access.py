"""The use of a provider network: a rate for each subscriber, or a share of what the network's prices saved.

Terms: as of `pepm` (`rates_cents` or `bands` of it, `lines`, `count_rule`), or as of `percent_of_savings` (`rate_bp`,
`cap_cents`, `lines`, `networks`).
"""

from typing import NamedTuple

from tpa.engine.billing.activity import Activity, Which, parse_which
from tpa.engine.billing.census import Census
from tpa.engine.billing.fee import Fee
from tpa.engine.billing.lines import Charge
from tpa.engine.billing.scale import PercentTerms, decision_sums, parse_percent, percent_charges, rows_of
from tpa.engine.billing.tiers import TierRates, parse_tier_rates, tier_charges
from tpa.kernel.document import Section


class Share(NamedTuple):
    """The share, and of which claims' savings."""

    percent: PercentTerms
    which: Which


def parse(section: Section) -> TierRates | Share:
    """The terms from their document."""
    if "rate_bp" in section:
        return Share(parse_percent(section), parse_which(section))
    return parse_tier_rates(section)


def charge(census: Census, activity: Activity, terms: TierRates | Share) -> list[Charge]:
    """By heads or by savings, as the terms say."""
    if isinstance(terms, TierRates):
        return tier_charges(terms, census)
    amounts = decision_sums(terms.which.of(activity.claims), lambda row: row.savings_cents)
    return percent_charges(terms.percent, amounts, "saved", rows_of("claims", **terms.which._asdict()))


FEE = Fee("network_access", "Network access", parse, charge)
