"""The month's invoice at the desk: drafted by a job, reviewed, approved, issued."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tpa.kernel.ids import key_of
from tpa.kernel.money import parse_amount
from tpa.web.pages import attempt, employer_page
from tpa.workflows.invoice_answers import credit_line, send_invoice, uphold_line
from tpa.workflows.invoice_run import ask_for_draft
from tpa.workflows.month_end import approve_invoice, issue_invoice, return_invoice, review_invoice


@employer_page("invoices.prepare")
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Ask for the draft of a month; the page of its job tells how it goes."""
    try:
        month = date.fromisoformat(f"{request.POST.get('month', '')[:7]}-01")
    except ValueError:
        messages.error(request, "A month is needed, such as 2026-01.")
        return redirect(f"{request.root}invoices/")
    job = ask_for_draft(employer_id=request.employer.pk, month=month, requested_by=request.user.email)
    return redirect("operator:job", job.pk)


@employer_page("invoices.approve")
@require_POST
def review(request: HttpRequest, invoice: str) -> HttpResponse:
    """The draft has been looked at."""
    key = key_of(invoice, "inv", request.employer.pk)
    person = request.user.person
    attempt(request, "The invoice is reviewed.", lambda: review_invoice(invoice_id=key, person_id=person))
    return redirect(f"{request.root}invoices/{invoice}/")


@employer_page("invoices.approve")
@require_POST
def back(request: HttpRequest, invoice: str) -> HttpResponse:
    """The invoice is a draft again."""
    key = key_of(invoice, "inv", request.employer.pk)
    attempt(request, "The invoice is a draft again.", lambda: return_invoice(invoice_id=key))
    return redirect(f"{request.root}invoices/{invoice}/")


@employer_page("invoices.approve")
@require_POST
def approve(request: HttpRequest, invoice: str) -> HttpResponse:
    """It may be issued."""
    key = key_of(invoice, "inv", request.employer.pk)
    person = request.user.person
    attempt(request, "The invoice is approved.", lambda: approve_invoice(invoice_id=key, person_id=person))
    return redirect(f"{request.root}invoices/{invoice}/")


@employer_page("invoices.approve")
@require_POST
def issue(request: HttpRequest, invoice: str) -> HttpResponse:
    """The invoice is final and posted."""
    key = key_of(invoice, "inv", request.employer.pk)
    person = request.user.person
    attempt(request, "The invoice is issued.", lambda: issue_invoice(invoice_id=key, person_id=person))
    return redirect(f"{request.root}invoices/{invoice}/")


@employer_page("invoices.approve")
@require_POST
def send(request: HttpRequest, invoice: str) -> HttpResponse:
    """The invoice has gone out."""
    told = {
        "employer": request.employer,
        "invoice_id": key_of(invoice, "inv", request.employer.pk),
        "recipient": request.POST.get("recipient", "").strip()[:200] or "portal",
        "person_id": request.user.person,
    }
    attempt(request, "The invoice is marked as sent.", lambda: send_invoice(**told))
    return redirect(f"{request.root}invoices/{invoice}/")


@employer_page("invoices.approve")
@require_POST
def answer(request: HttpRequest, invoice: str, dispute: str) -> HttpResponse:
    """A disputed line stands, or a part of it is given back."""
    told = {
        "dispute_id": key_of(dispute, "dsp", request.employer.pk),
        "answer": request.POST.get("answer", ""),
        "person_id": request.user.person,
    }
    given = request.POST.get("credit", "").strip()
    attempt(
        request,
        "The dispute is answered.",
        lambda: credit_line(**told, cents=parse_amount(given)) if given else uphold_line(**told),
    )
    return redirect(f"{request.root}invoices/{invoice}/")
