"""Specific advance funding: the carrier pays its part of a decided claim before the plan has paid it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

from tpa.engine.stoploss.contract import Contract
from tpa.engine.stoploss.exposure import Exposure
from tpa.engine.stoploss.specific import Unit
from tpa.kernel.errors import DomainError
from tpa.kernel.money import format_amount

_SATURDAY = 5


class AdvanceError(DomainError):
    """A condition of the contract's advance funding does not hold."""

    code = "advance"
    remedy = "Pay the claims first, and file them then."


class AdvanceDue(NamedTuple):
    """What may be asked for a unit ahead of payment, the last day for asking, and when it is to be paid on."""

    unit_id: int
    cents: int
    ask_by: date


def advances(
    contract: Contract,
    paid: Exposure,
    expected: Exposure,
    day: date,
    reach_cents: Mapping[int, int] = MappingProxyType({}),
) -> list[AdvanceDue]:
    """The advances that may be asked for on `day`, as `advance_of` finds them; `reach_cents` by unit."""
    found = []
    for unit in expected.specific.units if expected.specific else ():
        try:
            found.append(advance_of(contract, paid, unit, day, reach_cents=reach_cents.get(unit.unit_id, 0)))
        except AdvanceError:
            continue
    return found


def advance_of(contract: Contract, paid: Exposure, expected: Unit, day: date, *, reach_cents: int = 0) -> AdvanceDue:
    """What may be asked for a unit on `day`. Raises AdvanceError with the condition that does not hold.

    `expected`: the unit as if all that is decided were paid; `reach_cents`: up to which reimbursement earlier advances have
    asked. It qualifies once what was paid for it has met its deductible, when its advance is large enough, and while there
    is time before the paid window ends.
    """
    terms = contract.specific.advance if contract.specific else None
    if terms is None:
        raise AdvanceError("The contract has no advance funding.", where="/specific/advance")
    ask_by = contract.paid_window.last_day - timedelta(days=terms.days_before_end)
    if day > ask_by:
        raise AdvanceError(f"The last day for asking was {ask_by}.", where="/specific/advance/days_before_end")
    units = paid.specific.units if paid.specific else ()
    before = next((one for one in units if one.unit_id == expected.unit_id), None)
    if before is None or before.deductible_cents is None or before.accumulated_cents < before.deductible_cents:
        reached = format_amount(before.accumulated_cents if before else 0)
        raise AdvanceError(f"What was paid, {reached}, has not met the deductible yet.", where="/specific/advance")
    cents = expected.reimbursable_cents - max(before.reimbursable_cents, reach_cents)
    if cents <= 0:
        raise AdvanceError("No decided claim waits for the carrier's money.", where="/specific/advance")
    if cents < terms.least_cents:
        raise AdvanceError(
            f"{format_amount(cents)} wait; an advance is {format_amount(terms.least_cents)} at least.",
            where="/specific/advance/least_cents",
        )
    return AdvanceDue(expected.unit_id, cents, ask_by)


def pay_on_by(received_on: date, working_days: int) -> date:
    """The last day on which an advance that came on `received_on` may be paid on: working days, weekends not counted."""
    day = received_on
    while working_days > 0:
        day += timedelta(days=1)
        working_days -= day.weekday() < _SATURDAY
    return day
