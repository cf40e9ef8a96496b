"""What payees owe back otherwise than by a set-off: asked for by letter, or sent by themselves."""

from datetime import date

from django.db import transaction

from tpa.books.agreements import selectors as agreements
from tpa.books.ledger import services as ledger_services
from tpa.books.payments import selectors, services
from tpa.books.payments.errors import OpenRunError
from tpa.books.payments.models import CarriedBalance, Payment
from tpa.books.payments.services import Means
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.recipes.refund_received import RefundReceived
from tpa.engine.paying.planning import LETTER, Carry, Planned
from tpa.infra import clock, locks
from tpa.infra.employers import open_employer
from tpa.kernel.errors import ConflictError, DomainError, NotFoundError
from tpa.workflows.late_interest import with_interest
from tpa.workflows.payee_addresses import mailing_addresses
from tpa.workflows.payment_run import issue


@transaction.atomic
def ask_back(*, claim_id: int, person_id: int | None) -> Payment:
    """Ask the payee by letter for what a claim was overpaid by, instead of setting it off.

    The reversal and its correction are settled by the letter, so no 835 reports them (X12 RFI 1082: never both).
    Raises ConflictError where nothing is overpaid or the next run has it already, OpenRunError.
    """
    employer = open_employer()
    locks.lock("payment_run")
    if selectors.open_run() is not None:
        raise OpenRunError("A run is open that may set it off.")
    on = clock.today(employer.time_zone)
    waiting = [one for one in selectors.payables() if one.claim_id == claim_id]
    found = with_interest(waiting, agreements.late_payment_on(employer.pk, on), on=on)
    cents = -sum(one.total_cents for one in found)
    if cents <= 0 or not any(one.cents < 0 for one in found):
        raise ConflictError("Nothing that was overpaid for this claim waits to be recovered.")
    by_line = selectors.amounts_by_line([one.decision_id for one in found])
    planned = Planned(found[0].payee, tuple(found), (), (Carry(LETTER, cents, claim_id),))
    addresses, _ = mailing_addresses([planned.payee], on)
    means = Means(None, {}, addresses)
    (key,) = services.write_payments(run=None, on=on, planned=[planned], by_line=by_line, means=means)
    issue([selectors.payment(key)], on=on, person_id=person_id)
    return selectors.payment(key)


@transaction.atomic
def receive_refund(
    *, balance_id: int, cents: int, received_on: date, reference: str, person_id: int | None
) -> CarriedBalance:
    """A payee has sent the money of a balance; it is not set off any more. The same reference counts once.

    Raises NotFoundError, ConflictError where it is recovered already, DomainError for another amount.
    """
    open_employer()
    locks.lock("payment_run")
    balance = CarriedBalance.objects.select_for_update().filter(pk=balance_id).first()
    if balance is None:
        raise NotFoundError("There is no such balance.")
    if balance.refund_reference == reference.strip() != "" and balance.cents == cents:
        return balance
    if balance.taken_by_id is not None or balance.refunded_on is not None:
        raise ConflictError("The balance is recovered already.")
    if not reference.strip() or CarriedBalance.objects.filter(refund_reference=reference.strip()).exists():
        raise DomainError("A reference is needed that no other refund has.", where="reference")
    if cents != balance.cents:
        raise DomainError(f"The balance is {balance.cents} cents.", where="cents", remedy="Record the whole of it.")
    balance.refunded_on, balance.refund_reference = received_on, reference.strip()
    balance.save(update_fields=["refunded_on", "refund_reference"])
    now = clock.now()
    ledger_services.post_entries(entries=[entry_for(RefundReceived(balance.pk, received_on, cents))], recorded_at=now)
    services.add_events(
        payment_ids=[balance.payment_id], kind="refunded", on=received_on, now=now, by_id=person_id, note=reference
    )
    return balance
