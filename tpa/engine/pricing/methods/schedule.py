"""A table of amounts that the plan itself sets: a maximum allowable charge, or a percentage of what is usual (R-B04)."""

from tpa.engine.plan.terms_values import amount, percent_bp
from tpa.engine.pricing.method import Method, PricedClaim, PricedLine, Pricer
from tpa.engine.pricing.price import THOUSAND, PriceBook
from tpa.kernel.document import Section
from tpa.kernel.money import BASIS_POINTS, divide_rounded


def bind(settings: Section) -> Pricer:
    """`amounts` per unit by procedure or revenue code, times `percent` (100% where it is not set)."""
    with settings.section("amounts") as table:
        amounts = {code: amount(table, code) for code in table.keys()}  # noqa: SIM118
    rate_bp = percent_bp(settings, "percent", BASIS_POINTS, most_bp=10 * BASIS_POINTS)

    def price_by_schedule(line: PricedLine, claim: PricedClaim, prices: PriceBook) -> int | None:
        cents = amounts.get(line.procedure or line.revenue_code)
        if cents is None:
            return None
        return divide_rounded(cents * line.units_milli * rate_bp, THOUSAND * BASIS_POINTS)

    return price_by_schedule


METHOD = Method("An amount per unit that the plan itself sets.", bind)
