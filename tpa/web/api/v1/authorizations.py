"""What was authorized for members before it is given."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.members.authorizations import authorizations
from tpa.kernel.document import DocumentError, Section
from tpa.web.api.core.access import Row, caller_name
from tpa.web.api.core.fields import PublicIdField
from tpa.web.api.core.parsing import BoundedJson
from tpa.web.api.core.uploads import UploadView, uploaded
from tpa.web.api.core.views import BookView
from tpa.workflows.authorizations import read_csv, record_authorizations


class AuthorizationSerializer(serializers.Serializer):
    """An authorization as it is now. Units are thousandths; without them it has no end of units."""

    id = PublicIdField("ath", source="root_id")
    number = serializers.CharField()
    member = PublicIdField("mem", source="member_id")
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    codes = serializers.ListField(child=serializers.CharField())
    provider = serializers.CharField()
    units_milli = serializers.IntegerField(allow_null=True)


class NewAuthorizationSerializer(serializers.Serializer):
    """One of a number that the member has changes it. `codes` are patterns; without them it is for every service."""

    number = serializers.CharField(max_length=50)
    member_number = serializers.CharField(max_length=50)
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    codes = serializers.ListField(child=serializers.CharField(), required=False)
    provider = serializers.CharField(max_length=20, required=False)
    units = serializers.IntegerField(min_value=0, required=False)


class RowsSerializer(serializers.Serializer):
    """Authorizations, all of them or none."""

    rows = NewAuthorizationSerializer(many=True)


class WrittenSerializer(serializers.Serializer):
    """How many were new or changed."""

    written_count = serializers.IntegerField()


class AuthorizationsView(BookView):
    """GET: what is authorized. POST: more of it, as JSON."""

    permissions: ClassVar = {"GET": Row("claims.read"), "POST": Row("claims.write")}
    parser_classes: ClassVar = [BoundedJson]

    @extend_schema(responses=AuthorizationSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Authorizations, the newest first."""
        return self.page(authorizations(), AuthorizationSerializer)

    @extend_schema(request=RowsSerializer, responses={201: WrittenSerializer})
    def post(self, request: Request) -> Response:
        """File authorizations; claims that were decided before stay as they are."""
        with Section(request.data) as body:
            rows = body.value("rows")
            if not isinstance(rows, list):
                raise DocumentError("A list is wanted.", where="/rows")
        count = record_authorizations(employer_id=self.employer_id, documents=rows, by=caller_name(request))
        return Response({"written_count": count}, status=201)


class AuthorizationsFileView(UploadView):
    """POST: authorizations, as a CSV file."""

    permissions: ClassVar = {"POST": Row("claims.write")}

    @extend_schema(request=OpenApiTypes.BINARY, responses={201: WrittenSerializer})
    def post(self, request: Request) -> Response:
        """Columns: number, member_number, starts_on, ends_before, and perhaps codes (by spaces), provider, units."""
        rows = read_csv(uploaded(request).read())
        count = record_authorizations(employer_id=self.employer_id, documents=rows, by=caller_name(request))
        return Response({"written_count": count}, status=201)
