"""`manage.py invoice_month 2025-01`: the funding invoices of a month, drafted or, with --issue, made final."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import directory
from tenants.models import Employer
from tenants.scope import employer_scope
from tpa.books.funding.models import FundingInvoice
from tpa.kernel.errors import DomainError
from tpa.kernel.money import format_amount
from tpa.workflows.month_end import approve_invoice, draft_month, issue_invoice


class Command(BaseCommand):
    help = "Draft a month's funding invoices; what is approved or final already stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        """Month, employer, and whether to issue."""
        parser.add_argument("month", help="The month, as 2025-01.")
        parser.add_argument("--employer", help="Code of one employer; every open employer without it.")
        parser.add_argument(
            "--issue", action="store_true", help="Approve and issue too what no second person has to approve."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Each employer by itself: a refusal of one is told and does not stop the others."""
        month = month_of_text(options["month"])
        refused = 0
        for employer in _employers(options["employer"]):
            try:
                invoice = _invoiced(employer, month, issue=options["issue"])
            except DomainError as refusal:
                refused += 1
                self.stderr.write(f"{employer.code}: {refusal} {refusal.remedy}")
            else:
                told = f"{invoice.number} {invoice.get_state_display().lower()}, {format_amount(invoice.total_cents)}"
                self.stdout.write(f"{employer.code}: {told} {invoice.currency}")
        if refused:
            raise CommandError(f"{refused} refused.")


def month_of_text(text: str) -> date:
    """The first day of a month such as 2026-03. Raises CommandError."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise CommandError("Write the month as 2025-01.") from None


def _employers(code: str | None) -> list[Employer]:
    try:
        return [directory.employer_of_code(code)] if code else directory.open_employers()
    except DomainError as refusal:
        raise CommandError(str(refusal)) from None


def _invoiced(employer: Employer, month: date, *, issue: bool) -> FundingInvoice:
    with employer_scope(employer):
        invoice = draft_month(month=month)
        if issue and invoice.state == FundingInvoice.State.DRAFT:
            invoice = approve_invoice(invoice_id=invoice.pk)
        if issue and invoice.state == FundingInvoice.State.APPROVED:
            invoice = issue_invoice(invoice_id=invoice.pk)
        return invoice
