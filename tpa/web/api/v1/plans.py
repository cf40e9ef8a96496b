"""Plans and their versions: drafted from a document, checked, published; a published version never changes."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.plans import selectors, services
from tpa.books.plans.models import Line, PlanVersion
from tpa.infra import clock
from tpa.web.api.core.access import Row, caller_name, person_behind
from tpa.web.api.core.etags import require_match, tagged
from tpa.web.api.core.fields import PublicIdField, StrictSerializer
from tpa.web.api.core.lists import Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.workflows.plan_publishing import publish_plan


class PlanSerializer(StrictSerializer):
    """A plan, as enrolment files name it by `code`."""

    id = PublicIdField("pln", source="pk", read_only=True)
    code = serializers.CharField(max_length=50)
    name = serializers.CharField(max_length=200)
    line = serializers.ChoiceField(Line.choices)
    created_at = serializers.DateTimeField(read_only=True)


class VersionSerializer(serializers.Serializer):
    """A version of a plan: in force from `effective_on`, once it is published, until a later one."""

    id = PublicIdField("plv", source="pk")
    plan = PublicIdField("pln", source="plan_id")
    number = serializers.IntegerField()
    effective_on = serializers.DateField()
    state = serializers.ChoiceField(PlanVersion.State.values)
    note = serializers.CharField()
    drafted_at = serializers.DateTimeField()
    drafted_by = serializers.CharField()
    published_at = serializers.DateTimeField(allow_null=True)
    published_by = serializers.CharField()


class VersionDetailSerializer(VersionSerializer):
    """A version with its document."""

    document = serializers.DictField()


class DocumentSerializer(StrictSerializer):
    """A plan document: `text` in TOML or JSON, or `document` as an object."""

    text = serializers.CharField(required=False, trim_whitespace=False)
    document = serializers.DictField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two."""
        if ("text" in attrs) == ("document" in attrs):
            raise serializers.ValidationError("Give either the text or the document.", code="invalid")
        if "document" in attrs:
            attrs["text"] = json.dumps(attrs.pop("document"))
        return attrs


class DraftSerializer(DocumentSerializer):
    """A document and the day from which it is to govern."""

    effective_on = serializers.DateField()
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class FindingSerializer(serializers.Serializer):
    """A fault or a warning: `path` is a JSON pointer into the document."""

    code = serializers.CharField()
    severity = serializers.CharField()
    path = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()


class PublishSerializer(StrictSerializer):
    """Why."""

    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=400)


class DifferenceSerializer(serializers.Serializer):
    """A unified diff of two documents; empty where they say the same."""

    difference = serializers.CharField(allow_blank=True)


class DifferenceQuery(Query):
    """`base`: the version that is compared with."""

    base = serializers.CharField()


class PlansView(BookView):
    """GET: the employer's plans. POST: one more."""

    permissions: ClassVar = {"GET": Row("plans.read"), "POST": Row("plans.write")}

    @extend_schema(responses=PlanSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Plans, the newest first."""
        return self.page(selectors.plans(), PlanSerializer)

    @extend_schema(request=PlanSerializer, responses={201: PlanSerializer})
    def post(self, request: Request) -> Response:
        """Make a plan without terms; draft and publish a version of it next."""
        asked = PlanSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        plan = services.create_plan(**asked.validated_data, at=clock.now())
        return Response(PlanSerializer(plan, context=self.context()).data, status=201)


class PlanView(BookView):
    """GET: one plan."""

    permissions: ClassVar = {"GET": Row("plans.read")}

    @extend_schema(responses=PlanSerializer)
    def get(self, request: Request, plan: str) -> Response:
        """The plan."""
        found = selectors.plan(self.key_of(plan, "pln"))
        return tagged(request, PlanSerializer(found, context=self.context()).data)


class PlanVersionsView(BookView):
    """GET: a plan's versions. POST: a draft of the next one."""

    permissions: ClassVar = {"GET": Row("plans.read"), "POST": Row("plans.write")}

    @extend_schema(responses=VersionSerializer(many=True))
    def get(self, request: Request, plan: str) -> Response:
        """Versions, the newest first, without their documents."""
        found = selectors.plan(self.key_of(plan, "pln"))
        return self.page(selectors.versions(found.pk).defer("document"), VersionSerializer)

    @extend_schema(request=DraftSerializer, responses={201: VersionDetailSerializer})
    def post(self, request: Request, plan: str) -> Response:
        """Draft the next version. What the document says is examined by `check/` and at publishing."""
        found = selectors.plan(self.key_of(plan, "pln"))
        asked = DraftSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        draft = services.draft_version(
            plan_id=found.pk, **asked.validated_data, by=caller_name(request), at=clock.now()
        )
        return tagged(request, VersionDetailSerializer(draft, context=self.context()).data, status=201)


class PlanVersionView(BookView):
    """GET: one version. PUT: another document for a draft. DELETE: drop a draft."""

    permissions: ClassVar = {
        "GET": Row("plans.read"),
        "PUT": Row("plans.write"),
        "DELETE": Row("plans.write"),
    }

    def _data(self, version_id: int) -> dict[str, Any]:
        return VersionDetailSerializer(selectors.version(version_id), context=self.context()).data

    @extend_schema(responses=VersionDetailSerializer)
    def get(self, request: Request, version: str) -> Response:
        """The version with its document."""
        return tagged(request, self._data(self.key_of(version, "plv")))

    @extend_schema(request=DocumentSerializer, responses=VersionDetailSerializer)
    def put(self, request: Request, version: str) -> Response:
        """Another document for a draft. Needs If-Match with the ETag of the draft as it was read."""
        version_id = self.key_of(version, "plv")
        asked = DocumentSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        services.revise_draft(
            version_id=version_id,
            text=asked.validated_data["text"],
            by=caller_name(request),
            at=clock.now(),
            unless=lambda: require_match(request, self._data(version_id)),
        )
        return tagged(request, self._data(version_id))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, version: str) -> Response:
        """Drop a draft; a published version stays for ever."""
        services.discard_draft(version_id=self.key_of(version, "plv"))
        return Response(status=204)


class PlanVersionCheckView(BookView):
    """GET: what is wrong with a version."""

    permissions: ClassVar = {"GET": Row("plans.read")}
    pagination_class = Whole

    @extend_schema(responses=FindingSerializer(many=True))
    def get(self, request: Request, version: str) -> Response:
        """Faults and warnings, faults first; the plan's own example claims are run."""
        found = selectors.version(self.key_of(version, "plv"))
        return Response({"data": FindingSerializer(services.check_version(found), many=True).data})


class PlanVersionPublishView(BookView):
    """POST: let claims be decided by a draft."""

    permissions: ClassVar = {"POST": Row("plans.publish")}

    @extend_schema(request=PublishSerializer, responses=VersionDetailSerializer)
    def post(self, request: Request, version: str) -> Response:
        """Publish. Refused with every finding where one is an error."""
        version_id = self.key_of(version, "plv")
        asked = PublishSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        published = publish_plan(
            version_id=version_id,
            by=caller_name(request),
            person_id=person_behind(request),
            at=clock.now(),
            reason=asked.validated_data["reason"],
        )
        return Response(VersionDetailSerializer(published, context=self.context()).data)


class PlanVersionDifferenceView(BookView):
    """GET: what a version changes of another."""

    permissions: ClassVar = {"GET": Row("plans.read")}

    @extend_schema(parameters=[DifferenceQuery], responses=DifferenceSerializer)
    def get(self, request: Request, version: str) -> Response:
        """The difference of the documents as text."""
        new_id = self.key_of(version, "plv")
        base_id = self.key_of(DifferenceQuery.read(request)["base"], "plv")
        return Response({"difference": selectors.versions_difference(base_id, new_id)})
