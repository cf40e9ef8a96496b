"""Work on the carrier's money: filed, asked, decided, appealed, received, posted; each step with its day and who.

What the plan has paid and what the carrier accepts are kept apart: a decision never touches the claim or the exposure.
"""

from datetime import date, timedelta
from typing import Any, Literal

from django.conf import settings
from django.db import transaction

from tenants.models import Employer
from tpa.books.agreements import selectors as agreements
from tpa.books.agreements.selectors import StopLossInForce
from tpa.books.ledger import services as ledger
from tpa.books.stoploss import at_risk, packet, selectors, services
from tpa.books.stoploss.errors import FilingError
from tpa.books.stoploss.models import Filing, FilingEvent, Kind
from tpa.books.stoploss.states import DECISIONS, State
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.recipes.stop_loss_received import StopLossReceived
from tpa.engine.journal.recipes.stop_loss_refused import StopLossRefused
from tpa.engine.stoploss.contract import UNITS
from tpa.engine.stoploss.exposure import Exposure
from tpa.engine.stoploss.late import Late
from tpa.infra import clock, locks, work_items
from tpa.infra.employers import open_employer
from tpa.kernel.ids import public_id
from tpa.kernel.money import format_amount
from tpa.kernel.periods import add_months
from tpa.workflows.deposits import give_credit
from tpa.workflows.stop_loss_overpayments import turn_overpayment
from tpa.workflows.stop_loss_sweep import GROUP, QUEUE, sweep

WORK = "filing"
"""Kind of a filing that waits in the desk's queue: to be sent, answered, appealed or posted."""


@transaction.atomic
def file_claim(*, contract_id: int, kind: str, unit_id: int, by: str) -> Filing:
    """Assemble the packet of what the carrier owes for a unit and has not been asked for; it waits to be sent.

    After the last day for filing only what an external review has ordered since, where the contract takes that. Raises
    NotFoundError, and FilingError where nothing is open, or too little, too early or too late.
    """
    employer = open_employer()
    locks.lock("stop_loss_sweep")
    contract = agreements.stop_loss_contract(employer.pk, contract_id)
    day = clock.today(employer.time_zone)
    exposure = selectors.standing_in_full(contract, day).exposure
    before = list(Filing.objects.filter(contract_id=contract_id, kind=kind, unit_id=unit_id).order_by("number"))
    owed, eligible, document = _packet(employer, contract, exposure, kind, unit_id, day)
    requested = owed - selectors.asked_for(contract_id).get((kind, unit_id), selectors.Asked()).of(owed)
    file_by = contract.terms.of(kind).file_by
    if day > file_by:
        late = _late(contract, exposure, kind, unit_id, day)
        requested, file_by = min(requested, late.cents), late.file_by
        document["checklist"].append(packet.item("Decision of the external review", False, "Kept outside the books."))
        sweep(past=True)
    _check_further(contract, before, requested, day)
    return write_filing(
        contract=contract, kind=kind, unit_id=unit_id, eligible=eligible, requested=requested, document=document, by=by,
        day=day, send_by=file_by,
    )  # fmt: skip


def _late(contract: StopLossInForce, exposure: Exposure, kind: str, unit_id: int, day: date) -> Late:
    """What may be filed after the contract's last day. Raises FilingError where nothing may."""
    late = at_risk.open_late(contract, exposure, kind, unit_id, day)
    if late is not None and late.cents > 0:
        return late
    whose = (contract.contract_id, kind, unit_id)
    employers = at_risk.own(open_employer().pk, day)
    own = sum(one.cents for one in employers if (one.contract.contract_id, one.kind, one.unit_id) == whose)
    if own:
        raise FilingError(
            f"By its clause on external review the contract takes nothing that is paid after "
            f"{contract.terms.of(kind).paid_window.last_day}: {format_amount(own)} are the employer's own.",
            where="/external_review",
            remedy="Where the contract does take it, enter that as a new version of the contract.",
        )
    raise FilingError(
        f"The last day for filing was {late.file_by if late else contract.terms.of(kind).file_by}.",
        remedy="Ask the carrier for an extension in writing, and enter it as a new version of the contract.",
    )


def write_filing(
    *,
    contract: StopLossInForce,
    kind: str,
    unit_id: int,
    eligible: int,
    requested: int,
    document: dict[str, Any],
    by: str,
    day: date,
    send_by: date,
    ahead_from: int | None = None,
) -> Filing:
    """Keep a packet as the unit's next filing, in the caller's transaction; it waits in the queue to be sent by `send_by`."""
    number = Filing.objects.filter(contract_id=contract.contract_id, kind=kind, unit_id=unit_id).count() + 1
    document["form"] = _form(open_employer(), contract, kind, unit_id, number, eligible, requested, send_by)
    filing = services.write_filing(
        filing=Filing(
            contract_id=contract.contract_id,
            contract_version_id=contract.version_id,
            kind=kind,
            unit_id=unit_id,
            number=number,
            as_of=day,
            eligible_cents=eligible,
            requested_cents=requested,
            ahead_from_cents=ahead_from,
            document=document,
            digest=packet.digest(document),
            made_at=clock.now(),
            made_by=by,
        )
    )
    _wait(filing, "to be sent", send_by)
    return filing


def _packet(
    employer: Employer, contract: StopLossInForce, exposure: Any, kind: str, unit_id: int, day: date
) -> tuple[int, int, dict[str, Any]]:
    """(owed, eligible, packet) of a unit or of the group."""
    units = exposure.specific.units if exposure.specific else ()
    if kind == Kind.SPECIFIC:
        unit = next((one for one in units if one.unit_id == unit_id), None)
        if unit is None:
            raise FilingError("Nothing that counts was paid for this unit.", where="unit")
        document = packet.specific_packet(employer.pk, contract, exposure, unit)
        return unit.reimbursable_cents, unit.eligible_cents, document
    cover = exposure.aggregate
    if cover is None or unit_id != GROUP:
        raise FilingError("The contract has no aggregate cover, or this is no unit of it.", where="unit")
    is_over = day >= contract.terms.policy.ends_before
    owed = cover.reimbursable_cents if is_over else cover.accommodated_cents
    return owed, cover.countable_cents, packet.aggregate_packet(contract.terms, cover, units)


def _check_further(contract: StopLossInForce, before: list[Filing], requested: int, day: date) -> None:
    if requested <= 0:
        raise FilingError(
            "The carrier owes nothing for it that was not asked for already.",
            where="unit",
            remedy="A filing is due once more is paid above the deductible.",
        )
    terms = contract.terms.filing
    if not before:
        return
    if requested < terms.further_cents:
        raise FilingError(
            f"{format_amount(requested)} are open; a further filing wants {format_amount(terms.further_cents)}.",
            remedy="Wait until more was paid.",
        )
    again_on = add_months(before[-1].as_of, 1)
    if terms.further_when == "monthly" and day < again_on:
        raise FilingError("A further filing is monthly.", remedy=f"File it on {again_on} or later.")


def _form(
    employer: Employer,
    contract: StopLossInForce,
    kind: str,
    unit_id: int,
    number: int,
    eligible: int,
    requested: int,
    send_by: date,
) -> dict[str, Any]:
    terms = contract.terms.of(kind)
    unit = "the group"
    if unit_id != GROUP and terms.specific is not None:
        unit = public_id(UNITS[terms.specific.unit], employer.pk, unit_id)
    rows = [
        ("Employer", employer.name),
        ("Administrator", settings.TPA_NAME),
        ("Carrier", contract.carrier_name),
        ("Policy", f"{contract.number}, {terms.policy.starts_on} to {terms.policy.last_day}"),
        ("Incurred", f"{terms.incurred.starts_on} to {terms.incurred.last_day}"),
        ("Paid", f"{terms.paid_window.starts_on} to {terms.paid_window.last_day}"),
        ("Unit", unit),
        ("Eligible", format_amount(eligible)),
        ("Requested by this filing", format_amount(requested)),
        ("To be filed by", str(send_by)),
    ]
    return {
        "title": f"Stop-loss claim, {kind}, {contract.number}, {unit}, filing {number}",
        "administrator": settings.TPA_NAME,
        "requested": format_amount(requested),
        "rows": [{"label": label, "value": value} for label, value in rows],
    }


@transaction.atomic
def record(
    *,
    filing_id: int,
    state: str,
    on: date,
    by: str,
    cents: int | None = None,
    reference: str = "",
    note: str = "",
) -> FilingEvent:
    """The next step of a filing. A decision has the cents that the carrier accepts, a receipt what came.

    Raises NotFoundError, FilingStateError, and FilingError for amounts that do not fit the step.
    """
    employer = open_employer()
    locks.lock("stop_loss_sweep")
    filing = selectors.filing(filing_id)
    if state == State.RECEIVED and (known := _known_receipt(filing, reference, cents)):
        return known
    if on > clock.today(employer.time_zone):
        raise FilingError("That day is not here yet.", where="on")
    if on < filing.as_of:
        raise FilingError(f"The packet was made on {filing.as_of}: nothing happened to it before.", where="on")
    accepted = _checked_cents(filing, state, cents, reference)
    refused_before = _refused(filing) if state in DECISIONS else 0
    event = services.add_event(
        filing=filing, state=state, on=on, now=clock.now(), by=by, cents=accepted, reference=reference, note=note
    )
    entries: list[Any] = []
    # Of an advance nothing is owed before the claims are paid, so nothing is lost where the carrier refuses it.
    if state in DECISIONS and not filing.is_advance:
        change = filing.requested_cents - (accepted or 0) - refused_before
        entries = [entry_for(StopLossRefused(event.pk, on, filing.kind, change))] if change else []
    elif state == State.RECEIVED:
        entries = [entry_for(StopLossReceived(event.pk, on, filing.kind, accepted or 0))]
    if entries:
        ledger.post_entries(entries=entries, recorded_at=clock.now())
        turn_overpayment(kind=filing.kind, on=on, by=by)
    _queue(filing, state, on)
    return event


@transaction.atomic
def post_received(*, filing_id: int, on: date, by: str, to: Literal["fund", "invoice"]) -> FilingEvent:
    """What came stays in the fund, or is credited on the next invoice. Raises what `record` raises.

    An advance stays in the fund, because the claims that it is for are paid from there: raises FilingError.
    """
    filing = selectors.filing(filing_id)
    if filing.is_advance and to != "fund":
        raise FilingError("An advance pays the claims that wait for it.", where="to", remedy="Post it to the fund.")
    sums = selectors.sums(filing)
    cents = sums["received"] - sums["posted"]
    event = record(filing_id=filing_id, state=State.POSTED, on=on, by=by, cents=cents, note=f"to the {to}")
    if to == "invoice":
        give_credit(
            kind="stop_loss",
            cents=cents,
            description=f"Stop-loss reimbursement, {filing.kind}, filing {filing.number}",
            reference=f"stop-loss-filing-{filing.pk}-{event.pk}",
            granted_on=on,
        )
    return event


def _checked_cents(filing: Filing, state: str, cents: int | None, reference: str) -> int | None:
    whole = filing.requested_cents
    if state == State.APPROVED:
        cents = whole if cents is None else cents
    elif state == State.DENIED:
        cents = 0 if cents is None else cents
    right = {
        State.APPROVED: cents == whole,
        State.DENIED: cents == 0,
        State.PART: cents is not None and 0 < cents < whole,
        State.RECEIVED: cents is not None and cents > 0 and bool(reference),
        State.POSTED: bool(cents),
    }
    if not right.get(State(state), cents is None):
        wanted = {
            State.APPROVED: f"{format_amount(whole)}, the whole",
            State.DENIED: "nothing",
            State.PART: f"more than nothing and less than {format_amount(whole)}",
            State.RECEIVED: "an amount above zero with the bank's reference",
            State.POSTED: "what has come and was not posted yet",
        }.get(State(state), "no amount")
        raise FilingError(f"This step takes {wanted}.", where="cents")
    return cents


def _known_receipt(filing: Filing, reference: str, cents: int | None) -> FilingEvent | None:
    """A receipt that is recorded under its reference already. Raises FilingError where it had another amount."""
    known = filing.events.filter(state=State.RECEIVED, reference=reference).first()
    if known is not None and known.cents != cents:
        raise FilingError(f"Reference {reference} is recorded already, with another amount.", where="reference")
    return known


def _refused(filing: Filing) -> int:
    """What of a filing the carrier has refused so far."""
    decided = filing.events.filter(state__in=DECISIONS).order_by("-id").values_list("cents", flat=True).first()
    return 0 if decided is None else filing.requested_cents - decided


_QUEUED = {
    State.QUERIED: "to be answered",
    State.DENIED: "denied: appeal or leave it",
    State.PART: "approved in part: appeal or leave it",
    State.RECEIVED: "received: to be posted",
}
_ANSWER_DAYS = 30


def _queue(filing: Filing, state: str, on: date) -> None:
    """What a person has to do next waits in the desk's queue; what the carrier has to do does not."""
    if state == State.RECEIVED and filing.is_advance:
        _wait(filing, "advance received: to be posted, and paid on", at_risk.pay_advance_by(filing, on))
    elif state in _QUEUED:
        _wait(filing, _QUEUED[State(state)], on + timedelta(days=_ANSWER_DAYS))
    else:
        work_items.close_items(WORK, [filing.pk])


def _wait(filing: Filing, what: str, due_on: date) -> None:
    name = "advance" if filing.is_advance else f"{filing.kind} filing"
    title = f"Stop-loss {name} {filing.number}: {what}"
    work_items.open_items([work_items.Item(WORK, QUEUE, filing.pk, title, filing.requested_cents, due_on)])
