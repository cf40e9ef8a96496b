"""Balances of one family: what its entries add up to.

A person's entry counts for the family too, so the family's figure is the sum over its people. An entry of member 0
counts for the family alone (an amount brought along from another carrier that is not split by person).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

FAMILY = 0
"""The member id under which the family's sums stand."""


class AccumulatorEntry(NamedTuple):
    """`amount` (cents, visits, days or thousandths of a unit) filed for a member under `code` and a period's key day."""

    member_id: int
    code: str
    period_on: date
    amount: int
    line_number: int = 0


class Balances:
    """Sums by member, code and key day. `rows` are recorded entries (member, code, key day, amount), summed or not."""

    __slots__ = ("_sums",)

    def __init__(self, rows: Iterable[tuple[int, str, date, int]] = ()) -> None:
        self._sums: dict[tuple[int, str], dict[date, int]] = {}
        for member_id, code, period_on, amount in rows:
            self._fold(member_id, code, period_on, amount)

    def add(self, entries: Iterable[AccumulatorEntry]) -> None:
        """Count entries, for the person and for the family: the family's next claim sees them."""
        for member_id, code, period_on, amount, _ in entries:
            self._fold(member_id, code, period_on, amount)

    def _fold(self, member_id: int, code: str, period_on: date, amount: int) -> None:
        for owner in (member_id, FAMILY) if member_id else (FAMILY,):
            by_day = self._sums.get((owner, code))
            if by_day is None:
                self._sums[owner, code] = {period_on: amount}
            else:
                by_day[period_on] = by_day.get(period_on, 0) + amount

    def used(self, member_id: int, code: str, period_on: date) -> int:
        """What the member (or the family, 0) has used in the period."""
        by_day = self._sums.get((member_id, code))
        return by_day.get(period_on, 0) if by_day else 0

    def used_between(self, member_id: int, code: str, first_on: date, last_on: date) -> int:
        """What was filed under the days of a window, both included."""
        by_day = self._sums.get((member_id, code), {})
        return sum(amount for day, amount in by_day.items() if first_on <= day <= last_on)

    def days_of(self, member_id: int, code: str) -> Mapping[date, int]:
        """What the member (or the family, 0) has under a code, by key day."""
        return self._sums.get((member_id, code), {})

    def members_at(self, code: str, period_on: date, amount: int) -> int:
        """How many members have reached `amount` in the period: plans with "two members meet it in full" ask."""
        return sum(
            1
            for (owner, name), by_day in self._sums.items()
            if owner != FAMILY and name == code and by_day.get(period_on, 0) >= amount
        )

    def members_with(self, code: str, period_on: date) -> tuple[int, ...]:
        """The members who have an entry under the code and key day."""
        return tuple(
            owner for (owner, name), days in self._sums.items() if owner and name == code and period_on in days
        )

    def rows(self) -> dict[tuple[int, str, date], int]:
        """A copy of all sums by (member, code, key day); member 0 is the family."""
        return {
            (owner, code, day): amount for (owner, code), days in self._sums.items() for day, amount in days.items()
        }
