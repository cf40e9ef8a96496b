"""A member's coverages by other plans: what the order of benefits asks."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.members import selectors
from tpa.engine.coordination.coverage import ENTITLEMENTS, HOURS, KINDS, RELATIONSHIPS, ROLES, STATUSES
from tpa.web.api.core.access import Row, caller_name
from tpa.web.api.core.views import BookView
from tpa.workflows.member_standing import tell_other_coverages
from tpa.workflows.other_coverages import read_other_coverages


class OwnCoverageSerializer(serializers.Serializer):
    """This plan's coverage of the member, beside the others. Without `status` it is what the plan says."""

    status = serializers.ChoiceField(STATUSES, required=False)
    hours = serializers.ChoiceField(HOURS, required=False)
    role = serializers.ChoiceField(ROLES, required=False)
    decree = serializers.BooleanField(required=False)


class OtherCoverageSerializer(serializers.Serializer):
    """A coverage by another plan. `ends_before` is the first day on which it does no longer cover."""

    name = serializers.CharField(max_length=80)
    line = serializers.ChoiceField(["medical", "dental", "vision", "drug"], required=False)
    kind = serializers.ChoiceField(KINDS, required=False)
    relationship = serializers.ChoiceField(RELATIONSHIPS, required=False)
    status = serializers.ChoiceField(STATUSES, required=False)
    hours = serializers.ChoiceField(HOURS, required=False)
    starts_on = serializers.DateField(required=False)
    ends_before = serializers.DateField(required=False)
    coordinates = serializers.BooleanField(required=False)
    holder = serializers.CharField(max_length=80, required=False)
    holder_birth_on = serializers.DateField(required=False)
    role = serializers.ChoiceField(ROLES, required=False)
    decree = serializers.BooleanField(required=False)
    employees = serializers.IntegerField(min_value=1, max_value=10**9, required=False)
    entitlement = serializers.ChoiceField(ENTITLEMENTS, required=False)
    esrd_on = serializers.DateField(required=False)


class OtherCoveragesSerializer(serializers.Serializer):
    """All that is known of a member's coverage by other plans; an empty list: there is none."""

    other_coverages = OtherCoverageSerializer(many=True)
    own_coverage = OwnCoverageSerializer(required=False)


_OTHER = tuple(str(name) for name in OtherCoverageSerializer().fields)
_OWN = tuple(str(name) for name in OwnCoverageSerializer().fields)


class OtherCoveragesView(BookView):
    """GET: what is known. PUT: what is known from now on."""

    permissions: ClassVar = {"GET": Row("members.read"), "PUT": Row("members.write")}

    @extend_schema(responses=OtherCoveragesSerializer)
    def get(self, request: Request, member: str) -> Response:
        """The member's coverages by other plans."""
        return self._shown(selectors.member(self.key_of(member, "mem")).pk)

    @extend_schema(request=OtherCoveragesSerializer, responses=OtherCoveragesSerializer)
    def put(self, request: Request, member: str) -> Response:
        """Another state of knowledge, in place of the one before; what waited for it is decided, later claims go by it."""
        member_id = selectors.member(self.key_of(member, "mem")).pk
        own, others = read_other_coverages(request.data)
        tell_other_coverages(member_id=member_id, own=own, others=others, by=caller_name(request))
        return self._shown(member_id)

    def _shown(self, member_id: int) -> Response:
        rows = list(selectors.other_coverages(member_id))
        shown = [{name: getattr(row, name) for name in _OTHER} for row in rows]
        answer: dict[str, Any] = {"other_coverages": [_plain(row) for row in shown]}
        if rows:
            own = {name: getattr(rows[0], f"our_{name}") for name in _OWN}
            answer["own_coverage"] = _plain(own)
        return Response(answer)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """As the document is written: what is not known is left out."""
    return {name: value for name, value in values.items() if value not in ("", None)}
