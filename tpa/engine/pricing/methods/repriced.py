"""The amount that a network or repricer put on the line, or on the claim as a whole (HCP of the 837)."""

from tpa.engine.pricing.method import Fee, Found, Method, Package, PricedClaim, PricedLine, no_settings
from tpa.engine.pricing.price import PriceBook


def price_as_repriced(line: PricedLine, claim: PricedClaim, prices: PriceBook) -> Found | None:
    """The repriced cents of the line, else the claim's, where no line has its own; None where nobody repriced it."""
    if line.repriced_cents is not None:
        return Fee(line.repriced_cents, is_final=True)
    cents = claim.repriced_cents
    if cents is None or any(one.repriced_cents is not None for one in claim.lines):
        return None
    return Package(cents)


METHOD = Method(
    "The amount that the repricer put on the line or the claim.", no_settings(price_as_repriced), is_package=True
)
