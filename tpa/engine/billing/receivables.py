"""What of an employer's invoices is paid, what is open, and how old that is.

A payment for an invoice pays that one first; what is left of it, and money without an invoice, pays the oldest that is
open. An invoice below nothing is money for the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

AGES = ("current", "30", "60", "90", "over_90")
"""Not due yet or on its day; up to 30, 60, 90 days late; later."""


class Owed(NamedTuple):
    """An invoice, the oldest first in a list."""

    invoice_id: int
    due_on: date
    cents: int


class Received(NamedTuple):
    """Money that came in, in its order; `invoice_id` where it is for one."""

    deposit_id: int
    cents: int
    invoice_id: int | None = None


class Applied(NamedTuple):
    """So much of a deposit (0: of an invoice below nothing) pays an invoice."""

    deposit_id: int
    invoice_id: int
    cents: int


class Receivables(NamedTuple):
    """`open_cents`: by invoice that is not paid in full. `ahead_cents`: money that pays none yet. `aging_cents`: by AGES."""

    applied: tuple[Applied, ...]
    open_cents: dict[int, int]
    ahead_cents: int
    aging_cents: dict[str, int]

    @property
    def balance_cents(self) -> int:
        """Owed in all; below zero where the employer is ahead."""
        return sum(self.open_cents.values()) - self.ahead_cents


def receivables(owed: Sequence[Owed], received: Sequence[Received], as_of: date) -> Receivables:
    """Payments applied to invoices, and the age of what is left on a day."""
    left = {one.invoice_id: one.cents for one in owed if one.cents > 0}
    applied: list[Applied] = []
    money: list[tuple[int, int]] = [(0, -one.cents) for one in owed if one.cents < 0]
    for one in received:
        cents = one.cents
        if one.invoice_id in left:
            cents -= _pay(left, applied, one.deposit_id, one.invoice_id, cents)
        money.append((one.deposit_id, cents))
    ahead = 0
    for deposit_id, cents in money:
        rest = cents
        for invoice_id in list(left):
            rest -= _pay(left, applied, deposit_id, invoice_id, rest)
        ahead += rest
    open_cents = {invoice_id: cents for invoice_id, cents in left.items() if cents}
    aging = dict.fromkeys(AGES, 0)
    for invoice in owed:
        aging[_age(invoice.due_on, as_of)] += open_cents.get(invoice.invoice_id, 0)
    return Receivables(tuple(applied), open_cents, ahead, aging)


def _pay(left: dict[int, int], applied: list[Applied], deposit_id: int, invoice_id: int, cents: int) -> int:
    """Take what fits of the money; how much that was."""
    taken = min(cents, left[invoice_id])
    if taken > 0:
        left[invoice_id] -= taken
        applied.append(Applied(deposit_id, invoice_id, taken))
    return max(taken, 0)


def _age(due_on: date, as_of: date) -> str:
    late = (as_of - due_on).days
    return next((age for age, most in zip(AGES, (0, 30, 60, 90), strict=False) if late <= most), AGES[-1])
