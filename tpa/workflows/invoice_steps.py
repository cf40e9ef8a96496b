"""The steps that the invoice run takes for many invoices at once, by name."""

from collections.abc import Callable

from tenants.models import Employer
from tpa.workflows.invoice_answers import send_invoice
from tpa.workflows.month_end import approve_invoice, issue_invoice, review_invoice


def _send(employer: Employer, invoice_id: int, person_id: int | None) -> object:
    return send_invoice(employer=employer, invoice_id=invoice_id, recipient="portal", person_id=person_id)


STEPS: dict[str, Callable[[Employer, int, int | None], object]] = {
    "review": lambda _, invoice_id, person_id: review_invoice(invoice_id=invoice_id, person_id=person_id),
    "approve": lambda _, invoice_id, person_id: approve_invoice(invoice_id=invoice_id, person_id=person_id),
    "issue": lambda _, invoice_id, person_id: issue_invoice(invoice_id=invoice_id, person_id=person_id),
    "send": _send,
}
"""Step -> what takes it: for an employer the invoice of that key, by a person."""
