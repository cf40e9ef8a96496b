"""A percentile of what is usually charged for a service in an area (R-B04)."""

from tpa.engine.pricing.method import Binder, Fee, Found, Method, PricedClaim, PricedLine, Pricer
from tpa.engine.pricing.price import THOUSAND, PriceBook
from tpa.engine.pricing.rows import read_rows
from tpa.engine.pricing.table import table_percent
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import BASIS_POINTS, divide_rounded

INLINE = "inline"


def bind(settings: Section, _: Binder) -> Pricer:
    """`percentile` of the `table` of that name, or of `amounts`: rows with `percentile` and perhaps `area`."""
    percentile = int(settings.whole("percentile", least=1, most=99))
    rate_bp = table_percent(settings, BASIS_POINTS)
    name = settings.text("table", "")
    rows = read_rows(settings, "amounts")
    if bool(name) == bool(rows):
        raise DocumentError("Either amounts or table is wanted.", where=settings.at("amounts"))
    if any(not row.percentile for found in rows.values() for row in found):
        raise DocumentError("Every row names its percentile.", where=settings.at("amounts"))
    own = PriceBook({(INLINE, code): found for code, found in rows.items()})

    def price_by_percentile(line: PricedLine, claim: PricedClaim, prices: PriceBook) -> Found | None:
        code = line.procedure or line.revenue_code
        book, key = (prices, name) if name else (own, INLINE)
        row = book.find_percentile(key, code, line.modifiers, line.from_on, claim.zip_code, percentile)
        if row is None or row.cents is None:
            return None
        return Fee(divide_rounded(row.cents * line.units_milli * rate_bp, THOUSAND * BASIS_POINTS), row.modifier)

    return price_by_percentile


METHOD = Method("A percentile of what is usual in the area.", bind, is_fee=True)
