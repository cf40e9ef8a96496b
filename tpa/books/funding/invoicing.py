"""Around an invoice: figures that its fees look at, sending it, and lines that the employer disputes."""

from datetime import date, datetime

from django.db import transaction

from tpa.books.funding.errors import DisputeError, FigureError, InvoiceStateError
from tpa.books.funding.models import Credit, Dispute, Figure, FundingInvoice, FundingInvoiceLine, InvoiceSending
from tpa.engine.billing.fees.account import ACCOUNTS
from tpa.engine.billing.fees.performance import MEASURES
from tpa.kernel.errors import NotFoundError
from tpa.kernel.money import BASIS_POINTS

COUNTED = ("cobra_notices", "cobra_participants", *(f"{account}_accounts" for account in ACCOUNTS))
FIGURES = (*COUNTED, *MEASURES)
"""Names of figures: counts, then results in basis points."""

State = FundingInvoice.State


@transaction.atomic
def record_figure(
    *, month: date, name: str, value: int, now: datetime, note: str = "", person_id: int | None = None
) -> Figure:
    """What was counted or measured in a month; the latest record holds. Raises FigureError once the month is billed."""
    if name not in FIGURES:
        raise FigureError(f"{name!r} is no figure of a fee.", where="name", remedy=f"One of {', '.join(FIGURES)}.")
    if month.day != 1:
        raise FigureError("A month is named by its first day.", where="month")
    if not 0 <= value <= (BASIS_POINTS if name in MEASURES else 10**9):
        raise FigureError("A count is not below zero, a result at most 100 % (10,000 basis points).", where="value")
    invoice = FundingInvoice.objects.select_for_update().filter(month=month).exclude(state=State.DRAFT).first()
    if invoice is not None:
        raise FigureError(
            f"Invoice {invoice.number} is {invoice.get_state_display().lower()}.",
            where="month",
            remedy="Record it for a month that is not billed yet.",
        )
    return Figure.objects.create(
        month=month, name=name, value=value, note=note, recorded_by_id=person_id, recorded_at=now
    )


@transaction.atomic
def record_sending(
    *, invoice_id: int, recipient: str, sha256: str, now: datetime, person_id: int | None = None
) -> InvoiceSending:
    """A final invoice has gone out. Raises InvoiceStateError before it is final."""
    invoice = FundingInvoice.objects.select_for_update().filter(pk=invoice_id).first()
    if invoice is None:
        raise NotFoundError("There is no such invoice.")
    if invoice.state != State.FINAL:
        raise InvoiceStateError(
            f"Invoice {invoice.number} is {invoice.get_state_display().lower()}.", remedy="Issue it before it is sent."
        )
    return InvoiceSending.objects.create(
        invoice=invoice, recipient=recipient, sha256=sha256, sent_by_id=person_id, sent_at=now
    )


@transaction.atomic
def dispute_line(*, line_id: int, reason: str, raised_by: str, now: datetime) -> Dispute:
    """The employer does not accept a line of a final invoice. Raises DisputeError; one dispute a line is open at a time."""
    line = FundingInvoiceLine.objects.select_for_update().filter(pk=line_id).select_related("invoice").first()
    if line is None:
        raise NotFoundError("There is no such line.")
    if line.invoice.state != State.FINAL:
        raise DisputeError("The invoice is not issued yet.", where="line", remedy="Ask the TPA to change the draft.")
    if not 1 <= len(reason.strip()) <= 400:
        raise DisputeError("A dispute says why, in up to 400 characters.", where="reason")
    if line.disputes.filter(outcome="").exists():
        raise DisputeError("The line is disputed already.", where="line", remedy="Wait for the answer.")
    return Dispute.objects.create(line=line, reason=reason.strip(), raised_by=raised_by[:200], raised_at=now)


@transaction.atomic
def answer_dispute(
    *, dispute_id: int, answer: str, now: datetime, credit: Credit | None = None, person_id: int | None = None
) -> Dispute:
    """The line stands, or the credit gives it back. Raises DisputeError where it is answered already."""
    dispute = Dispute.objects.select_for_update().filter(pk=dispute_id).select_related("line").first()
    if dispute is None:
        raise NotFoundError("There is no such dispute.")
    if dispute.outcome:
        raise DisputeError("The dispute is answered already.", where="dispute")
    if not 1 <= len(answer.strip()) <= 400:
        raise DisputeError("An answer has up to 400 characters.", where="answer")
    if credit is not None and credit.corrects_id != dispute.line.invoice_id:
        raise DisputeError("The credit corrects another invoice.", where="credit")
    dispute.outcome = Dispute.Outcome.CREDITED if credit else Dispute.Outcome.UPHELD
    dispute.answer, dispute.credit = answer.strip(), credit
    dispute.answered_by_id, dispute.answered_at = person_id, now
    dispute.save(update_fields=["outcome", "answer", "credit", "answered_by_id", "answered_at"])
    return dispute
