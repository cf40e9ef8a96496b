"""Price lists of the TPA: what contracts pay, by version. At the TPA's own host alone."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.providers.models import Price, PriceList, PriceListVersion
from tpa.books.providers.services import import_price_list, publish_price_list
from tpa.infra import clock
from tpa.kernel.errors import NotFoundError
from tpa.web.api.core.access import Row
from tpa.web.api.core.fields import CentsField, PublicIdField
from tpa.web.api.core.lists import Query
from tpa.web.api.core.parsing import BoundedJson
from tpa.web.api.core.uploads import UploadView, uploaded
from tpa.web.api.core.views import BookView


class PriceListSerializer(serializers.Serializer):
    """A price list by its code."""

    id = PublicIdField("prl", shared=True, source="pk")
    code = serializers.CharField()
    name = serializers.CharField()


class PriceVersionSerializer(serializers.Serializer):
    """The prices from a day of service on."""

    id = PublicIdField("prv", shared=True, source="pk")
    price_list = PublicIdField("prl", shared=True, source="price_list_id")
    number = serializers.IntegerField()
    effective_on = serializers.DateField()
    state = serializers.ChoiceField(PriceListVersion.State.values)
    published_at = serializers.DateTimeField(allow_null=True)


class PriceSerializer(serializers.Serializer):
    """An amount per unit, day, case or weight, a share of the charge in basis points, or a DRG's weight in 1/10,000."""

    code = serializers.CharField()
    modifier = serializers.CharField()
    place = serializers.CharField()
    amount_cents = CentsField(allow_null=True)
    percent_of_charge_bp = serializers.IntegerField(allow_null=True)
    per = serializers.ChoiceField(Price.Per.values)
    area = serializers.CharField()
    percentile = serializers.IntegerField()
    weight_e4 = serializers.IntegerField()


class ImportQuery(Query):
    """`code`: the list, made where there is none. `effective_on`: the first day of service at these prices."""

    code = serializers.CharField(max_length=30)
    effective_on = serializers.DateField()
    name = serializers.CharField(required=False, default="", max_length=120)


class PriceListsView(UploadView):
    """GET: the price lists. POST: the next version of one, from a CSV file."""

    permissions: ClassVar = {"GET": Row("providers.read", False), "POST": Row("providers.write", False)}
    desk_only = True

    @extend_schema(responses=PriceListSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Price lists, the newest first."""
        return self.page(PriceList.objects.all(), PriceListSerializer)

    @extend_schema(parameters=[ImportQuery], request=OpenApiTypes.BINARY, responses={201: PriceVersionSerializer})
    def post(self, request: Request) -> Response:
        """Draft a version from CSV: code, and an amount, a share of the charge or a weight. All of it, or nothing."""
        query = ImportQuery.read(request)
        version = import_price_list(**query, data=uploaded(request).read())
        return Response(PriceVersionSerializer(version, context=self.context()).data, status=201)


class PriceListVersionsView(BookView):
    """GET: the versions of a price list."""

    permissions: ClassVar = {"GET": Row("providers.read", False)}
    desk_only = True

    @extend_schema(responses=PriceVersionSerializer(many=True))
    def get(self, request: Request, price_list: str) -> Response:
        """Versions, the newest first."""
        rows = PriceListVersion.objects.filter(price_list_id=self.key_of(price_list, "prl"))
        return self.page(rows, PriceVersionSerializer)


class PricesView(BookView):
    """GET: the prices of a version."""

    permissions: ClassVar = {"GET": Row("providers.read", False)}
    desk_only = True

    @extend_schema(responses=PriceSerializer(many=True))
    def get(self, request: Request, price_version: str) -> Response:
        """Prices, the last of the file first."""
        key = self.key_of(price_version, "prv")
        if not PriceListVersion.objects.filter(pk=key).exists():
            raise NotFoundError("There is no such version.")
        return self.page(Price.objects.filter(version_id=key), PriceSerializer)


class PriceVersionPublishView(BookView):
    """POST: let a version pay claims."""

    permissions: ClassVar = {"POST": Row("providers.write", False)}
    parser_classes: ClassVar = [BoundedJson]
    desk_only = True

    @extend_schema(request=None, responses=PriceVersionSerializer)
    def post(self, request: Request, price_version: str) -> Response:
        """Publish; from then on the version never changes."""
        published = publish_price_list(version_id=self.key_of(price_version, "prv"), now=clock.now())
        return Response(PriceVersionSerializer(published, context=self.context()).data)
