"""What is told of one member beside enrolment: contributions that are paid, and whom a court's order has paid."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.members import selectors, standing
from tpa.web.api.core.access import Row, caller_name
from tpa.web.api.core.views import BookView
from tpa.workflows.member_standing import tell_contributions, tell_payee_order


class ContributionSerializer(serializers.Serializer):
    """`paid_until` is the first day for which the contribution is not paid; without a line it is for every line."""

    line = serializers.ChoiceField(["medical", "dental", "vision", "drug"], required=False)
    paid_until = serializers.DateField()


class ContributionsSerializer(serializers.Serializer):
    """Until when contributions are paid (COBRA); an empty list: there is nothing to say."""

    contributions = ContributionSerializer(many=True)

    def validate_contributions(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """A line stands once."""
        lines = [row.get("line", "") for row in rows]
        if len({*lines}) < len(lines):
            raise serializers.ValidationError("A line may stand once.")
        return rows


class PayeeOrderSerializer(serializers.Serializer):
    """Who gets, by a court's order, what would be paid to the member; empty where there is no order."""

    pay_to = serializers.CharField(max_length=80, allow_blank=True)

    def validate_pay_to(self, name: str) -> str:
        """A name that can be printed on a check."""
        if not name.isprintable():
            raise serializers.ValidationError("Only printable characters are wanted.")
        return name


class ContributionsView(BookView):
    """GET: what is known. PUT: what is known from now on. A service after `paid_until` waits (`contribution_unpaid`)."""

    permissions: ClassVar = {"GET": Row("members.read"), "PUT": Row("members.write")}

    @extend_schema(responses=ContributionsSerializer)
    def get(self, request: Request, member: str) -> Response:
        """Until when the member's contributions are paid."""
        return self._shown(selectors.member(self.key_of(member, "mem")).pk)

    @extend_schema(request=ContributionsSerializer, responses=ContributionsSerializer)
    def put(self, request: Request, member: str) -> Response:
        """Another state of knowledge, in place of the one before; what waited for it is decided, later decisions go by it."""
        member_id = selectors.member(self.key_of(member, "mem")).pk
        asked = ContributionsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = {row.get("line", ""): row["paid_until"] for row in asked.validated_data["contributions"]}
        tell_contributions(member_id=member_id, paid_until=told, by=caller_name(request))
        return self._shown(member_id)

    def _shown(self, member_id: int) -> Response:
        rows = standing.contributions(member_id)
        shown = [{"line": one.line, "paid_until": one.paid_until} for one in rows]
        return Response(
            {"contributions": [{name: value for name, value in row.items() if value != ""} for row in shown]}
        )


class PayeeOrderView(BookView):
    """GET: whom an order names. PUT: whom it names from now on."""

    permissions: ClassVar = {"GET": Row("members.read"), "PUT": Row("members.write")}

    @extend_schema(responses=PayeeOrderSerializer)
    def get(self, request: Request, member: str) -> Response:
        """Who gets what would be paid to the member."""
        return self._shown(selectors.member(self.key_of(member, "mem")).pk)

    @extend_schema(request=PayeeOrderSerializer, responses=PayeeOrderSerializer)
    def put(self, request: Request, member: str) -> Response:
        """Another order, or none, in place of the one before; what is decided later is paid by it."""
        member_id = selectors.member(self.key_of(member, "mem")).pk
        asked = PayeeOrderSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        name = asked.validated_data["pay_to"]
        tell_payee_order(member_id=member_id, pay_to=name, by=caller_name(request))
        return self._shown(member_id)

    def _shown(self, member_id: int) -> Response:
        order = standing.payee_order(member_id)
        return Response({"pay_to": order.pay_to if order else ""})
