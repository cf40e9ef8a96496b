"""What providers were paid in a year, as forms 1099 report it: totals, what was reported of them, reporting."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.web.api.core.access import Row, person_of
from tpa.web.api.core.fields import CentsField, StrictSerializer
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.lists import Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.web.files import file_answer
from tpa.workflows.tax_tables import tax_table
from tpa.workflows.tax_totals import report_year, tax_year

_READ = Row("payments.read")


class YearQuery(Query):
    """`year`: of the payments."""

    year = serializers.IntegerField(min_value=2000, max_value=9998)


class TaxTotalSerializer(serializers.Serializer):
    """A provider's year: what was paid, what was reported of it (null: nothing), and what is to be reported now.

    `to_report`: original, corrected, or empty. Without `has_tax_id` the provider is known by its NPI alone.
    """

    tax_id = serializers.CharField(source="total.tax_id")
    name = serializers.CharField(source="total.name")
    payments_count = serializers.IntegerField(source="total.payments_count")
    paid_cents = CentsField(source="total.paid_cents")
    reported_cents = CentsField(allow_null=True)
    to_report = serializers.ChoiceField(["", "original", "corrected"])
    has_tax_id = serializers.BooleanField()


class TaxReportSerializer(serializers.Serializer):
    """What was reported."""

    year = serializers.IntegerField()
    tax_id = serializers.CharField()
    name = serializers.CharField()
    payments_count = serializers.IntegerField()
    paid_cents = CentsField()
    kind = serializers.ChoiceField(["original", "corrected"])
    reported_at = serializers.DateTimeField()


class ReportYearSerializer(StrictSerializer):
    """The year, once it is over."""

    year = serializers.IntegerField(min_value=2000, max_value=9998)


class TaxTotalsView(BookView):
    """GET: what each tax id was paid in a year."""

    permissions: ClassVar = {"GET": _READ}
    pagination_class = Whole

    @extend_schema(parameters=[YearQuery], responses={200: TaxTotalSerializer(many=True), 422: None})
    def get(self, request: Request) -> Response:
        """All of them, by tax id."""
        found = tax_year(YearQuery.read(request)["year"])
        return Response({"data": TaxTotalSerializer(found.lines, many=True).data})


class TaxTotalsTableView(BookView):
    """GET: the same as CSV."""

    permissions: ClassVar = {"GET": _READ}

    @extend_schema(parameters=[YearQuery], responses={(200, "text/csv"): OpenApiTypes.STR, 422: None})
    def get(self, request: Request) -> HttpResponse:
        """Tax id, name, number of payments, amount, what was reported, what is to be."""
        year = YearQuery.read(request)["year"]
        return file_answer(tax_table(tax_year(year)), f"1099-{year}.csv")


class TaxReportsView(BookView):
    """POST: report a year."""

    permissions: ClassVar = {"POST": Row("payments.release")}
    pagination_class = Whole
    keyed = True

    @extend_schema(request=ReportYearSerializer, responses={201: TaxReportSerializer(many=True)})
    def post(self, request: Request) -> Response:
        """Keep what is reported: originals, and after a void or return the corrections; none where nothing changed."""
        return once(self, request, self._report)

    def _report(self, key: str) -> tuple[int, Any]:
        asked = ReportYearSerializer(data=self.request.data)
        asked.is_valid(raise_exception=True)
        made = report_year(**asked.validated_data, person_id=person_of(self.request))
        return 201, {"data": TaxReportSerializer(made, many=True).data}
