"""A price list as the engine sees it: rows by list and code, the most specific one first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from tpa.kernel.money import divide_rounded, portion
from tpa.kernel.periods import FOREVER

THOUSAND = 1000


class Price(NamedTuple):
    """One row of a price list: cents per unit, or basis points of the charge where `cents` is None."""

    code: str
    cents: int | None
    charge_bp: int = 0
    modifier: str = ""
    place: str = ""
    starts_on: date = date(1, 1, 1)
    ends_before: date = FOREVER

    def allowed_cents(self, units_milli: int, charge_cents: int) -> int:
        """What this row allows for the units and the charge."""
        if self.cents is None:
            return portion(charge_cents, self.charge_bp)
        if units_milli == THOUSAND:
            return self.cents
        return divide_rounded(self.cents * units_milli, THOUSAND)


class PriceBook:
    """Prices of the lists that matter to a batch of claims, by (price list, code)."""

    __slots__ = ("_rows",)

    def __init__(self, rows: Mapping[tuple[int, str], Iterable[Price]] | None = None) -> None:
        # More particular rows come first, so that the first that fits is the right one.
        self._rows = {
            key: tuple(sorted(prices, key=lambda price: (not price.modifier, not price.place)))
            for key, prices in (rows or {}).items()
        }

    def find(self, price_list_id: int, code: str, modifiers: tuple[str, ...], place: str, day: date) -> Price | None:
        """The row that fits best (modifier and place before either alone before neither), or None."""
        for price in self._rows.get((price_list_id, code), ()):
            if (
                (not price.modifier or price.modifier in modifiers)
                and (not price.place or price.place == place)
                and price.starts_on <= day < price.ends_before
            ):
                return price
        return None
