"""A percentage of what the provider charges."""

from tpa.engine.plan.terms_values import percent_bp
from tpa.engine.pricing.method import Binder, Method, PricedClaim, PricedLine, Pricer
from tpa.engine.pricing.price import PriceBook
from tpa.kernel.document import Section
from tpa.kernel.money import portion


def bind(settings: Section, _: Binder) -> Pricer:
    """`percent` of the charge."""
    rate_bp = percent_bp(settings, "percent")

    def price_by_charge(line: PricedLine, claim: PricedClaim, prices: PriceBook) -> int:
        return portion(line.charge_cents, rate_bp)

    return price_by_charge


METHOD = Method("A percentage of the charge.", bind)
