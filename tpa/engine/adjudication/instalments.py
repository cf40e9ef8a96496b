"""The instalments of an orthodontic treatment: a share of the fee at banding, the rest in equal parts (R-B08)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple, Protocol

from tpa.kernel.money import portion, split
from tpa.kernel.periods import add_months


class Instalment(NamedTuple):
    """One instalment: 0 is the banding, the others count from 1."""

    number: int
    due_on: date
    cents: int


class _Told(Protocol):
    """What a claim says of a treatment."""

    @property
    def months_left(self) -> int | None: ...
    @property
    def banded_on(self) -> date | None: ...


def instalments(
    fee_cents: int, months: int, every_months: int, initial_bp: int, banded_on: date
) -> tuple[Instalment, ...]:
    """Every instalment of a fee. Later ones are due `every_months` after each other and add up with the first to the fee.

    Months that do not fill the last interval still make one: 20 months by quarters are 7 instalments, the last after 21.
    """
    first = portion(fee_cents, initial_bp)
    count = -(-months // every_months)
    rest = split(fee_cents - first, [1] * count)
    later = (Instalment(n, add_months(banded_on, n * every_months), cents) for n, cents in enumerate(rest, start=1))
    return (Instalment(0, banded_on, first), *later)


def first_banded_on(day: date, months: int, treatment: _Told | None) -> date:
    """When the treatment began: as the claim says, else by the months that are left, else on the day of service."""
    if treatment is None:
        return day
    if treatment.banded_on is not None:
        return treatment.banded_on
    if treatment.months_left is not None:
        return add_months(day, -max(0, months - treatment.months_left))
    return day
