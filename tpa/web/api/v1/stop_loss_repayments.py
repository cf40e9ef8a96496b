"""A stop-loss carrier gets back what it has paid too much."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.stoploss.models import Kind
from tpa.web.api.core.access import Row, caller_name
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.views import BookView
from tpa.workflows.stop_loss_overpayments import pay_back


class RepaymentSerializer(StrictSerializer):
    """The carrier gets back what it has paid too much: of one contract's unit, or of all in their turn.

    The same reference counts once.
    """

    kind = serializers.ChoiceField(Kind.values)
    cents = CentsField(min_value=1)
    on = serializers.DateField()
    reference = serializers.CharField(max_length=60)
    contract = PublicIdField("slc", required=False)
    unit_key = serializers.IntegerField(min_value=0, required=False, help_text="0: the group. Goes with the contract.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("contract" in attrs) != ("unit_key" in attrs):
            raise serializers.ValidationError({"unit_key": ["A contract and its unit go together."]})
        return attrs


class RepaidSerializer(serializers.Serializer):
    """What the carrier got back for one unit. Without a contract: found before it was kept whose it is."""

    contract = PublicIdField("slc", source="contract_id", allow_null=True)
    unit_key = serializers.IntegerField(source="unit_id", allow_null=True)
    cents = CentsField()


class RepaymentDoneSerializer(serializers.Serializer):
    """The repayment, and whose money it was."""

    kind = serializers.ChoiceField(Kind.values)
    cents = CentsField()
    on = serializers.DateField()
    reference = serializers.CharField()
    units = RepaidSerializer(many=True)


class RepaymentsView(BookView):
    """POST: a carrier gets money back."""

    permissions: ClassVar = {"POST": Row("stoploss.write")}
    keyed = True

    @extend_schema(request=RepaymentSerializer, responses={201: RepaymentDoneSerializer})
    def post(self, request: Request) -> Response:
        """No more than is owed back, from the employer's unused deposits."""
        return once(self, request, lambda _: self._pay(request))

    def _pay(self, request: Request) -> tuple[int, Any]:
        asked = RepaymentSerializer(data=request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        of = (told.pop("contract"), told.pop("unit_key")) if "contract" in told else None
        rows = pay_back(by=caller_name(request), of=of, **told)
        units = [{"contract_id": row.contract_id, "unit_id": row.unit_id, "cents": -row.cents} for row in rows]
        return 201, RepaymentDoneSerializer(told | {"units": units}, context=self.context()).data
