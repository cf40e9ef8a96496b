"""What was agreed: ASO agreements, fee schedules, stop-loss contracts. Read here; written at the desk."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.agreements.models import AsoAgreement, FeeScheduleVersion, StopLossContractVersion
from tpa.web.api.core.access import Row
from tpa.web.api.core.fields import PublicIdField
from tpa.web.api.core.views import BookView


class AgreementLineSerializer(serializers.Serializer):
    """A line of coverage and who bears its claims."""

    line = serializers.CharField()
    bearer = serializers.CharField()
    carrier = serializers.CharField(source="carrier.name", default=None, allow_null=True)


class AgreementSerializer(serializers.Serializer):
    """The administrative services contract."""

    id = PublicIdField("asa")
    number = serializers.CharField()
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    services = serializers.ListField(child=serializers.CharField())
    funding_model = serializers.CharField()
    pay_before_funded = serializers.BooleanField()
    currency = serializers.CharField()
    lines = AgreementLineSerializer(many=True)


class FeeSerializer(serializers.Serializer):
    """A fee: its type, how the invoice names it, its terms in cents and basis points."""

    code = serializers.CharField()
    label = serializers.CharField()
    terms = serializers.DictField()


class FeeScheduleSerializer(serializers.Serializer):
    """A version of a fee schedule, in force from `effective_on` until the next one."""

    id = PublicIdField("fsc")
    name = serializers.CharField(source="schedule.name")
    number = serializers.IntegerField()
    effective_on = serializers.DateField()
    state = serializers.CharField()
    fees = FeeSerializer(many=True)


class StopLossContractSerializer(serializers.Serializer):
    """A version of a stop-loss contract. `document` holds the terms: windows as dates, deductibles, lasers, factors."""

    id = PublicIdField("slc", source="contract_id")
    carrier = serializers.CharField(source="contract.carrier.name")
    number = serializers.CharField(source="contract.number")
    starts_on = serializers.DateField(source="contract.starts_on")
    ends_before = serializers.DateField(source="contract.ends_before")
    version = serializers.IntegerField(source="number_of_version")
    state = serializers.CharField()
    document = serializers.DictField()

    def to_representation(self, instance: StopLossContractVersion) -> dict[str, object]:
        instance.number_of_version = instance.number
        return super().to_representation(instance)


class AgreementsView(BookView):
    """GET: the ASO agreements, latest first."""

    permissions: ClassVar = {"GET": Row("agreements.read")}

    @extend_schema(responses=AgreementSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The employer's agreements with the TPA."""
        rows = AsoAgreement.objects.filter(employer_id=self.employer_id).prefetch_related("lines__carrier")
        return self.page(rows, AgreementSerializer)


class FeeSchedulesView(BookView):
    """GET: every version of the fee schedules, latest first."""

    permissions: ClassVar = {"GET": Row("agreements.read")}

    @extend_schema(responses=FeeScheduleSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What the TPA charges the employer."""
        rows = FeeScheduleVersion.objects.filter(employer_id=self.employer_id)
        return self.page(rows.select_related("schedule").prefetch_related("fees"), FeeScheduleSerializer)


class StopLossContractsView(BookView):
    """GET: every version of the stop-loss contracts, latest first."""

    permissions: ClassVar = {"GET": Row("agreements.read")}

    @extend_schema(responses=StopLossContractSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The stop-loss contracts and their terms."""
        rows = StopLossContractVersion.objects.filter(employer_id=self.employer_id)
        return self.page(rows.select_related("contract__carrier"), StopLossContractSerializer)
