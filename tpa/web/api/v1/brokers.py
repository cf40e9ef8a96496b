"""What brokers get of the plans: for the disclosure of ERISA s. 408(b)(2)(B). At the TPA's own host alone."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.engine.billing.disclosure import Disclosure
from tpa.infra import clock
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import Span, add_months
from tpa.web.api.core.access import Row
from tpa.web.api.core.fields import CentsField, PublicIdField
from tpa.web.api.core.lists import Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.web.files import file_answer
from tpa.workflows.broker_disclosure import broker_disclosures, disclosure_csv, names_of


class BrokerFeeSerializer(serializers.Serializer):
    """One fee's part."""

    fee = serializers.CharField()
    kind = serializers.ChoiceField(("commission", "override", "bonus"))
    cents = CentsField()


class DisclosureSerializer(serializers.Serializer):
    """A broker's compensation by one plan. Commissions are direct, overrides and bonuses indirect."""

    broker = serializers.CharField()
    npn = serializers.CharField(allow_blank=True)
    employer = PublicIdField("emp", shared=True, source="employer_id")
    direct_cents = CentsField()
    indirect_cents = CentsField()
    total_cents = CentsField()
    to_be_disclosed = serializers.BooleanField(help_text="At or above the law's least amount.")
    fees = BrokerFeeSerializer(many=True)

    def to_representation(self, instance: tuple[Disclosure, str]) -> dict[str, Any]:
        one, npn = instance
        fees = [{"fee": fee, "kind": kind, "cents": cents} for (fee, kind), cents in sorted(one.by_fee.items())]
        names = ("broker", "employer_id", "direct_cents", "indirect_cents", "total_cents", "to_be_disclosed")
        return super().to_representation({name: getattr(one, name) for name in names} | {"npn": npn, "fees": fees})


class MonthsQuery(Query):
    """Months of invoices: from the first day of one to before another; the last twelve whole months without them."""

    from_month = serializers.DateField(required=False, default=None)
    before_month = serializers.DateField(required=False, default=None)

    @classmethod
    def span(cls, request: Request) -> Span:
        """The span that is asked for. Raises DomainError where it has no month."""
        asked = cls.read(request)
        before = asked["before_month"] or clock.today().replace(day=1)
        span = Span(asked["from_month"] or add_months(before, -12), before)
        if span.starts_on >= span.ends_before:
            raise DomainError("from_month is before before_month.", where="/from_month")
        return span


class BrokerCompensationView(BookView):
    """GET: by broker and employer."""

    permissions: ClassVar = {"GET": Row("invoices.read", False, True)}
    desk_only = True
    pagination_class = Whole

    @extend_schema(parameters=[MonthsQuery], responses={200: DisclosureSerializer(many=True), 422: None})
    def get(self, request: Request) -> Response:
        """From the commissions that final invoices of these months charge."""
        found = broker_disclosures(MonthsQuery.span(request), self.employer_ids)
        _, numbers = names_of(found)
        rows = [(one, numbers.get(one.broker, "")) for one in found]
        return Response({"data": DisclosureSerializer(rows, many=True, context=self.context()).data})


class BrokerCompensationTableView(BrokerCompensationView):
    """GET: the same as CSV."""

    @extend_schema(parameters=[MonthsQuery], responses={(200, "text/csv"): OpenApiTypes.BINARY, 422: None})
    def get(self, request: Request) -> HttpResponse:
        """A row for each broker, employer and fee."""
        content = disclosure_csv(broker_disclosures(MonthsQuery.span(request), self.employer_ids))
        return file_answer(content, "broker-compensation.csv")
