"""What follows an issued invoice: it is sent, the employer disputes a line, the TPA answers, where it must with a credit."""

from hashlib import sha256

from django.db import transaction

from tenants.models import Employer
from tpa.books.funding import invoicing
from tpa.books.funding import selectors as funding
from tpa.books.funding.errors import DisputeError
from tpa.books.funding.models import Credit, Dispute, InvoiceSending
from tpa.books.funding.services import Correction
from tpa.infra import clock
from tpa.infra.employers import open_employer
from tpa.workflows.deposits import give_credit
from tpa.workflows.invoice_board import show_on_board
from tpa.workflows.invoice_paper import invoice_paper


@transaction.atomic
def send_invoice(
    *, employer: Employer, invoice_id: int, recipient: str, person_id: int | None = None
) -> tuple[InvoiceSending, bytes]:
    """Mark a final invoice as sent, with the hash of the paper, and give the paper. Raises InvoiceStateError."""
    open_employer()
    _, paper = invoice_paper(employer=employer, invoice_id=invoice_id)
    sent = invoicing.record_sending(
        invoice_id=invoice_id,
        recipient=recipient,
        sha256=sha256(paper).hexdigest(),
        now=clock.now(),
        person_id=person_id,
    )
    show_on_board(sent.invoice, state="sent")
    return sent, paper


@transaction.atomic
def uphold_line(*, dispute_id: int, answer: str, person_id: int | None = None) -> Dispute:
    """The line stands, for the reason given. Raises DisputeError."""
    open_employer()
    return invoicing.answer_dispute(dispute_id=dispute_id, answer=answer, now=clock.now(), person_id=person_id)


@transaction.atomic
def credit_line(*, dispute_id: int, answer: str, cents: int, person_id: int | None = None) -> Dispute:
    """The employer is right: a credit for the next invoice, posted, and the answer, in one transaction.

    Raises DisputeError, and CreditError where more would be given back than was billed.
    """
    employer = open_employer()
    dispute = funding.disputes().select_for_update(of=("self",)).filter(pk=dispute_id).first()
    if dispute is not None and dispute.outcome:
        raise DisputeError("The dispute is answered already.", where="dispute")
    credit = _credit(dispute, cents, employer, person_id) if dispute is not None else None
    return invoicing.answer_dispute(
        dispute_id=dispute_id, answer=answer, credit=credit, now=clock.now(), person_id=person_id
    )


def _credit(dispute: Dispute, cents: int, employer: Employer, person_id: int | None) -> Credit:
    line = dispute.line
    if line.kind not in (Credit.Against.FEE, Credit.Against.PREMIUM):
        raise DisputeError(
            "Fees and premium are given back by a credit.",
            where="line",
            remedy="A claim is corrected, its tax follows the fee: answer where the line stands.",
        )
    return give_credit(
        kind=Credit.Kind.CORRECTION,
        cents=cents,
        description=f"Dispute of {line.description}, {line.invoice.number}"[:200],
        reference=f"dispute {dispute.pk}",
        granted_on=clock.today(employer.time_zone),
        corrects=Correction(line.invoice_id, line.kind, line.code),
        person_id=person_id,
    )
