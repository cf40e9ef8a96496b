"""Where payees' money goes: providers' bank accounts at the desk, members' beside their employer's payees.

A provider's account serves every employer that pays it: who enters or approves one may release payments of them all.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tpa.books.providers import payee_accounts
from tpa.books.providers.account_models import PayeeAccount
from tpa.kernel.errors import DomainError
from tpa.kernel.ids import key_of
from tpa.web.operator.payee_details import decide, member_of_number
from tpa.web.pages import attempt, desk_page, employer_page, reader, sheet, show
from tpa.workflows import bank_accounts, payment_files

_WAITS = "The account waits for another person's approval."


@desk_page("payments.read", of_all=True)
@require_GET
def provider_accounts(request: HttpRequest) -> HttpResponse:
    """Where providers are paid, and what waits for another person?"""
    accounts = payee_accounts.accounts(None)
    return show(
        request,
        "operator/provider_accounts.html",
        here="provider-accounts",
        page=sheet(request, accounts),
        waiting_count=accounts.filter(state=PayeeAccount.State.PROPOSED).count(),
        kinds=PayeeAccount.Kind.choices,
        person=reader(request).person,
        may_decide=request.user.allows("payments.release", None),
    )


@desk_page("payments.release", of_all=True)
@require_POST
def new_provider_account(request: HttpRequest) -> HttpResponse:
    """A provider's bank account, for another person to approve."""
    tax_id, told = request.POST.get("tax_id", "").strip()[:20], _told(request)
    attempt(request, _WAITS, lambda: bank_accounts.enter_provider_account(tax_id=tax_id, **told))
    return redirect(reverse("operator:provider-accounts"))


@desk_page("payments.release", of_all=True)
@require_POST
def decide_provider_account(request: HttpRequest, provider_account: str, action: str) -> HttpResponse:
    """Approve or refuse a provider's account."""
    key = key_of(provider_account, "pac", 0)

    def act(approve: bool, person_id: int | None) -> None:
        bank_accounts.decide_provider_account(account_id=key, approve=approve, person_id=person_id)

    decide(request, action, act)
    return redirect(reverse("operator:provider-accounts"))


@employer_page("payments.release")
@require_POST
def new_member_account(request: HttpRequest) -> HttpResponse:
    """The bank account of a member's family, for another person to approve."""
    number, told = request.POST.get("member_number", "").strip(), _told(request)

    def act() -> None:
        bank_accounts.enter_member_account(member_id=member_of_number(number), **told)

    attempt(request, _WAITS, act)
    return redirect(f"{request.root}payees/")


@employer_page("payments.release")
@require_POST
def decide_member_account(request: HttpRequest, member_account: str, action: str) -> HttpResponse:
    """Approve or refuse a member's account."""
    key = key_of(member_account, "acc", request.employer.pk)

    def act(approve: bool, person_id: int | None) -> None:
        bank_accounts.decide_member_account(account_id=key, approve=approve, person_id=person_id)

    decide(request, action, act)
    return redirect(f"{request.root}payees/")


@employer_page("payments.release")
@require_POST
def write_prenotes(request: HttpRequest) -> HttpResponse:
    """Try new accounts with transfers of nothing."""

    def act() -> None:
        if payment_files.write_prenotes() is None:
            raise DomainError("No account waits to be tried.")

    attempt(request, "The prenotes are written: send their file to the bank.", act)
    return redirect(f"{request.root}payees/")


def _told(request: HttpRequest) -> dict[str, Any]:
    sent = {name: request.POST.get(name, "").strip() for name in ("kind", "routing_number", "account_number")}
    texts = {"holder": request.POST.get("holder", "")[:120], "call_back": request.POST.get("call_back", "")[:200]}
    return sent | texts | {"person_id": reader(request).person}
