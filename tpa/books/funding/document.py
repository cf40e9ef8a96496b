"""A funding invoice as a document: every figure as text, in the order of the page, and its PDF."""

from datetime import date
from typing import Any

from tpa.books.funding.models import FundingInvoice, FundingInvoiceLine
from tpa.infra.pdf import render
from tpa.kernel.money import format_amount

_PAPER = {"USD": "us-letter", "CAD": "us-letter"}


def invoice_pdf(invoice: FundingInvoice, *, employer_name: str, agreement_number: str, administrator: str) -> bytes:
    """The invoice as a tagged PDF. The same invoice gives the same bytes for ever."""
    return render("funding_invoice", invoice_document(invoice, employer_name, agreement_number, administrator))


def invoice_document(
    invoice: FundingInvoice, employer_name: str, agreement_number: str, administrator: str
) -> dict[str, Any]:
    """What `templates/pdf/funding_invoice.typ` prints, from the stored rows alone."""
    summary = [
        ("Administration fees", invoice.fees_cents),
        ("Stop-loss premium", invoice.premium_cents),
        *([("Taxes", invoice.taxes_cents)] if invoice.taxes_cents else []),
        ("Claims", invoice.claims_cents),
        ("Credits", -invoice.credits_cents),
        ("Open from earlier invoices", invoice.prior_balance_cents),
    ]
    return {
        "title": f"Funding invoice {invoice.number}",
        "heading": "Funding invoice",
        "administrator": administrator,
        "paper": _PAPER.get(invoice.currency, "a4"),
        "employer": employer_name,
        "agreement": f"ASO agreement {agreement_number}",
        "number": invoice.number,
        "state": invoice.get_state_display(),
        "period": f"{invoice.month:%B %Y}",
        "due_on": _day(invoice.due_on),
        "currency": invoice.currency,
        "amount_due": amount(invoice.amount_due_cents),
        "total": amount(invoice.total_cents),
        "summary": [{"label": label, "amount": amount(cents)} for label, cents in summary],
        "lines": [_line(line) for line in invoice.lines.all()],
        "notes": _notes(invoice),
    }


def _line(line: FundingInvoiceLine) -> dict[str, str]:
    return {
        "description": line.description,
        "why": str(line.basis.get("text", "")),
        "quantity": "" if line.quantity is None else f"{line.quantity:,}",
        "rate": line.rate,
        "amount": amount(line.cents),
    }


def _notes(invoice: FundingInvoice) -> list[str]:
    if invoice.prior_balance_cents == 0:
        return []
    balance = "open from earlier invoices" if invoice.prior_balance_cents > 0 else "paid ahead"
    figure = amount(abs(invoice.prior_balance_cents))
    return [f"{figure} was {balance} on {_day(invoice.drafted_at.date())}; payments after that day are not in it."]


def amount(cents: int) -> str:
    """`-1,234.50`: an amount as the invoice prints it."""
    whole, decimals = format_amount(abs(cents)).split(".")
    return f"{'-' if cents < 0 else ''}{int(whole):,}.{decimals}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
