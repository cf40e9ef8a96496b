"""Reading invoices, deposits and credits."""

from datetime import date

from django.db.models import QuerySet, Sum

from tpa.books.funding.models import Credit, Deposit, FundingInvoice, FundingInvoiceLine, InvoiceRoster
from tpa.engine.billing.census import Enrolment
from tpa.kernel.errors import NotFoundError

FINAL = FundingInvoice.State.FINAL


def invoices() -> QuerySet[FundingInvoice]:
    """All invoices, the latest month first."""
    return FundingInvoice.objects.all()


def invoice(invoice_id: int) -> FundingInvoice:
    """One invoice. Raises NotFoundError."""
    found = FundingInvoice.objects.filter(pk=invoice_id).first()
    if found is None:
        raise NotFoundError("There is no such invoice.")
    return found


def invoice_of(month: date) -> FundingInvoice | None:
    """The month's invoice, in whatever state."""
    return FundingInvoice.objects.filter(month=month).first()


def final_invoices_before(month: date) -> list[FundingInvoice]:
    """The final invoices of earlier months, oldest first."""
    return list(FundingInvoice.objects.filter(month__lt=month, state=FINAL).order_by("month"))


def unfinished_invoice_before(month: date) -> FundingInvoice | None:
    """The earliest invoice of an earlier month that is not final yet."""
    return FundingInvoice.objects.filter(month__lt=month).exclude(state=FINAL).order_by("month").first()


def roster(invoice_id: int) -> tuple[date, list[Enrolment]]:
    """Whom an invoice counted, and the first month for which that is complete."""
    kept = InvoiceRoster.objects.get(invoice_id=invoice_id)
    return kept.starts_on, [
        Enrolment(subscriber, line, tier, date.fromisoformat(starts_on), date.fromisoformat(ends_before))
        for subscriber, line, tier, starts_on, ends_before in kept.rows
    ]


def claims_billed_before(month: date) -> dict[str, int]:
    """Line of coverage -> cents of claims on the final invoices of earlier months."""
    rows = FundingInvoiceLine.objects.filter(
        invoice__month__lt=month, invoice__state=FINAL, kind=FundingInvoiceLine.Kind.CLAIMS
    )
    return {code: int(cents) for code, cents in rows.order_by().values_list("code").annotate(Sum("cents"))}


def credits_for(month_ends_before: date, invoice_month: date) -> list[Credit]:
    """Credits granted before that day that no other invoice has taken, oldest first."""
    waiting = Credit.objects.filter(granted_on__lt=month_ends_before)
    return list(waiting.filter(invoice=None) | waiting.filter(invoice__month=invoice_month))


def deposits() -> QuerySet[Deposit]:
    """Money received, the latest first."""
    return Deposit.objects.all()


def credits() -> QuerySet[Credit]:
    """Credits granted, the oldest first."""
    return Credit.objects.all()
