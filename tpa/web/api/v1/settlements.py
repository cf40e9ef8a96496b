"""Settlements of funded years: a preview from the books, then once, posted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.funding.settlement_models import Settlement
from tpa.engine.funding.settlement import PARTIES
from tpa.web.api.core.access import Row, person_of
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.lists import Query
from tpa.web.api.core.views import BookView
from tpa.workflows.settlement import pay_out, settle_year, settlement_of


class SettlementPayoutSerializer(serializers.Serializer):
    """What left the fund for a party."""

    party = serializers.CharField()
    cents = CentsField()
    paid_on = serializers.DateField()
    reference = serializers.CharField()


class SettlementSerializer(serializers.Serializer):
    """The year's money and what it came to, in cents; `owner`: whose a surplus is by the agreement.

    `payable`: what is owed to employer, tpa, carrier and tax; `payouts`: what of it was paid.
    """

    id = PublicIdField("stl", source="pk")
    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    settled_on = serializers.DateField()
    due_on = serializers.DateField()
    owner = serializers.CharField()
    year = serializers.DictField()
    settled = serializers.DictField()
    payable = serializers.DictField(child=CentsField())
    payouts = SettlementPayoutSerializer(many=True)


class SettlementPreviewSerializer(serializers.Serializer):
    """The same as of today; `settled` is null until the run-out has ended, on `settles_on`."""

    starts_on = serializers.DateField()
    ends_before = serializers.DateField()
    settles_on = serializers.DateField()
    due_on = serializers.DateField()
    owner = serializers.CharField()
    year = serializers.DictField()
    settled = serializers.DictField(allow_null=True)


class NewSettlementSerializer(StrictSerializer):
    """The year, by its first day, and whether the employer goes on."""

    year_starts_on = serializers.DateField()
    is_renewed = serializers.BooleanField(default=True)


class NewPayoutSerializer(StrictSerializer):
    """To whom, when, and the bank's reference; the amount is the settlement's."""

    party = serializers.ChoiceField([*PARTIES, "tax"])
    paid_on = serializers.DateField()
    reference = serializers.CharField(max_length=60)


class YearQuery(Query):
    """The year, by its first day, and whether the employer goes on."""

    year_starts_on = serializers.DateField()
    is_renewed = serializers.BooleanField(required=False, default=True)


class SettlementsView(BookView):
    """GET: settled years, the latest first. POST: settle one."""

    permissions: ClassVar = {"GET": Row("funding.read"), "POST": Row("funding.approve")}
    keyed = True

    @extend_schema(responses=SettlementSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every settlement, as it was made."""
        return self.page(Settlement.objects.prefetch_related("payouts"), SettlementSerializer)

    @extend_schema(request=NewSettlementSerializer, responses={201: SettlementSerializer})
    def post(self, request: Request) -> Response:
        """Settle a year after its run-out, once; refused before."""
        return once(self, request, self._settle)

    def _settle(self, key: str) -> tuple[int, Any]:
        asked = NewSettlementSerializer(data=self.request.data)
        asked.is_valid(raise_exception=True)
        made = settle_year(**asked.validated_data, person_id=person_of(self.request))
        return 201, SettlementSerializer(made, context=self.context()).data


class SettlementPayoutsView(BookView):
    """POST: pay out what a settlement owes a party."""

    permissions: ClassVar = {"POST": Row("payments.release")}
    keyed = True

    @extend_schema(request=NewPayoutSerializer, responses={201: SettlementPayoutSerializer})
    def post(self, request: Request, settlement: str) -> Response:
        """By another person than who settled the year; each party once."""
        self.settlement = self.key_of(settlement, "stl")
        return once(self, request, self._pay)

    def _pay(self, key: str) -> tuple[int, Any]:
        asked = NewPayoutSerializer(data=self.request.data)
        asked.is_valid(raise_exception=True)
        made = pay_out(settlement_id=self.settlement, **asked.validated_data, person_id=person_of(self.request))
        return 201, SettlementPayoutSerializer(made, context=self.context()).data


class SettlementPreviewView(BookView):
    """GET: how a year stands."""

    permissions: ClassVar = {"GET": Row("funding.read")}

    @extend_schema(parameters=[YearQuery], responses={200: SettlementPreviewSerializer, 422: None})
    def get(self, request: Request) -> Response:
        """From the books as they are today."""
        found = settlement_of(**YearQuery.read(request))
        told = {
            **found.period._asdict(),
            "settles_on": found.terms.run_out_ends_before(found.period),
            "due_on": found.terms.due_on(found.period),
            "owner": found.terms.owner,
            "year": asdict(found.year),
            "settled": asdict(found.settled) if found.settled else None,
        }
        return Response(SettlementPreviewSerializer(told).data)
