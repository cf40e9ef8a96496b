"""What an external review orders to be paid after the paid window has a last day for filing of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from tpa.engine.stoploss.contract import Contract


class Late(NamedTuple):
    """What the carrier bears of what was paid after the window, and the last day on which that may be filed."""

    cents: int
    file_by: date


def late_of(contract: Contract, borne: Iterable[tuple[date, int]]) -> Late | None:
    """What of (day of payment, cents that the carrier bears) was paid after the window: only ordered amounts are.

    It may be filed as long after its payment as the rest after the window. None where there is nothing.
    """
    late = [(paid_on, cents) for paid_on, cents in borne if paid_on >= contract.paid_window.ends_before]
    cents = sum(cents for _, cents in late)
    if cents <= 0:
        return None
    return Late(cents, max(paid_on for paid_on, _ in late) + timedelta(days=contract.filing.within_days))
