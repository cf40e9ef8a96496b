"""A price list as the engine sees it: rows by list and code, the most specific one first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from tpa.kernel.money import divide_rounded, portion
from tpa.kernel.periods import FOREVER

THOUSAND = 1000
UNIT, DAY, CASE, WEIGHT = "unit", "day", "case", "weight"
PER = (UNIT, DAY, CASE, WEIGHT)
"""What a row pays for: a unit of a service, a day in a bed, a whole case, a relative weight of one (the DRG base rate)."""
BASE_RATE = "DRG"
"""The code of the row that holds the base rate of every DRG: an amount per weight of one."""
ListKey = int | str
"""A provider's price list by its key, or a table that a plan names."""
PriceKey = tuple[ListKey, str]
"""A list and a code."""


class Price(NamedTuple):
    """One row of a price list: cents per unit, or basis points of the charge where `cents` is None.

    `area` is the beginning of a ZIP code, `percentile` that of usual charges (0: the row is none of a percentile table),
    `weight_e4` a DRG's relative weight in ten-thousandths (0: the row is an amount).
    """

    code: str
    cents: int | None
    charge_bp: int = 0
    modifier: str = ""
    place: str = ""
    starts_on: date = date(1, 1, 1)
    ends_before: date = FOREVER
    per: str = UNIT
    area: str = ""
    percentile: int = 0
    weight_e4: int = 0

    def allowed_cents(self, units_milli: int, charge_cents: int) -> int:
        """What this row allows for the units and the charge; parts of a unit pro rata."""
        if self.cents is None:
            return portion(charge_cents, self.charge_bp)
        if units_milli == THOUSAND:
            return self.cents
        return divide_rounded(self.cents * units_milli, THOUSAND)

    @property
    def is_plain(self) -> bool:
        """A price per unit of a service, in no percentile table."""
        return self.per == UNIT and not self.percentile and not self.weight_e4


class PriceBook:
    """Prices of the lists that matter to a batch of claims, by (price list, code)."""

    __slots__ = ("_others", "_rows")

    def __init__(self, rows: Mapping[PriceKey, Iterable[Price]] | None = None) -> None:
        # More particular rows come first, so that the first that fits is the right one.
        self._rows: dict[PriceKey, tuple[Price, ...]] = {}
        self._others: dict[PriceKey, tuple[Price, ...]] = {}
        for key, prices in (rows or {}).items():
            ordered = sorted(prices, key=lambda one: (not one.modifier, not one.place, -len(one.area)))
            self._rows[key] = tuple(one for one in ordered if one.is_plain)
            others = tuple(one for one in ordered if not one.is_plain)
            if others:
                self._others[key] = others

    def find(
        self, price_list_id: ListKey, code: str, modifiers: tuple[str, ...], place: str, day: date, zip_code: str = ""
    ) -> Price | None:
        """The row per unit that fits best (modifier before place before area before none), or None."""
        for price in self._rows.get((price_list_id, code), ()):
            if (
                (not price.modifier or price.modifier in modifiers)
                and (not price.place or price.place == place)
                and price.starts_on <= day < price.ends_before
                and (not price.area or zip_code.startswith(price.area))
            ):
                return price
        return None

    def find_per(self, price_list_id: ListKey, code: str, day: date, per: str) -> Price | None:
        """The row for a day, a case or a weight of one, or None."""
        for price in self._others.get((price_list_id, code), ()):
            if price.per == per and not price.weight_e4 and price.starts_on <= day < price.ends_before:
                return price
        return None

    def find_weight(self, price_list_id: ListKey, drg: str, day: date) -> int | None:
        """A DRG's relative weight in ten-thousandths, or None."""
        for price in self._others.get((price_list_id, drg), ()):
            if price.weight_e4 and price.starts_on <= day < price.ends_before:
                return price.weight_e4
        return None

    def find_percentile(
        self, price_list_id: ListKey, code: str, modifiers: tuple[str, ...], day: date, zip_code: str, percentile: int
    ) -> Price | None:
        """The row of a percentile table that fits best: modifier, then the longest area of the ZIP code; or None."""
        for price in self._others.get((price_list_id, code), ()):
            if (
                price.percentile == percentile
                and (not price.modifier or price.modifier in modifiers)
                and zip_code.startswith(price.area)
                and price.starts_on <= day < price.ends_before
            ):
                return price
        return None
