"""Funding invoices and the money received."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.funding import selectors
from tpa.web.api.core.access import Row
from tpa.web.api.core.fields import CentsField, PublicIdField
from tpa.web.api.core.views import BookView


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
    claims_cents = CentsField()
    credits_cents = CentsField()
    total_cents = CentsField()
    prior_balance_cents = CentsField()
    amount_due_cents = CentsField()
    finalised_at = serializers.DateTimeField()


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


class DepositSerializer(serializers.Serializer):
    """Money received from the employer."""

    id = PublicIdField("dep")
    purpose = serializers.CharField()
    received_on = serializers.DateField()
    cents = CentsField()
    reference = serializers.CharField()
    invoice = PublicIdField("inv", source="invoice_id", allow_null=True)


class InvoicesView(BookView):
    """GET: the invoices, the latest month first."""

    permissions: ClassVar = {"GET": Row("invoices.read")}

    @extend_schema(responses=InvoiceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every funding invoice, in whatever state."""
        return self.page(selectors.invoices(), InvoiceSerializer)


class InvoiceView(BookView):
    """GET: one invoice with its lines."""

    permissions: ClassVar = {"GET": Row("invoices.read")}

    @extend_schema(responses=InvoiceDetailSerializer)
    def get(self, request: Request, invoice: str) -> Response:
        """The invoice, line by line."""
        found = selectors.invoice(self.key_of(invoice, "inv"))
        return Response(InvoiceDetailSerializer(found, context=self.context()).data)


class DepositsView(BookView):
    """GET: money received, the latest first."""

    permissions: ClassVar = {"GET": Row("funding.read")}

    @extend_schema(responses=DepositSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The employer's deposits and payments."""
        return self.page(selectors.deposits(), DepositSerializer)
