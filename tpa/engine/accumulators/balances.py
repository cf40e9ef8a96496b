"""Balances of one family: what its entries add up to.

A person's entry counts for the family too; an entry of member 0 counts for the family alone (an amount brought along
from another carrier that is not split by person).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

FAMILY = 0
"""The member id under which the family's sums stand."""


class AccumulatorEntry(NamedTuple):
    """`amount` (cents, visits or thousandths of a unit) filed for a member under `code` and the period's key day."""

    member_id: int
    code: str
    period_on: date
    amount: int
    line_number: int


class Balances:
    """Sums by (member, code, key day). `rows` are the recorded entries, already summed by those three."""

    __slots__ = ("_sums",)

    def __init__(self, rows: Iterable[tuple[int, str, date, int]] = ()) -> None:
        self._sums: dict[tuple[int, str, date], int] = {}
        for member_id, code, period_on, amount in rows:
            self.add(member_id, code, period_on, amount)

    def add(self, member_id: int, code: str, period_on: date, amount: int) -> None:
        """Count one entry, for the person and for the family."""
        sums = self._sums
        key = (member_id, code, period_on)
        sums[key] = sums.get(key, 0) + amount
        if member_id != FAMILY:
            key = (FAMILY, code, period_on)
            sums[key] = sums.get(key, 0) + amount

    def used(self, member_id: int, code: str, period_on: date) -> int:
        """What the member (or the family, 0) has used in the period."""
        return self._sums.get((member_id, code, period_on), 0)

    def used_between(self, member_id: int, code: str, first_on: date, last_on: date) -> int:
        """What was used on the days of a rolling window, both included."""
        return sum(
            amount
            for (member, name, day), amount in self._sums.items()
            if member == member_id and name == code and first_on <= day <= last_on
        )

    def members_at(self, code: str, period_on: date, amount: int) -> int:
        """How many members have reached `amount` in the period: plans with "two members meet it in full" ask."""
        return sum(
            1
            for (member, name, day), used in self._sums.items()
            if member != FAMILY and name == code and day == period_on and used >= amount
        )

    def rows(self) -> dict[tuple[int, str, date], int]:
        """A copy of all sums by (member, code, key day); member 0 is the family."""
        return dict(self._sums)
