"""An amount per day of a stay, by revenue code: the line's units are its days."""

from tpa.engine.pricing.method import Binder, Fee, Found, Method, Package, PricedClaim, PricedLine, Pricer
from tpa.engine.pricing.price import DAY, THOUSAND, PriceBook
from tpa.engine.pricing.table import read_amounts
from tpa.kernel.document import Section
from tpa.kernel.money import divide_rounded


def bind(settings: Section, _: Binder) -> Pricer:
    """`amounts` a day by code, else the price list's rows per day; with `all_inclusive` they pay the whole claim."""
    amounts = read_amounts(settings, "amounts")
    all_inclusive = settings.flag("all_inclusive", False)

    def days_cents(line: PricedLine, claim: PricedClaim, prices: PriceBook) -> int | None:
        for code in (line.revenue_code, line.procedure):
            cents = amounts.get(code)
            if cents is None and claim.price_list_id and not amounts:
                row = prices.find_per(claim.price_list_id, code, line.from_on, DAY)
                cents = None if row is None else row.cents
            if code and cents is not None:
                return divide_rounded(cents * line.units_milli, THOUSAND)
        return None

    def price_by_day(line: PricedLine, claim: PricedClaim, prices: PriceBook) -> Found | None:
        if not all_inclusive:
            cents = days_cents(line, claim, prices)
            return None if cents is None else Fee(cents, is_final=True)
        found = ((one.number, days_cents(one, claim, prices)) for one in claim.lines)
        wishes = tuple((number, cents) for number, cents in found if cents is not None)
        return Package(sum(cents for _, cents in wishes), wishes) if wishes else None

    return price_by_day


METHOD = Method("An amount per day.", bind, is_package=True)
