"""Money from the employer and credits to it: the book's row and the ledger's entry in one transaction, each once."""

from datetime import date
from typing import Literal, cast

from django.db import transaction

from tpa.books.events.services import announce
from tpa.books.funding import selectors as funding
from tpa.books.funding import services
from tpa.books.funding.errors import DepositError
from tpa.books.funding.models import Credit, Deposit
from tpa.books.funding.services import Correction
from tpa.books.ledger import selectors
from tpa.books.ledger import services as ledger
from tpa.engine.journal.accounts import FUNDING_RECEIVABLE
from tpa.engine.journal.book import entry_for
from tpa.engine.journal.recipes.credit_granted import CreditGranted
from tpa.engine.journal.recipes.payment_received import PaymentReceived
from tpa.infra import clock, locks
from tpa.infra.employers import open_employer
from tpa.workflows.fixed_costs import send_fixed_costs
from tpa.workflows.funding_requests import answer_requests

Against = Literal["fee", "premium", "fund"]


@transaction.atomic
def receive_deposit(
    *,
    purpose: str,
    received_on: date,
    cents: int,
    reference: str,
    invoice_id: int | None = None,
    request_id: int | None = None,
    person_id: int | None = None,
) -> Deposit:
    """Record money that came in and post it; as much of it as is open pays invoices, and fees and premium that it covers
    leave at once. Money for the fund answers funding requests: the one that is named, or those that wait. Money for a
    settlement is the deficit of a year, no more than is asked for. The same reference counts once.

    Raises DepositError, RequestStateError.
    """
    open_employer()
    locks.lock("deposits")
    now = clock.now()
    known = funding.deposits().filter(reference=reference.strip()).exists()
    if purpose == Deposit.Purpose.SETTLEMENT and not known and cents > funding.settlement_open_cents():
        raise DepositError("No settlement asks for so much.", where="cents", remedy="Record the rest for the fund.")
    deposit, is_new = services.record_deposit(
        purpose=purpose,
        received_on=received_on,
        cents=cents,
        reference=reference,
        now=now,
        invoice_id=invoice_id,
        person_id=person_id,
    )
    if is_new:
        applied = min(cents, max(0, selectors.balance(FUNDING_RECEIVABLE)))
        entry = entry_for(PaymentReceived(deposit.pk, received_on, cents, applied))
        ledger.post_entries(entries=[entry], recorded_at=now)
        send_fixed_costs(on=received_on)
        if deposit.purpose == Deposit.Purpose.FUND and invoice_id is None:
            answer_requests(deposit=deposit, request_id=request_id, person_id=person_id)
        told = {"reference": reference, "received_on": received_on.isoformat(), "cents": cents, "purpose": purpose}
        announce("deposit.received", told)
    return deposit


@transaction.atomic
def give_credit(
    *,
    kind: str,
    cents: int,
    description: str,
    reference: str,
    granted_on: date,
    corrects: Correction | None = None,
    person_id: int | None = None,
) -> Credit:
    """Grant a credit for the next invoice and post it. The same reference counts once. Raises CreditError."""
    open_employer()
    locks.lock("deposits")
    now = clock.now()
    credit, is_new = services.grant_credit(
        kind=kind,
        cents=cents,
        description=description,
        reference=reference,
        granted_on=granted_on,
        now=now,
        corrects=corrects,
        person_id=person_id,
    )
    if is_new:
        facts = CreditGranted(credit.pk, granted_on, cents, cast(Against, credit.against), credit.code)
        ledger.post_entries(entries=[entry_for(facts)], recorded_at=now)
    return credit
