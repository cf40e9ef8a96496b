"""Banks' forms of positive pay files, loaded by the TPA for every employer whose account is with the bank."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.edi import banks
from tpa.infra import clock
from tpa.web.api.core.access import Row, person_of
from tpa.web.api.core.fields import PublicIdField, StrictSerializer
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.views import BookView


class BankLayoutSerializer(StrictSerializer):
    """A layout as TOML. Under a name the latest holds; the samples need no loading."""

    id = PublicIdField("bly", source="pk", shared=True, read_only=True)
    name = serializers.CharField(max_length=30)
    text = serializers.CharField(max_length=20_000, trim_whitespace=False)
    loaded_at = serializers.DateTimeField(read_only=True)


class BankLayoutsView(BookView):
    """GET: layouts that were loaded. POST: load one. At the TPA's own host alone."""

    permissions: ClassVar = {"GET": Row("payments.read", False), "POST": Row("payments.release", False)}
    keyed = True
    desk_only = True

    @extend_schema(responses=BankLayoutSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The latest first."""
        return self.page(banks.loaded_layouts(), BankLayoutSerializer)

    @extend_schema(request=BankLayoutSerializer, responses={201: BankLayoutSerializer})
    def post(self, request: Request) -> Response:
        """Load a layout; from now on files under its name are written so. A fault is told with its place."""
        return once(self, request, self._load)

    def _load(self, key: str) -> tuple[int, Any]:
        asked = BankLayoutSerializer(data=self.request.data)
        asked.is_valid(raise_exception=True)
        with transaction.atomic():
            made = banks.load_layout(**asked.validated_data, loaded_by_id=person_of(self.request), now=clock.now())
        return 201, BankLayoutSerializer(made, context=self.context()).data
