"""The specific cover: what each unit cost above its deductible, and what the carrier bears of that.

Amounts are taken in the order in which they were paid, a refund right after what it refunds. Each moves running sums,
and the change of a sum is that amount's part in it; so every cent of a result names its decision, and the order in
which refunds became known changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from tpa.engine.stoploss.contract import Specific
from tpa.engine.stoploss.windows import Amount
from tpa.kernel.money import BASIS_POINTS, portion


class Part(NamedTuple):
    """One amount's part in the result of its unit.

    eligible = below (within the base deductible) + laser (between it and the unit's own) + excess, and the
    carrier bears `reimbursable` of the excess; `retained` of it falls under the aggregating specific deductible.
    """

    decision_id: int
    line: str
    paid_on: date
    eligible_cents: int
    below_cents: int
    laser_cents: int
    excess_cents: int
    retained_cents: int
    reimbursable_cents: int


class Unit(NamedTuple):
    """A person, or a family where the contract counts certificates or employees. `deductible_cents` None: excluded.

    `reached_bp`: eligible over deductible, rounded down, so that 10,000 is never shown before it is reached.
    """

    unit_id: int
    deductible_cents: int | None
    lasered: bool
    eligible_cents: int
    reached_bp: int
    excess_cents: int
    reimbursable_cents: int
    awaiting_cents: int
    parts: tuple[Part, ...]


class _Running:
    """The running sums of one unit."""

    __slots__ = ("below", "deductible", "eligible", "excess", "laser", "parts", "raw", "share", "waiting")

    def __init__(self, deductible: int | None) -> None:
        self.deductible = deductible
        self.eligible = self.below = self.laser = self.excess = self.raw = self.share = self.waiting = 0
        self.parts: list[Part] = []


def specific_units(terms: Specific, amounts: Iterable[Amount], awaiting: Iterable[Amount] = ()) -> list[Unit]:
    """The units that have eligible or awaiting amounts, the largest reimbursement first, then the largest cost.

    `amounts` lie inside the windows and have been paid; `awaiting` would lie inside once paid. Lines that the cover
    does not include are passed over.
    """
    units: dict[int, _Running] = {}

    def unit_of(amount: Amount) -> _Running:
        unit_id = amount.member_id if terms.unit == "person" else amount.family_id
        if unit_id not in units:
            units[unit_id] = _Running(terms.deductible_of(unit_id))
        return units[unit_id]

    excess = raw = share = reimbursed = 0
    for amount in sorted((one for one in amounts if one.line in terms.lines), key=in_order):
        unit = unit_of(amount)
        below, laser, over = _move(unit, terms.deductible_cents, amount.cents)
        excess += over
        raw_now = max(0, excess - terms.aggregating_cents)
        unit.raw += raw_now - raw
        share_now = _capped(portion(unit.raw, terms.reimbursement_bp), terms.maximum_per_unit_cents)
        share += share_now - unit.share
        total = _capped(share, terms.maximum_cents)
        paid_on = amount.paid_on or amount.known_on
        part = (below, laser, over, over - (raw_now - raw), total - reimbursed)
        unit.parts.append(Part(amount.decision_id, amount.line, paid_on, amount.cents, *part))
        raw, unit.share, reimbursed = raw_now, share_now, total
    for amount in awaiting:
        if amount.line in terms.lines:
            unit_of(amount).waiting += amount.cents
    found = [_unit(unit_id, running, unit_id in terms.lasers) for unit_id, running in units.items()]
    return sorted(found, key=lambda unit: (-unit.reimbursable_cents, -unit.eligible_cents, unit.unit_id))


def in_order(amount: Amount) -> tuple[date, int, int, str]:
    """The order of accumulation: by day of payment; what belongs to one claim stays together."""
    return amount.paid_on or amount.known_on, amount.claim_id, amount.decision_id, amount.line


def _move(unit: _Running, base: int, cents: int) -> tuple[int, int, int]:
    """Add to the unit's cost; how much of it lies below the base deductible, between that and its own, and above."""
    unit.eligible += cents
    own = unit.eligible if unit.deductible is None else unit.deductible
    below = min(unit.eligible, base, own)
    excess = max(0, unit.eligible - own)
    laser = unit.eligible - excess - below
    change = below - unit.below, laser - unit.laser, excess - unit.excess
    unit.below, unit.laser, unit.excess = below, laser, excess
    return change


def _capped(cents: int, maximum: int | None) -> int:
    return cents if maximum is None else min(cents, maximum)


def _unit(unit_id: int, running: _Running, lasered: bool) -> Unit:
    reached = running.eligible * BASIS_POINTS // running.deductible if running.deductible else 0
    return Unit(
        unit_id,
        running.deductible,
        lasered,
        running.eligible,
        reached,
        running.excess,
        sum(part.reimbursable_cents for part in running.parts),
        running.waiting,
        tuple(running.parts),
    )
