"""Change of mind: previews of claims decided again or taken back, of selections; applied as shown, or parked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.claims import corrections as selectors
from tpa.books.claims.models import Correction
from tpa.books.claims.selecting import Selection
from tpa.books.members import selectors as members
from tpa.kernel.ids import public_id
from tpa.web.api.core.access import Row, caller_name, person_behind
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.lists import NoQuery, Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.web.files import csv_answer
from tpa.workflows import corrections as workflow
from tpa.workflows.readjudication import ask_apply, ask_selection


class CorrectionSerializer(serializers.Serializer):
    """A correction and what it comes to. `signature` is to be sent with the order to apply it."""

    id = PublicIdField("cor", source="pk")
    kind = serializers.CharField()
    state = serializers.CharField()
    why = serializers.CharField()
    note = serializers.CharField()
    made_at = serializers.DateTimeField()
    made_by = serializers.CharField()
    signature = serializers.CharField()
    families_count = serializers.IntegerField()
    changes_count = serializers.IntegerField()
    payee_cents = CentsField()
    gross_cents = CentsField()
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_by = serializers.CharField()
    ended_note = serializers.CharField()
    job = PublicIdField("job", source="job_id", allow_null=True)


class DecidedFiguresSerializer(serializers.Serializer):
    """What a decision came to, or would."""

    outcome = serializers.CharField()
    allowed_cents = CentsField()
    paid_cents = CentsField()
    member_cents = CentsField()


class ChangeSerializer(serializers.Serializer):
    """A claim that comes out otherwise. `new` is null where it is taken back, or would wait (`pends`).

    `cause`: it was named, or it follows. `overpaid_cents`: what a payee holds too much of money that has gone out.
    """

    claim = PublicIdField("clm")
    version = serializers.IntegerField()
    cause = serializers.ChoiceField(("named", "follows"))
    old = DecidedFiguresSerializer()
    new = DecidedFiguresSerializer(allow_null=True)
    pends = serializers.ListField(child=serializers.CharField())
    replaced_by = PublicIdField("clm", allow_null=True)
    is_paid = serializers.BooleanField()
    payee_cents = CentsField()
    overpaid_cents = CentsField()


class AccumulatorMoveSerializer(serializers.Serializer):
    """An accumulator before and after; `member` null is the family's sum."""

    member = PublicIdField("mem", allow_null=True)
    code = serializers.CharField()
    period_on = serializers.DateField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()


class StopLossMoveSerializer(serializers.Serializer):
    """What a contract's specific cover makes of the family, before and after, as if all were paid today."""

    contract = serializers.CharField()
    eligible_before_cents = CentsField()
    eligible_after_cents = CentsField()
    reimbursable_before_cents = CentsField()
    reimbursable_after_cents = CentsField()


class CorrectedFamilySerializer(serializers.Serializer):
    """One family's part, in its order."""

    family = PublicIdField("fam", source="family_id")
    state = serializers.CharField()
    changes = ChangeSerializer(many=True)
    accumulators = AccumulatorMoveSerializer(many=True)
    stop_loss = StopLossMoveSerializer(many=True)


class AskCorrectionSerializer(StrictSerializer):
    """The claims; or an eligibility load whose work list it is; or a member, whose family's claims are all looked at again
    because amounts from outside came late. Whether claims are decided again or taken back, and why.
    """

    claims = serializers.ListField(child=PublicIdField("clm"), required=False, allow_empty=False, max_length=1000)
    load = PublicIdField("lod", required=False)
    member = PublicIdField("mem", required=False)
    take_back = serializers.BooleanField(default=False)
    why = serializers.ChoiceField(sorted(workflow.REASONS))
    note = serializers.CharField(max_length=400, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the three."""
        if len({"claims", "load", "member"} & attrs.keys()) != 1:
            raise serializers.ValidationError({"claims": "Name claims, or a load, or a member."})
        if attrs["take_back"] and "claims" not in attrs:
            raise serializers.ValidationError({"take_back": "Only claims that are named are taken back."})
        return attrs


class AskSelectionSerializer(StrictSerializer):
    """Days of service from `starts_on` up to `ends_before`, and what else must hold: all that is given."""

    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    plan = PublicIdField("pln", required=False)
    provider = serializers.CharField(max_length=20, required=False, default="")
    procedure = serializers.CharField(max_length=20, required=False, default="")
    price_list = PublicIdField("prl", shared=True, required=False)
    rule = serializers.CharField(max_length=60, required=False, default="")
    why = serializers.ChoiceField(sorted(workflow.REASONS))
    note = serializers.CharField(max_length=400, allow_blank=True, default="")


class SignedSerializer(StrictSerializer):
    """The signature of the preview that was looked at."""

    signature = serializers.CharField(max_length=64)


class ParkSerializer(StrictSerializer):
    """Why it may stay as it is."""

    note = serializers.CharField(max_length=400)


FAMILIES = 100
"""Families in one answer."""


class FamiliesQuery(Query):
    """`after`: the last family of the answer before."""

    after = serializers.CharField(required=False, default="")


class CorrectionView(BookView):
    """What the views of corrections share."""

    def told(self, found: Correction, status: int = 200) -> Response:
        """The correction as it is."""
        return Response(CorrectionSerializer(found, context=self.context()).data, status=status)

    def asked(self, serializer: type[StrictSerializer]) -> dict[str, Any]:
        """What was sent, read."""
        sent = serializer(data=self.request.data, context=self.context())
        sent.is_valid(raise_exception=True)
        return sent.validated_data


class CorrectionsView(CorrectionView):
    """GET: corrections. POST: a preview."""

    permissions: ClassVar = {"GET": Row("claims.read"), "POST": Row("claims.correct")}

    @extend_schema(responses=CorrectionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Corrections, the latest first."""
        return self.page(selectors.corrections(), CorrectionSerializer)

    @extend_schema(request=AskCorrectionSerializer, responses={201: CorrectionSerializer})
    def post(self, request: Request) -> Response:
        """What it would come to. Nothing is changed until the preview is applied."""
        told = self.asked(AskCorrectionSerializer)
        by = {"by": caller_name(request), "person_id": person_behind(request)}
        if "load" in told:
            return self.told(workflow.preview_load(load_id=told["load"], note=told["note"], **by), 201)
        if "member" in told:
            family_id = members.member(told["member"]).family_id
            found = workflow.preview_family(family_id=family_id, why=told["why"], note=told["note"], **by)
            return self.told(found, 201)
        found = workflow.preview_claims(
            claim_ids=told["claims"], why=told["why"], note=told["note"], take_back=told["take_back"], **by
        )
        return self.told(found, 201)


class SelectionsView(CorrectionView):
    """POST: a preview of a selection of claims."""

    permissions: ClassVar = {"POST": Row("claims.correct")}

    @extend_schema(request=AskSelectionSerializer, responses={202: CorrectionSerializer})
    def post(self, request: Request) -> Response:
        """A job decides the selected claims again; follow it, then read the correction."""
        told = self.asked(AskSelectionSerializer)
        names = ("starts_on", "ends_before", "provider", "procedure", "rule")
        selection = Selection(
            **{name: told[name] for name in names}, plan_id=told.get("plan"), price_list_id=told.get("price_list")
        )
        by = {"by": caller_name(request), "person_id": person_behind(request)}
        found = ask_selection(selection=selection, why=told["why"], note=told["note"], **by)
        return self.told(found, 202)


class OneCorrectionView(CorrectionView):
    """GET: one correction."""

    permissions: ClassVar = {"GET": Row("claims.read")}

    @extend_schema(responses=CorrectionSerializer)
    def get(self, request: Request, correction: str) -> Response:
        """The correction with its sums."""
        return self.told(selectors.correction(self.key_of(correction, "cor")))


class CorrectedFamiliesView(CorrectionView):
    """GET: what a correction shows."""

    permissions: ClassVar = {"GET": Row("claims.read")}

    pagination_class = Whole

    @extend_schema(parameters=[FamiliesQuery], responses=CorrectedFamilySerializer(many=True))
    def get(self, request: Request, correction: str) -> Response:
        """A hundred families, in the order of their keys: claims old and new, accumulators, stop-loss."""
        found = selectors.correction(self.key_of(correction, "cor"))
        after = FamiliesQuery.read(request)["after"]
        rows = selectors.families(found).filter(family_id__gt=self.key_of(after, "fam") if after else 0)[:FAMILIES]
        shown = CorrectedFamilySerializer([_family(one) for one in rows], many=True, context=self.context())
        return Response({"data": shown.data})


def _family(one: Any) -> dict[str, Any]:
    names = ("eligible_before_cents", "eligible_after_cents", "reimbursable_before_cents", "reimbursable_after_cents")
    return {
        "family_id": one.family_id,
        "state": one.state,
        "changes": one.shown["changes"],
        "accumulators": [
            {"member": member or None, "code": code, "period_on": day, "before": before, "after": after}
            for member, code, day, before, after in one.shown["accumulators"]
        ],
        "stop_loss": [
            {"contract": number, **dict(zip(names, cents, strict=True))} for number, _, *cents in one.shown["stop_loss"]
        ],
    }


class CorrectionTableView(CorrectionView):
    """GET: the changes as CSV."""

    permissions: ClassVar = {"GET": Row("claims.read")}

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, correction: str) -> HttpResponse:
        """A row a claim; amounts are cents."""
        NoQuery.read(request)
        found = selectors.correction(self.key_of(correction, "cor"))
        return csv_answer(change_rows(found, self.employer_id), "correction.csv")


def change_rows(found: Correction, employer_id: int) -> Iterator[tuple[object, ...]]:
    """A head, then a row for every claim that changes."""
    yield "claim", "cause", "old_outcome", "old_paid_cents", "new_outcome", "new_paid_cents", "payee_cents", "is_paid"
    for one in selectors.changes_of(found):
        old, new = one["old"], one["new"]
        outcome = new["outcome"] if new else "pended" if one["pends"] else "reversed"
        paid = new["paid_cents"] if new else 0
        claim = public_id("clm", employer_id, one["claim"])
        yield (
            claim, one["cause"], old["outcome"], old["paid_cents"], outcome, paid, one["payee_cents"], one["is_paid"],
        )  # fmt: skip


class ApplyCorrectionView(CorrectionView):
    """POST: make it so."""

    permissions: ClassVar = {"POST": Row("claims.correct")}

    @extend_schema(request=SignedSerializer, responses=CorrectionSerializer)
    def post(self, request: Request, correction: str) -> Response:
        """As it was shown, or not at all. A selection is applied by a job, family by family."""
        found = selectors.correction(self.key_of(correction, "cor"))
        authority = getattr(request.user, "authority_cents", None)
        order = {
            "correction_id": found.pk,
            "signature": self.asked(SignedSerializer)["signature"],
            "by": caller_name(request),
            "person_id": person_behind(request),
            "alone_up_to_cents": authority(self.employer_id) if authority else 0,
        }
        is_selection = found.kind == Correction.Kind.SELECTION
        return self.told(ask_apply(**order) if is_selection else workflow.apply_correction(**order))


class ParkCorrectionView(CorrectionView):
    """POST: leave it."""

    permissions: ClassVar = {"POST": Row("claims.correct")}

    @extend_schema(request=ParkSerializer, responses=CorrectionSerializer)
    def post(self, request: Request, correction: str) -> Response:
        """Small differences may stay as they were decided, for a reason."""
        key = self.key_of(correction, "cor")
        note = self.asked(ParkSerializer)["note"]
        return self.told(workflow.park(correction_id=key, note=note, by=caller_name(request)))


class RenewCorrectionView(CorrectionView):
    """POST: look at it anew."""

    permissions: ClassVar = {"POST": Row("claims.correct")}

    @extend_schema(request=None, responses=CorrectionSerializer)
    def post(self, request: Request, correction: str) -> Response:
        """The same claims or family, decided again on the books of now; with a new signature."""
        key = self.key_of(correction, "cor")
        return self.told(workflow.renew(correction_id=key, by=caller_name(request), person_id=person_behind(request)))
