"""Appeals: filed, logged, extended, decided by somebody new; external review after the plan's own levels."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.claims import appeals as book
from tpa.books.claims import selectors
from tpa.books.claims.examining import Appeal, AppealNote
from tpa.books.identity.selectors import superiors_of
from tpa.engine.clocks.claim import Kind
from tpa.infra import clock
from tpa.kernel.ids import public_id
from tpa.web.api.core.access import Row
from tpa.web.api.core.fields import PublicIdField, StrictSerializer, id_schema
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.lists import NoQuery, Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.overrides import ExaminerView, OrderSerializer, order_of
from tpa.web.files import file_answer
from tpa.workflows import appeals as workflow
from tpa.workflows.appeal_letters import letter_paper
from tpa.workflows.overrides import MOST_ORDERS


class AppealSerializer(serializers.Serializer):
    """An appeal at one level, or a request for external review (`preliminary_on`: its first deadline).

    `exhausted_by`: what let it come before the plan's own levels were over (`urgent`, `plan_late`). `paused_until_on`: the
    time for the decision stands still, as the claimant may answer until then. `file_by_on`: until then the review
    organization gets the plan's file.

    `correction`: a preview of the claim decided again, to be applied; `overrides`: what a reversal decides otherwise.
    """

    id = PublicIdField("apl", source="pk")
    claim = PublicIdField("clm", source="claim_id")
    decision = PublicIdField("dec", source="decision_id")
    stage = serializers.ChoiceField(Appeal.Stage.values)
    levels_count = serializers.IntegerField()
    kind = serializers.ChoiceField([str(one) for one in Kind])
    filed_by = serializers.ChoiceField(Appeal.Filer.values)
    grounds = serializers.CharField()
    notified_on = serializers.DateField()
    last_on = serializers.DateField()
    late_reason = serializers.CharField()
    received_at = serializers.DateTimeField()
    received_on = serializers.DateField()
    preliminary_on = serializers.DateField(allow_null=True)
    exhausted_by = serializers.CharField()
    due_on = serializers.DateField()
    due_at = serializers.DateTimeField(allow_null=True)
    extended_on = serializers.DateField(allow_null=True)
    extension_reason = serializers.CharField()
    paused_until_on = serializers.DateField(allow_null=True)
    reviewer = serializers.CharField()
    assigned_at = serializers.DateTimeField(allow_null=True)
    file_by_on = serializers.DateField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    decided_by = serializers.CharField()
    outcome = serializers.CharField()
    rationale = serializers.CharField()
    correction = PublicIdField("cor", source="correction_id", allow_null=True)


class AppealNoteSerializer(serializers.Serializer):
    """What was said, sent or received."""

    kind = serializers.ChoiceField(AppealNote.Kind.values)
    text = serializers.CharField()
    reference = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField()


class AppealDetailSerializer(AppealSerializer):
    """An appeal with its log."""

    notes = AppealNoteSerializer(many=True)
    overrides = serializers.SerializerMethodField()

    @extend_schema_field({"type": "array", "items": id_schema("ovr")})
    def get_overrides(self, row: Appeal) -> list[str]:
        """In the order in which they were proposed."""
        return [public_id("ovr", self.context["employer_id"], one.pk) for one in book.overrides_of([row.pk])]


class FileAppealSerializer(StrictSerializer):
    """What came. `notified_on`: the day on which the claimant got the notice; without it the day that is noted at the claim's
    clock, else that of the decision. `late_reason`: why it is taken after its last day. `is_external`: external review is
    asked for, which may come before the plan's own levels are over beside an urgent appeal, or where the plan was late.
    """

    filed_by = serializers.ChoiceField(Appeal.Filer.values)
    grounds = serializers.CharField(max_length=2000)
    received_at = serializers.DateTimeField(required=False)
    notified_on = serializers.DateField(required=False)
    late_reason = serializers.CharField(max_length=400, required=False, allow_blank=True, default="")
    is_external = serializers.BooleanField(required=False, default=False)


class DecideAppealSerializer(StrictSerializer):
    """How it is decided. With `orders` a reversal decides lines otherwise; without, the claim is decided again as a preview."""

    outcome = serializers.ChoiceField(Appeal.Outcome.values)
    rationale = serializers.CharField(max_length=2000)
    orders = serializers.ListField(child=OrderSerializer(), max_length=MOST_ORDERS, required=False, default=list)


class AddNoteSerializer(StrictSerializer):
    """What is logged; `reference` says where a document is kept, `until_on` how long the claimant may answer evidence that is
    shared with him: where that is longer than the plan's own time, it stands still.
    """

    kind = serializers.ChoiceField(workflow.NOTES)
    text = serializers.CharField(max_length=2000)
    reference = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    until_on = serializers.DateField(required=False, allow_null=True, default=None)


class ExtendAppealSerializer(StrictSerializer):
    """Why. `until_on`: the claimant is asked for information, and has until then; time stands still until he answers."""

    reason = serializers.CharField(max_length=400)
    until_on = serializers.DateField(required=False, allow_null=True, default=None)


class AssignReviewSerializer(StrictSerializer):
    """`reason`: why it goes to another organization than the one that has it."""

    reason = serializers.CharField(max_length=400, required=False, allow_blank=True, default="")


class AppealsQuery(Query):
    """`state` narrows the list."""

    state = serializers.ChoiceField(book.STATES, required=False, default="")


class AppealsOfView(ExaminerView):
    """What the views of appeals share."""

    def shown(self, row: Appeal, status: int = 200) -> Response:
        """The appeal with its log."""
        return Response(AppealDetailSerializer(row, context=self.context()).data, status=status)

    def row(self, appeal: str) -> Appeal:
        """The appeal of a public id. Raises NotFoundError."""
        return book.appeal(self.key_of(appeal, "apl"))


class ClaimAppealsView(AppealsOfView):
    """GET: a claim's appeals. POST: another one."""

    permissions: ClassVar = {"GET": Row("claims.read"), "POST": Row("claims.decide")}
    pagination_class = Whole
    keyed = True

    @extend_schema(responses=AppealSerializer(many=True))
    def get(self, request: Request, claim: str) -> Response:
        """The latest first."""
        NoQuery.read(request)
        rows = book.appeals(claim_id=selectors.claim(self.key_of(claim, "clm")).pk)
        return Response({"data": AppealSerializer(rows, many=True, context=self.context()).data})

    @extend_schema(request=FileAppealSerializer, responses={201: AppealDetailSerializer})
    def post(self, request: Request, claim: str) -> Response:
        """An appeal at the level that is next; after the plan's own levels a request for external review."""
        key = selectors.claim(self.key_of(claim, "clm")).pk
        return once(self, request, lambda _: self._file(key))

    def _file(self, claim_id: int) -> tuple[int, Any]:
        told: dict[str, Any] = self.asked(FileAppealSerializer)
        at = told.pop("received_at", None) or clock.now()
        row = workflow.file_appeal(claim_id=claim_id, at=at, by=self.person(self.request)[0], **told)
        return 201, self.shown(row).data


class AppealsView(AppealsOfView):
    """GET: appeals of all claims."""

    permissions: ClassVar = {"GET": Row("claims.read")}

    @extend_schema(parameters=[AppealsQuery], responses=AppealSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The latest first."""
        return self.page(book.appeals(state=AppealsQuery.read(request)["state"]), AppealSerializer)


class AppealView(AppealsOfView):
    """GET: one appeal."""

    permissions: ClassVar = {"GET": Row("claims.read")}

    @extend_schema(responses=AppealDetailSerializer)
    def get(self, request: Request, appeal: str) -> Response:
        """With its log."""
        return self.shown(self.row(appeal))


class AppealDecideView(AppealsOfView):
    """POST: decide it."""

    permissions: ClassVar = {"POST": Row("claims.correct")}
    keyed = True

    @extend_schema(request=DecideAppealSerializer, responses=AppealDetailSerializer)
    def post(self, request: Request, appeal: str) -> Response:
        """By a person who had no part in what was decided before, nor reports to one who had.

        A reversal leads to the claim's correction.
        """
        key = self.row(appeal).pk
        return once(self, request, lambda _: self._decide(key))

    def _decide(self, appeal_id: int) -> tuple[int, Any]:
        told = self.asked(DecideAppealSerializer)
        by, authority_cents = self.person(self.request)
        by = by._replace(superior_ids=superiors_of(by.person_id))
        orders = [order_of(one) for one in told.pop("orders")]
        workflow.decide(appeal_id=appeal_id, by=by, authority_cents=authority_cents, orders=orders, **told)
        return 200, self.shown(book.appeal(appeal_id)).data


class AppealLetterView(BookView):
    """GET: how it was decided, to the claimant, as tagged PDF."""

    permissions: ClassVar = {"GET": Row("claims.read")}

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, appeal: str) -> HttpResponse:
        """Of an appeal that the plan has decided. Of an external review the review organization tells the claimant."""
        assert self.employer is not None
        content = letter_paper(employer=self.employer, appeal_id=self.key_of(appeal, "apl"))
        return file_answer(content, f"appeal-{appeal}.pdf")


class AppealAssignView(AppealsOfView):
    """POST: give an external review to a review organization."""

    permissions: ClassVar = {"POST": Row("claims.decide")}
    keyed = True

    @extend_schema(request=AssignReviewSerializer, responses=AppealDetailSerializer)
    def post(self, request: Request, appeal: str) -> Response:
        """To the one whose turn it is. Nobody chooses it; with a reason the review goes on to the next one."""
        key = self.row(appeal).pk
        return once(self, request, lambda _: self._assign(key))

    def _assign(self, appeal_id: int) -> tuple[int, Any]:
        reason = self.asked(AssignReviewSerializer)["reason"]
        row = workflow.assign(appeal_id=appeal_id, reason=reason, by=self.person(self.request)[0])
        return 200, self.shown(row).data


class AppealNotesView(AppealsOfView):
    """POST: log something."""

    permissions: ClassVar = {"POST": Row("claims.decide")}
    keyed = True

    @extend_schema(request=AddNoteSerializer, responses={201: AppealDetailSerializer})
    def post(self, request: Request, appeal: str) -> Response:
        """A note, a document that came, evidence shared with the claimant, his answer, or that the plan's file was sent."""
        key = self.row(appeal).pk
        return once(self, request, lambda _: self._log(key))

    def _log(self, appeal_id: int) -> tuple[int, Any]:
        workflow.note(appeal_id=appeal_id, by=self.person(self.request)[0], **self.asked(AddNoteSerializer))
        return 201, self.shown(book.appeal(appeal_id)).data


class AppealExtendView(AppealsOfView):
    """POST: more time."""

    permissions: ClassVar = {"POST": Row("claims.decide")}
    keyed = True

    @extend_schema(request=ExtendAppealSerializer, responses=AppealDetailSerializer)
    def post(self, request: Request, appeal: str) -> Response:
        """Told to the claimant today, where the law allows it."""
        key = self.row(appeal).pk
        return once(self, request, lambda _: self._extend(key))

    def _extend(self, appeal_id: int) -> tuple[int, Any]:
        workflow.extend(appeal_id=appeal_id, by=self.person(self.request)[0], **self.asked(ExtendAppealSerializer))
        return 200, self.shown(book.appeal(appeal_id)).data
