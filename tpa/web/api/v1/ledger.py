"""The ledger: trial balance, an account's postings, an entry."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.ledger import selectors
from tpa.engine.journal.accounts import CHART
from tpa.kernel.errors import NotFoundError
from tpa.web.api.core.access import Row
from tpa.web.api.core.fields import CentsField, PublicIdField
from tpa.web.api.core.lists import LimitQuery, Query
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView


class AccountSerializer(serializers.Serializer):
    """An account of the chart with its balance: debits less credits."""

    code = serializers.CharField(source="account.code")
    name = serializers.CharField(source="account.name")
    kind = serializers.CharField(source="account.kind")
    debit_cents = CentsField()
    credit_cents = CentsField()
    balance_cents = CentsField()


class TrialBalanceSerializer(serializers.Serializer):
    """All accounts; `total_cents` is zero, always."""

    as_of = serializers.DateField(allow_null=True)
    accounts = AccountSerializer(many=True)
    total_cents = CentsField()


class PostingSerializer(serializers.Serializer):
    """One side of an entry: a debit is positive."""

    entry = PublicIdField("led", source="entry_id")
    event = serializers.CharField()
    source_kind = serializers.CharField()
    source_key = serializers.IntegerField(source="source_id")
    effective_on = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    account = serializers.CharField()
    dimension = serializers.CharField()
    cents = CentsField()


class AsOfQuery(Query):
    """`as_of`: the last day that counts; without it, everything."""

    as_of = serializers.DateField(required=False, default=None)


class PostingsQuery(LimitQuery):
    """Latest first. `before`: page on from this entry."""

    before = serializers.CharField(required=False, default=None)
    starts_on = serializers.DateField(required=False, default=None)
    ends_before = serializers.DateField(required=False, default=None)


class TrialBalanceView(BookView):
    """GET: the trial balance, as of any day."""

    permissions: ClassVar = {"GET": Row("ledger.read")}

    @extend_schema(parameters=[AsOfQuery], responses=TrialBalanceSerializer)
    def get(self, request: Request) -> Response:
        """Every account of the chart with its balance."""
        as_of = AsOfQuery.read(request)["as_of"]
        accounts = selectors.trial_balance(as_of=as_of)
        total = sum(account.balance_cents for account in accounts)
        return Response(TrialBalanceSerializer({"as_of": as_of, "accounts": accounts, "total_cents": total}).data)


class PostingsView(BookView):
    """GET: the postings behind an account's balance."""

    permissions: ClassVar = {"GET": Row("ledger.read")}
    pagination_class = Whole

    @extend_schema(parameters=[PostingsQuery], responses=PostingSerializer(many=True))
    def get(self, request: Request, account: str) -> Response:
        """The account's postings, latest first."""
        if account not in CHART:
            raise NotFoundError("There is no such account.")
        query = PostingsQuery.read(request)
        before = self.key_of(query["before"], "led") if query["before"] else None
        lines = selectors.posted_lines(
            account,
            before_entry_id=before,
            starts_on=query["starts_on"],
            ends_before=query["ends_before"],
            limit=query["limit"],
        )
        return Response({"data": PostingSerializer(lines, many=True, context=self.context()).data})


class EntryView(BookView):
    """GET: one entry with all its postings."""

    permissions: ClassVar = {"GET": Row("ledger.read")}
    pagination_class = Whole

    @extend_schema(responses=PostingSerializer(many=True))
    def get(self, request: Request, entry: str) -> Response:
        """The entry's postings, in order; they add up to zero."""
        lines = selectors.lines_of_entry(self.key_of(entry, "led"))
        return Response({"data": PostingSerializer(lines, many=True, context=self.context()).data})
