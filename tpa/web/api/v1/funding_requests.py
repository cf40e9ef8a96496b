"""Funding requests: what an employer is asked for, for what, and how far it has come."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.funding import requests
from tpa.books.funding.request_models import FundingRequest
from tpa.web.api.core.access import Row, person_of
from tpa.web.api.core.etags import tagged
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.lists import NoQuery
from tpa.web.api.core.views import BookView
from tpa.workflows.funding_requests import (
    ask_employer,
    funding_standing,
    prepare_request,
    release_request,
    withdraw_request,
)


class FundingRequestSerializer(serializers.Serializer):
    """A request with its figures as they were when it was prepared: `requested_cents` = needed + top-up."""

    id = PublicIdField("frq", source="pk")
    number = serializers.CharField()
    state = serializers.CharField()
    model = serializers.CharField()
    prepared_on = serializers.DateField()
    requested_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    received_on = serializers.DateField(allow_null=True)
    released_on = serializers.DateField(allow_null=True)
    ledger_balance_cents = CentsField()
    outstanding_cents = CentsField()
    candidate_cents = CentsField()
    candidate_count = serializers.IntegerField()
    zero_pay_count = serializers.IntegerField()
    held_cents = CentsField()
    held_count = serializers.IntegerField()
    needed_cents = CentsField()
    top_up_cents = CentsField()
    requested_cents = CentsField()
    received_cents = CentsField()
    open_cents = CentsField()
    withdrawn_note = serializers.CharField()


class RiskSerializer(serializers.Serializer):
    """Held claims of one stop-loss contract. `at_risk_cents`: what cannot be paid any more by its last day for payments."""

    contract_number = serializers.CharField()
    paid_by = serializers.DateField()
    held_cents = CentsField()
    days_left = serializers.IntegerField(source="alert.days_left")
    at_risk_cents = CentsField(source="alert.at_risk_cents")


class StandingSerializer(serializers.Serializer):
    """What would be asked for today."""

    model = serializers.CharField(source="terms.model")
    minimum_cents = CentsField(source="terms.minimum_cents")
    ledger_balance_cents = CentsField(source="request.ledger_balance_cents")
    outstanding_cents = CentsField()
    candidate_cents = CentsField(source="request.candidate_cents")
    candidate_count = serializers.IntegerField(source="request.candidate_count")
    zero_pay_count = serializers.IntegerField(source="request.zero_pay_count")
    payable_cents = CentsField(source="request.payable_cents")
    payable_count = serializers.IntegerField(source="request.payable_count")
    held_cents = CentsField(source="request.held_cents")
    held_count = serializers.IntegerField(source="request.held_count")
    needed_cents = CentsField(source="request.needed_cents")
    top_up_cents = CentsField(source="request.top_up_cents")
    requested_cents = CentsField(source="request.requested_cents")
    short_cents = CentsField(source="request.short_cents")
    at_risk_cents = CentsField()
    risks = RiskSerializer(many=True)


class WithdrawalSerializer(StrictSerializer):
    """Why nobody is asked any more."""

    note = serializers.CharField(max_length=200)


class FundingStandingView(BookView):
    """GET: what would be asked for today, what is held for want of money, and what of it is at risk."""

    permissions: ClassVar = {"GET": Row("funding.read")}

    @extend_schema(responses=StandingSerializer)
    def get(self, request: Request) -> Response:
        """The account by the agreement's funding model."""
        NoQuery.read(request)
        return Response(StandingSerializer(funding_standing()).data)


class FundingRequestsView(BookView):
    """GET: the requests, the latest first. POST: one for what is needed today, to be approved."""

    permissions: ClassVar = {"GET": Row("funding.read"), "POST": Row("funding.record")}
    keyed = True

    @extend_schema(responses=FundingRequestSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every request, in whatever state."""
        return self.page(requests.requests(), FundingRequestSerializer)

    @extend_schema(request=None, responses={201: FundingRequestSerializer})
    def post(self, request: Request) -> Response:
        """Prepare a request from the books, in place of the one prepared before; refused where nothing is needed."""
        return once(self, request, self._prepare)

    def _prepare(self, key: str) -> tuple[int, Any]:
        made = prepare_request(person_id=person_of(self.request))
        return 201, FundingRequestSerializer(made, context=self.context()).data


class FundingRequestView(BookView):
    """GET: one request."""

    permissions: ClassVar = {"GET": Row("funding.read")}

    @extend_schema(responses=FundingRequestSerializer)
    def get(self, request: Request, funding_request: str) -> Response:
        """The request and how far it has come."""
        found = requests.request(self.key_of(funding_request, "frq"))
        return tagged(request, FundingRequestSerializer(found, context=self.context()).data)


class FundingRequestActionView(BookView):
    """POST: take a request one step on."""

    permissions: ClassVar = {"POST": Row("funding.approve")}

    def act(self, request_id: int) -> FundingRequest:
        """The step."""
        return ask_employer(request_id=request_id, person_id=person_of(self.request))

    @extend_schema(request=None, responses=FundingRequestSerializer)
    def post(self, request: Request, funding_request: str) -> Response:
        """The answer is the request. Refused in another state."""
        found = self.act(self.key_of(funding_request, "frq"))
        return Response(FundingRequestSerializer(found, context=self.context()).data)


class FundingRequestApproveView(FundingRequestActionView):
    """POST: the employer is asked from now on."""


class FundingRequestReleaseView(FundingRequestActionView):
    """POST: the money is there, what it is for is paid."""

    def act(self, request_id: int) -> FundingRequest:
        return release_request(request_id=request_id, person_id=person_of(self.request))


class FundingRequestWithdrawView(FundingRequestActionView):
    """POST: nobody is asked any more; refused once money has come."""

    @extend_schema(request=WithdrawalSerializer, responses=FundingRequestSerializer)
    def post(self, request: Request, funding_request: str) -> Response:
        """The answer is the request."""
        return super().post(request, funding_request)

    def act(self, request_id: int) -> FundingRequest:
        asked = WithdrawalSerializer(data=self.request.data)
        asked.is_valid(raise_exception=True)
        return withdraw_request(request_id=request_id, **asked.validated_data)
