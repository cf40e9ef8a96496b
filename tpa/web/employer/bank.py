"""The bank beside the books, at the desk: statements in, entries without a match worked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.books.funding import bank
from tpa.kernel.errors import DomainError, NotFoundError
from tpa.kernel.ids import key_of
from tpa.web.pages import attempt, sheet, show, uploaded
from tpa.workflows.bank_reconciliation import (
    bank_proof,
    deposit_of_entry,
    explain_entry,
    load_statements,
    match_again,
)


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Does the bank's balance explain the cash, and what waits?"""
    context = {
        "standing": bank_proof(),
        "exceptions": bank.exceptions()[:200],
        "page": sheet(request, bank.statements()),
    }
    return show(request, "employer/bank.html", here="bank", **context)


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Take in a statement file."""

    def act() -> None:
        content, name = uploaded(request, "a CSV, BAI2 or camt.053 file")
        _, is_new = load_statements(content=content.read(), name=name, person_id=request.user.person)
        if not is_new:
            raise DomainError("Exactly this file was loaded before.", remedy="Nothing is to be done.")

    attempt(request, "The statement is loaded and matched.", act)
    return redirect(f"{request.root}bank/")


@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Look once more at what has no match."""
    attempt(request, "What has no match was looked at again.", lambda: match_again(person_id=request.user.person))
    return redirect(f"{request.root}bank/")


@require_POST
def act(request: HttpRequest, bank_entry: str, action: str) -> HttpResponse:
    """Say what an entry is, or record it as a deposit."""
    key, person = key_of(bank_entry, "bke", request.employer.pk), request.user.person
    if action == "deposit":
        attempt(request, "The deposit is recorded.", lambda: deposit_of_entry(entry_id=key, person_id=person))
    elif action == "explain":
        text = request.POST.get("explanation", "")
        attempt(request, "It is explained.", lambda: explain_entry(entry_id=key, explanation=text, person_id=person))
    else:
        raise NotFoundError("There is no such step.")
    return redirect(f"{request.root}bank/")
