"""Members and what covers them, on any day and as known at any instant."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.members import selectors
from tpa.web.api.core.access import Row
from tpa.web.api.core.fields import PublicIdField
from tpa.web.api.core.lists import Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView


class MemberSerializer(serializers.Serializer):
    """A subscriber or a dependent."""

    id = PublicIdField("mem")
    family = PublicIdField("fam", source="family_id")
    member_number = serializers.CharField()
    subscriber_number = serializers.CharField(source="family.subscriber_number")
    group_number = serializers.CharField()
    relationship = serializers.CharField()
    last_name = serializers.CharField()
    first_name = serializers.CharField()
    birth_on = serializers.DateField()
    sex = serializers.CharField()


class CoverageSerializer(serializers.Serializer):
    """Days in a plan. `ends_before` is the first day that is no longer covered."""

    line = serializers.CharField()
    plan = PublicIdField("pln", source="plan_id")
    tier = serializers.CharField()
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    superseded_at = serializers.DateTimeField(allow_null=True)


class EligibilitySerializer(serializers.Serializer):
    """Whether and how a member is covered on a day."""

    member = PublicIdField("mem")
    on = serializers.DateField()
    known_at = serializers.DateTimeField(allow_null=True)
    covered = serializers.BooleanField()
    coverages = CoverageSerializer(many=True)


class MembersQuery(Query):
    """`search`: the beginning of a member or subscriber number, or of names."""

    search = serializers.CharField(required=False, default="", max_length=100)


class EligibilityQuery(Query):
    """`on`: the day of service. `known_at`: answer as the books would have at that instant."""

    on = serializers.DateField()
    known_at = serializers.DateTimeField(required=False, default=None)


class MembersView(BookView):
    """GET: members, latest first, or those that a search finds."""

    permissions: ClassVar = {"GET": Row("members.read")}

    @extend_schema(parameters=[MembersQuery], responses=MemberSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The people of the employer's plans."""
        text = MembersQuery.read(request)["search"]
        found = selectors.member_search(text) if text else selectors.members()
        return self.page(found, MemberSerializer)


class MemberView(BookView):
    """GET: one member."""

    permissions: ClassVar = {"GET": Row("members.read")}

    @extend_schema(responses=MemberSerializer)
    def get(self, request: Request, member: str) -> Response:
        """A subscriber or a dependent."""
        found = selectors.member(self.key_of(member, "mem"))
        return Response(MemberSerializer(found, context=self.context()).data)


class MemberCoveragesView(BookView):
    """GET: all that was ever recorded of a member's coverage."""

    permissions: ClassVar = {"GET": Row("members.read")}
    pagination_class = Whole

    @extend_schema(responses=CoverageSerializer(many=True))
    def get(self, request: Request, member: str) -> Response:
        """The history of the member's coverage, in the order of recording."""
        found = selectors.member(self.key_of(member, "mem"))
        rows = selectors.coverage_history(found.pk)
        return Response({"data": CoverageSerializer(rows, many=True, context=self.context()).data})


class EligibilityView(BookView):
    """GET: covered on this day, as known at that instant?"""

    permissions: ClassVar = {"GET": Row("members.read")}

    @extend_schema(parameters=[EligibilityQuery], responses=EligibilitySerializer)
    def get(self, request: Request, member: str) -> Response:
        """The member's coverage on a day."""
        found = selectors.member(self.key_of(member, "mem"))
        query = EligibilityQuery.read(request)
        rows = list(selectors.coverage_on(query["on"], known_at=query["known_at"], member_ids=[found.pk]))
        answer = {"member": found.pk, **query, "covered": bool(rows), "coverages": rows}
        return Response(EligibilitySerializer(answer, context=self.context()).data)
