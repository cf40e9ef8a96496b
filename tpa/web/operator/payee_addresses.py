"""Where payees' checks are mailed: providers' addresses at the desk, members' beside their employer's payees."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tpa.books.providers import payee_addresses as book
from tpa.books.providers.account_models import PayeeAddress
from tpa.engine.paying.address import mailing_address
from tpa.kernel.ids import key_of
from tpa.web.operator.payee_details import decide, member_of_number
from tpa.web.pages import attempt, desk_page, employer_page, reader, sheet, show
from tpa.workflows import payee_addresses

_WAITS = "The address waits for another person's approval."
_PARTS = ("line_1", "line_2", "city", "region", "postal_code", "country")


@desk_page("payments.read", of_all=True)
@require_GET
def provider_addresses(request: HttpRequest) -> HttpResponse:
    """Where are providers' checks mailed, what do claims say otherwise, and what waits for another person?"""
    rows, tax_id = book.addresses(None), request.GET.get("tax_id", "").strip()[:20]
    return show(
        request,
        "operator/provider_addresses.html",
        here="provider-addresses",
        page=sheet(request, rows.filter(tax_id=tax_id) if tax_id else rows),
        tax_id=tax_id,
        waiting_count=rows.filter(state=PayeeAddress.State.PROPOSED).count(),
        heard_count=rows.filter(state=PayeeAddress.State.HEARD).count(),
        person=reader(request).person,
        may_decide=request.user.allows("payments.release", None),
    )


@desk_page("payments.release", of_all=True)
@require_POST
def new_provider_address(request: HttpRequest) -> HttpResponse:
    """A provider's address, for another person to approve."""
    tax_id, told = request.POST.get("tax_id", "").strip()[:20], _told(request)
    attempt(request, _WAITS, lambda: payee_addresses.enter_provider_address(tax_id=tax_id, **told))
    return redirect(reverse("operator:provider-addresses"))


@desk_page("payments.release", of_all=True)
@require_POST
def decide_provider_address(request: HttpRequest, provider_address: str, action: str) -> HttpResponse:
    """Approve or refuse a provider's address."""
    key = key_of(provider_address, "pad", 0)

    def act(approve: bool, person_id: int | None) -> None:
        payee_addresses.decide_provider_address(address_id=key, approve=approve, person_id=person_id)

    decide(request, action, act)
    return redirect(reverse("operator:provider-addresses"))


@employer_page("payments.release")
@require_POST
def new_member_address(request: HttpRequest) -> HttpResponse:
    """Where checks to a member's family go, or to whom a court's order names; for another person to approve."""
    number, told = request.POST.get("member_number", "").strip(), _told(request)
    by_order = request.POST.get("by_order") == "yes"

    def act() -> None:
        payee_addresses.enter_member_address(member_id=member_of_number(number), by_order=by_order, **told)

    attempt(request, _WAITS, act)
    return redirect(f"{request.root}payees/")


@employer_page("payments.release")
@require_POST
def decide_member_address(request: HttpRequest, member_address: str, action: str) -> HttpResponse:
    """Approve or refuse an address of a member's family."""
    key = key_of(member_address, "mad", request.employer.pk)

    def act(approve: bool, person_id: int | None) -> None:
        payee_addresses.decide_member_address(address_id=key, approve=approve, person_id=person_id)

    decide(request, action, act)
    return redirect(f"{request.root}payees/")


def _told(request: HttpRequest) -> dict[str, Any]:
    address = mailing_address(*(request.POST.get(name, "") for name in _PARTS))
    return {
        "address": address,
        "call_back": request.POST.get("call_back", "")[:200],
        "person_id": reader(request).person,
    }
