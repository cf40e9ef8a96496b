"""Where the stop-loss contracts stand, as of now or of an earlier day; every cent names its decision."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.stoploss import selectors
from tpa.books.stoploss.models import Receivable
from tpa.infra import clock
from tpa.web.api.core.access import Row
from tpa.web.api.core.fields import CentsField, PublicIdField
from tpa.web.api.core.lists import Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView


class PartSerializer(serializers.Serializer):
    """What one decision adds to a unit."""

    decision = PublicIdField("dec", source="decision_id")
    line = serializers.CharField()
    paid_on = serializers.DateField()
    eligible_cents = CentsField()
    excess_cents = CentsField()
    reimbursable_cents = CentsField()


class UnitSerializer(serializers.Serializer):
    """A person, or a family where the contract counts certificates. `deductible_cents` null: excluded."""

    unit_key = serializers.IntegerField(source="unit_id")
    deductible_cents = CentsField(allow_null=True)
    lasered = serializers.BooleanField()
    eligible_cents = CentsField()
    carried_cents = CentsField(help_text="Accumulated under another group: it meets the deductible first.")
    reached_bp = serializers.IntegerField()
    excess_cents = CentsField()
    reimbursable_cents = CentsField()
    awaiting_cents = CentsField()
    parts = PartSerializer(many=True)


class SpecificSerializer(serializers.Serializer):
    """The specific cover."""

    eligible_cents = CentsField()
    excess_cents = CentsField()
    retained_cents = CentsField()
    reimbursable_cents = CentsField()
    awaiting_cents = CentsField()
    units = UnitSerializer(many=True)


class AggregateSerializer(serializers.Serializer):
    """The aggregate cover: what counts against the attachment point of the year."""

    attachment_to_date_cents = CentsField(source="attachment.to_date_cents")
    attachment_annual_cents = CentsField(source="attachment.annual_cents")
    attachment_minimum_cents = CentsField(source="attachment.minimum_cents")
    countable_cents = CentsField()
    reached_bp = serializers.IntegerField()
    reimbursable_cents = CentsField()
    awaiting_cents = CentsField()


class ExposureSerializer(serializers.Serializer):
    """One contract's exposure."""

    contract = PublicIdField("slc")
    carrier = serializers.CharField()
    number = serializers.CharField()
    as_of = serializers.DateField()
    specific = SpecificSerializer(allow_null=True)
    aggregate = AggregateSerializer(allow_null=True)


class NoticeSerializer(serializers.Serializer):
    """A unit reached a share of its deductible, and the carrier is due a notice. `unit_key` 0: the group."""

    id = PublicIdField("ntc", source="pk")
    contract = PublicIdField("slc", source="contract_id")
    unit_key = serializers.IntegerField(source="unit_id")
    threshold_bp = serializers.IntegerField()
    deductible_cents = CentsField()
    eligible_cents = CentsField()
    found_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)


class ReceivableSerializer(serializers.Serializer):
    """A change of what the carrier owes for a unit, and what it owes after it."""

    id = PublicIdField("rcv", source="pk")
    contract = PublicIdField("slc", source="contract_id")
    kind = serializers.ChoiceField(Receivable.Kind.values)
    unit_key = serializers.IntegerField(source="unit_id")
    number = serializers.IntegerField()
    cents = CentsField()
    owed_cents = CentsField()
    eligible_cents = CentsField()
    posted_at = serializers.DateTimeField()


class ContractQuery(Query):
    """`contract`: those of one contract."""

    contract = serializers.CharField(required=False, default="")


class AsOfQuery(Query):
    """`as_of`: the day to look at; today without it."""

    as_of = serializers.DateField(required=False, default=None)


class ExposureView(BookView):
    """GET: the exposure of every contract under which something may still be filed on the day."""

    permissions: ClassVar = {"GET": Row("exposure.read")}
    pagination_class = Whole

    @extend_schema(parameters=[AsOfQuery], responses=ExposureSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Specific and aggregate exposure. Units are shown without names."""
        as_of = AsOfQuery.read(request)["as_of"] or clock.today(self.employer.time_zone)
        found: list[dict[str, Any]] = [
            {
                "contract": contract.contract_id,
                "carrier": contract.carrier_name,
                "number": contract.number,
                "as_of": as_of,
                "specific": exposure.specific,
                "aggregate": exposure.aggregate,
            }
            for contract, exposure in selectors.exposures(self.employer_id, as_of)
        ]
        return Response({"data": ExposureSerializer(found, many=True, context=self.context()).data})


class NoticesView(BookView):
    """GET: the notices that the carriers are due."""

    permissions: ClassVar = {"GET": Row("exposure.read")}

    @extend_schema(parameters=[ContractQuery], responses=NoticeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Notices, the latest first."""
        contract = ContractQuery.read(request)["contract"]
        return self.page(selectors.notices([self.key_of(contract, "slc")] if contract else None), NoticeSerializer)


class ReceivablesView(BookView):
    """GET: what the carriers owe, change by change."""

    permissions: ClassVar = {"GET": Row("exposure.read")}

    @extend_schema(parameters=[ContractQuery], responses=ReceivableSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Receivables, the latest first."""
        contract = ContractQuery.read(request)["contract"]
        rows = selectors.receivables(self.key_of(contract, "slc")) if contract else Receivable.objects.all()
        return self.page(rows, ReceivableSerializer)
