"""The employer's money: what came in, what was credited, what is left. The desk records both here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tpa.books.funding import selectors as funding
from tpa.books.funding.models import Credit, Deposit
from tpa.books.funding.services import Correction
from tpa.books.ledger import selectors as ledger
from tpa.engine.journal.accounts import CASH, CLAIMS_FUNDED, CLAIMS_PAYABLE, FUNDING_RECEIVABLE
from tpa.infra import clock
from tpa.kernel.errors import DomainError
from tpa.kernel.money import format_amount, parse_amount
from tpa.web.pages import attempt, sheet, show
from tpa.workflows.deposits import give_credit, receive_deposit


class AmountField(forms.CharField):
    """An amount as people type it, in cents when it is cleaned."""

    def clean(self, value: Any) -> int:
        text = super().clean(value)
        try:
            return parse_amount(text)
        except (DomainError, ValueError) as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class DepositForm(forms.Form):
    """Money that came in."""

    prefix = "deposit"
    purpose = forms.ChoiceField(label="For", choices=Deposit.Purpose.choices)
    cents = AmountField(label="Amount, such as 1250.00", max_length=20)
    received_on = _day("Received on")
    reference = forms.CharField(label="The bank's reference", max_length=60)


class CreditForm(forms.Form):
    """A credit for the next invoice."""

    prefix = "credit"
    kind = forms.ChoiceField(label="Kind", choices=Credit.Kind.choices)
    corrects = forms.ChoiceField(label="Corrects", required=False)
    cents = AmountField(label="Amount, such as 1250.00", max_length=20)
    description = forms.CharField(label="As the invoice will say", max_length=200)
    granted_on = _day("Granted on")
    reference = forms.CharField(label="Reference", max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = {
            f"{one.invoice_id}:{one.kind}:{one.code}": f"{one.invoice.number}: {one.description}"
            for one in funding.correctable_lines()
        }
        self.fields["corrects"].choices = [("", "No invoice"), *lines.items()]

    def clean_corrects(self) -> Correction | None:
        """What the credit corrects."""
        chosen = self.cleaned_data["corrects"]
        if not chosen:
            return None
        invoice_id, against, code = chosen.split(":", 2)
        return Correction(int(invoice_id), against, code)


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """How much is there, what came in, what was given back?"""
    return _page(request)


def _page(request: HttpRequest, **forms_shown: forms.Form) -> HttpResponse:
    today = clock.today(request.employer.time_zone)
    context: dict[str, Any] = {
        "cash_cents": ledger.balance(CASH),
        "unfunded_cents": -ledger.balance(CLAIMS_PAYABLE),
        "unpaid_cents": -ledger.balance(CLAIMS_FUNDED),
        "owed_cents": ledger.balance(FUNDING_RECEIVABLE),
        "accounts": {
            "cash": CASH,
            "payable": CLAIMS_PAYABLE,
            "funded": CLAIMS_FUNDED,
            "receivable": FUNDING_RECEIVABLE,
        },
        "page": sheet(request, funding.deposits()),
        "credits": funding.credits_granted().select_related("invoice", "corrects").order_by("-granted_on", "-id")[:100],
    }
    if request.shell.startswith("operator/") and request.user.allows("funding.record", request.employer.pk):
        context |= {
            "deposit_form": DepositForm(initial={"received_on": today}),
            "credit_form": CreditForm(initial={"granted_on": today}),
            "authority_cents": request.user.authority_cents(request.employer.pk),
        }
    return show(request, "employer/funding.html", here="funding", **context | forms_shown)


@require_POST
def deposit(request: HttpRequest) -> HttpResponse:
    """Record money that came in; the same reference counts once."""
    form = DepositForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data | {"person_id": request.user.person}
        if attempt(request, "The deposit is recorded.", lambda: receive_deposit(**told)):
            return redirect(f"{request.root}funding/")
    return _page(request, deposit_form=form)


@require_POST
def credit(request: HttpRequest) -> HttpResponse:
    """Grant a credit, up to what the login may decide alone; more needs somebody with that authority."""
    form = CreditForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data | {"person_id": request.user.person}
        authority_cents = request.user.authority_cents(request.employer.pk)
        if attempt(request, "The credit is granted.", lambda: _grant(authority_cents, told)):
            return redirect(f"{request.root}funding/")
    return _page(request, credit_form=form)


def _grant(authority_cents: int, told: dict[str, Any]) -> Credit:
    if told["cents"] > authority_cents:
        raise DomainError(
            f"You may grant {format_amount(authority_cents)} alone.",
            where="cents",
            remedy="Somebody whose authority covers the amount must grant it.",
        )
    return give_credit(**told)
