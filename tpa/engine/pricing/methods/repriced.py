"""The amount that a network or repricer put on the line (HCP of the 837)."""

from tpa.engine.pricing.method import Method, PricedClaim, PricedLine, no_settings
from tpa.engine.pricing.price import PriceBook


def price_as_repriced(line: PricedLine, claim: PricedClaim, prices: PriceBook) -> int | None:
    """The repriced cents of the line, or None where nobody repriced it."""
    return line.repriced_cents


METHOD = Method("The amount that the repricer put on the line.", no_settings(price_as_repriced))
