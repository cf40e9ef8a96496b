"""The specific cover: what each unit cost above its deductible, and what the carrier bears of that.

Amounts are taken in the order in which they were paid, a refund right after what it refunds. Each moves running sums,
and the change of a sum is that amount's part in it; so every cent of a result names its decision, and the order in
which refunds became known changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from tpa.engine.stoploss.contract import Laser, Specific
from tpa.engine.stoploss.windows import REBATE, Amount, capped, in_order
from tpa.kernel.money import BASIS_POINTS, portion, split


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

    `reached_bp`: accumulated over deductible, rounded down, so that 10,000 is never shown before it is reached.
    `by_group`: the reimbursement by group (division, location), where the unit moved between groups.
    `carried_cents`: what the unit accumulated under another group, and has brought along.
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
    by_group: tuple[tuple[str, int], ...] = ()
    carried_cents: int = 0

    @property
    def accumulated_cents(self) -> int:
        """What meets the deductible: what the plan has paid, and what the unit has brought along."""
        return self.eligible_cents + self.carried_cents

    @property
    def retained_cents(self) -> int:
        """What stays with the employer."""
        return self.eligible_cents - self.reimbursable_cents


class _Running:
    """The running sums of one unit; of one of its groups, where each accumulates for itself."""

    __slots__ = (
        "below", "carried", "deductible", "eligible", "excess", "groups", "laser", "parts", "raw", "share", "waiting",
    )  # fmt: skip

    def __init__(self, deductible: int | None, carried: int) -> None:
        self.deductible, self.carried = deductible, carried
        self.eligible = self.below = self.laser = self.excess = self.raw = self.share = self.waiting = 0
        self.parts: list[Part] = []
        self.groups: dict[str, int] = {}


class _Family:
    """What the people of a family bear together, each up to the deductible."""

    __slots__ = ("below", "over")

    def __init__(self) -> None:
        self.below = self.over = 0

    def over_of(self, below: int, deductible: int) -> int:
        """Take in what a person bears more; how much of it lies above the family's deductible."""
        self.below += below
        over = max(0, self.below - deductible)
        change, self.over = over - self.over, over
        return change


def specific_units(
    terms: Specific, amounts: Iterable[Amount], awaiting: Iterable[Amount] = (), carried: Iterable[Amount] = ()
) -> list[Unit]:
    """The units that have eligible, awaiting or carried amounts, the largest reimbursement first, then the largest cost.

    `amounts` lie inside the windows and have been paid; `awaiting` would lie inside once paid. Lines that the cover
    does not include are passed over. `carried`: what units have accumulated elsewhere; it meets their deductibles first.
    """
    counted = sorted((one for one in amounts if looks_at(terms, one)), key=in_order)
    lasers = _lasers_that_hold(terms, counted)
    brought = _brought_along(terms, carried)
    units: dict[tuple[int, str], _Running] = {}
    families: dict[int, _Family] = {}

    def running_of(amount: Amount) -> _Running:
        key = unit_of(terms, amount), amount.about.group if terms.transfer == "individual" else ""
        if key not in units:
            laser = lasers.get(key[0])
            units[key] = _Running(laser.deductible_cents if laser else terms.deductible_cents, brought.get(key[0], 0))
        return units[key]

    excess = raw = share = reimbursed = 0
    for amount in counted:
        unit = running_of(amount)
        below, laser, over = _move(unit, terms, amount.cents)
        if terms.family_deductible_cents is not None:
            family = families.setdefault(amount.family_id, _Family())
            together = family.over_of(below, terms.family_deductible_cents)
            below, over = below - together, over + together
        excess += over
        raw_now = max(0, excess - terms.aggregating_cents)
        unit.raw += raw_now - raw
        share_now = capped(portion(unit.raw, terms.reimbursement_bp), terms.maximum_per_unit_cents)
        share += share_now - unit.share
        total = capped(share, terms.maximum_cents)
        paid_on = amount.paid_on or amount.known_on
        part = (below, laser, over, over - (raw_now - raw), total - reimbursed)
        unit.parts.append(Part(amount.decision_id, amount.line, paid_on, amount.cents, *part))
        unit.groups[amount.about.group] = unit.groups.pop(amount.about.group, 0) + amount.cents
        raw, unit.share, reimbursed = raw_now, share_now, total
    for amount in awaiting:
        if looks_at(terms, amount):
            running_of(amount).waiting += amount.cents
    for amount in carried:
        if unit_of(terms, amount) in brought:
            running_of(amount)
    found = [_unit(unit_id, running, unit_id in lasers, terms.transfer) for (unit_id, _), running in units.items()]
    return sorted(found, key=lambda unit: (-unit.reimbursable_cents, -unit.eligible_cents, unit.unit_id))


def looks_at(terms: Specific, amount: Amount) -> bool:
    """Whether the cover takes the amount in: its line, and a rebate only where it is a person's and lowers the cover."""
    if amount.about.kind == REBATE and not (terms.nets_rebates and amount.member_id):
        return False
    return amount.line in terms.lines


def unit_of(terms: Specific, amount: Amount) -> int:
    """The key of the unit that the amount belongs to."""
    return amount.member_id if terms.unit == "person" else amount.family_id


def _lasers_that_hold(terms: Specific, amounts: Iterable[Amount]) -> dict[int, Laser]:
    """The lasers without a condition, and those whose treatment or diagnosis is among what was paid and not taken back."""
    met: dict[int, int] = {}
    conditional = {unit_id: laser.when for unit_id, laser in terms.lasers.items() if laser.when}
    for amount in amounts if conditional else ():
        unit_id = unit_of(terms, amount)
        when = conditional.get(unit_id)
        if when and when.met_by(amount.about.codes, amount.about.diagnoses):
            met[unit_id] = met.get(unit_id, 0) + amount.cents
    return {unit_id: laser for unit_id, laser in terms.lasers.items() if laser.when is None or met.get(unit_id, 0) > 0}


def _brought_along(terms: Specific, carried: Iterable[Amount]) -> dict[int, int]:
    """Unit -> what it has accumulated elsewhere, its corrections taken off; nobody where nothing is left."""
    sums: dict[int, int] = {}
    for amount in carried:
        unit_id = unit_of(terms, amount)
        sums[unit_id] = sums.get(unit_id, 0) + amount.cents
    return {unit_id: cents for unit_id, cents in sums.items() if cents > 0}


def _move(unit: _Running, terms: Specific, cents: int) -> tuple[int, int, int]:
    """Add to the unit's cost; how much of it lies below the base deductible, between that and its own, and above.

    What the unit brought along lies below everything that is added.
    """
    unit.eligible += cents
    reached = unit.eligible + unit.carried
    excess = _excess(unit, reached, terms)
    laser = _under_laser(unit, reached, terms) - _under_laser(unit, unit.carried, terms)
    below = unit.eligible - excess - laser
    change = below - unit.below, laser - unit.laser, excess - unit.excess
    unit.below, unit.laser, unit.excess = below, laser, excess
    return change


def _excess(unit: _Running, reached: int, terms: Specific) -> int:
    """What lies above the unit's own deductible, of what this plan has paid.

    Where the groups share, its part of all that lies above; else no more than it has paid itself: what lay above before,
    the unit had from where it came.
    """
    above = 0 if unit.deductible is None else max(0, reached - unit.deductible)
    if unit.carried and terms.transfer == "proportionate" and above:
        return split(above, [max(0, unit.eligible), unit.carried])[0]
    return max(0, min(above, unit.eligible)) if unit.carried else above


def _under_laser(unit: _Running, reached: int, terms: Specific) -> int:
    """What of a cost lies between the base deductible and the unit's own; all above the base where it is excluded."""
    own = reached if unit.deductible is None else min(reached, unit.deductible)
    return max(0, own - terms.deductible_cents)


def _unit(unit_id: int, running: _Running, lasered: bool, transfer: str) -> Unit:
    accumulated = running.eligible + running.carried
    reached = accumulated * BASIS_POINTS // running.deductible if running.deductible else 0
    reimbursable = sum(part.reimbursable_cents for part in running.parts)
    return Unit(
        unit_id,
        running.deductible,
        lasered,
        running.eligible,
        reached,
        sum(part.excess_cents for part in running.parts),
        reimbursable,
        running.waiting,
        tuple(running.parts),
        _by_group(running.groups, reimbursable, transfer),
        running.carried,
    )


def _by_group(groups: dict[str, int], reimbursable: int, transfer: str) -> tuple[tuple[str, int], ...]:
    """Who gets the reimbursement; `groups` holds what each has paid, the unit's last group at the end."""
    names = list(groups)
    if transfer == "proportionate" and names:
        shares = split(reimbursable, [max(0, groups[name]) for name in names])
        return tuple(zip(names, shares, strict=True))
    return ((names[-1], reimbursable),) if names else ()
