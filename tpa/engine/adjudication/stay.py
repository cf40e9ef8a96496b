"""Stays: is a claim an admission, when did it begin, and how many nights does it hold?

What a later claim must know of a stay is noted with the accumulators, under the day of admission or of discharge: so a
reversal takes it back, and a replay finds it.
"""

from __future__ import annotations

from datetime import date, timedelta

from tpa.engine.adjudication.facts import Claim, ServiceLine

_INPATIENT_BILLS = frozenset(("11", "12", "18", "21", "28", "41", "65", "66", "86"))
"""First two digits of the type of bill: hospital, swing bed, skilled nursing, religious, intermediate and residential care."""
_ROOM_AND_BOARD = ("0100", "0219")
INPATIENT_HOSPITAL = "21"
"""Place of service."""


def is_admission(claim: Claim) -> bool:
    """Whether the claim bills a stay: by its type of bill; where it has none, by an admission day or a room."""
    if claim.form != "institutional":
        return False
    if claim.facility_code:
        return claim.facility_code.lstrip("0")[:2] in _INPATIENT_BILLS
    first, last = _ROOM_AND_BOARD
    return claim.admitted_on is not None or any(first <= line.revenue_code <= last for line in claim.lines)


def admission_day(claim: Claim) -> date:
    """The day on which the claim's stay began."""
    return claim.admitted_on or min(line.from_on for line in claim.lines)


def discharge_day(claim: Claim) -> date:
    """The last day that the claim bills."""
    return max(line.through_on for line in claim.lines)


def nights(starts_on: date, through_on: date) -> int:
    """Days of a stay: the day of leaving is not counted, unless it is the day of coming."""
    return max(1, (through_on - starts_on).days)


def service_days(claim: Claim, line: ServiceLine) -> list[date]:
    """The days of a line: of a stay its nights, else every day with the last one."""
    count = (line.through_on - line.from_on).days + 1
    if count > 1 and is_admission(claim):
        count -= 1
    return [line.from_on + timedelta(days=n) for n in range(count)]
