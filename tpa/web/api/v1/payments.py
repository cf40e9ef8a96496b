"""Payment runs and the payments that they issued."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.payments import selectors
from tpa.books.payments.models import Payment, PaymentRun
from tpa.kernel.errors import NotFoundError
from tpa.web.api.core.access import Row
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.lists import Query
from tpa.web.api.core.views import BookView
from tpa.workflows.payment_run import run_payments


class PaymentRunSerializer(serializers.Serializer):
    """A run: what was paid, and what has to wait for the employer's money."""

    id = PublicIdField("run", source="pk")
    run_on = serializers.DateField()
    started_at = serializers.DateTimeField()
    available_cents = CentsField()
    paid_count = serializers.IntegerField()
    paid_cents = CentsField()
    held_count = serializers.IntegerField()
    held_cents = CentsField()


class PaymentSerializer(serializers.Serializer):
    """What a payee gets for one decision."""

    id = PublicIdField("pay", source="pk")
    run = PublicIdField("run", source="run_id")
    decision = PublicIdField("dec", source="decision_id")
    claim = PublicIdField("clm", source="claim_id")
    payee = serializers.ChoiceField(Payment.Payee.values)
    payee_name = serializers.CharField()
    amount_cents = CentsField()
    issued_on = serializers.DateField()


class RunSerializer(StrictSerializer):
    """A run takes no terms: it pays what may be paid."""


class PaymentsQuery(Query):
    """`run`: the payments of one run."""

    run = serializers.CharField(required=False, default="")


def _run(run_id: int) -> PaymentRun:
    found = selectors.runs().filter(pk=run_id).first()
    if found is None:
        raise NotFoundError("There is no such run.")
    return found


class PaymentRunsView(BookView):
    """GET: the runs. POST: pay now."""

    permissions: ClassVar = {"GET": Row("payments.read"), "POST": Row("payments.release")}
    keyed = True

    @extend_schema(responses=PaymentRunSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Runs, the latest first."""
        return self.page(selectors.runs(), PaymentRunSerializer)

    @extend_schema(request=RunSerializer, responses={201: PaymentRunSerializer, 204: None})
    def post(self, request: Request) -> Response:
        """Pay decided claims, the oldest first, as far as the deposits cover; 204 where nothing is owed."""
        RunSerializer(data=request.data).is_valid(raise_exception=True)
        return once(self, request, self._pay)

    def _pay(self, key: str) -> tuple[int, Any]:
        run = run_payments()
        return (204, None) if run is None else (201, PaymentRunSerializer(run, context=self.context()).data)


class PaymentRunView(BookView):
    """GET: one run."""

    permissions: ClassVar = {"GET": Row("payments.read")}

    @extend_schema(responses=PaymentRunSerializer)
    def get(self, request: Request, run: str) -> Response:
        """The run's figures."""
        return Response(PaymentRunSerializer(_run(self.key_of(run, "run")), context=self.context()).data)


class PaymentsView(BookView):
    """GET: payments."""

    permissions: ClassVar = {"GET": Row("payments.read")}

    @extend_schema(parameters=[PaymentsQuery], responses=PaymentSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Payments, the latest first."""
        run = PaymentsQuery.read(request)["run"]
        rows = selectors.payments()
        return self.page(rows.filter(run_id=self.key_of(run, "run")) if run else rows, PaymentSerializer)
