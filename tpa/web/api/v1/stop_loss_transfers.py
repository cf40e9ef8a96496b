"""What people accumulated under other groups and bring along toward the specific deductible."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.stoploss import selectors
from tpa.web.api.core.access import Row, caller_name
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.exposure import ContractQuery
from tpa.workflows.stop_loss_transfers import bring_along


class TransferSerializer(serializers.Serializer):
    """What another group has paid for a person; below zero: a correction."""

    id = PublicIdField("slt", source="pk")
    contract = PublicIdField("slc", source="contract_id")
    member = PublicIdField("mem", source="member_id")
    cents = CentsField()
    from_group = serializers.CharField()
    as_of = serializers.DateField()
    document = serializers.CharField()
    reference = serializers.CharField()
    known_on = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.CharField()


class NewTransferSerializer(StrictSerializer):
    """`cents`: eligible there, below zero for a correction. `document`: what proves it; `reference`: the source's own id."""

    contract = PublicIdField("slc")
    member = PublicIdField("mem")
    cents = CentsField()
    from_group = serializers.CharField(max_length=60)
    as_of = serializers.DateField()
    document = serializers.CharField(max_length=120)
    reference = serializers.CharField(max_length=60)


class TransfersView(BookView):
    """GET: what was brought along. POST: more of it, or a correction."""

    permissions: ClassVar = {"GET": Row("claims.read"), "POST": Row("stoploss.write")}

    @extend_schema(parameters=[ContractQuery], responses=TransferSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The latest first."""
        contract = ContractQuery.read(request)["contract"]
        return self.page(selectors.transfers(self.key_of(contract, "slc") if contract else None), TransferSerializer)

    @extend_schema(request=NewTransferSerializer, responses={200: TransferSerializer, 201: TransferSerializer})
    def post(self, request: Request) -> Response:
        """It meets the person's deductible where the contract lets it go on. The same reference counts once."""
        asked = NewTransferSerializer(data=request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        told: dict[str, Any] = dict(asked.validated_data)
        written, is_new = bring_along(
            contract_id=told.pop("contract"), member_id=told.pop("member"), by=caller_name(request), **told
        )
        return Response(TransferSerializer(written, context=self.context()).data, status=201 if is_new else 200)
