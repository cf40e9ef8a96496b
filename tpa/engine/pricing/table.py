"""Tables of amounts by code: written into a plan's pricing step, or kept as a price list that the step names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tpa.engine.plan.terms_values import amount, percent_bp
from tpa.engine.pricing.method import Fee, Found, PricedClaim, PricedLine, Pricer
from tpa.engine.pricing.price import THOUSAND, PriceBook
from tpa.kernel.document import DocumentError, Section
from tpa.kernel.money import BASIS_POINTS, divide_rounded, portion

MOST_BP = 10 * BASIS_POINTS
Table = str | Mapping[str, int]
"""The name of a table, or its cents by code."""


def tables_of(settings: Mapping[str, Any]) -> Iterator[str]:
    """The tables that a step of pricing names, those of the steps inside it among them."""
    if "table" in settings:
        yield str(settings["table"])
    for one in settings.get("of", ()):
        yield from tables_of(one)


def read_table(settings: Section) -> Table:
    """Either `table` (a name) or `amounts` (code = amount). Raises DocumentError where it is neither or both."""
    name = settings.text("table", "")
    amounts = read_amounts(settings, "amounts")
    if bool(name) == bool(amounts):
        raise DocumentError("Either amounts or table is wanted.", where=settings.at("amounts"))
    return name or amounts


def read_amounts(settings: Section, key: str) -> dict[str, int]:
    """The table under `key`, code = amount, in cents; empty where it is not written."""
    if key not in settings:
        settings.value(key, None)
        return {}
    with settings.section(key) as table:
        return {code: amount(table, code) for code in table.keys()}  # noqa: SIM118


def table_percent(settings: Section, *default: Any) -> int:
    """`percent` of a table's amounts, up to 1,000 %."""
    return int(percent_bp(settings, "percent", *default, most_bp=MOST_BP))


def table_pricer(table: Table, rate_bp: int) -> Pricer:
    """Prices by a table: its amount per unit times `rate_bp`, rounded once; None where the code is not in it."""
    if not isinstance(table, str):
        amounts = table

        def price_by_amounts(line: PricedLine, claim: PricedClaim, prices: PriceBook) -> Found | None:
            cents = amounts.get(line.procedure or line.revenue_code)
            if cents is None:
                return None
            return divide_rounded(cents * line.units_milli * rate_bp, THOUSAND * BASIS_POINTS)

        return price_by_amounts
    name = table

    def price_by_table(line: PricedLine, claim: PricedClaim, prices: PriceBook) -> Found | None:
        code = line.procedure or line.revenue_code
        price = prices.find(name, code, line.modifiers, line.place, line.from_on, claim.zip_code)
        if price is None:
            return None
        if price.cents is None:
            return Fee(portion(price.allowed_cents(line.units_milli, line.charge_cents), rate_bp), is_final=True)
        return Fee(divide_rounded(price.cents * line.units_milli * rate_bp, THOUSAND * BASIS_POINTS), price.modifier)

    return price_by_table
