"""The desk's work: queues across employers, and claims that found no member. At the TPA's own host alone."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.edi import selectors as edi
from tpa.books.edi.models import IntakeItem
from tpa.books.identity import selectors as identity
from tpa.infra import work_items
from tpa.infra.models import WorkItem
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import key_of, public_id, read_public_id
from tpa.web.api.core.access import Row, human_of, person_of
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer, id_schema
from tpa.web.api.core.lists import Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.workflows import claim_clocks
from tpa.workflows.claim_routing import assign_item, discard_item


class QueueSerializer(serializers.Serializer):
    """A queue with what waits in it."""

    queue = serializers.CharField()
    count = serializers.IntegerField()
    amount_cents = CentsField(allow_null=True)
    oldest_at = serializers.DateTimeField()


class WorkItemSerializer(serializers.Serializer):
    """One thing that waits for a person. `subject` is the claim of a pend; the title names nobody."""

    id = PublicIdField("wki", shared=True, source="pk")
    employer = PublicIdField("emp", shared=True, source="employer_id")
    kind = serializers.CharField()
    queue = serializers.CharField()
    subject = serializers.SerializerMethodField()
    title = serializers.CharField()
    amount_cents = CentsField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    clock = serializers.CharField(help_text="Of what the due day is the legal deadline; empty: of nothing.")
    opened_at = serializers.DateTimeField()
    owner = serializers.SerializerMethodField()
    is_taken = serializers.SerializerMethodField()

    @extend_schema(responses={**id_schema("clm"), "type": ["string", "null"]})
    def get_subject(self, item: WorkItem) -> str | None:
        """The claim that is pended; null where something else waits."""
        of_claim = item.kind in (claim_clocks.PEND, claim_clocks.NOTICE)
        return public_id("clm", item.employer_id, item.subject_id) if of_claim else None

    @extend_schema(responses={"type": ["string", "null"], "format": "email"})
    def get_owner(self, item: WorkItem) -> str | None:
        """Who works on it."""
        if item.taken_by is None:
            return None
        return self._emails.get(item.taken_by)

    @cached_property
    def _emails(self) -> dict[int, str]:
        return {one.pk: one.email for one in identity.desk_people()}

    def get_is_taken(self, item: WorkItem) -> bool:
        """Whether somebody works on it."""
        return item.taken_by is not None


class WorkItemsQuery(Query):
    """`queue` narrows the list."""

    queue = serializers.CharField(required=False, default="", max_length=40)


class TakeSerializer(StrictSerializer):
    """From which queue."""

    queue = serializers.CharField(max_length=40)


def _person(request: Request) -> int:
    return int(human_of(request, "An item is taken by a person, not by a key.").pk)


class AssignItemSerializer(StrictSerializer):
    """To whom."""

    email = serializers.EmailField(max_length=254)


class QueuesView(BookView):
    """GET: the queues of the employers that the caller works for."""

    permissions: ClassVar = {"GET": Row("queues.work", False, True)}
    desk_only = True
    pagination_class = Whole

    @extend_schema(responses=QueueSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Per queue: how many items, how much money, since when."""
        return Response({"data": QueueSerializer(work_items.queue_totals(self.employer_ids), many=True).data})


class WorkItemsView(BookView):
    """GET: what waits."""

    permissions: ClassVar = {"GET": Row("queues.work", False, True)}
    desk_only = True

    @extend_schema(parameters=[WorkItemsQuery], responses=WorkItemSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Items, the latest first."""
        queue = WorkItemsQuery.read(request)["queue"]
        rows = WorkItem.objects.filter(queue=queue) if queue else WorkItem.objects.all()
        if self.employer_ids is not None:
            rows = rows.filter(employer_id__in=self.employer_ids)
        return self.page(rows, WorkItemSerializer)


class WorkItemTakeView(BookView):
    """POST: take the most urgent free item."""

    permissions: ClassVar = {"POST": Row("queues.work", False, True)}
    desk_only = True

    @extend_schema(request=TakeSerializer, responses={200: WorkItemSerializer, 204: None})
    def post(self, request: Request) -> Response:
        """The item, now the caller's; 204 where none is free."""
        asked = TakeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        item = work_items.take_next(
            queue=asked.validated_data["queue"], user_id=_person(request), employer_ids=self.employer_ids
        )
        if item is None:
            return Response(status=204)
        return Response(WorkItemSerializer(item, context=self.context()).data)


class WorkItemAssignView(BookView):
    """POST: give an item to a colleague."""

    permissions: ClassVar = {"POST": Row("queues.work", False, True)}
    desk_only = True

    @extend_schema(request=AssignItemSerializer, responses=WorkItemSerializer)
    def post(self, request: Request, work_item: str) -> Response:
        """Whoever had it before; the colleague must work for its employer."""
        key = key_of(work_item, "wki", 0)
        item = WorkItem.objects.filter(pk=key).first()
        if item is None or not self.sees(item.employer_id):
            raise NotFoundError("There is no such item.")
        asked = AssignItemSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        human_of(request, "A person says who works on what.")
        user = identity.colleague(asked.validated_data["email"], item.employer_id)
        work_items.assign(item_id=key, user_id=user.pk)
        item.refresh_from_db()
        return Response(WorkItemSerializer(item, context=self.context()).data)


class WorkItemReturnView(BookView):
    """POST: give an item back."""

    permissions: ClassVar = {"POST": Row("queues.work", False, True)}
    desk_only = True

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, work_item: str) -> Response:
        """Free what the caller took."""
        key = key_of(work_item, "wki", 0)
        item = WorkItem.objects.filter(pk=key).first()
        if item is None or not self.sees(item.employer_id):
            raise NotFoundError("There is no such item.")
        work_items.give_back(item_id=key, user_id=_person(request))
        return Response(status=204)


class IntakeItemSerializer(serializers.Serializer):
    """A claim that found no member, or more than one; `claim` in the shape that POST claims/ takes."""

    id = PublicIdField("itk", shared=True, source="pk")
    file = PublicIdField("fil", shared=True, source="file_id", allow_null=True)
    reason = serializers.ChoiceField(IntakeItem.Reason.values)
    detail = serializers.CharField()
    state = serializers.ChoiceField(IntakeItem.State.values)
    claim = serializers.DictField()
    candidates = serializers.SerializerMethodField()
    received_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)

    @extend_schema(responses={"type": "array", "items": id_schema("mem")})
    def get_candidates(self, item: IntakeItem) -> list[str]:
        """The members among whom a person has to choose."""
        return [public_id("mem", employer_id, member_id) for employer_id, _, member_id in item.candidates]


class IntakeQuery(Query):
    """`state`: open unless another is asked for."""

    state = serializers.ChoiceField(IntakeItem.State.values, required=False, default=IntakeItem.State.OPEN)


class AssignSerializer(StrictSerializer):
    """Whose claim it is: the member's id says the employer as well."""

    member = serializers.CharField(max_length=40)


class AssignedSerializer(serializers.Serializer):
    """The claim that came of it."""

    claim = serializers.SerializerMethodField()

    @extend_schema_field(id_schema("clm"))
    def get_claim(self, claim: str) -> str:
        """Its id."""
        return claim


class IntakeItemsView(BookView):
    """GET: claims without a member."""

    permissions: ClassVar = {"GET": Row("claims.read", False)}
    desk_only = True

    @extend_schema(parameters=[IntakeQuery], responses=IntakeItemSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Items, the latest first."""
        return self.page(edi.intake_items(state=IntakeQuery.read(request)["state"]), IntakeItemSerializer)


class IntakeAssignView(BookView):
    """POST: say whose claim it is."""

    permissions: ClassVar = {"POST": Row("claims.decide", False)}
    desk_only = True

    @extend_schema(request=AssignSerializer, responses={201: AssignedSerializer})
    def post(self, request: Request, item: str) -> Response:
        """Register the claim with the member's employer; it is decided soon after."""
        item_id = self.key_of(item, "itk")
        asked = AssignSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        whose = read_public_id(asked.validated_data["member"], "mem")
        claim_id = assign_item(
            item_id=item_id, employer_id=whose.employer, member_id=whose.key, by_id=person_of(request)
        )
        return Response({"claim": public_id("clm", whose.employer, claim_id)}, status=201)


class IntakeDiscardView(BookView):
    """POST: the claim is none of ours."""

    permissions: ClassVar = {"POST": Row("claims.decide", False)}
    desk_only = True

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, item: str) -> Response:
        """Drop the item; what came is kept."""
        discard_item(item_id=self.key_of(item, "itk"), by_id=person_of(request))
        return Response(status=204)
