"""Around invoices: files, sending, the statement of account, figures for fees, disputed lines."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.funding import account, selectors
from tpa.books.funding.invoicing import FIGURES, dispute_line, record_figure
from tpa.books.funding.models import Dispute
from tpa.infra import clock
from tpa.kernel.errors import DomainError
from tpa.web.api.core.access import Row, caller_name, person_of
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.lists import Query
from tpa.web.api.core.views import BookView
from tpa.web.files import file_answer
from tpa.workflows.invoice_answers import credit_line, send_invoice, uphold_line
from tpa.workflows.invoice_files import invoice_file
from tpa.workflows.statement_files import statement_file


class InvoiceFileView(BookView):
    """GET: the invoice as `invoice.json` or `invoice.csv`, and its rows: `roster.csv`, `claims.csv`."""

    permissions: ClassVar = {"GET": Row("invoices.read")}

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY, (200, "application/json"): OpenApiTypes.BINARY})
    def get(self, request: Request, invoice: str, name: str) -> HttpResponse:
        """The same bytes for ever once the invoice is final."""
        key = self.key_of(invoice, "inv")
        saved_as, content = invoice_file(employer=self.employer, invoice_id=key, name=name)
        return file_answer(content, saved_as)


class SendingSerializer(StrictSerializer):
    """An invoice that has gone out; `sha256` is the hash of its PDF."""

    recipient = serializers.CharField(max_length=200)
    sha256 = serializers.CharField(read_only=True)
    sent_at = serializers.DateTimeField(read_only=True)


class InvoiceSendView(BookView):
    """GET: when and to whom an invoice was sent. POST: it is sent."""

    permissions: ClassVar = {"GET": Row("invoices.read"), "POST": Row("invoices.approve")}
    keyed = True

    @extend_schema(responses=SendingSerializer(many=True))
    def get(self, request: Request, invoice: str) -> Response:
        """The sendings of an invoice, the latest first."""
        return self.page(selectors.invoice(self.key_of(invoice, "inv")).sendings.all(), SendingSerializer)

    @extend_schema(request=SendingSerializer, responses={201: SendingSerializer})
    def post(self, request: Request, invoice: str) -> Response:
        """Record that a final invoice went out. Refused before it is final."""
        invoice_id = self.key_of(invoice, "inv")
        return once(self, request, lambda _: self._send(invoice_id))

    def _send(self, invoice_id: int) -> tuple[int, Any]:
        asked = SendingSerializer(data=self.request.data)
        asked.is_valid(raise_exception=True)
        told = {**asked.validated_data, "person_id": person_of(self.request)}
        sent, _ = send_invoice(employer=self.employer, invoice_id=invoice_id, **told)
        return 201, SendingSerializer(sent).data


class EntrySerializer(serializers.Serializer):
    """One line of the account: an invoice adds, a payment takes off."""

    on = serializers.DateField()
    kind = serializers.CharField()
    reference = serializers.CharField()
    cents = CentsField()
    balance_cents = CentsField()


class OpenInvoiceSerializer(serializers.Serializer):
    """What is left to pay of an invoice, or of a settled year's deficit."""

    number = serializers.CharField()
    cents = CentsField()


class AppliedSerializer(serializers.Serializer):
    """So much of a payment pays an invoice."""

    deposit = PublicIdField("dep", source="deposit_id")
    invoice = PublicIdField("inv", source="invoice_id")
    cents = CentsField()


class StatementSerializer(serializers.Serializer):
    """The account on a day. `aging_cents`: `current`, up to `30`, `60`, `90` days late, `over_90`."""

    as_of = serializers.DateField()
    balance_cents = CentsField()
    ahead_cents = CentsField()
    aging_cents = serializers.DictField(child=CentsField())
    open = OpenInvoiceSerializer(many=True)
    applied = AppliedSerializer(many=True)
    entries = EntrySerializer(many=True)


class AsOfQuery(Query):
    """`as_of`: the day to look at; today without it."""

    as_of = serializers.DateField(required=False, default=None)


class StatementView(BookView):
    """GET: the employer's account with the TPA."""

    permissions: ClassVar = {"GET": Row("funding.read")}

    @extend_schema(parameters=[AsOfQuery], responses=StatementSerializer)
    def get(self, request: Request) -> Response:
        """Every invoice, deficit of a settled year and payment up to a day, what is open, and how old that is."""
        as_of = AsOfQuery.read(request)["as_of"] or clock.today(self.employer.time_zone)
        found = account.statement(as_of)
        money = found.receivables
        told = {
            "as_of": as_of,
            "balance_cents": found.balance_cents,
            "ahead_cents": money.ahead_cents,
            "aging_cents": found.aging_cents,
            "open": [one._asdict() for one in found.open],
            "applied": [one._asdict() for one in money.applied if one.deposit_id],
            "entries": [one._asdict() for one in found.entries],
        }
        return Response(StatementSerializer(told, context=self.context()).data)


class StatementFileView(BookView):
    """GET: the statement as `statement.pdf`, `statement.csv` or `statement.json`."""

    permissions: ClassVar = {"GET": Row("funding.read")}

    @extend_schema(parameters=[AsOfQuery], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, name: str) -> HttpResponse:
        """The account up to a day."""
        as_of = AsOfQuery.read(request)["as_of"] or clock.today(self.employer.time_zone)
        saved_as, content = statement_file(employer=self.employer, as_of=as_of, name=name)
        return file_answer(content, saved_as)


class FigureSerializer(StrictSerializer):
    """Something that a fee is reckoned on: a count, or a result in basis points. The latest of a month and name holds."""

    id = PublicIdField("fig", source="pk", read_only=True)
    month = serializers.DateField()
    name = serializers.ChoiceField([(name, name) for name in FIGURES])
    value = serializers.IntegerField(min_value=0, max_value=10**9)
    note = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    recorded_at = serializers.DateTimeField(read_only=True)


class FiguresView(BookView):
    """GET: figures recorded, the latest first. POST: one more."""

    permissions: ClassVar = {"GET": Row("invoices.read"), "POST": Row("invoices.prepare")}
    keyed = True

    @extend_schema(responses=FigureSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Notices, accounts, measured results."""
        return self.page(selectors.recorded_figures(), FigureSerializer)

    @extend_schema(request=FigureSerializer, responses={201: FigureSerializer})
    def post(self, request: Request) -> Response:
        """Record a figure. Refused once the month's invoice is approved."""
        return once(self, request, self._record)

    def _record(self, key: str) -> tuple[int, Any]:
        asked = FigureSerializer(data=self.request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        figure = record_figure(**asked.validated_data, now=clock.now(), person_id=person_of(self.request))
        return 201, FigureSerializer(figure, context=self.context()).data


class DisputeSerializer(StrictSerializer):
    """A line that the employer does not accept. `outcome` is empty until it is answered: `upheld` or `credited`."""

    id = PublicIdField("dsp", source="pk", read_only=True)
    invoice = PublicIdField("inv", source="line.invoice_id")
    position = serializers.IntegerField(source="line.n", min_value=1)
    reason = serializers.CharField(max_length=400)
    raised_by = serializers.CharField(read_only=True)
    raised_at = serializers.DateTimeField(read_only=True)
    outcome = serializers.CharField(read_only=True)
    answer = serializers.CharField(read_only=True)
    answered_at = serializers.DateTimeField(read_only=True, allow_null=True)


class DisputeAnswerSerializer(StrictSerializer):
    """What is answered; with `credit_cents` so much is given back on the next invoice."""

    answer = serializers.CharField(max_length=400)
    credit_cents = CentsField(min_value=1, required=False, allow_null=True, default=None)


class DisputesView(BookView):
    """GET: disputed lines, the latest first. POST: one more."""

    permissions: ClassVar = {"GET": Row("invoices.read"), "POST": Row("invoices.dispute")}
    keyed = True

    @extend_schema(responses=DisputeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Open and answered ones."""
        return self.page(selectors.disputes(), DisputeSerializer)

    @extend_schema(request=DisputeSerializer, responses={201: DisputeSerializer})
    def post(self, request: Request) -> Response:
        """Dispute a line of a final invoice, by the invoice and the line's position."""
        return once(self, request, self._raise)

    def _raise(self, key: str) -> tuple[int, Any]:
        asked = DisputeSerializer(data=self.request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        line = asked.validated_data["line"]
        found = selectors.invoice(line["invoice_id"]).lines.filter(n=line["n"]).first()
        if found is None:
            raise DomainError("The invoice has no such line.", where="position")
        dispute = dispute_line(
            line_id=found.pk,
            reason=asked.validated_data["reason"],
            raised_by=caller_name(self.request),
            now=clock.now(),
        )
        return 201, DisputeSerializer(dispute, context=self.context()).data


class DisputeAnswerView(BookView):
    """POST: the line stands, or is given back."""

    permissions: ClassVar = {"POST": Row("invoices.approve")}

    @extend_schema(request=DisputeAnswerSerializer, responses=DisputeSerializer)
    def post(self, request: Request, dispute: str) -> Response:
        """Answer a dispute once; a credit is posted with the answer."""
        dispute_id = self.key_of(dispute, "dsp")
        asked = DisputeAnswerSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        answered = self._answer(dispute_id, **asked.validated_data)
        return Response(DisputeSerializer(answered, context=self.context()).data)

    def _answer(self, dispute_id: int, answer: str, credit_cents: int | None) -> Dispute:
        told: dict[str, Any] = {"dispute_id": dispute_id, "answer": answer, "person_id": person_of(self.request)}
        return uphold_line(**told) if credit_cents is None else credit_line(**told, cents=credit_cents)
