"""Funding invoices: drafted by a job, reviewed, approved, issued; money received and credits granted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.funding import selectors
from tpa.books.funding.models import Credit, Deposit, FundingInvoice
from tpa.books.funding.services import Correction
from tpa.web.api.core.access import Row, caller_name, person_of
from tpa.web.api.core.etags import tagged
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.jobs import JobSerializer, accepted
from tpa.web.files import file_answer
from tpa.workflows.deposits import give_credit, receive_deposit
from tpa.workflows.invoice_paper import invoice_paper
from tpa.workflows.invoice_run import ask_for_draft
from tpa.workflows.month_end import approve_invoice, issue_invoice, return_invoice, review_invoice


class InvoiceSerializer(serializers.Serializer):
    """A month's invoice. `total_cents` is this month's; with the prior balance it is `amount_due_cents`."""

    id = PublicIdField("inv")
    number = serializers.CharField()
    month = serializers.DateField()
    state = serializers.CharField()
    currency = serializers.CharField()
    due_on = serializers.DateField()
    fees_cents = CentsField()
    premium_cents = CentsField()
    taxes_cents = CentsField()
    claims_cents = CentsField()
    credits_cents = CentsField()
    total_cents = CentsField()
    prior_balance_cents = CentsField()
    amount_due_cents = CentsField()
    needs_second_person = serializers.BooleanField(help_text="Who reviews it may not approve it, by the agreement.")
    reviewed_at = serializers.DateTimeField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    finalised_at = serializers.DateTimeField(allow_null=True)


class InvoiceLineSerializer(serializers.Serializer):
    """One line: `basis` points at the rows that it was computed from."""

    position = serializers.IntegerField(source="n")
    kind = serializers.CharField()
    code = serializers.CharField()
    month = serializers.DateField()
    description = serializers.CharField()
    quantity = serializers.IntegerField()
    rate = serializers.CharField()
    cents = CentsField()
    basis = serializers.DictField()


class InvoiceDetailSerializer(InvoiceSerializer):
    """An invoice with its lines."""

    lines = InvoiceLineSerializer(many=True)
    basis = serializers.DictField()


class DepositSerializer(StrictSerializer):
    """Money received from the employer, into the claims fund or for an invoice. `reference` is the bank's."""

    id = PublicIdField("dep", source="pk", read_only=True)
    purpose = serializers.ChoiceField(Deposit.Purpose.choices)
    received_on = serializers.DateField()
    cents = CentsField(min_value=1)
    reference = serializers.CharField(max_length=60)
    invoice = PublicIdField("inv", source="invoice_id", allow_null=True, required=False)
    funding_request = PublicIdField(
        "frq", source="request_id", write_only=True, required=False, help_text="The request that it answers first."
    )


class CreditSerializer(StrictSerializer):
    """Something that the next invoice gives back. A correction names the invoice, and the fee or premium, it corrects."""

    id = PublicIdField("crd", source="pk", read_only=True)
    kind = serializers.ChoiceField(Credit.Kind.choices)
    against = serializers.ChoiceField(Credit.Against.choices, required=False)
    code = serializers.CharField(max_length=40, required=False)
    cents = CentsField(min_value=1)
    description = serializers.CharField(max_length=200)
    reference = serializers.CharField(max_length=60)
    granted_on = serializers.DateField()
    corrects = PublicIdField("inv", source="corrects_id", required=False, allow_null=True)
    invoice = PublicIdField("inv", source="invoice_id", read_only=True, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A correction says against what; nothing else does."""
        parts = [attrs.pop("corrects_id", None), attrs.pop("against", None), attrs.pop("code", None)]
        if any(parts) and not all(parts):
            raise serializers.ValidationError("A correction names corrects, against and code.", code="invalid")
        attrs["corrects"] = Correction(*parts) if all(parts) else None
        return attrs


_DEPOSIT = OpenApiExample(
    "Money for the fund",
    {"purpose": "fund", "received_on": "2026-05-04", "cents": 2500000, "reference": "WIRE 7781"},
    request_only=True,
)


class MonthSerializer(StrictSerializer):
    """The month, by its first day."""

    month = serializers.DateField()

    def validate_month(self, month: Any) -> Any:
        """Months are billed whole."""
        if month.day != 1:
            raise serializers.ValidationError("Name the month by its first day.", code="invalid")
        return month


class InvoicesView(BookView):
    """GET: the invoices, the latest first. POST: a month's draft."""

    permissions: ClassVar = {"GET": Row("invoices.read"), "POST": Row("invoices.prepare")}

    @extend_schema(responses=InvoiceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every funding invoice, in whatever state."""
        return self.page(selectors.invoices(), InvoiceSerializer)

    @extend_schema(request=MonthSerializer, responses={202: JobSerializer})
    def post(self, request: Request) -> Response:
        """Ask for the month's draft: one job and one invoice a month, however often it is asked for."""
        asked = MonthSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        job = ask_for_draft(
            employer_id=self.employer_id, **asked.validated_data, requested_by=caller_name(request)[:100]
        )
        return accepted(self, job)


class InvoiceView(BookView):
    """GET: one invoice with its lines."""

    permissions: ClassVar = {"GET": Row("invoices.read")}

    @extend_schema(responses=InvoiceDetailSerializer)
    def get(self, request: Request, invoice: str) -> Response:
        """The invoice, line by line."""
        found = selectors.invoice(self.key_of(invoice, "inv"))
        return tagged(request, InvoiceDetailSerializer(found, context=self.context()).data)


class InvoicePaperView(BookView):
    """GET: the invoice as PDF."""

    permissions: ClassVar = {"GET": Row("invoices.read")}

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, invoice: str) -> HttpResponse:
        """The paper that goes to the employer."""
        number, paper = invoice_paper(employer=self.employer, invoice_id=self.key_of(invoice, "inv"))
        return file_answer(paper, f"{number}.pdf")


class InvoiceActionView(BookView):
    """POST: take an invoice one step on."""

    permissions: ClassVar = {"POST": Row("invoices.approve")}

    def act(self, invoice_id: int, person_id: int | None) -> FundingInvoice:
        """The step."""
        return approve_invoice(invoice_id=invoice_id, person_id=person_id)

    @extend_schema(request=None, responses=InvoiceDetailSerializer)
    def post(self, request: Request, invoice: str) -> Response:
        """The answer is the invoice. Refused in another state."""
        found = self.act(self.key_of(invoice, "inv"), person_of(request))
        return tagged(request, InvoiceDetailSerializer(found, context=self.context()).data)


class InvoiceReviewView(InvoiceActionView):
    """POST: the draft has been looked at; it is not computed anew from here on."""

    def act(self, invoice_id: int, person_id: int | None) -> FundingInvoice:
        return review_invoice(invoice_id=invoice_id, person_id=person_id)


class InvoiceApproveView(InvoiceActionView):
    """POST: a reviewed invoice may be issued. Beyond the agreement's limit another person does this than reviewed it."""


class InvoiceReturnView(InvoiceActionView):
    """POST: a reviewed or approved invoice goes back to draft."""

    def act(self, invoice_id: int, person_id: int | None) -> FundingInvoice:
        return return_invoice(invoice_id=invoice_id)


class InvoiceIssueView(InvoiceActionView):
    """POST: make an approved invoice final and post it; nothing changes it from then on."""

    def act(self, invoice_id: int, person_id: int | None) -> FundingInvoice:
        return issue_invoice(invoice_id=invoice_id, person_id=person_id)


class DepositsView(BookView):
    """GET: money received, the latest first. POST: money that came in."""

    permissions: ClassVar = {"GET": Row("funding.read"), "POST": Row("funding.record")}
    keyed = True

    @extend_schema(responses=DepositSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The employer's deposits and payments."""
        return self.page(selectors.deposits(), DepositSerializer)

    @extend_schema(request=DepositSerializer, responses={201: DepositSerializer}, examples=[_DEPOSIT])
    def post(self, request: Request) -> Response:
        """Record a deposit and post it. The same bank reference counts once."""
        return once(self, request, self._receive)

    def _receive(self, key: str) -> tuple[int, Any]:
        asked = DepositSerializer(data=self.request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        deposit = receive_deposit(**asked.validated_data, person_id=person_of(self.request))
        return 201, DepositSerializer(deposit, context=self.context()).data


class CreditsView(BookView):
    """GET: credits granted, the latest first. POST: one more."""

    permissions: ClassVar = {"GET": Row("funding.read"), "POST": Row("funding.record")}
    keyed = True

    @extend_schema(responses=CreditSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What invoices give back, or will."""
        return self.page(selectors.credits_granted(), CreditSerializer)

    @extend_schema(request=CreditSerializer, responses={201: CreditSerializer})
    def post(self, request: Request) -> Response:
        """Grant a credit for the next invoice and post it. The same reference counts once."""
        return once(self, request, self._grant)

    def _grant(self, key: str) -> tuple[int, Any]:
        asked = CreditSerializer(data=self.request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        credit = give_credit(**asked.validated_data, person_id=person_of(self.request))
        return 201, CreditSerializer(credit, context=self.context()).data
