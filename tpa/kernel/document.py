"""Reading a document (TOML or JSON, as Python values) key by key. What nobody asked for is an error, with its path.

::

    with Section(document) as contract:
        carrier = contract.text("carrier")
        with contract.section("specific") as specific:
            deductible_cents = specific.cents("deductible_cents")

Leaving the `with` refuses keys that were not read. Every fault is a DocumentError whose `where` is a JSON pointer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from types import TracebackType
from typing import Any, Never, Self, TypeVar, cast

from tpa.kernel.errors import DomainError
from tpa.kernel.money import BASIS_POINTS, Cents
from tpa.kernel.periods import Span

T = TypeVar("T")
_REQUIRED: Never = cast("Never", object())
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_MOST_CENTS = 10**15


class DocumentError(DomainError):
    """A document has a fault: an unknown or missing key, a value of the wrong kind."""

    code = "document"


class Section:
    """One table of a document, at the JSON pointer `where`. Raises DocumentError if `value` is no table."""

    def __init__(self, value: Any, where: str = "") -> None:
        if not isinstance(value, Mapping):
            raise DocumentError("A table of keys and values is wanted here.", where=where)
        self.where = where
        self._value: Mapping[str, Any] = value
        self._asked: dict[str, None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.refuse_unknown()

    def __contains__(self, key: str) -> bool:
        return key in self._value

    def at(self, key: str | int) -> str:
        """The JSON pointer of a key of this section."""
        return f"{self.where}/{key}"

    def refuse_unknown(self) -> None:
        """Raise DocumentError if the section holds a key that was never read."""
        for key in self._value:
            if key not in self._asked:
                known = ", ".join(self._asked) or "none"
                raise DocumentError(
                    f"Unknown key {str(key)[:60]!r}.", where=self.at(key), remedy=f"Known here: {known}."
                )

    def keys(self) -> list[str]:
        """The keys of a section whose keys are free names; reading them is up to the caller."""
        return list(self._value)

    def value(self, key: str, default: Any = _REQUIRED) -> Any:
        """The bare value under `key`."""
        self._asked[key] = None
        if key in self._value:
            return self._value[key]
        if default is _REQUIRED:
            raise DocumentError(
                f"The key {key!r} is missing.",
                where=self.at(key),
                remedy=f"Written here: {', '.join(str(one)[:60] for one in self._value) or 'nothing'}.",
            )
        return default

    def text(self, key: str, default: T = _REQUIRED) -> str | T:
        """A text that is not empty, nor holds the one character (NUL) that no database keeps."""
        found = self.value(key, default)
        if found is default or (isinstance(found, str) and found.strip() and "\0" not in found):
            return found
        raise DocumentError("A text is wanted.", where=self.at(key))

    def flag(self, key: str, default: T = _REQUIRED) -> bool | T:
        """true or false."""
        found = self.value(key, default)
        if found is default or isinstance(found, bool):
            return found
        raise DocumentError("true or false is wanted.", where=self.at(key))

    def whole(
        self, key: str, default: T = _REQUIRED, *, least: int = 0, most: int = 10**9, unit: str = "whole number"
    ) -> int | T:
        """A whole number from `least` to `most`."""
        found = self.value(key, default)
        if found is default:
            return cast("int | T", found)
        if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
            raise DocumentError(f"A {unit} from {least} to {most} is wanted.", where=self.at(key))
        return found

    def cents(self, key: str, default: T = _REQUIRED) -> Cents | T:
        """An amount of zero or more, in cents."""
        return cast("Cents | T", self.whole(key, default, most=_MOST_CENTS, unit="whole number of cents"))

    def rate_bp(self, key: str, default: T = _REQUIRED, *, most: int = BASIS_POINTS) -> int | T:
        """A rate in basis points (10,000 = 100 %), up to `most`."""
        return self.whole(key, default, most=most, unit="whole number of basis points")

    def day(self, key: str, default: T = _REQUIRED) -> date | T:
        """A date: TOML's own, or the text 2026-12-31."""
        found = self.value(key, default)
        if found is default or type(found) is date:
            return found
        if isinstance(found, str) and _DAY.match(found):
            try:
                return date.fromisoformat(found)
            except ValueError:
                pass
        raise DocumentError("A date is wanted, for example 2026-12-31.", where=self.at(key))

    def span(self, key: str, default: T = _REQUIRED) -> Span | T:
        """A section with `starts_on` and `ends_before` (the first day that is no longer inside)."""
        if key not in self._value and default is not _REQUIRED:
            self._asked[key] = None
            return default
        with self.section(key) as inner:
            span = Span(inner.day("starts_on"), inner.day("ends_before"))
        if span.starts_on >= span.ends_before:
            raise DocumentError("starts_on must be before ends_before.", where=self.at(key))
        return span

    def choice(self, key: str, options: Collection[str], default: T = _REQUIRED) -> str | T:
        """One of some words."""
        found = self.value(key, default)
        if found is default or (isinstance(found, str) and found in options):
            return found
        raise DocumentError(f"One of {', '.join(options)} is wanted.", where=self.at(key))

    def texts(self, key: str, default: T = _REQUIRED, *, options: Collection[str] = ()) -> tuple[str, ...] | T:
        """A list of one or more different texts; of `options` alone where those are given."""
        found = self.value(key, default)
        if found is default:
            return cast("tuple[str, ...] | T", found)
        if not isinstance(found, list) or not found or any(not _is_text(one) for one in found):
            raise DocumentError("A list of texts is wanted.", where=self.at(key))
        for n, one in enumerate(found):
            if (options and one not in options) or one in found[:n]:
                wanted = f"one of {', '.join(options)}, each once" if options else "each once"
                raise DocumentError(f"{one[:60]!r} is wrong here: {wanted}.", where=f"{self.at(key)}/{n}")
        return tuple(found)

    def section(self, key: str) -> Self:
        """The table under `key`."""
        return type(self)(self.value(key), self.at(key))

    def sections(self, key: str) -> list[Self]:
        """The list of tables under `key`; none where the key is absent."""
        found = self.value(key, [])
        if not isinstance(found, list):
            raise DocumentError("A list of tables is wanted.", where=self.at(key))
        return [type(self)(one, f"{self.at(key)}/{n}") for n, one in enumerate(found)]

    def cents_by(self, key: str, names: Collection[str]) -> dict[str, int]:
        """The table under `key`: amounts in cents by some of `names`, at least one."""
        inner = self.section(key)
        found = {name: int(inner.cents(name)) for name in names if name in inner}
        for name in names:
            inner.value(name, None)
        inner.refuse_unknown()
        if not found:
            raise DocumentError(f"At least one of {', '.join(names)} is wanted.", where=inner.where)
        return found


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and "\0" not in value
