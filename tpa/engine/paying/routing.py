"""ABA routing numbers."""

from __future__ import annotations

_WEIGHTS = (3, 7, 1) * 3


def is_routing_number(text: str) -> bool:
    """Nine digits whose weighted sum (3, 7, 1) is a multiple of ten, as the ABA's check digit wants; not all zeros."""
    if len(text) != 9 or not (text.isascii() and text.isdigit()) or text == "0" * 9:
        return False
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=True)) % 10 == 0
