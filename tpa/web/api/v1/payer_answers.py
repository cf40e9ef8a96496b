"""What other plans have answered to a claim after it came."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.claims import payer_answers as book
from tpa.books.claims import selectors
from tpa.books.claims.models import PayerAnswer
from tpa.engine.coordination.answers import payers_from_json
from tpa.kernel.document import DocumentError, Section
from tpa.web.api.core.access import Row, caller_name
from tpa.web.api.core.fields import PublicIdField
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.lists import NoQuery
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.claim_form import OtherPayerFormSerializer
from tpa.workflows.claim_intake_payers import payer_from, payer_to_json
from tpa.workflows.payer_answers import enter_answer


class NewPayerAnswerSerializer(serializers.Serializer):
    """What another plan has done with the claim, as its explanation of benefits says."""

    payer = OtherPayerFormSerializer()
    note = serializers.CharField(max_length=400, required=False)


class PayerAnswerSerializer(serializers.Serializer):
    """An answer as it was entered. The latest of a payer counts."""

    id = PublicIdField("pya", source="pk")
    claim = PublicIdField("clm", source="claim_id")
    payer = OtherPayerFormSerializer()
    note = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.CharField()

    def to_representation(self, instance: PayerAnswer) -> dict[str, Any]:
        (payer,) = payers_from_json(json.dumps([instance.payer]))
        names = ("pk", "claim_id", "note", "recorded_at", "recorded_by")
        return super().to_representation(
            {name: getattr(instance, name) for name in names} | {"payer": payer_to_json(payer)}
        )


class ClaimPayerAnswersView(BookView):
    """GET: the answers that were entered. POST: another one."""

    permissions: ClassVar = {"GET": Row("claims.read"), "POST": Row("claims.write")}
    pagination_class = Whole
    keyed = True

    @extend_schema(responses=PayerAnswerSerializer(many=True))
    def get(self, request: Request, claim: str) -> Response:
        """Answers to the claim, the earliest first."""
        NoQuery.read(request)
        rows = book.answers(selectors.claim(self.key_of(claim, "clm")).pk)
        return Response({"data": PayerAnswerSerializer(rows, many=True, context=self.context()).data})

    @extend_schema(request=NewPayerAnswerSerializer, responses={201: PayerAnswerSerializer})
    def post(self, request: Request, claim: str) -> Response:
        """A claim that waits for it is decided by itself; one that is decided already is corrected by whom it concerns."""
        key = selectors.claim(self.key_of(claim, "clm")).pk
        return once(self, request, lambda _: self._enter(key))

    def _enter(self, claim_id: int) -> tuple[int, Any]:
        with Section(self.request.data) as told:
            payer, note = payer_from(told.section("payer")), told.text("note", "")
        if len(note) > 400:
            raise DocumentError("At most 400 characters are wanted.", where="/note")
        row = enter_answer(claim_id=claim_id, payer=payer, note=note, by=caller_name(self.request))
        return 201, PayerAnswerSerializer(row, context=self.context()).data
