"""The demo's stop-loss desk: notices are told, what the carrier owes for a person is filed, and it pays a month later."""

from datetime import date

from tpa.books.agreements import selectors as agreements
from tpa.books.stoploss import selectors
from tpa.books.stoploss.models import Filing, FilingEvent
from tpa.infra.employers import bound_employer
from tpa.workflows.stop_loss_filings import file_claim, post_received, record
from tpa.workflows.stop_loss_sweep import tell_carrier

_STATE = FilingEvent.State


def meet_carrier(on: date, *, by: str) -> None:
    """Everything that the desk can do on a day. Done twice it is done once.

    What the aggregate cover owes is left: it is settled with the carrier after the year.
    """
    for contract in agreements.stop_loss_contracts(bound_employer().pk):
        key = contract.contract_id
        unsent = selectors.notices([key]).filter(sent_at=None)
        tell_carrier(notice_ids=list(unsent.values_list("pk", flat=True)), by=by)
        for filing in selectors.filings([key]):
            _answer(filing, on, by)
        asked = selectors.asked_for(key)
        for (kind, unit_id), (_, owed) in selectors.owed(key).items():
            if kind == "specific" and owed > (asked[kind, unit_id].of(owed) if (kind, unit_id) in asked else 0):
                made = file_claim(contract_id=key, kind=kind, unit_id=unit_id, by=by)
                record(filing_id=made.pk, state=_STATE.FILED, on=on, by=by)


def _answer(filing: Filing, on: date, by: str) -> None:
    """What was filed before this day is accepted whole, paid, and left in the fund."""
    last = filing.events.order_by("-pk").first()
    if last is None or last.state != _STATE.FILED or last.on >= on:
        return
    cents, reference = filing.requested_cents, f"carrier-{filing.pk}"
    record(filing_id=filing.pk, state=_STATE.APPROVED, on=on, by=by, cents=cents)
    record(filing_id=filing.pk, state=_STATE.RECEIVED, on=on, by=by, cents=cents, reference=reference)
    post_received(filing_id=filing.pk, on=on, by=by, to="fund")
