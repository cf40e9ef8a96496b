"""Money that is lost on a date: what has to be paid, filed, or paid on by then."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from tpa.books.agreements import selectors as agreements
from tpa.books.agreements.selectors import StopLossInForce
from tpa.books.stoploss.models import Filing, FilingEvent
from tpa.books.stoploss.selectors import Asked, Standing, asked_for, standings
from tpa.engine.stoploss.advance import pay_on_by
from tpa.engine.stoploss.exposure import Exposure


class Risk(NamedTuple):
    """Money that is lost on a date: claims not paid by then (`paid_by`), reimbursement not asked for (`file_by`), or an
    advance that came and was not paid on (`pay_on_by`).
    """

    contract: StopLossInForce
    kind: str
    unit_id: int
    what: str
    by: date
    days_left: int
    cents: int


def risks(employer_id: int, as_of: date) -> list[Risk]:
    """What the carriers would bear and will not once a date has passed, the most money first."""
    found = []
    for standing in standings(employer_id, as_of):
        contract = standing.contract
        expected, now = _by_unit(standing.expected), _by_unit(standing.exposure)
        asked = asked_for(contract.contract_id)
        for key, cents in expected.items():
            owed, terms = now.get(key, 0), contract.terms.of(key[0])
            waiting, unasked = cents - owed, owed - asked.get(key, Asked()).of(owed)
            for what, by, at_risk in (
                ("paid_by", terms.paid_window.last_day, waiting),
                ("file_by", terms.file_by, unasked),
            ):
                if at_risk > 0:
                    found.append(Risk(contract, *key, what, by, (by - as_of).days, at_risk))
        found += _held_advances(standing, as_of)
    return sorted(found, key=lambda one: (-one.cents, one.by, one.unit_id))


def _held_advances(standing: Standing, as_of: date) -> Iterator[Risk]:
    """Advances that came while claims of their unit still wait for payment."""
    units = standing.exposure.specific.units if standing.exposure.specific else ()
    waiting = {unit.unit_id for unit in units if unit.awaiting_cents > 0}
    received = FilingEvent.objects.filter(
        filing__contract_id=standing.contract.contract_id,
        filing__ahead_from_cents__isnull=False,
        filing__unit_id__in=waiting,
        state=FilingEvent.State.RECEIVED,
    )
    for event in received.select_related("filing") if waiting else ():
        by = pay_advance_by(event.filing, event.on)
        kind, unit_id = event.filing.kind, event.filing.unit_id
        yield Risk(standing.contract, kind, unit_id, "pay_on_by", by, (by - as_of).days, event.cents or 0)


def pay_advance_by(filing: Filing, received_on: date) -> date:
    """The last day on which an advance that came on a day may be paid on, by the contract's version that it was asked by."""
    version = agreements.stop_loss_version(filing.contract_version_id)
    terms = version.terms.specific.advance if version and version.terms.specific else None
    return pay_on_by(received_on, terms.pay_within_days if terms else 0)


def _by_unit(exposed: Exposure) -> dict[tuple[str, int], int]:
    """(kind, unit) -> what the carrier bears."""
    units = exposed.specific.units if exposed.specific else ()
    found = {("specific", unit.unit_id): unit.reimbursable_cents for unit in units if unit.reimbursable_cents}
    if exposed.aggregate is not None and exposed.aggregate.reimbursable_cents:
        found["aggregate", 0] = exposed.aggregate.reimbursable_cents
    return found
