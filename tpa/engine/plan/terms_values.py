"""The words of a plan document: amounts as people write them ("1500.00"), percents ("20%"), code patterns ("A-B")."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, TypeVar

from tpa.kernel.document import DocumentError, Section
from tpa.kernel.errors import DomainError
from tpa.kernel.money import BASIS_POINTS, parse_amount

_PERCENT = re.compile(r"(\d{1,5})(?:\.(\d{1,2}))?\s?%?\Z", re.ASCII)
_SERVICE = r"[A-Z0-9]+(?:\.[A-Z0-9]+)?"
_PATTERN = re.compile(rf"{_SERVICE}(?:-{_SERVICE}|\*)?\Z", re.ASCII)
_MISSING = object()
_OWN_CODE = "abcdefghijklmnopqrstuvwxyz0123456789_-"
T = TypeVar("T")


def whole_table(section: Section, parse: Callable[[Section], T]) -> T:
    """What `parse` makes of a table; a key that it did not read is refused."""
    with section:
        return parse(section)


def code(section: Section, key: str = "code") -> str:
    """A code that the plan gives: up to 30 small letters, digits, - and _."""
    found = section.text(key)
    if len(found) > 30 or any(char not in _OWN_CODE for char in found):
        raise DocumentError(
            f"{found[:60]!r} is no code.",
            where=section.at(key),
            remedy="Use up to 30 small letters, digits, - and _.",
        )
    return found


def clause(section: Section) -> str:
    """Where the table stands in the booklet; without a word on that, its place in the document."""
    return str(section.text("clause", section.where))


def amount(section: Section, key: str, default: Any = _MISSING) -> Any:
    """Cents of an amount in the plan's currency: 1500, "1500.00", or a decimal of TOML; zero or more."""
    found = section.value(key) if default is _MISSING else section.value(key, default)
    if found is default:
        return default
    if isinstance(found, str | int | Decimal) and not isinstance(found, bool):
        try:
            cents = int(parse_amount(str(found)))
        except DomainError:
            cents = -1
        if cents >= 0:
            return cents
    raise DocumentError(
        "An amount is wanted.", where=section.at(key), remedy='Write 1500, or with cents in quotes: "1500.50".'
    )


def percent_bp(section: Section, key: str, default: Any = _MISSING, *, most_bp: int = BASIS_POINTS) -> Any:
    """Basis points of a percentage: "20%", "12.5%", 20."""
    found = section.value(key) if default is _MISSING else section.value(key, default)
    if found is default:
        return default
    if isinstance(found, str | int | Decimal) and not isinstance(found, bool):
        text = str(found)
        match = _PERCENT.match(text)
        if match is not None:
            rate = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
            # A bare 0.2 could mean 20 %: refused. With the sign it is what it says.
            if rate <= most_bp and ("%" in text or rate == 0 or rate >= 100):
                return rate
    raise DocumentError(
        f"A percentage up to {most_bp // 100}% is wanted.", where=section.at(key), remedy='Write "20%" or "12.5%".'
    )


def patterns(section: Section, key: str) -> tuple[str, ...]:
    """Code patterns: one code, a range `A-B` of codes of one length, or a beginning `A*`. Dots are left out."""
    found = section.texts(key, ())
    cleaned = []
    for place, text in enumerate(found):
        first, dash, last = text.partition("-")
        if not _PATTERN.match(text) or (dash and (len(first) != len(last) or first > last)):
            raise DocumentError(
                f"{text[:60]!r} is no code pattern.",
                where=f"{section.at(key)}/{place}",
                remedy="Write one code (99213), a range of equal length, the lower first (99202-99215), or a beginning (Z00*).",
            )
        cleaned.append(text.replace(".", ""))
    return tuple(cleaned)


def fits(pattern: str, code: str) -> bool:
    """Whether `code` is meant by a pattern. A range looks at the first characters only: Z00-Z13 holds Z0000."""
    if pattern.endswith("*"):
        return code.startswith(pattern[:-1])
    first, dash, last = pattern.partition("-")
    if not dash:
        return code == pattern
    return len(code) >= len(first) and first <= code[: len(first)] <= last


def fits_any(wanted: Iterable[str], code: str) -> bool:
    """Whether one of the patterns means `code`."""
    return any(fits(pattern, code) for pattern in wanted)
