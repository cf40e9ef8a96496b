"""What the last months would have cost under another stop-loss contract."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.stoploss import selectors
from tpa.web.api.core.access import Row, caller_name
from tpa.web.api.core.fields import PublicIdField, StrictSerializer
from tpa.web.api.core.views import BookView
from tpa.workflows.stop_loss_what_if import ask


class QuoteSerializer(serializers.Serializer):
    """What the months would have cost under a quote; `result` once the job is done."""

    id = PublicIdField("slw", source="pk")
    name = serializers.CharField()
    document = serializers.JSONField()
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    job = PublicIdField("job", source="job_id")
    asked_at = serializers.DateTimeField()
    asked_by = serializers.CharField()
    result = serializers.JSONField(allow_null=True)


class NewQuoteSerializer(StrictSerializer):
    """The quote's terms; the last 24 whole months without `starts_on`."""

    name = serializers.CharField(max_length=80)
    document = serializers.JSONField()
    starts_on = serializers.DateField(required=False, default=None, allow_null=True)


class QuotesView(BookView):
    """GET: the questions. POST: ask what the last months would have cost under a quote."""

    permissions: ClassVar = {"GET": Row("what_if.read"), "POST": Row("what_if.run")}

    @extend_schema(responses=QuoteSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Questions, the latest first."""
        return self.page(selectors.what_ifs(), QuoteSerializer)

    @extend_schema(request=NewQuoteSerializer, responses={202: QuoteSerializer})
    def post(self, request: Request) -> Response:
        """Ask; a job answers. Follow it by its id, or read the question again."""
        asked = NewQuoteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        found = ask(employer_id=self.employer_id, by=caller_name(request), **asked.validated_data)
        return Response(QuoteSerializer(found, context=self.context()).data, status=202)


class QuoteView(BookView):
    """GET: one question."""

    permissions: ClassVar = {"GET": Row("what_if.read")}

    @extend_schema(responses=QuoteSerializer)
    def get(self, request: Request, quote: str) -> Response:
        """The question, and its answer once there is one."""
        found = selectors.what_if(self.key_of(quote, "slw"))
        return Response(QuoteSerializer(found, context=self.context()).data)
