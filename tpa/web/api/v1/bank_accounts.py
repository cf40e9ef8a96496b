"""Bank accounts of payees: providers' are the TPA's, for every employer that pays them; members' are their employer's."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.providers import payee_accounts
from tpa.books.providers.account_models import PayeeAccount
from tpa.web.api.core.access import Row, person_of
from tpa.web.api.core.fields import PublicIdField, StrictSerializer
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.views import BookView
from tpa.web.api.v1.payees import PaymentFileSerializer
from tpa.workflows import bank_accounts
from tpa.workflows.payment_files import write_prenotes


class _AccountSerializer(serializers.Serializer):
    holder = serializers.CharField()
    kind = serializers.CharField()
    routing_number = serializers.CharField()
    account_end = serializers.CharField()
    state = serializers.CharField()
    usable_on = serializers.DateField()
    prenoted_on = serializers.DateField(allow_null=True)
    note = serializers.CharField()


class ProviderAccountSerializer(_AccountSerializer):
    """A provider's account, its number by its end. `usable_on` is the earliest day; before, `prenoted_on` has to be there."""

    id = PublicIdField("pac", source="pk", shared=True)
    tax_id = serializers.CharField()


class MemberAccountSerializer(_AccountSerializer):
    """The account of a family, in the same form."""

    id = PublicIdField("acc", source="pk")
    family = PublicIdField("fam", source="family_id")


class _NewAccountSerializer(StrictSerializer):
    holder = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(PayeeAccount.Kind.choices, default=PayeeAccount.Kind.CHECKING)
    routing_number = serializers.CharField(max_length=9)
    account_number = serializers.CharField(max_length=17)
    call_back = serializers.CharField(max_length=200)


class NewProviderAccountSerializer(_NewAccountSerializer):
    """A provider's account. `call_back`: whom one has called, at a number known before."""

    tax_id = serializers.CharField(max_length=20)


class NewMemberAccountSerializer(_NewAccountSerializer):
    """The account of a member's family. `call_back`: whom one has called, at a number known before."""

    member = PublicIdField("mem", source="member_id")


class ProviderAccountsView(BookView):
    """GET: providers' accounts. POST: a provider's new one. At the TPA's own host alone."""

    permissions: ClassVar = {"GET": Row("payments.read", False), "POST": Row("payments.release", False)}
    keyed = True
    desk_only = True

    @extend_schema(responses=ProviderAccountSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Accounts, the latest first."""
        return self.page(payee_accounts.accounts(None), ProviderAccountSerializer)

    @extend_schema(request=NewProviderAccountSerializer, responses={201: ProviderAccountSerializer})
    def post(self, request: Request) -> Response:
        """Enter an account. Another person approves it, it waits its time and is tried before money goes there."""
        return once(self, request, self._enter)

    def _enter(self, key: str) -> tuple[int, Any]:
        asked = NewProviderAccountSerializer(data=self.request.data)
        asked.is_valid(raise_exception=True)
        made = bank_accounts.enter_provider_account(**asked.validated_data, person_id=person_of(self.request))
        return 201, ProviderAccountSerializer(made, context=self.context()).data


class ProviderAccountApproveView(BookView):
    """POST: another person approves the account."""

    permissions: ClassVar = {"POST": Row("payments.release", False)}
    desk_only = True
    approve = True

    @extend_schema(request=None, responses=ProviderAccountSerializer)
    def post(self, request: Request, provider_account: str) -> Response:
        """The account. Refused to who entered it."""
        key = self.key_of(provider_account, "pac")
        made = bank_accounts.decide_provider_account(account_id=key, approve=self.approve, person_id=person_of(request))
        return Response(ProviderAccountSerializer(made, context=self.context()).data)


class ProviderAccountRefuseView(ProviderAccountApproveView):
    """POST: the account is not used."""

    approve = False


class MemberAccountsView(BookView):
    """GET: members' accounts. POST: the new one of a member's family."""

    permissions: ClassVar = {"GET": Row("payments.release"), "POST": Row("payments.release")}
    keyed = True

    @extend_schema(responses=MemberAccountSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Accounts, the latest first."""
        return self.page(payee_accounts.accounts(self.employer_id), MemberAccountSerializer)

    @extend_schema(request=NewMemberAccountSerializer, responses={201: MemberAccountSerializer})
    def post(self, request: Request) -> Response:
        """Enter an account. Another person approves it, it waits its time and is tried before money goes there."""
        return once(self, request, self._enter)

    def _enter(self, key: str) -> tuple[int, Any]:
        asked = NewMemberAccountSerializer(data=self.request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        made = bank_accounts.enter_member_account(**asked.validated_data, person_id=person_of(self.request))
        return 201, MemberAccountSerializer(made, context=self.context()).data


class MemberAccountApproveView(BookView):
    """POST: another person approves the account."""

    permissions: ClassVar = {"POST": Row("payments.release")}
    approve = True

    @extend_schema(request=None, responses=MemberAccountSerializer)
    def post(self, request: Request, member_account: str) -> Response:
        """The account. Refused to who entered it."""
        key = self.key_of(member_account, "acc")
        made = bank_accounts.decide_member_account(account_id=key, approve=self.approve, person_id=person_of(request))
        return Response(MemberAccountSerializer(made, context=self.context()).data)


class MemberAccountRefuseView(MemberAccountApproveView):
    """POST: the account is not used."""

    approve = False


class PrenotesView(BookView):
    """POST: try new accounts with transfers of nothing."""

    permissions: ClassVar = {"POST": Row("payments.release")}
    keyed = True

    @extend_schema(request=None, responses={201: PaymentFileSerializer, 204: None})
    def post(self, request: Request) -> Response:
        """The file for the bank; 204 where no account waits to be tried. Sent, it lets its accounts wait three banking days."""
        return once(self, request, self._write)

    def _write(self, key: str) -> tuple[int, Any]:
        file = write_prenotes()
        return (204, None) if file is None else (201, PaymentFileSerializer(file, context=self.context()).data)
