"""The invoices of a month across employers, and one step of many. At the TPA's own host alone."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tenants import directory
from tenants.models import Employer
from tpa.infra import invoice_board
from tpa.infra.models import BoardInvoice
from tpa.kernel.errors import NotFoundError
from tpa.kernel.ids import public_id, read_public_id
from tpa.web.api.core.access import Row, person_of
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer, id_schema
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.lists import Query
from tpa.web.api.core.views import BookView
from tpa.workflows.invoice_board import Stepped, step_many
from tpa.workflows.invoice_steps import STEPS

MOST_AT_ONCE = 200


class BoardInvoiceSerializer(serializers.Serializer):
    """An invoice beside the one before it. `share_bp`: how far it is from that, null for a first invoice."""

    id = serializers.SerializerMethodField()
    employer = PublicIdField("emp", shared=True, source="employer_id")
    number = serializers.CharField()
    month = serializers.DateField()
    state = serializers.CharField(help_text="draft, reviewed, approved, final, sent")
    currency = serializers.CharField()
    total_cents = CentsField()
    before_cents = CentsField(allow_null=True)
    share_bp = serializers.IntegerField(allow_null=True)
    causes = serializers.DictField(child=serializers.IntegerField(), help_text="Cause -> cents.")
    needs_second_person = serializers.BooleanField(source="second_person")

    @extend_schema_field(id_schema("inv"))
    def get_id(self, row: BoardInvoice) -> str:
        """The invoice."""
        return public_id("inv", row.employer_id, row.invoice_id)


class BoardQuery(Query):
    """`month` by its first day, `state`."""

    month = serializers.DateField(required=False, default=None)
    state = serializers.ChoiceField(("draft", "reviewed", "approved", "final", "sent"), required=False, default="")


class StepsSerializer(StrictSerializer):
    """One step for many invoices."""

    step = serializers.ChoiceField(tuple(STEPS))
    invoices = serializers.ListField(child=serializers.CharField(max_length=40), min_length=1, max_length=MOST_AT_ONCE)


class SteppedSerializer(serializers.Serializer):
    """What came of it for one invoice: nothing where the step was taken, or why it was refused."""

    invoice = serializers.SerializerMethodField()
    code = serializers.CharField(source="refusal.code", default="", allow_blank=True)
    detail = serializers.SerializerMethodField()

    @extend_schema_field(id_schema("inv"))
    def get_invoice(self, one: Stepped) -> str:
        """Which."""
        return public_id("inv", one.employer.pk, one.invoice_id)

    def get_detail(self, one: Stepped) -> str:
        """Why not."""
        return f"{one.refusal} {one.refusal.remedy}".strip() if one.refusal else ""


class InvoiceRunView(BookView):
    """GET: the invoices of all employers. POST: take a step for many."""

    permissions: ClassVar = {"GET": Row("invoices.read", False, True), "POST": Row("invoices.approve", False, True)}
    desk_only = True
    keyed = True

    @extend_schema(parameters=[BoardQuery], responses=BoardInvoiceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Each beside the one before it, with what made it another."""
        asked = BoardQuery.read(request)
        rows = invoice_board.invoices(self.employer_ids).order_by()
        wanted = {name: value for name, value in asked.items() if value}
        return self.page(rows.filter(**wanted), BoardInvoiceSerializer)

    @extend_schema(request=StepsSerializer, responses=SteppedSerializer(many=True))
    def post(self, request: Request) -> Response:
        """Each by itself: review, approve, issue or send. A refusal of one does not stop the others."""
        return once(self, request, lambda _: self._step(request))

    def _step(self, request: Request) -> tuple[int, Any]:
        asked = StepsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        act, person = STEPS[asked.validated_data["step"]], person_of(request)
        chosen = [self._chosen(text) for text in asked.validated_data["invoices"]]
        found = step_many(lambda employer, key: act(employer, key, person), chosen)
        return 200, SteppedSerializer(found, many=True).data

    def _chosen(self, text: str) -> tuple[Employer, int]:
        told = read_public_id(text, "inv")
        if not told.employer or not self.sees(told.employer):
            raise NotFoundError("There is no such invoice.")
        return directory.employer(told.employer), told.key
