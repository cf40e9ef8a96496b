"""One price for a whole case, named by a procedure, a revenue code or the DRG of the claim."""

from tpa.engine.pricing.method import Binder, Found, Method, Package, PricedClaim, PricedLine, Pricer
from tpa.engine.pricing.outlier import read_outlier
from tpa.engine.pricing.price import CASE, PriceBook
from tpa.engine.pricing.table import read_amounts
from tpa.kernel.document import Section


def bind(settings: Section, _: Binder) -> Pricer:
    """`amounts` a case by code, else the price list's rows per case; the dearest case that the claim names, once."""
    amounts = read_amounts(settings, "amounts")
    outlier_cents = read_outlier(settings)

    def rate(code: str, line: PricedLine, claim: PricedClaim, prices: PriceBook) -> int | None:
        if amounts or not claim.price_list_id or not code:
            return amounts.get(code)
        row = prices.find_per(claim.price_list_id, code, line.from_on, CASE)
        return None if row is None else row.cents

    def price_by_case(line: PricedLine, claim: PricedClaim, prices: PriceBook) -> Found | None:
        named = [
            (cents, -one.number)
            for one in claim.lines
            for code in (one.procedure, one.revenue_code)
            if (cents := rate(code, one, claim, prices)) is not None
        ]
        charge_cents = sum(one.charge_cents for one in claim.lines)
        if named:
            cents, number = max(named)
            cents += outlier_cents(charge_cents, cents)
            return Package(cents, ((-number, cents),))
        by_drg = rate(claim.drg, line, claim, prices)
        return None if by_drg is None else Package(by_drg + outlier_cents(charge_cents, by_drg))

    return price_by_case


METHOD = Method("One amount for the whole case.", bind, is_package=True)
