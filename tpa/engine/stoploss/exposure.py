"""Where a stop-loss contract stands as of a day. Pure and replayable; each cent names its decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from tpa.engine.stoploss.aggregate import (
    AggregateMonth,
    Attachment,
    Lives,
    aggregate_reimbursement,
    attachment,
    months_of,
)
from tpa.engine.stoploss.contract import Aggregate, Contract
from tpa.engine.stoploss.specific import Part, Unit, looks_at, specific_units, unit_of
from tpa.engine.stoploss.windows import CARRIED, REBATE, Amount, in_order, limit_run_in, reason_left_out
from tpa.kernel.money import BASIS_POINTS


class SpecificExposure(NamedTuple):
    """The specific cover. `retained_cents`: excess that the aggregating specific deductible keeps with the employer."""

    units: tuple[Unit, ...]
    eligible_cents: int
    excess_cents: int
    retained_cents: int
    reimbursable_cents: int
    awaiting_cents: int


class Counted(NamedTuple):
    """What a decision adds to the aggregate."""

    decision_id: int
    line: str
    cents: int
    paid_on: date


class AggregateExposure(NamedTuple):
    """The aggregate cover. `reimbursable_cents`: what the carrier would owe if nothing more were paid.

    `reached_bp`: countable over annual attachment, rounded down. `laser_cents` and `retained_cents`: what the employer
    bears above the specific deductible, under lasers and under the aggregating specific; it counts only where the
    contract says so. `months`: how it stood at the end of each month, and what the accommodation has paid by then.
    """

    attachment: Attachment
    countable_cents: int
    reached_bp: int
    reimbursable_cents: int
    awaiting_cents: int
    counted: tuple[Counted, ...]
    laser_cents: int = 0
    retained_cents: int = 0
    months: tuple[AggregateMonth, ...] = ()

    @property
    def accommodated_cents(self) -> int:
        """What the carrier has paid month by month."""
        return self.months[-1].paid_cents if self.months else 0

    @property
    def true_up_cents(self) -> int:
        """What the settlement of the year adds to that; below zero where the carrier gets something back."""
        return self.reimbursable_cents - self.accommodated_cents


class LeftOut(NamedTuple):
    """An amount that the contract does not look at, and why (see `reason_left_out`; `line`: not covered)."""

    decision_id: int
    line: str
    cents: int
    reason: str


class Exposure(NamedTuple):
    """A contract as of a day. A cover that the contract does not have is None."""

    as_of: date
    specific: SpecificExposure | None
    aggregate: AggregateExposure | None
    left_out: tuple[LeftOut, ...]


def exposure(contract: Contract, amounts: Iterable[Amount], lives: Iterable[Lives], as_of: date) -> Exposure:
    """The exposure from what the plan paid and who was covered, as known on `as_of`.

    Amounts known later and months that begin later are passed over. Raises DomainError for a tier without a factor.
    """
    known = [amount for amount in amounts if amount.known_on <= as_of]
    seen = _seen(contract, known)
    units = tuple(specific_units(contract.specific, *seen[:3])) if contract.specific else ()
    specific = _specific(units) if contract.specific else None
    left_out = seen.left_out
    for own in contract.views[1:]:
        # The aggregate has windows of its own: it looks at other amounts, each person's up to the specific deductible.
        seen = _seen(own, known)
        units = tuple(specific_units(contract.specific, seen.inside, (), seen.carried)) if contract.specific else ()
        neither = {one[:-1] for one in seen.left_out}
        left_out = [one for one in left_out if one[:-1] in neither]
    aggregate = None
    if contract.aggregate:
        counted = [row for row in lives if row.month <= as_of]
        aggregate = _aggregate(contract, contract.aggregate, units, (seen.inside, seen.awaiting), counted, as_of)
    return Exposure(as_of, specific, aggregate, tuple(left_out))


class _Seen(NamedTuple):
    """What lies in the windows, what would once it is paid, what people brought along, and what does not count."""

    inside: list[Amount]
    awaiting: list[Amount]
    carried: list[Amount]
    left_out: list[LeftOut]


def _seen(contract: Contract, amounts: Iterable[Amount]) -> _Seen:
    inside: list[Amount] = []
    awaiting: list[Amount] = []
    carried: list[Amount] = []
    left_out: list[LeftOut] = []
    goes_on = contract.specific is not None and contract.specific.transfer != "individual"
    covered = {line for cover in (contract.specific, contract.aggregate) if cover for line in cover.lines}
    for amount in amounts:
        if amount.about.kind == CARRIED and goes_on:
            carried.append(amount)
            continue
        reason = _reason(contract, amount, covered)
        if not reason:
            inside.append(amount)
        elif reason == "not_paid":
            awaiting.append(amount)
        else:
            left_out.append(LeftOut(amount.decision_id, amount.line, amount.cents, reason))
    inside, beyond = limit_run_in(contract, inside)
    left_out += [LeftOut(amount.decision_id, amount.line, amount.cents, "run_in") for amount in beyond]
    return _Seen(inside, awaiting, carried, left_out)


def _reason(contract: Contract, amount: Amount, covered: set[str]) -> str:
    if amount.about.kind == CARRIED:
        return CARRIED
    return reason_left_out(contract, amount) if amount.line in covered else "line"


def _specific(units: tuple[Unit, ...]) -> SpecificExposure:
    return SpecificExposure(
        units,
        sum(unit.eligible_cents for unit in units),
        sum(unit.excess_cents for unit in units),
        sum(part.retained_cents for unit in units for part in unit.parts),
        sum(unit.reimbursable_cents for unit in units),
        sum(unit.awaiting_cents for unit in units),
    )


def _aggregate(
    contract: Contract,
    terms: Aggregate,
    units: tuple[Unit, ...],
    amounts: tuple[list[Amount], list[Amount]],
    lives: list[Lives],
    as_of: date,
) -> AggregateExposure:
    inside, awaiting = amounts
    attached = attachment(terms, contract.policy, lives, contract.terminal_liability)
    counted = _counted(contract, terms, units, inside)
    countable = sum(one.cents for one in counted)
    reached = max(0, countable) * BASIS_POINTS // attached.annual_cents if attached.annual_cents else 0
    owed = aggregate_reimbursement(terms, countable, attached.annual_cents) if attached.annual_cents else 0
    parts = [part for unit in units for part in unit.parts if part.line in terms.lines]
    return AggregateExposure(
        attached,
        countable,
        reached,
        owed,
        sum(amount.cents for amount in awaiting if amount.line in terms.lines),
        tuple(counted),
        sum(part.laser_cents for part in parts),
        sum(part.retained_cents for part in parts),
        months_of(terms, contract.policy, attached, ((one.paid_on, one.cents) for one in counted), as_of),
    )


def _counted(contract: Contract, terms: Aggregate, units: tuple[Unit, ...], inside: list[Amount]) -> list[Counted]:
    """What counts: the part below the base specific deductible, laser and retention by the contract's flags; of each unit
    no more than the loss limit.
    """
    counted: list[tuple[int, Counted]] = []
    for unit in units:
        for part in unit.parts:
            cents = _countable(terms, part)
            if cents and part.line in terms.lines:
                counted.append((unit.unit_id, Counted(part.decision_id, part.line, cents, part.paid_on)))
    outside = [amount for amount in inside if _is_outside(contract, terms, amount)]
    for amount in sorted(outside, key=in_order):
        unit_id = unit_of(contract.specific, amount) if contract.specific else amount.member_id
        paid_on = amount.paid_on or amount.known_on
        counted.append((unit_id, Counted(amount.decision_id, amount.line, amount.cents, paid_on)))
    if terms.loss_limit_cents is None:
        return [one for _, one in counted]
    return list(_limited(counted, terms.loss_limit_cents))


def _limited(counted: list[tuple[int, Counted]], limit_cents: int) -> Iterator[Counted]:
    """No more of a unit than the limit, in the order of payment."""
    sums: dict[int, int] = {}
    for unit_id, one in sorted(counted, key=lambda row: row[1].paid_on):
        before = sums.get(unit_id, 0)
        sums[unit_id] = before + one.cents
        cents = min(sums[unit_id], limit_cents) - min(before, limit_cents)
        if cents:
            yield one._replace(cents=cents)


def _countable(terms: Aggregate, part: Part) -> int:
    if not terms.net_of_specific:
        return part.eligible_cents
    cents = part.below_cents
    cents += part.laser_cents if terms.counts_laser_excess else 0
    cents += part.retained_cents if terms.counts_aggregating_retention else 0
    return cents


def _is_outside(contract: Contract, terms: Aggregate, amount: Amount) -> bool:
    """Whether the aggregate takes in an amount that the specific does not look at."""
    if amount.line not in terms.lines or (amount.about.kind == REBATE and not terms.nets_rebates):
        return False
    return contract.specific is None or not looks_at(contract.specific, amount)
