"""Accumulators: what a member's family has used up, and what a decision did."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.accumulators import selectors as accumulators
from tpa.books.members import selectors as members
from tpa.web.api.core.access import Row
from tpa.web.api.core.fields import PublicIdField, Shape
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView


class AccumulatorSerializer(Shape):
    """What a member (null: the family as a whole) has used up under a code, in the period that begins on a day."""

    member = PublicIdField("mem", source="member_id", allow_null=True)
    code = serializers.CharField()
    period_on = serializers.DateField()
    amount = serializers.IntegerField()


class UsedSerializer(AccumulatorSerializer):
    """What a line of a decision has used up, or given back (below zero). Amounts are cents, visits and days counts, units
    thousandths, as the code's limit counts.
    """

    line_number = serializers.IntegerField()


class AccumulatorsView(BookView):
    """GET: what a member's family has used up."""

    permissions: ClassVar = {"GET": Row("accumulators.read")}
    pagination_class = Whole

    @extend_schema(responses=AccumulatorSerializer(many=True))
    def get(self, request: Request, member: str) -> Response:
        """Deductibles, out-of-pocket amounts, limits: by person, code and period."""
        found = members.member(self.key_of(member, "mem"))
        balances = accumulators.balances([found.family_id]).get(found.family_id)
        rows = [
            {"member_id": member_id or None, "code": code, "period_on": period_on, "amount": amount}
            for member_id, code, period_on, amount in (balances.rows if balances else ())
        ]
        return Response({"data": AccumulatorSerializer(rows, many=True, context=self.context()).data})
