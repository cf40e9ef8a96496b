"""What payments are made of: steps of a payment, what payees owe, files, the paying terms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.payments import accounts, selectors
from tpa.books.payments.models import PayingTerms, Payment, PaymentFile
from tpa.infra import clock
from tpa.kernel.errors import SecondPersonError
from tpa.web.api.core.access import Row, person_of
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.uploads import UploadView, uploaded
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.payments import BalanceSerializer, PaymentSerializer
from tpa.web.files import file_answer
from tpa.workflows import payment_lives, receivables
from tpa.workflows.overpayment_letters import letter_paper
from tpa.workflows.payment_files import send_file, send_run

_READ, _RELEASE = Row("payments.read"), Row("payments.release")


class PaymentReasonSerializer(StrictSerializer):
    """Why. `by_check`: issue it anew by check, whatever account the payee has."""

    reason = serializers.CharField(max_length=200)
    by_check = serializers.BooleanField(default=False)


class PaymentVoidView(BookView):
    """POST: stop a payment; its claims are paid again by the next run."""

    permissions: ClassVar = {"POST": _RELEASE}

    @extend_schema(request=PaymentReasonSerializer, responses=PaymentSerializer)
    def post(self, request: Request, payment: str) -> Response:
        """The payment, void. Refused where the bank has paid it, or a later payment has set off what was taken back of it."""
        return self._act(payment, lambda key, told: payment_lives.void_payment(payment_id=key, **told))

    def _act(self, payment: str, act: Callable[[int, dict[str, Any]], Payment]) -> Response:
        key = selectors.payment(self.key_of(payment, "pay")).pk
        asked = PaymentReasonSerializer(data=self.request.data)
        asked.is_valid(raise_exception=True)
        told = {"person_id": person_of(self.request), "reason": asked.validated_data["reason"]}
        self.by_check = asked.validated_data["by_check"]
        return Response(PaymentSerializer(act(key, told), context=self.context()).data)


class PaymentReissueView(PaymentVoidView):
    """POST: another payment takes its place."""

    @extend_schema(request=PaymentReasonSerializer, responses=PaymentSerializer)
    def post(self, request: Request, payment: str) -> Response:
        """The new payment. The claims stay paid since the first day."""
        return self._act(
            payment, lambda key, told: payment_lives.reissue_payment(payment_id=key, by_check=self.by_check, **told)
        )


class PaymentMailView(BookView):
    """POST: a check went into the mail."""

    permissions: ClassVar = {"POST": _RELEASE}

    @extend_schema(request=None, responses=PaymentSerializer)
    def post(self, request: Request, payment: str) -> Response:
        """The payment; one that is no check, or was mailed before, stays as it is."""
        key = selectors.payment(self.key_of(payment, "pay")).pk
        payment_lives.mail_payments(payment_ids=[key], person_id=person_of(request))
        return Response(PaymentSerializer(selectors.payment(key), context=self.context()).data)


class OverpaymentLetterView(BookView):
    """GET: the letter that asks for an overpayment, as tagged PDF."""

    permissions: ClassVar = {"GET": _READ}

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, payment: str) -> HttpResponse:
        """Of a payment by letter; there is none of any other."""
        assert self.employer is not None
        content = letter_paper(employer=self.employer, payment_id=self.key_of(payment, "pay"))
        return file_answer(content, f"overpayment-{payment}.pdf")


class ReturnSerializer(serializers.Serializer):
    """A returned transfer: reopened, unknown, or not in a state to come back; of a prenote the account is refused."""

    code = serializers.CharField(source="returned.code")
    trace = serializers.CharField(source="returned.trace")
    cents = CentsField(source="returned.cents")
    outcome = serializers.ChoiceField(["reopened", "refused", "unknown", "state"])
    payment = PublicIdField("pay", source="payment_id", allow_null=True)


class TransferReturnsView(UploadView):
    """POST: a return file from the bank (NACHA)."""

    permissions: ClassVar = {"POST": _RELEASE}

    @extend_schema(request=OpenApiTypes.BINARY, responses={201: ReturnSerializer(many=True)})
    def post(self, request: Request) -> Response:
        """Reopen the payments whose transfers came back. The same file again changes nothing."""
        found = payment_lives.take_returns(content=uploaded(request).read(), person_id=person_of(request))
        return Response(ReturnSerializer(found, many=True, context=self.context()).data, status=201)


class AskBackSerializer(StrictSerializer):
    """The claim that was overpaid."""

    claim = PublicIdField("clm", source="claim_id")


class PayeeBalancesView(BookView):
    """GET: what payees owe. POST: ask for a claim's overpayment by letter, instead of setting it off."""

    permissions: ClassVar = {"GET": _READ, "POST": _RELEASE}
    keyed = True

    @extend_schema(responses=BalanceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Balances that no payment has set off and no payee sent back, the latest first."""
        return self.page(selectors.open_balances().order_by("-id"), BalanceSerializer)

    @extend_schema(request=AskBackSerializer, responses={201: PaymentSerializer})
    def post(self, request: Request) -> Response:
        """The letter. What it asks for is never set off as well."""
        return once(self, request, self._ask)

    def _ask(self, key: str) -> tuple[int, Any]:
        asked = AskBackSerializer(data=self.request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        letter = receivables.ask_back(**asked.validated_data, person_id=person_of(self.request))
        return 201, PaymentSerializer(letter, context=self.context()).data


class RefundSerializer(StrictSerializer):
    """Money that a payee has sent for a balance; `reference` is the bank's."""

    cents = CentsField(min_value=1)
    received_on = serializers.DateField()
    reference = serializers.CharField(max_length=60)


class RefundView(BookView):
    """POST: a payee has sent the money."""

    permissions: ClassVar = {"POST": Row("funding.record")}

    @extend_schema(request=RefundSerializer, responses=BalanceSerializer)
    def post(self, request: Request, balance: str) -> Response:
        """The balance, settled. The same reference counts once."""
        key = selectors.balance(self.key_of(balance, "bal")).pk
        asked = RefundSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        found = receivables.receive_refund(balance_id=key, **told, person_id=person_of(request))
        return Response(BalanceSerializer(found, context=self.context()).data)


class PayingTermsSerializer(StrictSerializer):
    """How claims are paid: out of which account, up to what by one person, what becomes of unclaimed money."""

    id = PublicIdField("ptm", source="pk", read_only=True)
    bank_name = serializers.CharField(max_length=60)
    routing_number = serializers.CharField(max_length=9)
    account_number = serializers.CharField(max_length=17, write_only=True)
    account_end = serializers.CharField(read_only=True)
    company_id = serializers.CharField(max_length=10)
    fraction = serializers.CharField(max_length=20, default="", allow_blank=True)
    first_check_number = serializers.IntegerField(default=1001, min_value=1, max_value=10**12)
    layout = serializers.CharField(max_length=30, default="generic")
    alone_up_to_cents = CentsField(min_value=0)
    recoup_after_days = serializers.IntegerField(default=0, min_value=0, max_value=3_650)
    stale_after_days = serializers.IntegerField(default=180, min_value=1, max_value=3_650)
    unclaimed_after_days = serializers.IntegerField(default=365, min_value=1, max_value=3_650)
    unclaimed_to = serializers.ChoiceField(PayingTerms.Unclaimed.choices, default=PayingTerms.Unclaimed.PLAN)
    approved_at = serializers.DateTimeField(read_only=True, allow_null=True)


class PayingTermsView(BookView):
    """GET: the paying terms, the latest first. POST: propose others."""

    permissions: ClassVar = {"GET": _READ, "POST": _RELEASE}
    keyed = True

    @extend_schema(responses=PayingTermsSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The latest that a second person approved hold."""
        return self.page(PayingTerms.objects.all(), PayingTermsSerializer)

    @extend_schema(request=PayingTermsSerializer, responses={201: PayingTermsSerializer})
    def post(self, request: Request) -> Response:
        """Propose terms; they hold once another person has approved them."""
        return once(self, request, self._propose)

    def _propose(self, key: str) -> tuple[int, Any]:
        asked = PayingTermsSerializer(data=self.request.data)
        asked.is_valid(raise_exception=True)
        person = person_of(self.request)
        if person is None:
            raise SecondPersonError("Paying terms are proposed by a person.")
        made = accounts.propose_terms(**asked.validated_data, made_by_id=person, now=clock.now())
        return 201, PayingTermsSerializer(made, context=self.context()).data


class PayingTermsApproveView(BookView):
    """POST: another person approves the proposed terms."""

    permissions: ClassVar = {"POST": _RELEASE}

    @extend_schema(request=None, responses=PayingTermsSerializer)
    def post(self, request: Request, terms: str) -> Response:
        """They hold from now on."""
        made = accounts.approve_terms(terms_id=self.key_of(terms, "ptm"), by_id=person_of(request), now=clock.now())
        return Response(PayingTermsSerializer(made, context=self.context()).data)


class PaymentFileSerializer(serializers.Serializer):
    """A file that goes out."""

    id = PublicIdField("pfl", source="pk")
    kind = serializers.ChoiceField(PaymentFile.Kind.values)
    name = serializers.CharField()
    run = PublicIdField("run", source="run_id", allow_null=True)
    sha256 = serializers.CharField()
    total_cents = CentsField()
    made_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)


class PaymentFilesView(BookView):
    """GET: the files of the runs."""

    permissions: ClassVar = {"GET": _READ}

    @extend_schema(responses=PaymentFileSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Remittances, transfers and checks, the latest first."""
        return self.page(selectors.files(), PaymentFileSerializer)


class PaymentFileContentView(BookView):
    """GET: a file's bytes."""

    permissions: ClassVar = {"GET": _RELEASE}

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, file: str) -> HttpResponse:
        """As it was released; refused where it was altered since."""
        found = send_file(file_id=self.key_of(file, "pfl"), person_id=person_of(request))
        return file_answer(bytes(found.content), found.name)


class RunFilesView(BookView):
    """POST: all files of a payment run in one."""

    permissions: ClassVar = {"POST": _RELEASE}
    heeds_key = False

    @extend_schema(request=None, responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def post(self, request: Request, run: str) -> HttpResponse:
        """As they were released, noted as sent; refused where one was altered since. Checks are printed apart."""
        content = send_run(run_id=self.key_of(run, "run"), person_id=person_of(request))
        return file_answer(content, f"{run}.zip")
