"""Explanations of benefits: by decision, and of a family's decisions in a span; as JSON and as PDF."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.members import selectors as members
from tpa.web.api.core.access import Row
from tpa.web.api.core.fields import CentsField
from tpa.web.api.core.lists import Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.web.files import file_answer
from tpa.workflows.eobs import eob, eob_paper, family_eobs

_READ = Row("claims.read")


class EobReasonSerializer(serializers.Serializer):
    """A reason in the member's words, its code (group and CARC), what it takes or gives back, and the plan's provision."""

    text = serializers.CharField()
    code = serializers.CharField()
    cents = CentsField()
    plan_clause = serializers.CharField()


class EobReplacesSerializer(serializers.Serializer):
    """The explanation that this one takes the place of."""

    claim = serializers.CharField()
    decided_on = serializers.DateField()
    you_owe_cents = CentsField()
    plan_paid_cents = CentsField()


class EobRightsSerializer(serializers.Serializer):
    """How long the member may appeal, and by when that is decided at each level: days, or hours of an urgent claim."""

    kind = serializers.CharField()
    levels_count = serializers.IntegerField()
    appeal_within_days = serializers.IntegerField()
    decided_within_days = serializers.IntegerField(allow_null=True)
    decided_within_hours = serializers.IntegerField(allow_null=True)
    external_review_within_months = serializers.IntegerField(allow_null=True)


class EobStandingSerializer(serializers.Serializer):
    """What the member, or the family, has used of a deductible or an out-of-pocket maximum since the period began."""

    what = serializers.CharField()
    name = serializers.CharField()
    whose = serializers.ChoiceField(("member", "family"))
    period_on = serializers.DateField()
    used_cents = CentsField()
    limit_cents = CentsField()


class EobLineSerializer(serializers.Serializer):
    """A line in the member's words."""

    number = serializers.IntegerField()
    benefit = serializers.CharField()
    service_on = serializers.DateField()
    charge_cents = CentsField()
    allowed_cents = CentsField()
    paid_cents = CentsField()
    deductible_cents = CentsField()
    copay_cents = CentsField()
    coinsurance_cents = CentsField()
    you_owe_cents = CentsField()
    summary = serializers.CharField()
    notes = serializers.ListField(child=serializers.CharField())
    reasons = EobReasonSerializer(many=True)


class EobSerializer(serializers.Serializer):
    """What a decision means to the member. It is no bill. A claim that was taken back for good has no lines: nothing is owed.

    By an estimate the member would owe `you_owe_cents`, and the plan would pay `plan_would_pay_cents`; nothing was paid.
    `other_plan_cents`: what another plan's payment and terms have settled.
    """

    claim = serializers.CharField()
    version = serializers.IntegerField()
    member = serializers.CharField()
    member_number = serializers.CharField()
    provider = serializers.CharField()
    received_on = serializers.DateField()
    decided_on = serializers.DateField()
    you_owe_cents = CentsField()
    charge_cents = CentsField()
    allowed_cents = CentsField()
    other_plan_cents = CentsField()
    plan_paid_cents = CentsField()
    plan_would_pay_cents = CentsField()
    interest_cents = CentsField()
    is_taken_back = serializers.BooleanField()
    is_estimate = serializers.BooleanField()
    paid_to = serializers.CharField()
    replaces = EobReplacesSerializer(allow_null=True)
    rights = EobRightsSerializer()
    standing = EobStandingSerializer(many=True)
    lines = EobLineSerializer(many=True)


class SpanQuery(Query):
    """Decisions from the first day on, before the last."""

    decided_from = serializers.DateField()
    decided_before = serializers.DateField()


def _pdf(content: bytes) -> HttpResponse:
    return file_answer(content, "explanation-of-benefits.pdf")


class EobView(BookView):
    """GET: one decision's explanation."""

    permissions: ClassVar = {"GET": _READ}

    def found(self, decision: str) -> dict[str, Any]:
        """The explanation."""
        assert self.employer is not None
        return eob(employer=self.employer, decision_id=self.key_of(decision, "dec"))

    @extend_schema(responses=EobSerializer)
    def get(self, request: Request, decision: str) -> Response:
        """What the member owes first."""
        return Response(self.found(decision))


class EobPaperView(EobView):
    """GET: the same as tagged PDF."""

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, decision: str) -> HttpResponse:
        """The paper that goes to the member."""
        assert self.employer is not None
        return _pdf(eob_paper(employer=self.employer, eobs=[self.found(decision)]))


class FamilyEobsView(BookView):
    """GET: a family's explanations in a span, named by one of its members."""

    permissions: ClassVar = {"GET": _READ}
    pagination_class = Whole

    def found(self, request: Request, member: str) -> list[dict[str, Any]]:
        """The explanations, the oldest first."""
        assert self.employer is not None
        family_id = members.member(self.key_of(member, "mem")).family_id
        return family_eobs(employer=self.employer, family_id=family_id, **SpanQuery.read(request))

    @extend_schema(parameters=[SpanQuery], responses=EobSerializer(many=True))
    def get(self, request: Request, member: str) -> Response:
        """Decisions that still hold, the oldest first."""
        return Response({"data": self.found(request, member)})


class FamilyEobsPaperView(FamilyEobsView):
    """GET: the same as one tagged PDF."""

    @extend_schema(parameters=[SpanQuery], responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, member: str) -> HttpResponse:
        """What the family owes together comes first."""
        assert self.employer is not None
        return _pdf(eob_paper(employer=self.employer, eobs=self.found(request, member)))
