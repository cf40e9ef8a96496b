"""When the carrier has to be told of a person: a share of the deductible, a diagnosis, a long stay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from tpa.engine.plan.terms_values import fits_any
from tpa.engine.stoploss.contract import Contract
from tpa.engine.stoploss.exposure import Exposure
from tpa.kernel.money import BASIS_POINTS

SHARE, DIAGNOSIS, CONFINEMENT = REASONS = "share", "diagnosis", "confinement"


class Event(NamedTuple):
    """What a bill or an authorization says of a person on a day: its diagnoses, and the days of a stay."""

    member_id: int
    family_id: int
    on: date
    diagnoses: tuple[str, ...] = ()
    confined_days: int = 0


class Notice(NamedTuple):
    """A unit of which the carrier is to be told, and why."""

    unit_id: int
    reason: str
    detail: str


def notices(contract: Contract, expected: Exposure, events: Iterable[Event]) -> list[Notice]:
    """Every notice that the contract asks for, each unit and reason once; shares of the deductible first.

    `expected`: the exposure as if all that is decided were paid. Events outside the incurred window are passed over.
    """
    found: dict[tuple[int, str], Notice] = {}
    for unit in expected.specific.units if expected.specific else ():
        reached = unit.accumulated_cents + unit.awaiting_cents
        if unit.deductible_cents and reached * BASIS_POINTS >= contract.notices.share_bp * unit.deductible_cents:
            percent = reached * BASIS_POINTS // unit.deductible_cents // 100
            found[unit.unit_id, SHARE] = Notice(unit.unit_id, SHARE, f"{percent} % of the deductible")
    for event in events if contract.specific else ():
        if event.on in contract.incurred:
            unit_id = event.member_id if contract.specific and contract.specific.unit == "person" else event.family_id
            for reason, detail in _asked(contract, event):
                found.setdefault((unit_id, reason), Notice(unit_id, reason, detail))
    return list(found.values())


def _asked(contract: Contract, event: Event) -> Iterable[tuple[str, str]]:
    hit = next((one for one in event.diagnoses if fits_any(contract.notices.diagnoses, one)), None)
    if hit is not None:
        yield DIAGNOSIS, hit
    if event.confined_days > contract.notices.confinement_days:
        yield CONFINEMENT, f"{event.confined_days} days"
