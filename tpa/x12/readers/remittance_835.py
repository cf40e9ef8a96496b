"""What the remittances of an 835 file come to: enough to hold them against the books they were written from."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import NamedTuple

from tpa.kernel.money import parse_amount
from tpa.x12.tokenizer import Tokenizer


class RemittanceTotals(NamedTuple):
    """One payment: its number (TRN02), what is paid (BPR02), its claims (CLP04), and what lowers it (PLB), in cents."""

    number: str
    paid_cents: int
    claims_cents: int
    adjusted_cents: int


def read_totals(content: bytes) -> Iterator[RemittanceTotals]:
    """One a transaction set, in their order. Raises AmountError where a sum is none."""
    number, paid, claims, adjusted = "", 0, 0, 0
    for elements, *_ in Tokenizer(io.BytesIO(content)):
        match elements[0]:
            case "ST":
                number, paid, claims, adjusted = "", 0, 0, 0
            case "BPR":
                paid = parse_amount(elements[2])
            case "TRN":
                number = elements[2]
            case "CLP":
                claims += parse_amount(elements[4])
            case "PLB":
                adjusted += sum(parse_amount(text) for text in elements[4::2])
            case "SE":
                yield RemittanceTotals(number, paid, claims, adjusted)
