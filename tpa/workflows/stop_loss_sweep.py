"""Who is near the stop-loss, and what the carrier owes by now: notices and receivables, each written once.

The sweep computes every open contract from the decisions and payments as they are, compares that with what it wrote
before, and writes the difference. Run it as often as wanted; killed anywhere, the next run finds what is missing.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

from django.db import transaction

from tpa.books.agreements import selectors as agreements
from tpa.books.agreements.selectors import StopLossInForce
from tpa.books.events.services import news
from tpa.books.ledger import services as ledger
from tpa.books.stoploss import selectors, services
from tpa.books.stoploss.errors import WatchError
from tpa.books.stoploss.models import Receivable, StopLossNotice
from tpa.books.stoploss.selectors import Standing
from tpa.books.stoploss.services import NoticeDue, OwedNow
from tpa.books.stoploss.triggers import events
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.recipes.stop_loss_receivable import StopLossReceivable
from tpa.engine.stoploss.contract import UNITS
from tpa.engine.stoploss.exposure import AggregateExposure, Exposure
from tpa.engine.stoploss.notices import SHARE, notices
from tpa.engine.stoploss.specific import Unit
from tpa.infra import clock, locks, outbox, work_items
from tpa.infra.employers import bound_employer, open_employer
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import public_id
from tpa.kernel.money import BASIS_POINTS
from tpa.workflows.stop_loss_overpayments import turn_overpayment

Row = TypeVar("Row", NoticeDue, OwedNow)

THRESHOLDS_BP = (5_000, 7_500, 9_000, 10_000)
"""Shares of a deductible, or of the attachment point, at which somebody has to know. Carriers want half of it told."""

WORK, QUEUE = "notice", "stop_loss"
"""Kind and queue of a notice that the carrier has yet to be told."""

GROUP = 0
"""The unit of the aggregate: the group as a whole."""


class Swept(NamedTuple):
    """What one sweep wrote."""

    notices: list[StopLossNotice]
    receivables: list[Receivable]


@transaction.atomic
def sweep(*, as_of: date | None = None, past: bool = False) -> Swept:
    """Write the notices that are due and post what the carriers owe more or less than before; inside employer_scope.

    `as_of` is today in the employer's time zone unless it is given. `past`: contracts as well under which nothing can be
    filed any more; a refund of what they have borne takes it back, and nobody is to be told of them. What is decided but
    not paid counts for notices, so that a catastrophic claim is seen at once; the carrier owes only for what was paid.
    """
    employer = open_employer()
    locks.lock("stop_loss_sweep")
    day = as_of or clock.today(employer.time_zone)
    swept = Swept([], [])
    for standing in selectors.standings(employer.pk, day, past=past):
        written = _sweep_contract(standing, day)
        work_items.open_items(_item(employer.pk, standing.contract, notice) for notice in written.notices)
        outbox.publish(_news(notice) for notice in written.notices)
        swept.notices.extend(written.notices)
        swept.receivables.extend(written.receivables)
    return swept


@transaction.atomic
def open_watch(*, contract_id: int, unit_id: int, why: str, by: str, due_on: date | None = None) -> StopLossNotice:
    """Watch a unit of a contract before any figure asks for it; the carrier is to be told by `due_on`.

    Without a day the contract's own time for notices counts from today. Raises NotFoundError, and WatchError for what is
    no unit, has no reason, or is watched already.
    """
    employer = open_employer()
    locks.lock("stop_loss_sweep")
    contract = agreements.stop_loss_contract(employer.pk, contract_id)
    if contract.terms.specific is None:
        raise NotFoundError("There is no such contract with a specific cover.")
    if not 1 <= len(why.strip()) <= 60:
        raise WatchError("Why is needed, in up to 60 characters.", where="why")
    if not selectors.is_unit(contract.terms, unit_id):
        raise WatchError(f"There is no {contract.terms.specific.unit} {unit_id}.", where="unit_key")
    if (unit_id, StopLossNotice.Reason.WATCH, 0) in selectors.notices_given(contract_id):
        raise WatchError("The unit is watched already.", where="unit_key", remedy="Look at the notices.")
    day = clock.today(employer.time_zone)
    cover = selectors.exposure_of(contract, day).specific
    unit = next((one for one in cover.units if one.unit_id == unit_id), None) if cover else None
    deductible = unit.deductible_cents if unit else contract.terms.specific.deductible_cents
    due = NoticeDue(
        unit_id, 0, deductible or 0, unit.accumulated_cents if unit else 0, (), StopLossNotice.Reason.WATCH, why.strip()
    )
    (written,) = services.write_notices(
        contract_id=contract_id,
        contract_version_id=contract.version_id,
        notices=[due],
        now=clock.now(),
        due_on=due_on or day + timedelta(days=contract.terms.notices.within_days),
        by=by,
    )
    work_items.open_items([_item(employer.pk, contract, written)])
    return written


@transaction.atomic
def tell_carrier(*, notice_ids: Sequence[int], by: str = "") -> int:
    """The carrier has been told of these: mark them and take them off the queue. Returns how many were new."""
    open_employer()
    work_items.close_items(WORK, notice_ids)
    return services.mark_sent(notice_ids=notice_ids, now=clock.now(), by=by)


def _news(notice: StopLossNotice) -> outbox.News:
    """Whom it is about other systems ask for by themselves, with the rights that this needs."""
    told = {"reached_bp": notice.threshold_bp, "eligible_cents": notice.eligible_cents}
    return news("stop_loss.notice", told | {"deductible_cents": notice.deductible_cents})


def _item(employer_id: int, contract: StopLossInForce, notice: StopLossNotice) -> work_items.Item:
    """What the stop-loss desk sees of a notice; people are named by their public id alone."""
    reached = f"{notice.threshold_bp // 100} % of"
    if notice.unit_id == GROUP or contract.terms.specific is None:
        title = f"{reached} the aggregate attachment point, {contract.carrier_name} {contract.number}"
    else:
        unit = public_id(UNITS[contract.terms.specific.unit], employer_id, notice.unit_id)
        # Of a diagnosis the title says only that there is one: the desk's queue holds no health data.
        why = {"diagnosis": "Diagnosis to be told", "confinement": "Long stay in hospital", "watch": "Watched"}
        told = why.get(notice.reason, f"{reached} the specific deductible")
        title = f"{told}, {unit}, {contract.carrier_name} {contract.number}"
    return work_items.Item(WORK, QUEUE, notice.pk, title[:200], notice.eligible_cents, notice.due_on)


def _sweep_contract(standing: Standing, day: date) -> Swept:
    contract, now = standing.contract, clock.now()
    given = selectors.notices_given(contract.contract_id)
    is_past = day > contract.terms.widest.file_by
    wanted = [] if is_past else [*_notices(standing), *_triggered(standing, day)]
    due = [one for one in wanted if (one.unit_id, one.reason, one.threshold_bp) not in given]
    changed = _changes(contract, standing.exposure, day)
    if GROUP in {*(one.unit_id for one in due), *(one.unit_id for one in changed)}:
        full = selectors.standing_in_full(contract, day)
        due = [_with_basis(one, full.expected.aggregate) for one in due]
        changed = [_with_basis(one, full.exposure.aggregate) for one in changed]
    key: dict[str, Any] = {
        "contract_id": contract.contract_id,
        "contract_version_id": contract.version_id,
        "now": now,
    }
    due_on = day + timedelta(days=contract.terms.notices.within_days)
    written = services.write_notices(notices=due, due_on=due_on, **key)
    receivables = services.write_receivables(owed=changed, **key)
    entries = [entry_for(StopLossReceivable(one.pk, day, one.kind, one.cents)) for one in receivables]
    ledger.post_entries(entries=entries, recorded_at=now)
    for kind in sorted({one.kind for one in receivables}):
        turn_overpayment(kind=kind, on=day)
    return Swept(written, receivables)


def _notices(standing: Standing) -> Iterable[NoticeDue]:
    expected = standing.expected
    shares = sorted({*THRESHOLDS_BP, standing.contract.terms.notices.share_bp})
    if expected.specific is not None:
        for unit in expected.specific.units:
            if unit.deductible_cents:
                basis = [(part.decision_id, part.eligible_cents) for part in unit.parts]
                yield from _reached(unit.unit_id, unit.accumulated_cents, unit.deductible_cents, basis, shares)
    if expected.aggregate is not None and expected.aggregate.attachment.annual_cents:
        cover = expected.aggregate
        yield from _reached(GROUP, cover.countable_cents, cover.attachment.annual_cents, (), THRESHOLDS_BP)


def _triggered(standing: Standing, day: date) -> Iterable[NoticeDue]:
    """Diagnoses and long stays, of people of whom little or nothing may have been paid yet."""
    terms, cover = standing.contract.terms, standing.expected.specific
    if cover is None or terms.specific is None:
        return
    units = {unit.unit_id: unit for unit in cover.units}
    for one in notices(terms, standing.expected, events(terms, day)):
        if one.reason != SHARE:
            unit = units.get(one.unit_id)
            deductible = unit.deductible_cents if unit else terms.specific.deductible_cents
            cents = unit.accumulated_cents if unit else 0
            yield NoticeDue(one.unit_id, 0, deductible or 0, cents, (), one.reason, one.detail[:60])


def _reached(
    unit_id: int, cost: int, deductible: int, basis: Sequence[tuple[int, int]], shares: Sequence[int]
) -> Iterable[NoticeDue]:
    for threshold in shares:
        if cost * BASIS_POINTS >= threshold * deductible:
            yield NoticeDue(unit_id, threshold, deductible, cost, basis)


def _changes(contract: StopLossInForce, exposure: Exposure, day: date) -> list[OwedNow]:
    """What is owed now against what stands in the books; a unit that owes nothing any more goes back to zero."""
    before = selectors.owed(contract.contract_id)
    now = {(one.kind, one.unit_id): one for one in _owed(contract, exposure, day)}
    changes = []
    for key in sorted({*before, *now}):
        number, cents = before.get(key, (0, 0))
        owed = now.get(key, OwedNow(*key, 0, 0, 0, 0, ()))
        if owed.owed_cents != cents:
            changes.append(owed._replace(number=number + 1, before_cents=cents))
    return changes


def _owed(contract: StopLossInForce, exposure: Exposure, day: date) -> Iterable[OwedNow]:
    if exposure.specific is not None:
        for unit in exposure.specific.units:
            if unit.reimbursable_cents:
                yield _owed_for_unit(unit)
    # The attachment point moves with the lives until the policy period is over; before that nothing is owed for it but
    # what an accommodation pays month by month.
    if exposure.aggregate is not None:
        is_over = day >= contract.terms.policy.ends_before
        cover = exposure.aggregate
        owed = cover.reimbursable_cents if is_over else cover.accommodated_cents
        yield OwedNow(Receivable.Kind.AGGREGATE, GROUP, 0, 0, owed, cover.countable_cents, ())


def owed_by_contract(day: date) -> dict[int, int]:
    """Contract that had begun by a day -> what its carrier owed by then, as the engine has it; nothing is written."""
    employer = bound_employer()
    return {
        standing.contract.contract_id: sum(one.owed_cents for one in _owed(standing.contract, standing.exposure, day))
        for standing in selectors.standings(employer.pk, day, past=True)
    }


def _owed_for_unit(unit: Unit) -> OwedNow:
    basis = [(part.decision_id, part.reimbursable_cents) for part in unit.parts if part.reimbursable_cents]
    return OwedNow(Receivable.Kind.SPECIFIC, unit.unit_id, 0, 0, unit.reimbursable_cents, unit.eligible_cents, basis)


def _with_basis(row: Row, cover: AggregateExposure | None) -> Row:
    """A row of the group rests on every decision that counts: only then are they all read."""
    if row.unit_id != GROUP or cover is None:
        return row
    return row._replace(basis=[(one.decision_id, one.cents) for one in cover.counted])
