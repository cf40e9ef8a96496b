"""What brokers get of each plan, for the disclosure that ERISA s. 408(b)(2)(B) asks of them.

Direct is what the plan's invoices charge as commission. Overrides and bonuses come beside it, because of the plan and from
insurers or the TPA: indirect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from tpa.engine.statute.dated import statute

DIRECT = ("commission",)
"""Kinds of commission that are direct compensation."""


class Paid(NamedTuple):
    """What one invoice gives a broker under one fee: its kind, and how it is reckoned (`basis` as the fee's terms name it)."""

    employer_id: int
    broker: str
    kind: str
    fee: str
    cents: int


class Disclosure(NamedTuple):
    """A broker's compensation by one plan. `by_fee`: (fee, kind) -> cents. `to_be_disclosed`: at or above the law's least."""

    broker: str
    employer_id: int
    direct_cents: int
    indirect_cents: int
    by_fee: Mapping[tuple[str, str], int]
    to_be_disclosed: bool

    @property
    def total_cents(self) -> int:
        """Both together."""
        return self.direct_cents + self.indirect_cents


def disclosures(paid: Iterable[Paid], day: date) -> list[Disclosure]:
    """By broker and plan, in the order of their names and keys; the law's number is that of `day`."""
    least = statute("us/broker_disclosure").on(day)["least_cents"]
    sums: dict[tuple[str, int], dict[tuple[str, str], int]] = {}
    for one in paid:
        by_fee = sums.setdefault((one.broker, one.employer_id), {})
        by_fee[one.fee, one.kind] = by_fee.get((one.fee, one.kind), 0) + one.cents
    return [_disclosure(*key, by_fee, least) for key, by_fee in sorted(sums.items())]


def _disclosure(broker: str, employer_id: int, by_fee: dict[tuple[str, str], int], least: int) -> Disclosure:
    direct = sum(cents for (_, kind), cents in by_fee.items() if kind in DIRECT)
    indirect = sum(by_fee.values()) - direct
    return Disclosure(broker, employer_id, direct, indirect, by_fee, direct + indirect >= least)
