"""Money is a whole number of cents. One rounding function and one splitting function serve the whole house.

Rates are basis points (`_bp`, 10,000 = 100 %) or exact fractions; no float comes near an amount.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NewType

from tpa.kernel.errors import DomainError

Cents = NewType("Cents", int)

BASIS_POINTS = 10_000
_AMOUNT = re.compile(r"(-?)(\d{0,15})(?:\.(\d{0,2})0*)?\Z", re.ASCII)


class AmountError(DomainError):
    """A text that should be an amount of money is none."""

    code = "amount"
    remedy = "Write the amount as digits with at most two decimals, for example 1250.00."


def divide_rounded(numerator: int, denominator: int) -> int:
    """`numerator / denominator` to the nearest whole number, halves away from zero.

    The house's only rounding. 230.725 dollars, 23072.5 cents, is 23073.
    """
    if denominator <= 0:
        raise ValueError("denominator must be positive")
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((-2 * numerator + denominator) // (2 * denominator))


def rounded(cents: Fraction) -> int:
    """An exact amount to the cent."""
    return divide_rounded(cents.numerator, cents.denominator)


def portion(cents: int, rate_bp: int) -> int:
    """The share `rate_bp` basis points of `cents`, rounded to the cent."""
    return divide_rounded(cents * rate_bp, BASIS_POINTS)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` over non-negative `weights` so that the parts add up to it (largest remainder).

    Equal remainders go to the earlier part. If every weight is zero the first part takes all.
    """
    if not weights or min(weights) < 0:
        raise ValueError("weights must be one or more non-negative numbers")
    whole = sum(weights)
    if whole == 0:
        return [total, *([0] * (len(weights) - 1))]
    sign, size = (1, total) if total >= 0 else (-1, -total)
    parts = [size * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % whole), i))
    for i in by_remainder[: size - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]


def parse_amount(text: str) -> Cents:
    """Cents from a decimal text as X12 (data type R) and CSV write it: `12`, `12.5`, `.50`, `-3.10`.

    Raises AmountError on anything else: letters, other scripts' digits, NaN, exponents, fractions of a cent.
    """
    match = _AMOUNT.match(text)
    if match is None or not (match[2] or match[3]):
        raise AmountError(f"{text[:40]!r} is not an amount of money")
    cents = int(match[2] or 0) * 100 + int((match[3] or "").ljust(2, "0"))
    return Cents(-cents if match[1] else cents)


def format_amount(cents: int) -> str:
    """`1234.50` for 123450: the plain decimal form of files and logs (screens format by locale)."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
