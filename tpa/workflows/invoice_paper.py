"""An invoice on paper: the PDF of one month's funding invoice."""

from django.conf import settings

from tenants.models import Employer
from tpa.books.agreements.models import AsoAgreement
from tpa.books.funding import selectors as funding
from tpa.books.funding.document import invoice_pdf


def invoice_paper(*, employer: Employer, invoice_id: int) -> tuple[str, bytes]:
    """(number, PDF) of an invoice of the bound employer. Raises NotFoundError."""
    invoice = funding.invoice(invoice_id)
    agreement = AsoAgreement.objects.get(pk=invoice.agreement_id)
    paper = invoice_pdf(
        invoice, employer_name=employer.name, agreement_number=agreement.number, administrator=settings.TPA_NAME
    )
    return invoice.number, paper
