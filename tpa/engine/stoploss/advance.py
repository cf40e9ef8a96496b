"""Specific advance funding: the carrier pays its part of a decided claim before the plan has paid it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from tpa.engine.stoploss.contract import Contract
from tpa.engine.stoploss.exposure import Exposure

_SATURDAY = 5


class AdvanceDue(NamedTuple):
    """What may be asked for a unit ahead of payment, the last day for asking, and when it is to be paid on."""

    unit_id: int
    cents: int
    ask_by: date


def advances(contract: Contract, paid: Exposure, expected: Exposure, day: date) -> list[AdvanceDue]:
    """The advances that may be asked for on `day`.

    `expected`: the exposure as if all that is decided were paid. A unit qualifies once what was paid for it has met its
    deductible, when its advance is large enough, and while there is time before the paid window ends.
    """
    terms = contract.specific.advance if contract.specific else None
    if terms is None or paid.specific is None or expected.specific is None:
        return []
    ask_by = contract.paid_window.last_day - timedelta(days=terms.days_before_end)
    now = {unit.unit_id: unit for unit in paid.specific.units}
    found = []
    for unit in expected.specific.units:
        before = now.get(unit.unit_id)
        if before is None or before.deductible_cents is None or before.eligible_cents < before.deductible_cents:
            continue
        cents = unit.reimbursable_cents - before.reimbursable_cents
        if cents > 0 and cents >= terms.least_cents and day <= ask_by:
            found.append(AdvanceDue(unit.unit_id, cents, ask_by))
    return found


def pay_on_by(received_on: date, working_days: int) -> date:
    """The last day on which an advance that came on `received_on` may be paid on: working days, weekends not counted."""
    day = received_on
    while working_days > 0:
        day += timedelta(days=1)
        working_days -= day.weekday() < _SATURDAY
    return day
