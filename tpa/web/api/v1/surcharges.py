"""Surcharges of states on what a plan has paid to hospitals, by month and provider. Nothing is stored."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.web.api.core.access import Row
from tpa.web.api.core.fields import CentsField
from tpa.web.api.core.lists import Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.workflows.surcharges import month_surcharges


class SurchargeSerializer(serializers.Serializer):
    """A provider's payments at one rate, and what is owed on them."""

    tax_id = serializers.CharField()
    name = serializers.CharField()
    rate_ppm = serializers.IntegerField(help_text="Parts of a million of what was paid.")
    paid_cents = CentsField()
    cents = CentsField()


class SurchargeQuery(Query):
    """`month`: any day of the month in which the money left."""

    state = serializers.CharField(max_length=2, default="NY")
    month = serializers.DateField()


class SurchargesView(BookView):
    """GET: the month's surcharges."""

    permissions: ClassVar = {"GET": Row("payments.read")}
    pagination_class = Whole

    @extend_schema(parameters=[SurchargeQuery], responses={200: SurchargeSerializer(many=True), 422: None})
    def get(self, request: Request) -> Response:
        """By provider, of a plan that has elected to pay the state itself."""
        asked = SurchargeQuery.read(request)
        found = month_surcharges(asked["state"].upper(), asked["month"])
        return Response({"data": SurchargeSerializer(found, many=True).data})
