"""A claim tried on a contract: would it count, and what would the carrier bear of it, as things stand?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from tpa.engine.stoploss.contract import Contract
from tpa.engine.stoploss.exposure import Exposure, exposure
from tpa.engine.stoploss.windows import Amount

TRIED = -1
"""The decision's key of a claim that is only tried."""


class Trial(NamedTuple):
    """What a claim would change. `left_out`: why it does not count, in whole or in part; empty where it counts.

    `below`, `laser`, `excess`: its parts below the base deductible, up to the unit's own, and above that; `countable` of it
    counts toward the aggregate. `reimbursed`: by how much the specific reimbursements of all would rise.
    """

    left_out: str
    below_cents: int
    laser_cents: int
    excess_cents: int
    countable_cents: int
    reimbursed_cents: int
    unit_eligible_cents: int
    unit_deductible_cents: int | None


def try_claim(contract: Contract, known: Sequence[Amount], claim: Amount, as_of: date) -> Trial:
    """The claim beside what is known; it is paid on its `paid_on`, and taken as known by `as_of`."""
    tried = claim._replace(decision_id=TRIED, claim_id=TRIED, known_on=as_of)
    before, after = exposure(contract, known, (), as_of), exposure(contract, [*known, tried], (), as_of)
    units = after.specific.units if after.specific else ()
    parts = [(unit, part) for unit in units for part in unit.parts if part.decision_id == TRIED]
    unit = parts[0][0] if parts else None
    counted = after.aggregate.counted if after.aggregate else ()
    return Trial(
        next((one.reason for one in after.left_out if one.decision_id == TRIED), ""),
        sum(part.below_cents for _, part in parts),
        sum(part.laser_cents for _, part in parts),
        sum(part.excess_cents for _, part in parts),
        sum(one.cents for one in counted if one.decision_id == TRIED),
        _borne(after) - _borne(before),
        unit.eligible_cents if unit else 0,
        unit.deductible_cents if unit else None,
    )


def _borne(found: Exposure) -> int:
    return found.specific.reimbursable_cents if found.specific else 0
