"""Next year's cost from the employer's own experience. Figures of the group; nobody is named, nothing is stored."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.kernel.money import rounded
from tpa.web.api.core.access import Row
from tpa.web.api.core.fields import CentsField
from tpa.web.api.core.lists import Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.stop_loss import SpanSerializer
from tpa.web.files import file_answer
from tpa.workflows.renewal import Asked, Renewal, renewal, renewal_csv

MOST_CENTS = 10**13


@extend_schema_field({"type": "string", "description": "Percent, to four decimals.", "example": "8.5000"})
class PercentField(serializers.Field):
    """An exact ratio, shown in percent."""

    def to_representation(self, value: Fraction) -> str:
        whole = rounded(value * 1_000_000)
        return f"{'-' if whole < 0 else ''}{abs(whole) // 10_000}.{abs(whole) % 10_000:04d}"


class RenewalQuery(Query):
    """The assumptions. Without days: the last twelve whole months of which something is known, and the twelve after this."""

    starts_on = serializers.DateField(required=False, default=None, help_text="First day of the experience.")
    rating_starts_on = serializers.DateField(required=False, default=None)
    annual_trend = serializers.DecimalField(
        8, 4, required=False, default=0, min_value=-50, max_value=200, help_text="Percent."
    )
    complete_after = serializers.IntegerField(
        required=False, default=None, min_value=0, max_value=36, help_text="Without it 6, or as many as are known."
    )
    pooling_level_cents = serializers.IntegerField(required=False, default=None, min_value=0, max_value=MOST_CENTS)
    pooling_charge_cents = serializers.IntegerField(required=False, default=0, min_value=0, max_value=MOST_CENTS)
    full_credibility = serializers.IntegerField(
        required=False, default=None, min_value=1, max_value=10**8, help_text="Employee months that count whole."
    )
    manual_pepm_cents = serializers.IntegerField(required=False, default=0, min_value=0, max_value=10**9)
    target_loss_ratio = serializers.DecimalField(
        8, 4, required=False, default=None, min_value=1, max_value=200, help_text="Percent."
    )
    premium_cents = serializers.IntegerField(required=False, default=None, min_value=0, max_value=MOST_CENTS)
    deductible_cents = serializers.IntegerField(required=False, default=None, min_value=0, max_value=MOST_CENTS)
    new_deductible_cents = serializers.IntegerField(required=False, default=None, min_value=0, max_value=MOST_CENTS)

    @classmethod
    def asked(cls, request: Request) -> Asked:
        """What the parameters ask for."""
        told = cls.read(request)
        target = told.pop("target_loss_ratio")
        return Asked(
            annual_trend=Fraction(told.pop("annual_trend")) / 100,
            target_loss_ratio=None if target is None else Fraction(target) / 100,
            **told,
        )


class RenewalMonthSerializer(serializers.Serializer):
    """A month of service."""

    month = serializers.DateField()
    employees = serializers.IntegerField(source="lives_count")
    paid_cents = CentsField(source="incurred.paid_cents")
    completion = PercentField(source="incurred.factor")
    incurred_cents = CentsField(source="incurred.cents")
    reserve_cents = CentsField(source="incurred.ibnr_cents")


class ExcessSerializer(serializers.Serializer):
    """What lies above the specific deductible; `change` is the leveraged trend."""

    deductible_cents = CentsField()
    new_deductible_cents = CentsField()
    excess_cents = CentsField()
    trended_cents = CentsField()
    change = PercentField(allow_null=True)


class RenewalSerializer(serializers.Serializer):
    """The chain, step by step. Ratios are null without a premium or a target."""

    experience = SpanSerializer()
    rating = SpanSerializer()
    paid_before = serializers.DateField()
    months = RenewalMonthSerializer(many=True)
    completion_factors = serializers.ListField(child=PercentField(), source="factors", help_text="By lag in months.")
    employee_months = serializers.IntegerField()
    paid_cents = CentsField()
    incurred_cents = CentsField()
    pooled_cents = CentsField(source="assumed.pooled_cents")
    pooling_charge_cents = CentsField(source="assumed.pooling_charge_cents")
    experience_cents = CentsField(source="projection.experience_cents")
    trend_factor = PercentField(source="assumed.factor")
    credibility = PercentField(source="assumed.credibility")
    manual_cents = CentsField(source="assumed.manual_cents")
    expected_cents = serializers.SerializerMethodField()
    premium_cents = CentsField()
    loss_ratio = PercentField(source="projection.loss_ratio", allow_null=True)
    needed_premium_cents = serializers.SerializerMethodField()
    rate_change = PercentField(source="projection.rate_change", allow_null=True)
    excess = ExcessSerializer(allow_null=True)
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="What is not known, and what was taken for it."
    )

    def get_expected_cents(self, found: Renewal) -> int:
        """Next year's claims: the experience trended and blended."""
        return rounded(found.projection.blended)

    def get_needed_premium_cents(self, found: Renewal) -> int | None:
        """The premium of which these claims are the target."""
        return None if found.projection.needed is None else rounded(found.projection.needed)


class RenewalView(BookView):
    """GET: the renewal."""

    permissions: ClassVar = {"GET": Row("what_if.read")}
    pagination_class = Whole

    @extend_schema(parameters=[RenewalQuery], responses={200: RenewalSerializer, 422: None})
    def get(self, request: Request) -> Response:
        """Completion, pooling, trend, credibility, loss ratio and rate change by these assumptions."""
        return Response(RenewalSerializer(self.found(request)).data)

    def found(self, request: Request) -> Any:
        """The renewal that is asked for."""
        assert self.employer is not None
        return renewal(self.employer, RenewalQuery.asked(request))


class RenewalTableView(RenewalView):
    """GET: the same as CSV."""

    @extend_schema(parameters=[RenewalQuery], responses={(200, "text/csv"): OpenApiTypes.BINARY, 422: None})
    def get(self, request: Request) -> HttpResponse:
        """The months, then the chain."""
        return file_answer(renewal_csv(self.found(request)), "renewal.csv")
