"""Payment runs and the payments that they issued."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.payments import selectors
from tpa.books.payments.models import Payment, PaymentRun
from tpa.web.api.core.access import Row, person_of
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.lists import Query
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.payee_addresses import MailingAddressSerializer
from tpa.workflows.payment_run import (
    approve_payments,
    cancel_payments,
    propose_payments,
    release_payments,
    run_payments,
)


class PaymentRunSerializer(serializers.Serializer):
    """A run: what was paid, and what has to wait: for the employer's money, or (unmailed) for the payee's address."""

    id = PublicIdField("run", source="pk")
    state = serializers.ChoiceField(PaymentRun.State.values)
    needs_second_person = serializers.BooleanField()
    run_on = serializers.DateField()
    started_at = serializers.DateTimeField()
    available_cents = CentsField()
    paid_count = serializers.IntegerField()
    paid_cents = CentsField()
    held_count = serializers.IntegerField()
    held_cents = CentsField()
    unmailed_count = serializers.IntegerField()
    unmailed_cents = CentsField()
    offset_cents = CentsField()


class PaymentSerializer(serializers.Serializer):
    """What a payee gets by one run: its claims, plus what it carries on, less the balances that it takes."""

    id = PublicIdField("pay", source="pk")
    run = PublicIdField("run", source="run_id", allow_null=True)
    payee = serializers.ChoiceField(Payment.Payee.values)
    payee_tax_id = serializers.CharField()
    payee_name = serializers.CharField()
    method = serializers.ChoiceField(Payment.Method.values)
    number = serializers.CharField()
    amount_cents = CentsField()
    issued_on = serializers.DateField(allow_null=True)
    state = serializers.CharField()


class ClaimPaymentSerializer(serializers.Serializer):
    """One decision's part of a payment; below zero where it takes back. Interest comes besides, for days that it is late."""

    decision = PublicIdField("dec", source="decision_id")
    claim = PublicIdField("clm", source="claim_id")
    amount_cents = CentsField()
    interest_cents = CentsField()
    days_late = serializers.IntegerField()
    voided_on = serializers.DateField(allow_null=True)


class BalanceSerializer(serializers.Serializer):
    """What a payee owes after a payment: FB is carried to the next one, WO withheld after a time, LT asked for."""

    id = PublicIdField("bal", source="pk")
    payment = PublicIdField("pay", source="payment_id")
    code = serializers.CharField()
    claim = PublicIdField("clm", source="claim_id", allow_null=True)
    cents = CentsField()
    due_on = serializers.DateField(allow_null=True)
    taken_by = PublicIdField("pay", source="taken_by_id", allow_null=True)
    refunded_on = serializers.DateField(allow_null=True)


class PaymentStepSerializer(serializers.Serializer):
    """A step in a payment's life."""

    kind = serializers.CharField()
    on = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    note = serializers.CharField()


class PaymentDetailSerializer(PaymentSerializer):
    """A payment with its claims, balances and timeline, and where a check of it was mailed to."""

    mail_to = MailingAddressSerializer(allow_null=True)
    claims = ClaimPaymentSerializer(many=True)
    carried = BalanceSerializer(many=True)
    taken = BalanceSerializer(many=True)
    events = PaymentStepSerializer(many=True)


class RunSerializer(StrictSerializer):
    """A run takes no terms: it pays what may be paid. With `release` false it is proposed only."""

    release = serializers.BooleanField(default=True)


class PaymentsQuery(Query):
    """`run`: the payments of one run."""

    run = serializers.CharField(required=False, default="")


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
        """Pay decided claims, the oldest first, as far as the deposits cover; 204 where nothing is owed.

        A run beyond the limit of the paying terms stays proposed until a second person has approved and released it.
        """
        return once(self, request, self._pay)

    def _pay(self, key: str) -> tuple[int, Any]:
        asked = RunSerializer(data=self.request.data)
        asked.is_valid(raise_exception=True)
        act = run_payments if asked.validated_data["release"] else propose_payments
        run = act(person_id=person_of(self.request))
        return (204, None) if run is None else (201, PaymentRunSerializer(run, context=self.context()).data)


class PaymentRunView(BookView):
    """GET: one run."""

    permissions: ClassVar = {"GET": Row("payments.read")}

    @extend_schema(responses=PaymentRunSerializer)
    def get(self, request: Request, run: str) -> Response:
        """The run's figures."""
        return Response(PaymentRunSerializer(selectors.run(self.key_of(run, "run")), context=self.context()).data)


class RunActionView(BookView):
    """POST: take a run one step on."""

    permissions: ClassVar = {"POST": Row("payments.release")}

    def act(self, run_id: int, person_id: int | None) -> PaymentRun:
        """The step."""
        return approve_payments(run_id=run_id, person_id=person_id)

    @extend_schema(request=None, responses=PaymentRunSerializer)
    def post(self, request: Request, run: str) -> Response:
        """The answer is the run. Refused in another state, and to one person where two are needed."""
        found = self.act(selectors.run(self.key_of(run, "run")).pk, person_of(request))
        return Response(PaymentRunSerializer(found, context=self.context()).data)


class RunApproveView(RunActionView):
    """POST: somebody has looked at the run."""


class RunReleaseView(RunActionView):
    """POST: its money leaves."""

    def act(self, run_id: int, person_id: int | None) -> PaymentRun:
        return release_payments(run_id=run_id, person_id=person_id)


class RunCancelView(RunActionView):
    """POST: nothing of it is paid; what it held is free for the next run."""

    def act(self, run_id: int, person_id: int | None) -> PaymentRun:
        return cancel_payments(run_id=run_id, person_id=person_id, note="")


class PaymentView(BookView):
    """GET: one payment."""

    permissions: ClassVar = {"GET": Row("payments.read")}

    @extend_schema(responses=PaymentDetailSerializer)
    def get(self, request: Request, payment: str) -> Response:
        """The payment with its claims, what it set off and what it carries on, and its timeline."""
        found = selectors.payment(self.key_of(payment, "pay"))
        return Response(PaymentDetailSerializer(_whole(found), context=self.context()).data)


def _whole(payment: Payment) -> dict[str, Any]:
    names = (
        "pk",
        "run_id",
        "payee",
        "payee_tax_id",
        "payee_name",
        "method",
        "number",
        "amount_cents",
        "issued_on",
        "state",
        "mail_to",
    )
    parts = {name: list(getattr(payment, name).all()) for name in ("claims", "carried", "taken", "events")}
    return {name: getattr(payment, name) for name in names} | parts


class PaymentsView(BookView):
    """GET: payments."""

    permissions: ClassVar = {"GET": Row("payments.read")}

    @extend_schema(parameters=[PaymentsQuery], responses=PaymentSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Payments, the latest first."""
        run = PaymentsQuery.read(request)["run"]
        rows = selectors.payments()
        return self.page(rows.filter(run_id=self.key_of(run, "run")) if run else rows, PaymentSerializer)
