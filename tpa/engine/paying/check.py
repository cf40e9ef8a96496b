"""What stands on a check besides its payee: the amount in words, and the magnetic line (ANSI X9.100-160)."""

from __future__ import annotations

from tpa.kernel.errors import must

_UNITS = (
    "", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_THOUSANDS = ("", " thousand", " million", " billion")
_TRANSIT, _ON_US = "\u2446", "\u2448"
"""The symbols of E-13B as Unicode has them."""


def in_words(cents: int) -> str:
    """`Three hundred twenty and 00/100` for 32000 cents, as a bank reads it; below a trillion, above zero."""
    must(0 < cents < 10**14, f"{cents} cents stand on no check")
    whole, rest = divmod(cents, 100)
    groups = []
    for name in _THOUSANDS:
        whole, group = divmod(whole, 1000)
        if group:
            groups.append(_below_thousand(group) + name)
    words = " ".join(reversed(groups)) or "zero"
    return f"{words[0].upper()}{words[1:]} and {rest:02d}/100"


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    small = _UNITS[rest] if rest < 20 else "-".join(filter(None, (_TENS[rest // 10], _UNITS[rest % 10])))
    return " ".join(filter(None, (f"{_UNITS[hundreds]} hundred" if hundreds else "", small)))


def magnetic_line(number: str, routing_number: str, account_number: str) -> str:
    """Auxiliary on-us (the check's number), transit and on-us fields, without the amount, which the bank adds.

    The symbols are characters of Unicode: whoever prints with an E-13B font puts its own in their place.
    """
    return f"{_ON_US}{number:0>6}{_ON_US} {_TRANSIT}{routing_number}{_TRANSIT} {account_number}{_ON_US}"
