"""Settlements of funded years: what is left of a year and whose it is. The desk settles and pays out; the portal reads."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.books.funding import selectors as funding
from tpa.books.funding.settlement_models import Settlement
from tpa.infra import clock
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import key_of
from tpa.web.pages import attempt, sheet, show
from tpa.workflows.settlement import pay_out, settle_year, settlement_of, years_to_settle


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What is left of each year, and whose is it?"""
    context = {
        "years": [settlement_of(year_starts_on=year) for year in years_to_settle()],
        "page": sheet(request, Settlement.objects.prefetch_related("payouts")),
        "called_cents": funding.settlement_open_cents(),
        "today": clock.today(request.employer.time_zone),
        "person": request.user.person,
    }
    return show(request, "employer/settlements.html", here="settlements", **context)


@require_POST
def settle(request: HttpRequest) -> HttpResponse:
    """Settle a year after its run-out."""
    is_renewed, person = request.POST.get("is_renewed") == "yes", request.user.person

    def act() -> None:
        settle_year(year_starts_on=_day(request, "year_starts_on"), is_renewed=is_renewed, person_id=person)

    attempt(request, "The year is settled.", act)
    return redirect(f"{request.root}settlements/")


@require_POST
def pay(request: HttpRequest, settlement: str) -> HttpResponse:
    """What is owed to a party has left the fund."""
    key = key_of(settlement, "stl", request.employer.pk)
    told = {name: request.POST.get(name, "") for name in ("party", "reference")}

    def act() -> None:
        pay_out(settlement_id=key, paid_on=_day(request, "paid_on"), **told, person_id=request.user.person)

    attempt(request, "It is paid out.", act)
    return redirect(f"{request.root}settlements/")


def _day(request: HttpRequest, name: str) -> date:
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        raise DomainError("A day is needed, such as 2026-01-01.", where=name) from None
