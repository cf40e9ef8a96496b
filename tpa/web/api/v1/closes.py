"""Closing months: what has to prove, closing, reopening."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.ledger import selectors
from tpa.kernel.errors import ConflictError
from tpa.web.api.core.access import Row, person_of
from tpa.web.api.core.fields import CentsField, PublicIdField
from tpa.web.api.core.lists import Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.invoices import MonthSerializer
from tpa.workflows.close import close_month, prove_month, reopen_month


class CheckSerializer(serializers.Serializer):
    """One comparison: the ledger's figure and the one that it has to be."""

    code = serializers.CharField()
    says = serializers.CharField()
    ledger_cents = CentsField()
    other_cents = CentsField()
    difference_cents = CentsField()
    proves = serializers.BooleanField()
    may_explain = serializers.BooleanField()
    detail = serializers.CharField()


class CloseSerializer(serializers.Serializer):
    """A month that was closed or reopened; `closed_before` is the first day that was open from then on."""

    id = PublicIdField("cls", source="pk")
    kind = serializers.CharField()
    month = serializers.DateField()
    closed_before = serializers.DateField()
    at = serializers.DateTimeField()
    reason = serializers.CharField()
    proof = serializers.ListField(child=serializers.DictField())


class CloseMonthSerializer(MonthSerializer):
    """The month, and why a clearing account that is not empty may be so, by the code of its check."""

    explained = serializers.DictField(child=serializers.CharField(max_length=200), required=False)


class ReopenSerializer(MonthSerializer):
    """The month, and why."""

    reason = serializers.CharField(max_length=400)


class MonthQuery(Query):
    """`month`: its first day."""

    month = serializers.DateField()


def _person(request: Request) -> int:
    person = person_of(request)
    if person is None:
        raise ConflictError("A month is closed and reopened by a person, not by a key.", remedy="Log in at the desk.")
    return person


class ClosesView(BookView):
    """GET: closed and reopened months, the latest first. POST: close the next month."""

    permissions: ClassVar = {"GET": Row("ledger.read"), "POST": Row("ledger.close")}

    @extend_schema(responses=CloseSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every close with its proof."""
        return self.page(selectors.closes(), CloseSerializer)

    @extend_schema(request=CloseMonthSerializer, responses={201: CloseSerializer})
    def post(self, request: Request) -> Response:
        """Close the month if everything proves; refused with the list of what does not."""
        asked = CloseMonthSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = close_month(person_id=_person(request), **asked.validated_data)
        return Response(CloseSerializer(made, context=self.context()).data, status=201)


class ReopenView(BookView):
    """POST: reopen the last closed month."""

    permissions: ClassVar = {"POST": Row("ledger.close")}

    @extend_schema(request=ReopenSerializer, responses={201: CloseSerializer})
    def post(self, request: Request) -> Response:
        """By somebody else than who closed it."""
        asked = ReopenSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = reopen_month(person_id=_person(request), **asked.validated_data)
        return Response(CloseSerializer(made, context=self.context()).data, status=201)


class ProofView(BookView):
    """GET: whether a month would close now."""

    permissions: ClassVar = {"GET": Row("ledger.read")}
    pagination_class = Whole

    @extend_schema(parameters=[MonthQuery], responses=CheckSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every comparison as of the month's last day."""
        checks: list[Any] = prove_month(month=MonthQuery.read(request)["month"].replace(day=1))
        return Response({"data": CheckSerializer(checks, many=True).data})
