"""Money that is lost on a date: what has to be paid, filed, or paid on by then."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from django.db.models import Sum

from tpa.books.agreements import selectors as agreements
from tpa.books.agreements.selectors import StopLossInForce
from tpa.books.stoploss.amounts import any_ordered
from tpa.books.stoploss.models import Filing, FilingEvent, Kind
from tpa.books.stoploss.selectors import Asked, Standing, asked_for, exposure_of, standings
from tpa.engine.stoploss.advance import pay_on_by
from tpa.engine.stoploss.exposure import Exposure
from tpa.engine.stoploss.late import Late, late_of


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
    found: list[Risk] = []
    for standing in standings(employer_id, as_of, past=any_ordered(as_of)):
        contract = standing.contract
        expected, now = _by_unit(standing.expected), _by_unit(standing.exposure)
        asked = asked_for(contract.contract_id)
        for key, cents in expected.items():
            owed, terms = now.get(key, 0), contract.terms.of(key[0])
            unasked = owed - asked.get(key, Asked()).of(owed)
            if as_of <= terms.file_by:
                dated = [("paid_by", terms.paid_window.last_day, cents - owed), ("file_by", terms.file_by, unasked)]
            else:
                late = open_late(contract, standing.exposure, *key, as_of)
                dated = [("file_by", late.file_by, min(unasked, late.cents))] if late else []
            found += [Risk(contract, *key, what, by, (by - as_of).days, lost) for what, by, lost in dated if lost > 0]
        if as_of <= contract.terms.widest.file_by:
            found += _held_advances(standing, as_of)
    return sorted(found, key=lambda one: (-one.cents, one.by, one.unit_id))


def open_late(contract: StopLossInForce, exposure: Exposure, kind: str, unit_id: int, as_of: date) -> Late | None:
    """What may still be filed of a unit after the contract's last day: ordered by an external review, and not filed since.

    None where nothing was ordered; no cents once its own last day has passed.
    """
    terms = contract.terms.of(kind)
    units = exposure.specific.units if exposure.specific else ()
    parts = [part for unit in units if unit.unit_id == unit_id for part in unit.parts]
    borne = [(part.paid_on, part.reimbursable_cents) for part in parts]
    if kind == Kind.AGGREGATE and exposure.aggregate:
        borne = [(one.paid_on, one.cents) for one in exposure.aggregate.counted]
    late = late_of(terms, borne)
    if late is None or as_of > late.file_by:
        return late and late._replace(cents=0)
    since = Filing.objects.filter(
        contract_id=contract.contract_id, kind=kind, unit_id=unit_id, as_of__gt=terms.file_by
    ).aggregate(cents=Sum("requested_cents"))["cents"]
    return late._replace(cents=late.cents - (since or 0))


class Own(NamedTuple):
    """What an external review ordered after a contract's last paid day, and the contract does not take."""

    contract: StopLossInForce
    kind: str
    unit_id: int
    cents: int


def own(employer_id: int, as_of: date) -> list[Own]:
    """What the carriers would have borne of it: the employer's own, by contract and unit."""
    if not any_ordered(as_of):
        return []
    found = []
    for contract in agreements.stop_loss_contracts_begun(employer_id, as_of, past=True):
        ends = min(view.paid_window.last_day for view in contract.terms.views)
        if not contract.terms.external_review and as_of > ends:
            taking = replace(contract, terms=contract.terms._replace(external_review=True))
            bears, would = _by_unit(exposure_of(contract, as_of)), _by_unit(exposure_of(taking, as_of))
            changes = {key: cents - bears.get(key, 0) for key, cents in would.items()}
            found += [Own(contract, *key, cents) for key, cents in changes.items() if cents > 0]
    return found


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
