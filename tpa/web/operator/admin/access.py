"""Who gets in: logins, roles, API keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from tenants.models import Employer
from tpa.books.identity import services
from tpa.books.identity.models import ApiKey, Grant, Reporting, User
from tpa.books.identity.permissions import ACTIONS, Role
from tpa.kernel.errors import DomainError
from tpa.kernel.money import parse_amount
from tpa.web.operator.admin.agreements import choose
from tpa.web.operator.admin.base import PartInline, ServiceAdmin, ServiceForm, button


class UserForm(ServiceForm):
    """A new login. It can do nothing until it is given a role; its password is chosen by reset link."""

    email = forms.CharField(widget=UnfoldAdminEmailInputWidget())
    name = forms.CharField(max_length=200, widget=UnfoldAdminTextInputWidget())
    person = choose(
        User.objects.order_by("email"),
        required=False,
        label="Same person as",
        help_text="The first login of a human being who has several: four eyes are two persons.",
    )

    def carry_out(self) -> User:
        data = self.cleaned_data
        person_id = data["person"].person if data["person"] else None
        return services.create_user(email=data["email"], name=data["name"], person_id=person_id)


class GrantInline(PartInline):
    model = Grant
    fk_name = "user"
    can_delete = False
    fields = ("role", "employer", "authority_cents", "granted_at", "revoked_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ServiceAdmin):
    service_form = UserForm
    list_display = ("email", "name", "is_active", "joined_at")
    list_filter = ("is_active",)
    search_fields = ("email", "name")
    fields = ("email", "name", "person_id", "is_active", "joined_at", "last_login")
    inlines = (GrantInline,)
    actions_detail = ("close",)

    @button(
        "Close this login",
        asks="This login no longer opens anything, at any host, from this moment on.",
        fits=lambda user: user.is_active,
    )
    def close(self, request: HttpRequest, user: User) -> str:
        """Shut it at once, at every host."""
        services.close_login(user_id=user.pk)
        return "The login is closed."


class GrantForm(ServiceForm):
    """A role for one employer or, for desk roles, for all."""

    user = choose(User.objects.filter(is_active=True).order_by("email"))
    role = forms.ChoiceField(
        choices=[(role.value, role.value.replace("_", " ")) for role in Role], widget=UnfoldAdminSelectWidget()
    )
    employer = choose(Employer.objects.order_by("name"), required=False, empty_label="All employers")
    authority_cents = forms.CharField(
        initial="0.00",
        label="Authority",
        widget=UnfoldAdminTextInputWidget(),
        help_text="May decide or release alone up to this amount.",
    )

    def clean_authority_cents(self) -> int:
        """The amount in cents."""
        try:
            return parse_amount(self.cleaned_data["authority_cents"])
        except (DomainError, ValueError) as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def carry_out(self) -> Grant:
        data = self.cleaned_data
        employer_id = data["employer"].pk if data["employer"] else None
        return services.grant_role(
            user=data["user"],
            role=data["role"],
            employer_id=employer_id,
            authority_cents=data["authority_cents"],
            by=self.actor,
        )


@admin.register(Grant)
class GrantAdmin(ServiceAdmin):
    service_form = GrantForm
    list_display = ("user", "role", "employer", "granted_at", "revoked_at")
    list_filter = ("role",)
    list_select_related = ("user", "employer")
    search_fields = ("user__email", "employer__name")
    actions_detail = ("revoke",)

    @button(
        "Take this role back",
        asks="The login loses this role from this moment on.",
        fits=lambda grant: grant.revoked_at is None,
    )
    def revoke(self, request: HttpRequest, grant: Grant) -> str:
        """From now on."""
        services.revoke_grant(grant_id=grant.pk, by=request.user)
        return "The role is taken back."


class ReportingForm(ServiceForm):
    """To whom somebody reports. Nobody hears an appeal against what his superior has decided."""

    user = choose(User.objects.filter(is_active=True).order_by("email"), label="Who")
    superior = choose(
        User.objects.filter(is_active=True).order_by("email"),
        required=False,
        label="Reports to",
        empty_label="Nobody",
    )

    def carry_out(self) -> Reporting:
        data = self.cleaned_data
        return services.set_superior(user=data["user"], superior=data["superior"], by=self.actor)


@admin.register(Reporting)
class ReportingAdmin(ServiceAdmin):
    service_form = ReportingForm
    list_display = ("person", "superior", "entered_by", "entered_at")
    list_select_related = ("entered_by",)
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reporting]:
        """With the names of both: a person's are those of the first login."""
        shown = Coalesce(NullIf("name", Value("")), "email", output_field=CharField())
        names = User.objects.annotate(shown=shown).values("shown")
        return (
            super()
            .get_queryset(request)
            .annotate(
                person_name=Subquery(names.filter(pk=OuterRef("person_id"))),
                superior_name=Subquery(names.filter(pk=OuterRef("superior_id"))),
            )
        )

    @admin.display(description="Who")
    def person(self, row: Any) -> str:
        """The person's name."""
        return row.person_name or str(row.person_id)

    @admin.display(description="Reports to")
    def superior(self, row: Any) -> str:
        """Theirs, if they report to anybody."""
        return row.superior_name or "nobody"


class KeyForm(ServiceForm):
    """A key for a program. Its text is shown once, when it is issued."""

    name = forms.CharField(max_length=50, widget=UnfoldAdminTextInputWidget())
    employer = choose(Employer.objects.order_by("name"), required=False, empty_label="The TPA's own")
    scopes = forms.MultipleChoiceField(
        choices=[(code, code) for code in sorted(ACTIONS)], widget=UnfoldAdminCheckboxSelectMultipleWidget()
    )
    text = ""

    def carry_out(self) -> ApiKey:
        data = self.cleaned_data
        employer_id = data["employer"].pk if data["employer"] else None
        key, self.text = services.issue_key(
            name=data["name"], scopes=data["scopes"], employer_id=employer_id, by=self.actor
        )
        return key

    def told(self, made: Any) -> str:
        return f"The key of {made.name} is {self.text} and is shown this once: keep it now."


@admin.register(ApiKey)
class ApiKeyAdmin(ServiceAdmin):
    service_form = KeyForm
    list_display = ("name", "prefix", "employer", "created", "expiry_date", "revoked", "last_used_at")
    list_filter = ("revoked",)
    list_select_related = ("employer",)
    search_fields = ("name", "prefix", "employer__name")
    fields = ("name", "prefix", "employer", "scopes", "issued_by", "created", "expiry_date", "revoked", "last_used_at")
    actions_detail = ("revoke",)

    @button(
        "Revoke this key",
        asks="Programs that use this key are refused from this moment on. It cannot be given back.",
        fits=lambda key: not key.revoked,
    )
    def revoke(self, request: HttpRequest, key: ApiKey) -> str:
        """It is worth nothing from now on."""
        services.revoke_key(key_id=key.pk)
        return "The key is revoked."
