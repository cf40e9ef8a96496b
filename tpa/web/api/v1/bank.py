"""Bank statements: files in, entries without a match worked, the bank's balance beside the ledger's cash."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.funding import bank
from tpa.web.api.core.access import Row, person_of
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.lists import Query
from tpa.web.api.core.uploads import UploadView, uploaded
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.files import UploadQuery
from tpa.web.api.v1.invoices import DepositSerializer
from tpa.web.api.v1.ledger import AsOfQuery
from tpa.workflows.bank_reconciliation import (
    bank_proof,
    deposit_of_entry,
    explain_entry,
    load_statements,
    match_again,
)


class BankStatementSerializer(serializers.Serializer):
    """A statement of a file: opening + entries = closing."""

    id = PublicIdField("bks", source="pk")
    name = serializers.CharField()
    format = serializers.CharField()
    account = serializers.CharField()
    currency = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    opening_cents = CentsField()
    closing_cents = CentsField()


class BankEntrySerializer(serializers.Serializer):
    """An entry: `found` says how it was matched, or why it was not (unknown, other_amount, several)."""

    id = PublicIdField("bke", source="pk")
    posted_on = serializers.DateField()
    cents = CentsField()
    kind = serializers.CharField()
    check_number = serializers.CharField()
    reference = serializers.CharField()
    text = serializers.CharField()
    found = serializers.CharField()
    explanation = serializers.CharField()


class BankProofSerializer(serializers.Serializer):
    """books = bank + deposits in transit - payments in transit - what the bank shows and the books do not know."""

    ends_on = serializers.DateField(source="statement.ends_on", default=None, allow_null=True)
    bank_cents = CentsField(source="proof.bank_cents")
    deposits_in_transit_cents = CentsField(source="proof.deposits_in_transit_cents")
    payments_in_transit_cents = CentsField(source="proof.payments_in_transit_cents")
    unexplained_cents = CentsField(source="proof.unexplained_cents")
    expected_cents = CentsField(source="proof.expected_cents")
    books_cents = CentsField(source="proof.books_cents")
    difference_cents = CentsField(source="proof.difference_cents")
    outstanding_cents = CentsField(source="proof.outstanding_cents")
    exception_count = serializers.IntegerField()


class ExplanationSerializer(StrictSerializer):
    """What an entry without a match is."""

    explanation = serializers.CharField(max_length=200)


class OpenQuery(Query):
    """`open`: only those without a match that nobody has explained."""

    open = serializers.BooleanField(required=False, default=False)


class CountSerializer(serializers.Serializer):
    """How many entries have a match now."""

    matched_count = serializers.IntegerField()


class BankStatementsView(UploadView):
    """GET: statements, the latest first. POST: a file of them."""

    permissions: ClassVar = {"GET": Row("funding.read"), "POST": Row("funding.record")}

    @extend_schema(responses=BankStatementSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What the bank has said."""
        return self.page(bank.statements(), BankStatementSerializer)

    @extend_schema(
        parameters=[UploadQuery], request=OpenApiTypes.BINARY, responses={201: BankStatementSerializer(many=True)}
    )
    def post(self, request: Request) -> Response:
        """Read a CSV, BAI2 or camt.053 file and match it. The same file again is answered 200 and does nothing."""
        upload = uploaded(request)
        found, is_new = load_statements(content=upload.read(), name=upload.name, person_id=person_of(request))
        data = BankStatementSerializer(found, many=True, context=self.context()).data
        return Response({"data": data}, status=201 if is_new else 200)


class BankEntriesView(BookView):
    """GET: the entries of all statements."""

    permissions: ClassVar = {"GET": Row("funding.read")}

    @extend_schema(parameters=[OpenQuery], responses=BankEntrySerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every entry, or those that wait for a person."""
        is_open = OpenQuery.read(request)["open"]
        return self.page(bank.exceptions() if is_open else bank.entries(), BankEntrySerializer)


class BankMatchView(BookView):
    """POST: look once more at the entries without a match."""

    permissions: ClassVar = {"POST": Row("funding.record")}

    @extend_schema(request=None, responses=CountSerializer)
    def post(self, request: Request) -> Response:
        """After the books have changed."""
        return Response({"matched_count": match_again(person_id=person_of(request))})


class BankExplainView(BookView):
    """POST: say what an entry without a match is."""

    permissions: ClassVar = {"POST": Row("funding.record")}

    @extend_schema(request=ExplanationSerializer, responses=BankEntrySerializer)
    def post(self, request: Request, bank_entry: str) -> Response:
        """It does not wait any more; it stays a difference between bank and books until they agree."""
        key = self.key_of(bank_entry, "bke")
        asked = ExplanationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        found = explain_entry(entry_id=key, person_id=person_of(request), **asked.validated_data)
        return Response(BankEntrySerializer(found, context=self.context()).data)


class BankDepositView(BookView):
    """POST: money that came in and that nobody had recorded is a deposit."""

    permissions: ClassVar = {"POST": Row("funding.record")}

    @extend_schema(request=None, responses=DepositSerializer)
    def post(self, request: Request, bank_entry: str) -> Response:
        """Recorded on the bank's day, posted and matched."""
        made = deposit_of_entry(entry_id=self.key_of(bank_entry, "bke"), person_id=person_of(request))
        return Response(DepositSerializer(made, context=self.context()).data)


class BankProofView(BookView):
    """GET: the bank's balance beside the ledger's cash."""

    permissions: ClassVar = {"GET": Row("funding.read")}

    @extend_schema(parameters=[AsOfQuery], responses=BankProofSerializer)
    def get(self, request: Request) -> Response:
        """By the last statement that ends by `as_of`."""
        return Response(BankProofSerializer(bank_proof(as_of=AsOfQuery.read(request)["as_of"])).data)
