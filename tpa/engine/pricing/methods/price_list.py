"""The provider's price list: by procedure, else by revenue code."""

from tpa.engine.pricing.method import Fee, Found, Method, PricedClaim, PricedLine, no_settings
from tpa.engine.pricing.price import PriceBook


def price_by_list(line: PricedLine, claim: PricedClaim, prices: PriceBook) -> Found | None:
    """Cents of the row that fits the line's code, modifiers, place and day, times its units; None without a row.

    A row for a modifier has that modifier in its price; a percentage of the charge is final.
    """
    list_id = claim.price_list_id
    if not list_id:
        return None
    code = line.procedure or line.revenue_code
    price = prices.find(list_id, code, line.modifiers, line.place, line.from_on, claim.zip_code)
    if price is None and line.procedure and line.revenue_code:
        price = prices.find(list_id, line.revenue_code, line.modifiers, line.place, line.from_on, claim.zip_code)
    if price is None:
        return None
    cents = price.allowed_cents(line.units_milli, line.charge_cents)
    if price.modifier or price.cents is None:
        return Fee(cents, price.modifier, price.cents is None)
    return cents


METHOD = Method("The amount on the provider's price list, per unit.", no_settings(price_by_list), is_fee=True)
