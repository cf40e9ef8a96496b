"""The legal clocks: where a claim's stands, what moves it, and the board of all deadlines across employers."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.claims import selectors
from tpa.books.claims.clocks import Clocked, clocks_of
from tpa.books.claims.examining import ClockStep
from tpa.engine.clocks.claim import Kind
from tpa.infra import clock, work_items
from tpa.web.api.core.access import Row, caller_name, person_of
from tpa.web.api.core.fields import PublicIdField, StrictSerializer
from tpa.web.api.core.lists import NoQuery
from tpa.web.api.core.pages import DuePages
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.claims import PendSerializer
from tpa.web.api.v1.queues import WorkItemSerializer
from tpa.web.files import file_answer
from tpa.workflows import claim_clocks, claim_pends
from tpa.workflows.claimant_letters import step_letter


class ClockStepSerializer(serializers.Serializer):
    """What moved the clock, on a day in the employer's time zone."""

    kind = serializers.ChoiceField(ClockStep.Kind.values)
    taken_as = serializers.CharField(source="value")
    at = serializers.DateTimeField()
    on = serializers.DateField()
    ends_at = serializers.DateTimeField(allow_null=True)
    detail = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.CharField()


class ClockSerializer(serializers.Serializer):
    """A claim's legal clock. The day of receipt is day 0; `due_at` stands where the law counts hours.

    `ask_by_on`: until then missing information may be asked for, or an extension told; null where no more is allowed. With
    an open request the clock stands still until `supply_by_on` at the latest. `was_late`: null while it is not decided.
    A claim before the service that was not filed by the plan's procedures (`is_misfiled`) has a clock from when it is filed
    anew; `tell_by_on`: until then the claimant has to be told how; null where there is nothing to tell.
    """

    claim = PublicIdField("clm")
    kind = serializers.ChoiceField([str(one) for one in Kind])
    received_on = serializers.DateField()
    due_on = serializers.DateField()
    due_at = serializers.DateTimeField(allow_null=True)
    ask_by_on = serializers.DateField(allow_null=True)
    ask_by_at = serializers.DateTimeField(allow_null=True)
    supply_by_on = serializers.DateField(allow_null=True)
    supply_by_at = serializers.DateTimeField(allow_null=True)
    extensions_count = serializers.IntegerField()
    is_misfiled = serializers.BooleanField()
    tell_by_on = serializers.DateField(allow_null=True)
    tell_by_at = serializers.DateTimeField(allow_null=True)
    was_told_late = serializers.BooleanField()
    decided_at = serializers.DateTimeField(allow_null=True)
    was_late = serializers.BooleanField(allow_null=True)
    steps = ClockStepSerializer(many=True)


class NewStepSerializer(StrictSerializer):
    """What moves the clock. `taken_as` with `classified` alone; `at` is now where it is not said.

    `ends_at`: taken as `ongoing`, when what was approved of a treatment ends; `reduced`, when it is to end early;
    `requested`, how long the claimant has (as long as the law wants, from the day of the request, without it).
    """

    kind = serializers.ChoiceField(ClockStep.Kind.values)
    taken_as = serializers.ChoiceField([str(one) for one in Kind], required=False, default="")
    at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False)
    detail = serializers.CharField(max_length=400)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A kind of claim stands with its classification, and there alone."""
        if bool(attrs["taken_as"]) != (attrs["kind"] == ClockStep.Kind.CLASSIFIED):
            raise serializers.ValidationError({"taken_as": "This goes with kind classified, and with no other."})
        return attrs


class HandOverSerializer(StrictSerializer):
    """To which queue, and what has to be done there."""

    queue = serializers.ChoiceField(claim_pends.QUEUES)
    note = serializers.CharField(max_length=400)


def clock_of(view: BookView, claim_id: int, found: Clocked) -> dict[str, Any]:
    """A claim's clock as it is told."""
    told = {
        **found.clock._asdict(),
        "claim": claim_id,
        "received_on": found.filed.on,
        "decided_at": found.decided_at,
        "was_late": found.was_late,
        "steps": found.steps,
    }
    return ClockSerializer(told, context=view.context()).data


class ClaimClockView(BookView):
    """GET: a claim's legal clock. POST: what moves it."""

    permissions: ClassVar = {"GET": Row("claims.read"), "POST": Row("claims.decide")}

    @extend_schema(responses=ClockSerializer)
    def get(self, request: Request, claim: str) -> Response:
        """By when it must be decided, and what has moved that day."""
        NoQuery.read(request)
        key = selectors.claim(self.key_of(claim, "clm")).pk
        assert self.employer is not None
        return Response(clock_of(self, key, clocks_of([key], self.employer.time_zone)[key]))

    @extend_schema(request=NewStepSerializer, responses={201: ClockSerializer})
    def post(self, request: Request, claim: str) -> Response:
        """A request for information, its answer, an extension told, or as what the claim is taken.

        Before the service also: that it was not filed by the plan's procedures (`misfiled`), that the claimant was told so
        (`told`), that it was filed anew (`refiled`); of a treatment that was approved, that the claimant was told that it
        ends early (`reduced`), which it does no sooner than an appeal could be decided. Of a decided claim that the claimant
        was told of the decision (`notified`): what the law wants in time is the notice, and the time to appeal runs from it.
        """
        key = selectors.claim(self.key_of(claim, "clm")).pk
        sent = NewStepSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        told = sent.validated_data
        found = claim_clocks.note(
            claim_id=key,
            kind=told["kind"],
            value=told["taken_as"],
            at=told.get("at") or clock.now(),
            ends_at=told.get("ends_at"),
            detail=told["detail"],
            by=caller_name(request),
        )
        return Response(clock_of(self, key, found), status=201)


class ClockLetterView(BookView):
    """GET: the letter of what was noted at a claim's clock, as tagged PDF."""

    permissions: ClassVar = {"GET": Row("claims.read")}

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, claim: str, number: str) -> HttpResponse:
        """Of a request for information, an extension, or a wrong filing: the `number`-th of the steps, from 1."""
        assert self.employer is not None
        place = int(number) if number.isdecimal() and len(number) < 6 else 0
        content = step_letter(employer=self.employer, claim_id=self.key_of(claim, "clm"), number=place)
        return file_answer(content, f"{claim}-{number}.pdf")


class PendHandOverView(BookView):
    """POST: let a claim wait in another queue."""

    permissions: ClassVar = {"POST": Row("claims.decide")}

    @extend_schema(request=HandOverSerializer, responses={201: PendSerializer})
    def post(self, request: Request, pend: str) -> Response:
        """For the same reasons; the new pend."""
        key = selectors.pend(self.key_of(pend, "pnd")).pk
        sent = HandOverSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        moved = claim_pends.hand_over(pend_id=key, by_id=person_of(request), **sent.validated_data)
        return Response(PendSerializer(moved, context=self.context()).data, status=201)


class ClockBoardView(BookView):
    """GET: every legal deadline."""

    permissions: ClassVar = {"GET": Row("queues.work", False, True)}
    desk_only = True
    pagination_class = DuePages

    @extend_schema(responses=WorkItemSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Of all employers that the caller works for, whatever the queue, the nearest first."""
        return self.page(work_items.clock_board(self.employer_ids), WorkItemSerializer)
