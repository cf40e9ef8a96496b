"""Documents of the platform as people write them in a case: amounts and percentages instead of cents and basis points."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

from tpa.engine.plan.terms_values import amount, percent_bp
from tpa.kernel.document import DocumentError, Section

PERCENT = re.compile(r"(-?\d{1,9}(?:\.\d{1,8})?) ?%\Z", re.ASCII)
_UNITS = ("_cents", "_bp")
_MISSING: Any = object()


class Words(Section):
    """A section whose keys have lost their unit: `rate_cents` is read from `rate = 5.50`, `rate_bp` from `rate = "20%"`.

    So the engine's own readers of terms read cases as well.
    """

    @classmethod
    def of(cls, section: Section) -> Self:
        """The same table, read in words."""
        return cls(section._value, section.where)

    def __contains__(self, key: str) -> bool:
        name = _plain(key)
        if not super().__contains__(name):
            return False
        is_percent = str(self._value[name]).rstrip().endswith("%")
        return is_percent if key.endswith("_bp") else not (key.endswith("_cents") and is_percent)

    def at(self, key: str | int) -> str:
        """The JSON pointer of a key as the case writes it."""
        return super().at(_plain(key) if isinstance(key, str) else key)

    def value(self, key: str, default: Any = _MISSING) -> Any:
        """The bare value under the key without its unit."""
        return super().value(_plain(key)) if default is _MISSING else super().value(_plain(key), default)

    def cents(self, key: str, default: Any = _MISSING) -> Any:
        """An amount, in cents."""
        return amount(self, key) if default is _MISSING else amount(self, key, default)

    def signed_cents(self, key: str, default: int) -> int:
        """An amount that may be below zero, in cents."""
        text = str(self.value(key, ""))
        if not text.startswith("-"):
            return int(self.cents(key, default))
        return -int(amount(Section({key: text[1:]}, self.where), key))

    def rate_bp(self, key: str, default: Any = _MISSING, *, most: int = 10_000) -> Any:
        """A percentage, in basis points."""
        if default is _MISSING:
            return percent_bp(self, key, most_bp=most)
        return percent_bp(self, key, default, most_bp=most)

    def amounts(self, key: str, names: Collection[str] = ()) -> dict[str, int]:
        """A table of amounts by name (of some names alone, where those are given); none where the key is absent."""
        return {name: int(self._inner(key, names).cents(name)) for name in self._names(key)}

    def numbers(self, key: str, names: Collection[str] = (), *, most: int = 10**9) -> dict[str, int]:
        """The same of whole numbers, up to `most`."""
        return {name: self._inner(key, names).whole(name, most=most) for name in self._names(key)}

    def listed(self, key: str) -> list[Any]:
        """The bare values of a list."""
        found = self.value(key)
        if not isinstance(found, list):
            raise DocumentError("A list is wanted.", where=self.at(key))
        return found

    def rates(self, key: str, names: Collection[str] = ()) -> dict[str, int]:
        """The same of percentages, in basis points."""
        return {name: int(percent_bp(self._inner(key, names), name)) for name in self._names(key)}

    def place(self) -> str:
        """The province or state under `place`, by its two letters."""
        found = str(self.text("place"))
        if len(found) != 2 or not (found.isascii() and found.isalpha() and found.isupper()):
            raise DocumentError(
                "A province or state is wanted by its two letters, as ON or VT.", where=self.at("place")
            )
        return found

    def _names(self, key: str) -> list[str]:
        return list(self._inner(key, ()).keys())

    def _inner(self, key: str, names: Collection[str]) -> Words:
        inner = Words(self.value(key, {}), self.at(key))
        for name in inner.keys():  # noqa: SIM118
            if names and name not in names:
                raise DocumentError(
                    f"Unknown key {name[:60]!r}.", where=inner.at(name), remedy=f"Known here: {', '.join(names)}."
                )
        return inner

    def fraction(self, key: str, default: Any = _MISSING, *, signed: bool = False) -> Any:
        """A percentage of any number of decimals (`"9.975%"`, also above 100 %), exact; below zero where `signed`."""
        found = self.value(key) if default is _MISSING else self.value(key, default)
        if found is default:
            return default
        match = PERCENT.match(found) if isinstance(found, str) else None
        if match is None or (match[1].startswith("-") and not signed):
            raise DocumentError("A percentage is wanted.", where=self.at(key), remedy='Write "20%" or "9.975%".')
        return Fraction(Decimal(match[1])) / 100


def _plain(key: str) -> str:
    for unit in _UNITS:
        key = key.removesuffix(unit)
    return key
