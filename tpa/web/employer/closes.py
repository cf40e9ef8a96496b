"""Closed months and the proof of the next one. The desk closes and reopens; the portal reads."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.books.ledger import selectors as ledger
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import month_of
from tpa.web.pages import attempt, sheet, show
from tpa.workflows.close import close_month, prove_month, reopen_month

_EXPLAINED = "explained-"


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Which months are closed, and would the next one close?"""
    first = ledger.open_from() or ledger.first_entry_on()
    month = first.replace(day=1) if first else None
    checks = prove_month(month=month) if month else []
    context = {
        "month": month,
        "last_day": month_of(month).last_day if month else None,
        "checks": checks,
        "unproven_count": sum(not one.proves for one in checks),
        "last": ledger.closes().first(),
        "page": sheet(request, ledger.closes()),
    }
    return show(request, "employer/closes.html", here="closes", **context)


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close the month that the page showed."""
    said = {key.removeprefix(_EXPLAINED): text for key, text in request.POST.items() if key.startswith(_EXPLAINED)}
    attempt(
        request,
        "The month is closed.",
        lambda: close_month(month=_month(request), person_id=request.user.person, explained=said),
    )
    return redirect(f"{request.root}closes/")


@require_POST
def reopen(request: HttpRequest) -> HttpResponse:
    """Reopen the last closed month."""
    reason = request.POST.get("reason", "")
    attempt(
        request,
        "The month is open again.",
        lambda: reopen_month(month=_month(request), person_id=request.user.person, reason=reason),
    )
    return redirect(f"{request.root}closes/")


def _month(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(f"{request.POST.get('month', '')[:7]}-01")
    except ValueError:
        raise DomainError("A month is needed, such as 2026-01.", where="month") from None
