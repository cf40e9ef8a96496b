"""The PCORI fee of a plan year. Figures of the group; nothing is stored."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.kernel.errors import DomainError
from tpa.kernel.money import divide_rounded, format_amount
from tpa.web.api.core.access import Row
from tpa.web.api.core.fields import CentsField
from tpa.web.api.core.lists import Query
from tpa.web.api.core.views import BookView
from tpa.workflows.pcori import fee_of, plan_year

_FIRST, _LAST = date(2000, 1, 1), date(2200, 1, 1)


@extend_schema_field({"type": "string", "description": "A number to two decimals.", "example": "212.50"})
class LivesField(serializers.Field):
    """An average, exact with us, shown to two decimals."""

    def to_representation(self, value: Fraction) -> str:
        return format_amount(divide_rounded(value.numerator * 100, value.denominator))


class CountedSerializer(serializers.Serializer):
    """Covered lives by one method, how they came about, and the fee."""

    method = serializers.ChoiceField(["actual_count", "snapshot_count", "snapshot_factor", "form_5500"])
    label = serializers.CharField()
    lives = LivesField()
    text = serializers.CharField()
    cents = CentsField()


class PcoriFeeSerializer(serializers.Serializer):
    """The fee of a plan year by each method; the sponsor pays one of them with Form 720, due on `due_on`."""

    starts_on = serializers.DateField(source="year.starts_on")
    ends_on = serializers.DateField(source="year.last_day")
    per_life_cents = CentsField()
    source = serializers.CharField()
    due_on = serializers.DateField()
    counts = CountedSerializer(many=True)


class PcoriQuery(Query):
    """Without days: the plan year that ended last. Participants as Form 5500 reports them, both or none."""

    starts_on = serializers.DateField(required=False, default=None)
    ends_on = serializers.DateField(required=False, default=None)
    participants_begin = serializers.IntegerField(required=False, default=None, min_value=0, max_value=10**7)
    participants_end = serializers.IntegerField(required=False, default=None, min_value=0, max_value=10**7)

    def validate_ends_on(self, day: date | None) -> date | None:
        """A day that a year can be reckoned from."""
        if day is not None and not _FIRST <= day < _LAST:
            raise serializers.ValidationError("A day of this century or the next is wanted.")
        return day


class PcoriFeeView(BookView):
    """GET: the fee."""

    permissions: ClassVar = {"GET": Row("invoices.read")}

    @extend_schema(parameters=[PcoriQuery], responses={200: PcoriFeeSerializer, 422: None})
    def get(self, request: Request) -> Response:
        """By the enrolments as they are known now."""
        asked = PcoriQuery.read(request)
        told = asked["participants_begin"], asked["participants_end"]
        if (told[0] is None) != (told[1] is None):
            raise DomainError(
                "Participants are told for the beginning and the end, or not at all.", where="participants_end"
            )
        fee = fee_of(plan_year(asked["starts_on"], asked["ends_on"]), told if told[0] is not None else None)
        return Response(PcoriFeeSerializer(fee).data)
