"""What was agreed: ASO agreements, fee schedules, stop-loss contracts. Written at the TPA's own host alone."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.scope import desk_scope
from tpa.books.agreements import services
from tpa.books.agreements.models import (
    AgreementLine,
    AsoAgreement,
    Carrier,
    FeeScheduleVersion,
    Line,
    StopLossContractVersion,
)
from tpa.books.identity.models import ApiKey
from tpa.engine.billing.schedule import parse_fees
from tpa.infra import clock
from tpa.kernel.errors import ConflictError, DomainError, NotFoundError
from tpa.kernel.periods import FOREVER
from tpa.web.api.core.access import Row, person_of
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.views import BookView
from tpa.workflows.fee_preview import preview_fees
from tpa.workflows.stop_loss_contracts import approve_contract_version, propose_contract


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
    funding_terms = serializers.DictField()
    billing_terms = serializers.DictField()
    pay_before_funded = serializers.BooleanField()
    late_payment_terms = serializers.DictField()
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
    version_id = PublicIdField("slv", source="pk")
    carrier = serializers.CharField(source="contract.carrier.name")
    number = serializers.CharField(source="contract.number")
    starts_on = serializers.DateField(source="contract.starts_on")
    ends_before = serializers.DateField(source="contract.ends_before")
    version = serializers.IntegerField(source="number_of_version")
    state = serializers.CharField()
    reason = serializers.CharField(help_text="Why the terms changed, or are taken though they break a promise.")
    document = serializers.DictField()

    def to_representation(self, instance: StopLossContractVersion) -> dict[str, object]:
        instance.number_of_version = instance.number
        return super().to_representation(instance)


class NewLineSerializer(StrictSerializer):
    """A line of coverage and who bears its claims; an insured line names its carrier."""

    line = serializers.ChoiceField(Line.values)
    bearer = serializers.ChoiceField(AgreementLine.Bearer.values, default=AgreementLine.Bearer.EMPLOYER)
    carrier = serializers.CharField(max_length=120, required=False, help_text="The insurer's name in the TPA's book.")


class NewAgreementSerializer(StrictSerializer):
    """A signed agreement. One without an end that holds on its first day ends there."""

    number = serializers.CharField(max_length=30)
    starts_on = serializers.DateField()
    ends_before = serializers.DateField(default=FOREVER)
    lines = NewLineSerializer(many=True)
    services = serializers.ListField(
        child=serializers.ChoiceField(services.SERVICES), max_length=len(services.SERVICES)
    )
    funding_model = serializers.ChoiceField(AsoAgreement.Funding.values)
    funding_terms = serializers.DictField(
        default=dict,
        help_text="The model's figures in cents: minimum_cents or minimum, monthly or rates_cents, float_cents, settlement.",
    )
    billing_terms = serializers.DictField(
        default=dict,
        help_text="How invoices are paid and approved: due, due_days or due_business_days, roll, alone_up_to_cents,"
        " first_month.",
    )
    pay_before_funded = serializers.BooleanField(default=False)
    late_payment_terms = serializers.DictField(
        default=dict,
        help_text="Interest on claims paid late: {} for none, {jurisdiction} for a state's prompt-pay law, or"
        " {days, rate_bp, least_cents}.",
    )
    currency = serializers.ChoiceField(("USD", "CAD"), default="USD")
    signed_on = serializers.DateField(required=False, allow_null=True)


class NewFeeScheduleSerializer(StrictSerializer):
    """The next version of the employer's fee schedule, from a first of month."""

    name = serializers.CharField(max_length=80)
    effective_on = serializers.DateField()
    fees = serializers.ListField(child=serializers.DictField(), max_length=200, help_text="{code, label, terms} each.")

    def validate_fees(self, rows: list[dict[str, Any]]) -> list[services.FeeTerms]:
        """Each fee has exactly its three keys."""
        if any(set(row) != {"code", "label", "terms"} or not isinstance(row["terms"], dict) for row in rows):
            raise serializers.ValidationError("A fee has code, label and terms.", code="invalid")
        return [services.FeeTerms(str(row["code"]), str(row["label"])[:80], row["terms"]) for row in rows]


class FeeTrialSerializer(StrictSerializer):
    """Fees to try, on which month."""

    month = serializers.DateField(required=False, default=None, allow_null=True)
    fees = serializers.ListField(child=serializers.DictField(), max_length=200, help_text="{code, label, terms} each.")

    validate_fees = NewFeeScheduleSerializer.validate_fees


class TriedLineSerializer(serializers.Serializer):
    """A line as an invoice would have it."""

    kind = serializers.CharField()
    code = serializers.CharField()
    description = serializers.CharField()
    quantity = serializers.IntegerField(allow_null=True)
    rate = serializers.CharField()
    cents = CentsField()


class FeeSideSerializer(serializers.Serializer):
    """Fees and their taxes."""

    cents = CentsField()
    lines = TriedLineSerializer(many=True)


class FeePreviewSerializer(serializers.Serializer):
    """A month by the fees in force and by those that are tried."""

    month = serializers.DateField()
    lives = serializers.DictField(child=serializers.IntegerField())
    present = FeeSideSerializer()
    tried = FeeSideSerializer()
    difference_cents = CentsField()


class NewContractSerializer(StrictSerializer):
    """The next version of a stop-loss contract. `document` holds the terms; its policy period names the contract."""

    carrier = serializers.CharField(max_length=120, help_text="The carrier's name in the TPA's book.")
    number = serializers.CharField(max_length=40)
    document = serializers.DictField()
    reason = serializers.CharField(
        max_length=200, default="", allow_blank=True, help_text="Needed where the terms break the carrier's promise."
    )
    eligible_employee_count = serializers.IntegerField(
        min_value=1,
        max_value=10**7,
        required=False,
        help_text="For the law of the group's size; without it the employees enrolled on the policy's first day count.",
    )


class ProposedContractSerializer(StopLossContractSerializer):
    """A version that waits for approval, and what a model law would have otherwise."""

    warnings = serializers.ListField(child=serializers.CharField())


class DeskWrites(BookView):
    """A resource that a portal host reads and the TPA's own host writes."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method != "GET" and getattr(request, "employer", None) is not None:
            raise NotFoundError("Agreements are written at the TPA's own host.")


def _carrier(name: str, where: str) -> int:
    with desk_scope():
        found = Carrier.objects.filter(name=name).values_list("pk", flat=True).first()
    if found is None:
        raise DomainError("There is no such carrier.", where=where, remedy="Enter it at the desk first.")
    return int(found)


def _person(request: Request) -> int:
    """The human being who answers for a contract; for a key the one who issued it."""
    issuer = request.user.issued_by if isinstance(request.user, ApiKey) else None
    person = issuer.person if issuer is not None else person_of(request)
    if person is None:
        raise ConflictError(
            "A contract's version is made by a person.", remedy="Log in, or use a key that a person issued."
        )
    return person


class AgreementsView(DeskWrites):
    """GET: the ASO agreements, latest first. POST: a signed one."""

    permissions: ClassVar = {"GET": Row("agreements.read"), "POST": Row("agreements.write")}

    @extend_schema(responses=AgreementSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The employer's agreements with the TPA."""
        rows = AsoAgreement.objects.filter(employer_id=self.employer_id).prefetch_related("lines__carrier")
        return self.page(rows, AgreementSerializer)

    @extend_schema(request=NewAgreementSerializer, responses={201: AgreementSerializer})
    def post(self, request: Request) -> Response:
        """Enter a signed agreement."""
        asked = NewAgreementSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        told["lines"] = [
            services.LineTerms(
                one["line"],
                one["bearer"],
                _carrier(one["carrier"], f"/lines/{n}/carrier") if "carrier" in one else None,
            )
            for n, one in enumerate(told["lines"])
        ]
        with desk_scope():
            signed = services.sign_aso_agreement(employer_id=self.employer_id, **told)
        return Response(AgreementSerializer(signed, context=self.context()).data, status=201)


class FeeSchedulesView(DeskWrites):
    """GET: every version of the fee schedules, latest first. POST: the next one, as a draft."""

    permissions: ClassVar = {"GET": Row("agreements.read"), "POST": Row("agreements.write")}

    @extend_schema(responses=FeeScheduleSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What the TPA charges the employer."""
        rows = FeeScheduleVersion.objects.filter(employer_id=self.employer_id)
        return self.page(rows.select_related("schedule").prefetch_related("fees"), FeeScheduleSerializer)

    @extend_schema(request=NewFeeScheduleSerializer, responses={201: FeeScheduleSerializer})
    def post(self, request: Request) -> Response:
        """Save a draft; it counts once it is published."""
        asked = NewFeeScheduleSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with desk_scope():
            version = services.save_fee_schedule(
                employer_id=self.employer_id, **asked.validated_data, person_id=person_of(request)
            )
        return Response(FeeScheduleSerializer(version, context=self.context()).data, status=201)


class FeePreviewView(BookView):
    """POST: what fees would have come to in a past month, beside those in force then. Nothing is stored."""

    permissions: ClassVar = {"POST": Row("agreements.read")}

    @extend_schema(request=FeeTrialSerializer, responses=FeePreviewSerializer)
    def post(self, request: Request) -> Response:
        """On the census and the claims of the month; last month without one."""
        asked = FeeTrialSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        rows = asked.validated_data["fees"]
        fees = parse_fees([(row.code, row.label, row.terms) for row in rows])
        assert self.employer is not None
        found = preview_fees(employer=self.employer, fees=fees, month=asked.validated_data["month"])
        return Response(FeePreviewSerializer(found).data)


class FeeSchedulePublishView(DeskWrites):
    """POST: a draft counts from its date on; nothing changes it any more."""

    permissions: ClassVar = {"POST": Row("agreements.write")}

    @extend_schema(request=None, responses=FeeScheduleSerializer)
    def post(self, request: Request, fee_version: str) -> Response:
        """The answer is the version."""
        key = self.key_of(fee_version, "fsc")
        if not FeeScheduleVersion.objects.filter(pk=key, employer_id=self.employer_id).exists():
            raise NotFoundError("There is no such version.")
        with desk_scope():
            version = services.publish_fee_schedule(version_id=key, now=clock.now(), person_id=person_of(request))
        return Response(FeeScheduleSerializer(version, context=self.context()).data)


class StopLossContractsView(DeskWrites):
    """GET: every version of the stop-loss contracts, latest first. POST: the next one, which waits for approval."""

    permissions: ClassVar = {"GET": Row("agreements.read"), "POST": Row("stoploss.write")}

    @extend_schema(responses=StopLossContractSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The stop-loss contracts and their terms."""
        rows = StopLossContractVersion.objects.filter(employer_id=self.employer_id)
        return self.page(rows.select_related("contract__carrier"), StopLossContractSerializer)

    @extend_schema(request=NewContractSerializer, responses={201: ProposedContractSerializer})
    def post(self, request: Request) -> Response:
        """Propose terms. What the law of the employer's situs forbids is refused by that law's name."""
        asked = NewContractSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        carrier_id = _carrier(told.pop("carrier"), "/carrier")
        with desk_scope():
            version, warnings = propose_contract(
                employer_id=self.employer_id, carrier_id=carrier_id, person_id=_person(request), **told
            )
            version.warnings = warnings
            return Response(ProposedContractSerializer(version, context=self.context()).data, status=201)


class ContractDecisionView(DeskWrites):
    """POST: decide a version that waits. Once claims of its period have begun, somebody else than its maker has to."""

    permissions: ClassVar = {"POST": Row("stoploss.write")}

    def decide(self, version_id: int, person_id: int) -> StopLossContractVersion:
        """Put it in force."""
        return approve_contract_version(version_id=version_id, person_id=person_id)

    @extend_schema(request=None, responses=StopLossContractSerializer)
    def post(self, request: Request, contract_version: str) -> Response:
        """The answer is the version."""
        key, person = self.key_of(contract_version, "slv"), person_of(request)
        if not StopLossContractVersion.objects.filter(pk=key, employer_id=self.employer_id).exists():
            raise NotFoundError("There is no such version.")
        if person is None:
            raise ConflictError("A contract is decided on by a person, not by a key.", remedy="Log in at the desk.")
        with desk_scope():
            version = self.decide(key, person)
            return Response(StopLossContractSerializer(version, context=self.context()).data)


class ContractApproveView(ContractDecisionView):
    """POST: put a version in force."""


class ContractRejectView(ContractDecisionView):
    """POST: drop a version; it stays to be seen."""

    def decide(self, version_id: int, person_id: int) -> StopLossContractVersion:
        return services.reject_stop_loss_version(version_id=version_id, person_id=person_id, now=clock.now())
