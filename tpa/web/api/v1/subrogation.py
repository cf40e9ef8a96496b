"""Subrogation: injuries for which somebody else may be liable, from the first question to the money back in the fund."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.claims import subrogation as book
from tpa.books.claims.subrogating import SubrogationCase
from tpa.engine.coordination.subrogation import FeeTerms, Settlement
from tpa.web.api.core.access import Row, caller_name
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.lists import Query
from tpa.web.api.core.views import BookView
from tpa.workflows import subrogation as workflow

LISTED = (*book.STATES,)


class SubrogationCaseSerializer(serializers.Serializer):
    """A case and how far it is."""

    id = PublicIdField("sub", source="pk")
    member = PublicIdField("mem", source="member_id")
    state = serializers.ChoiceField(("opened", "asked", "answered", "closed"))
    accident_on = serializers.DateField(allow_null=True)
    cause = serializers.ChoiceField(SubrogationCase.Cause.choices)
    opened_at = serializers.DateTimeField()
    opened_by = serializers.CharField()
    asked_on = serializers.DateField(allow_null=True)
    answered_on = serializers.DateField(allow_null=True)
    answers = serializers.CharField()
    liable = serializers.CharField()
    attorney = serializers.CharField()
    fee_terms = serializers.ChoiceField(tuple(FeeTerms))
    made_whole = serializers.BooleanField()
    closed_on = serializers.DateField(allow_null=True)
    closing_note = serializers.CharField()


class LienLineSerializer(serializers.Serializer):
    """A linked line, and what its claim's live decision pays for it."""

    claim = PublicIdField("clm", source="claim_id")
    number = serializers.IntegerField()
    service_on = serializers.DateField()
    line_of_coverage = serializers.CharField(source="fund_line")
    paid_cents = CentsField()


class SubrogationSettlementSerializer(serializers.Serializer):
    """What was settled; `due_cents` is the plan's, `member_cents` what is left to the member."""

    settled_on = serializers.DateField()
    settlement_cents = CentsField()
    fee_cents = CentsField()
    costs_cents = CentsField()
    damages_cents = CentsField(allow_null=True)
    lien_cents = CentsField()
    fee_share_cents = CentsField()
    costs_share_cents = CentsField()
    due_cents = CentsField()
    member_cents = CentsField()


class SubrogationRecoverySerializer(serializers.Serializer):
    """What came in; below zero where a receipt was taken back."""

    received_on = serializers.DateField()
    cents = CentsField()
    reference = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.CharField()


class SubrogationCaseDetailSerializer(SubrogationCaseSerializer):
    """A case with its lien as it stands, line by line; what is expected, and what of that the stop-loss carrier gets first."""

    lien_cents = CentsField()
    recovered_cents = CentsField()
    open_cents = CentsField()
    expected_cents = CentsField()
    carrier_cents = CentsField()
    owed_back_cents = CentsField()
    lines = LienLineSerializer(many=True)
    settlement = SubrogationSettlementSerializer(allow_null=True)
    recoveries = SubrogationRecoverySerializer(many=True)


class SubrogationOpeningSerializer(StrictSerializer):
    """The claim of the accident: all of its lines come into the case."""

    claim = PublicIdField("clm")


class SubrogationLinesSerializer(StrictSerializer):
    """Lines of one claim, put into the case or (`link` false) taken out."""

    claim = PublicIdField("clm")
    lines = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=9999), allow_empty=False)
    link = serializers.BooleanField(default=True)


class SubrogationAskedSerializer(StrictSerializer):
    """When the questionnaire was sent."""

    asked_on = serializers.DateField()


class SubrogationAnswersSerializer(StrictSerializer):
    """What the member has told, and what the plan's document says of fees and of making the member whole."""

    answered_on = serializers.DateField()
    answers = serializers.CharField(max_length=2000)
    liable = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    attorney = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    fee_terms = serializers.ChoiceField(tuple(FeeTerms), required=False)
    made_whole = serializers.BooleanField(required=False)


class SubrogationSettlingSerializer(StrictSerializer):
    """What the liable party pays, the attorney's fee and costs out of it; the whole loss where the member is made whole."""

    settled_on = serializers.DateField()
    settlement_cents = CentsField(min_value=1)
    fee_cents = CentsField(min_value=0, default=0)
    costs_cents = CentsField(min_value=0, default=0)
    damages_cents = CentsField(min_value=0, required=False, allow_null=True, default=None)


class SubrogationReceiptSerializer(StrictSerializer):
    """Money that came in, or below zero a receipt that is taken back. A reference counts once."""

    received_on = serializers.DateField()
    cents = CentsField()
    reference = serializers.CharField(max_length=80)


class SubrogationClosingSerializer(StrictSerializer):
    """Why nothing more is expected."""

    note = serializers.CharField(max_length=400)


class CasesQuery(Query):
    """`state` narrows the list; `open` is every state but closed."""

    state = serializers.ChoiceField(LISTED, required=False, default="")


class CaseBaseView(BookView):
    """What the views of cases share."""

    def told(self, case: SubrogationCase) -> dict[str, Any]:
        """The case as it is, with its lien and its money."""
        standing = workflow.standing_of(case)
        more = {
            "lien_cents": standing.lien_cents,
            "recovered_cents": standing.recovered_cents,
            "open_cents": standing.open_cents,
            "owed_back_cents": standing.owed_back_cents,
            "expected_cents": standing.expected_cents,
            "carrier_cents": standing.carrier_cents,
        }
        settled = book.settlement(case.pk)
        return {
            **SubrogationCaseSerializer(case, context=self.context()).data,
            **more,
            "lines": LienLineSerializer(book.lien_lines([case.pk])[case.pk], many=True, context=self.context()).data,
            "settlement": SubrogationSettlementSerializer(settled).data if settled else None,
            "recoveries": SubrogationRecoverySerializer(book.recoveries(case.pk), many=True).data,
        }

    def asked(self, serializer: type[StrictSerializer]) -> dict[str, Any]:
        """What was sent, read."""
        sent = serializer(data=self.request.data, context=self.context())
        sent.is_valid(raise_exception=True)
        return sent.validated_data


class CasesView(CaseBaseView):
    """GET: cases. POST: open one."""

    keyed = True
    permissions: ClassVar = {"GET": Row("claims.read"), "POST": Row("claims.write")}

    @extend_schema(parameters=[CasesQuery], responses=SubrogationCaseSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The latest first."""
        asked = CasesQuery.read(request)
        return self.page(book.cases(state=asked["state"]), SubrogationCaseSerializer)

    @extend_schema(request=SubrogationOpeningSerializer, responses={201: SubrogationCaseDetailSerializer})
    def post(self, request: Request) -> Response:
        """Open the case of a claim's accident, or find it. Needs an Idempotency-Key."""

        def opened(_: str) -> tuple[int, Any]:
            claim_id = self.asked(SubrogationOpeningSerializer)["claim"]
            return 201, self.told(workflow.open_for_claim(claim_id=claim_id, by=caller_name(request)))

        return once(self, request, opened)


class CaseView(CaseBaseView):
    """GET: one case."""

    permissions: ClassVar = {"GET": Row("claims.read")}

    @extend_schema(responses=SubrogationCaseDetailSerializer)
    def get(self, request: Request, subrogation_case: str) -> Response:
        """The case with its lien as it stands."""
        return Response(self.told(book.case(self.key_of(subrogation_case, "sub"))))


class CaseLinesView(CaseBaseView):
    """POST: lines in or out."""

    permissions: ClassVar = {"POST": Row("claims.write")}

    @extend_schema(request=SubrogationLinesSerializer, responses=SubrogationCaseDetailSerializer)
    def post(self, request: Request, subrogation_case: str) -> Response:
        """Put lines of a claim into the case, or take them out; the lien follows."""
        key = self.key_of(subrogation_case, "sub")
        asked = self.asked(SubrogationLinesSerializer)
        case = workflow.change_lines(
            case_id=key,
            claim_id=asked["claim"],
            numbers=asked["lines"],
            link=asked["link"],
            by=caller_name(request),
        )
        return Response(self.told(case))


class CaseAskedView(CaseBaseView):
    """POST: the questionnaire was sent."""

    permissions: ClassVar = {"POST": Row("claims.write")}

    @extend_schema(request=SubrogationAskedSerializer, responses=SubrogationCaseDetailSerializer)
    def post(self, request: Request, subrogation_case: str) -> Response:
        """Note when the member was asked."""
        key = self.key_of(subrogation_case, "sub")
        return Response(self.told(workflow.ask_member(case_id=key, **self.asked(SubrogationAskedSerializer))))


class CaseAnswersView(CaseBaseView):
    """POST: the member has answered."""

    permissions: ClassVar = {"POST": Row("claims.write")}

    @extend_schema(request=SubrogationAnswersSerializer, responses=SubrogationCaseDetailSerializer)
    def post(self, request: Request, subrogation_case: str) -> Response:
        """Note what the member has told; later answers take the place of earlier ones."""
        key = self.key_of(subrogation_case, "sub")
        return Response(self.told(workflow.record_answers(case_id=key, **self.asked(SubrogationAnswersSerializer))))


class CaseSettlementsView(CaseBaseView):
    """POST: a settlement."""

    keyed = True
    permissions: ClassVar = {"POST": Row("claims.write")}

    @extend_schema(request=SubrogationSettlingSerializer, responses={201: SubrogationCaseDetailSerializer})
    def post(self, request: Request, subrogation_case: str) -> Response:
        """Share a settlement on the lien of today, by the case's terms. Needs an Idempotency-Key."""
        key = self.key_of(subrogation_case, "sub")

        def settled(_: str) -> tuple[int, Any]:
            asked = self.asked(SubrogationSettlingSerializer)
            settled_on = asked.pop("settled_on")
            workflow.settle_case(case_id=key, settled_on=settled_on, told=Settlement(**asked), by=caller_name(request))
            return 201, self.told(book.case(key))

        return once(self, request, settled)


class CaseRecoveriesView(CaseBaseView):
    """POST: money came in."""

    keyed = True
    permissions: ClassVar = {"POST": Row("funding.record")}

    @extend_schema(request=SubrogationReceiptSerializer, responses={201: SubrogationCaseDetailSerializer})
    def post(self, request: Request, subrogation_case: str) -> Response:
        """Into the fund, and out of the stop-loss amounts of the months that it belongs to. Needs an Idempotency-Key."""
        key = self.key_of(subrogation_case, "sub")

        def received(_: str) -> tuple[int, Any]:
            workflow.receive(case_id=key, by=caller_name(request), **self.asked(SubrogationReceiptSerializer))
            return 201, self.told(book.case(key))

        return once(self, request, received)


class CaseCloseView(CaseBaseView):
    """POST: close the case."""

    permissions: ClassVar = {"POST": Row("claims.write")}

    @extend_schema(request=SubrogationClosingSerializer, responses=SubrogationCaseDetailSerializer)
    def post(self, request: Request, subrogation_case: str) -> Response:
        """Nothing more is expected."""
        key = self.key_of(subrogation_case, "sub")
        case = workflow.close(case_id=key, by=caller_name(request), **self.asked(SubrogationClosingSerializer))
        return Response(self.told(case))
