"""What the stop-loss desk opens by hand: a watch, an advance, a claim that is tried on the contracts."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.stoploss import at_risk, selectors
from tpa.books.stoploss.models import Kind
from tpa.books.stoploss.trials import TriedClaim, try_on_all
from tpa.infra import clock
from tpa.kernel.coverage import FUND_LINES
from tpa.web.api.core.access import Row, caller_name
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.lists import NoQuery
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.exposure import AsOfQuery, NoticeSerializer
from tpa.web.api.v1.stop_loss import FilingDetailSerializer
from tpa.workflows.stop_loss_advances import ask_advance, possible_advances
from tpa.workflows.stop_loss_sweep import open_watch


class NewWatchSerializer(StrictSerializer):
    """Whom, why, and by when the carrier is to be told; without a day the contract's time for notices."""

    contract = PublicIdField("slc")
    unit_key = serializers.IntegerField(min_value=1)
    why = serializers.CharField(max_length=60)
    due_on = serializers.DateField(required=False, default=None, allow_null=True)


class AdvanceSerializer(serializers.Serializer):
    """What may be asked for a unit ahead of payment, and the last day for asking."""

    contract = PublicIdField("slc", source="contract.contract_id")
    unit_key = serializers.IntegerField(source="due.unit_id")
    cents = CentsField(source="due.cents")
    ask_by = serializers.DateField(source="due.ask_by")


class NewAdvanceSerializer(StrictSerializer):
    """For whom."""

    contract = PublicIdField("slc")
    unit_key = serializers.IntegerField(min_value=1)


class NewTrialSerializer(StrictSerializer):
    """A claim to try. Without `member`: of somebody for whom nothing was paid yet."""

    member = PublicIdField("mem", required=False, default=0)
    line = serializers.ChoiceField(FUND_LINES, default="medical")
    cents = CentsField(min_value=1)
    incurred_on = serializers.DateField()
    paid_on = serializers.DateField()
    codes = serializers.ListField(child=serializers.CharField(max_length=20), default=list, max_length=50)
    diagnoses = serializers.ListField(child=serializers.CharField(max_length=20), default=list, max_length=50)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["paid_on"] < attrs["incurred_on"]:
            raise serializers.ValidationError({"paid_on": ["Nothing is paid before it is incurred."]})
        return attrs


class TrialSerializer(serializers.Serializer):
    """What the claim would do under one contract. `left_out`: why it does not count; empty where it does."""

    contract = PublicIdField("slc", source="contract.contract_id")
    number = serializers.CharField(source="contract.number")
    left_out = serializers.CharField(source="trial.left_out", allow_blank=True)
    below_cents = CentsField(source="trial.below_cents")
    laser_cents = CentsField(source="trial.laser_cents")
    excess_cents = CentsField(source="trial.excess_cents")
    countable_cents = CentsField(source="trial.countable_cents")
    reimbursed_cents = CentsField(source="trial.reimbursed_cents")
    unit_eligible_cents = CentsField(source="trial.unit_eligible_cents")
    unit_deductible_cents = CentsField(source="trial.unit_deductible_cents", allow_null=True)


class OwnSerializer(serializers.Serializer):
    """What an external review ordered after the contract's last paid day, and the carrier would have borne by its clause."""

    contract = PublicIdField("slc", source="contract.contract_id")
    kind = serializers.ChoiceField(Kind.values)
    unit_key = serializers.IntegerField(source="unit_id")
    cents = CentsField()


class OrderedView(BookView):
    """GET: what external reviews ordered too late for a contract that does not take it: the employer's own."""

    permissions: ClassVar = {"GET": Row("exposure.read")}
    pagination_class = Whole

    @extend_schema(parameters=[AsOfQuery], responses=OwnSerializer(many=True))
    def get(self, request: Request) -> Response:
        """By contract and unit, as known on the day."""
        as_of = AsOfQuery.read(request)["as_of"] or clock.today(self.employer.time_zone)
        rows = at_risk.own(self.employer_id, as_of)
        return Response({"data": OwnSerializer(rows, many=True, context=self.context()).data})


class WatchesView(BookView):
    """POST: watch somebody before any figure asks for it."""

    permissions: ClassVar = {"POST": Row("stoploss.write")}

    @extend_schema(request=NewWatchSerializer, responses={201: NoticeSerializer})
    def post(self, request: Request) -> Response:
        """It is a notice that waits to be told. A unit is watched once under a contract."""
        asked = NewWatchSerializer(data=request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        made = open_watch(
            contract_id=told.pop("contract"), unit_id=told.pop("unit_key"), by=caller_name(request), **told
        )
        return Response(NoticeSerializer(made, context=self.context()).data, status=201)


class AdvancesView(BookView):
    """GET: advances that may be asked for today. POST: ask for one."""

    permissions: ClassVar = {"GET": Row("exposure.read"), "POST": Row("stoploss.write")}
    pagination_class = Whole

    @extend_schema(responses=AdvanceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Decided claims above a met deductible that wait for money, while the contract's conditions hold."""
        NoQuery.read(request)
        return Response(
            {"data": AdvanceSerializer(possible_advances(self.employer), many=True, context=self.context()).data}
        )

    @extend_schema(request=NewAdvanceSerializer, responses={201: FilingDetailSerializer})
    def post(self, request: Request) -> Response:
        """A filing that waits to be sent. Refused with the condition that does not hold."""
        asked = NewAdvanceSerializer(data=request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        filing = ask_advance(contract_id=told["contract"], unit_id=told["unit_key"], by=caller_name(request))
        return Response(FilingDetailSerializer(selectors.filing(filing.pk), context=self.context()).data, status=201)


class TrialsView(BookView):
    """POST: try a claim on every contract."""

    permissions: ClassVar = {"POST": Row("exposure.read")}
    pagination_class = Whole

    @extend_schema(request=NewTrialSerializer, responses=TrialSerializer(many=True))
    def post(self, request: Request) -> Response:
        """Whether it counts, why not, and what the carrier would bear. Nothing is stored."""
        asked = NewTrialSerializer(data=request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        claim = TriedClaim(
            member_id=told.pop("member"), codes=tuple(told.pop("codes")), diagnoses=tuple(told.pop("diagnoses")), **told
        )
        found = try_on_all(self.employer_id, claim, clock.today(self.employer.time_zone))
        return Response({"data": TrialSerializer(found, many=True, context=self.context()).data})
