"""Amounts that somebody else has counted: a drug plan's manager, the carrier before."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.accumulators import selectors
from tpa.kernel.document import DocumentError, Section
from tpa.web.api.core.access import Row, caller_name
from tpa.web.api.core.fields import PublicIdField
from tpa.web.api.core.lists import Query
from tpa.web.api.core.parsing import BoundedJson
from tpa.web.api.core.uploads import UploadView, uploaded
from tpa.web.api.core.views import BookView
from tpa.workflows import external_accumulators as external

SOURCE_LENGTH = 40


class ExternalAmountSerializer(serializers.Serializer):
    """One amount: cents, visits or days; units in thousandths."""

    id = PublicIdField("ext", source="pk")
    source = serializers.CharField()
    source_id = serializers.CharField(source="source_ref")
    member = PublicIdField("mem", source="member_id")
    line = serializers.CharField()
    accumulator = serializers.CharField(source="name")
    service_on = serializers.DateField()
    amount = serializers.IntegerField()
    recorded_at = serializers.DateTimeField()


class RowSerializer(serializers.Serializer):
    """One row: `amount` is `"12.34"`, or a whole number for what is counted, below zero to take back."""

    source_id = serializers.CharField(max_length=80)
    member_number = serializers.CharField(max_length=50)
    line = serializers.CharField(max_length=10)
    accumulator = serializers.CharField(max_length=60)
    service_on = serializers.DateField()
    amount = serializers.CharField(max_length=20)


class AmountsSerializer(serializers.Serializer):
    """What a source tells; a `source_id` that it has told before is not counted again."""

    source = serializers.CharField(max_length=SOURCE_LENGTH)
    rows = RowSerializer(many=True)


class RecordedSerializer(serializers.Serializer):
    """How many are new, how many were known, and how many families have earlier claims that they concern."""

    added_count = serializers.IntegerField()
    known_count = serializers.IntegerField()
    late_count = serializers.IntegerField()


class SourceQuery(Query):
    """Who tells it."""

    source = serializers.CharField(max_length=SOURCE_LENGTH)


class ExternalAmountsView(BookView):
    """GET: amounts from outside. POST: more of them, as JSON."""

    permissions: ClassVar = {"GET": Row("accumulators.read"), "POST": Row("accumulators.write")}
    parser_classes: ClassVar = [BoundedJson]

    @extend_schema(responses=ExternalAmountSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Amounts, the newest first."""
        return self.page(selectors.external_amounts(), ExternalAmountSerializer)

    @extend_schema(request=AmountsSerializer, responses={201: RecordedSerializer})
    def post(self, request: Request) -> Response:
        """File what is new. All of it, or nothing."""
        with Section(request.data) as body:
            source, rows = body.text("source"), body.value("rows")
            if len(source) > SOURCE_LENGTH or not isinstance(rows, list):
                raise DocumentError(
                    f"A source of up to {SOURCE_LENGTH} characters and a list are wanted.", where="/rows"
                )
        return _answer(self, request, source, external.read_rows(rows))


class ExternalAmountsFileView(UploadView):
    """POST: amounts from outside, as a CSV file."""

    permissions: ClassVar = {"POST": Row("accumulators.write")}

    @extend_schema(parameters=[SourceQuery], request=OpenApiTypes.BINARY, responses={201: RecordedSerializer})
    def post(self, request: Request) -> Response:
        """File what is new. Columns: source_id, member_number, line, accumulator, service_on, amount."""
        source = SourceQuery.read(request)["source"]
        return _answer(self, request, source, external.read_csv(uploaded(request).read()))


def _answer(view: BookView, request: Request, source: str, rows: list[external.Told]) -> Response:
    found = external.record(employer_id=view.employer_id, source=source, rows=rows, by=caller_name(request))
    return Response(RecordedSerializer(found._asdict()).data, status=201)
