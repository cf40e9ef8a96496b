"""Mailing addresses of payees: providers' are the TPA's, for every employer that pays them; members' are their employer's."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tpa.books.providers import payee_addresses
from tpa.books.providers.account_models import PayeeAddress
from tpa.engine.paying.address import mailing_address
from tpa.kernel.ids import public_id
from tpa.web.api.core.access import Row, person_of
from tpa.web.api.core.fields import CentsField, PublicIdField, StrictSerializer
from tpa.web.api.core.idempotent import once
from tpa.web.api.core.lists import NoQuery
from tpa.web.api.core.pages import Whole
from tpa.web.api.core.views import BookView
from tpa.workflows import payee_addresses as addresses

_PARTS = ("line_1", "line_2", "city", "region", "postal_code", "country")


class MailingAddressSerializer(serializers.Serializer):
    """Where a letter goes. `region`: state or province; `country`: US, CA, or as it is written on letters."""

    line_1 = serializers.CharField()
    line_2 = serializers.CharField()
    city = serializers.CharField()
    region = serializers.CharField()
    postal_code = serializers.CharField()
    country = serializers.CharField()


class _AddressSerializer(MailingAddressSerializer):
    state = serializers.ChoiceField(PayeeAddress.State.values)
    usable_on = serializers.DateField()


class ProviderAddressSerializer(_AddressSerializer):
    """A provider's address. `heard`: a claim gives it, and no check goes there until somebody has entered it."""

    id = PublicIdField("pad", source="pk", shared=True)
    tax_id = serializers.CharField()


class MemberAddressSerializer(_AddressSerializer):
    """An address of a family, or of whom a court's order names (`name`)."""

    id = PublicIdField("mad", source="pk")
    family = PublicIdField("fam", source="family_id")
    name = serializers.CharField()


class _NewAddressSerializer(StrictSerializer):
    line_1 = serializers.CharField(max_length=60)
    line_2 = serializers.CharField(max_length=60, default="", allow_blank=True)
    city = serializers.CharField(max_length=60)
    region = serializers.CharField(max_length=20, default="", allow_blank=True)
    postal_code = serializers.CharField(max_length=15, default="", allow_blank=True)
    country = serializers.CharField(max_length=40, default="", allow_blank=True)
    call_back = serializers.CharField(max_length=200)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The parts of the address as one."""
        parts = [attrs.pop(name) for name in _PARTS]
        return attrs | {"address": mailing_address(*parts)}


class NewProviderAddressSerializer(_NewAddressSerializer):
    """A provider's address. `call_back`: whom one has called, at a number known before."""

    tax_id = serializers.CharField(max_length=20)


class NewMemberAddressSerializer(_NewAddressSerializer):
    """Where checks to a member's family go; `by_order`: to whom a court's order names for this member."""

    member = PublicIdField("mem", source="member_id")
    by_order = serializers.BooleanField(default=False)


class ProviderAddressesView(BookView):
    """GET: providers' addresses. POST: a provider's new one. At the TPA's own host alone."""

    permissions: ClassVar = {"GET": Row("payments.read", False), "POST": Row("payments.release", False)}
    keyed = True
    desk_only = True

    @extend_schema(responses=ProviderAddressSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Addresses, the latest first; those that claims gave and nobody has entered are among them."""
        return self.page(payee_addresses.addresses(None), ProviderAddressSerializer)

    @extend_schema(request=NewProviderAddressSerializer, responses={201: ProviderAddressSerializer})
    def post(self, request: Request) -> Response:
        """Enter an address. Another person approves it; one that takes the place of another waits before checks go there."""
        return once(self, request, self._enter)

    def _enter(self, key: str) -> tuple[int, Any]:
        asked = NewProviderAddressSerializer(data=self.request.data)
        asked.is_valid(raise_exception=True)
        made = addresses.enter_provider_address(**asked.validated_data, person_id=person_of(self.request))
        return 201, ProviderAddressSerializer(made, context=self.context()).data


class ProviderAddressApproveView(BookView):
    """POST: another person approves the address."""

    permissions: ClassVar = {"POST": Row("payments.release", False)}
    desk_only = True
    approve = True

    @extend_schema(request=None, responses=ProviderAddressSerializer)
    def post(self, request: Request, provider_address: str) -> Response:
        """The address. Refused to who entered it."""
        key = self.key_of(provider_address, "pad")
        made = addresses.decide_provider_address(address_id=key, approve=self.approve, person_id=person_of(request))
        return Response(ProviderAddressSerializer(made, context=self.context()).data)


class ProviderAddressRefuseView(ProviderAddressApproveView):
    """POST: the address is not used."""

    approve = False


class MemberAddressesView(BookView):
    """GET: members' addresses that were entered here. POST: the new one of a member's family."""

    permissions: ClassVar = {"GET": Row("payments.release"), "POST": Row("payments.release")}
    keyed = True

    @extend_schema(responses=MemberAddressSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Addresses, the latest first. A family without one has that of its enrolment."""
        return self.page(payee_addresses.addresses(self.employer_id), MemberAddressSerializer)

    @extend_schema(request=NewMemberAddressSerializer, responses={201: MemberAddressSerializer})
    def post(self, request: Request) -> Response:
        """Enter an address. Another person approves it, and it waits before checks go there."""
        return once(self, request, self._enter)

    def _enter(self, key: str) -> tuple[int, Any]:
        asked = NewMemberAddressSerializer(data=self.request.data, context=self.context())
        asked.is_valid(raise_exception=True)
        made = addresses.enter_member_address(**asked.validated_data, person_id=person_of(self.request))
        return 201, MemberAddressSerializer(made, context=self.context()).data


class MemberAddressApproveView(BookView):
    """POST: another person approves the address."""

    permissions: ClassVar = {"POST": Row("payments.release")}
    approve = True

    @extend_schema(request=None, responses=MemberAddressSerializer)
    def post(self, request: Request, member_address: str) -> Response:
        """The address. Refused to who entered it."""
        key = self.key_of(member_address, "mad")
        made = addresses.decide_member_address(address_id=key, approve=self.approve, person_id=person_of(request))
        return Response(MemberAddressSerializer(made, context=self.context()).data)


class MemberAddressRefuseView(MemberAddressApproveView):
    """POST: the address is not used."""

    approve = False


class WithoutAddressSerializer(serializers.Serializer):
    """A payee whose payment is held because no check can be mailed to it. A provider by its tax id, a member by the family."""

    payee = serializers.CharField(source="payee.kind")
    tax_id = serializers.CharField(source="payee.tax_id")
    family = serializers.SerializerMethodField()
    name = serializers.CharField()
    cents = CentsField()
    reason = serializers.CharField()

    def get_family(self, one: addresses.WithoutAddress) -> str:
        """Of a member, or of whom an order names; empty for a provider."""
        return public_id("fam", self.context["employer_id"], one.payee.family_id) if one.payee.family_id else ""


class WithoutAddressView(BookView):
    """GET: payees whose payments are held until an address is known."""

    permissions: ClassVar = {"GET": Row("payments.read")}
    pagination_class = Whole

    @extend_schema(responses=WithoutAddressSerializer(many=True))
    def get(self, request: Request) -> Response:
        """In the order in which they are owed, with what waits and why."""
        NoQuery.read(request)
        shown = WithoutAddressSerializer(addresses.without_address(), many=True, context=self.context())
        return Response({"data": shown.data})
