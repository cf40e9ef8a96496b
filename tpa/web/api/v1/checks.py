"""Checks on paper: of a released run, or one of them."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from tpa.web.api.core.access import Row, person_of
from tpa.web.api.core.fields import StrictSerializer
from tpa.web.api.core.views import BookView
from tpa.web.files import file_answer
from tpa.workflows.check_printing import Form, Printed, print_payment, print_run

_PRINT = Row("payments.release")
_PAPER = {(200, "application/pdf"): OpenApiTypes.BINARY, (200, "text/csv"): OpenApiTypes.BINARY}


class PrintSerializer(StrictSerializer):
    """`pdf`: checks with their stubs. `csv`: the list for who prints and mails them, of those that were never printed."""

    form = serializers.ChoiceField(["pdf", "csv"], default="pdf")


class RunChecksView(BookView):
    """POST: print the checks of a run."""

    permissions: ClassVar = {"POST": _PRINT}
    heeds_key = False

    @extend_schema(request=PrintSerializer, responses=_PAPER)
    def post(self, request: Request, run: str) -> HttpResponse:
        """The print. What is printed once is printed again as a copy; a void check not at all. Refused before the release."""
        key = self.key_of(run, "run")
        return _paper(print_run(run_id=key, form=_form(request), person_id=person_of(request)))


class PaymentCheckView(BookView):
    """POST: print one check."""

    permissions: ClassVar = {"POST": _PRINT}
    heeds_key = False

    @extend_schema(request=PrintSerializer, responses=_PAPER)
    def post(self, request: Request, payment: str) -> HttpResponse:
        """The print: the original once, then copies."""
        key = self.key_of(payment, "pay")
        return _paper(print_payment(payment_id=key, form=_form(request), person_id=person_of(request)))


def _form(request: Request) -> Form:
    asked = PrintSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    form: Form = asked.validated_data["form"]
    return form


def _paper(printed: Printed) -> HttpResponse:
    return file_answer(printed.content, printed.name)
