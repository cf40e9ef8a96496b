"""Employers, and who sends files."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from tenants.models import Employer
from tenants.services import resume_employer, set_situs, suspend_employer
from tpa.books.agreements.models import GroupNumber
from tpa.books.edi.models import TradingPartner
from tpa.web.operator.admin.agreements import choose
from tpa.web.operator.admin.base import EntryAdmin, ServiceAdmin, ServiceForm, button
from tpa.workflows.group_numbers import add_group_number, remove_group_number
from tpa.workflows.tenant_setup import remove_employer, request_employer

_ZONES = sorted(zone for zone in available_timezones() if zone.startswith(("America/", "Pacific/")))


class EmployerForm(ServiceForm):
    """A new employer. A job makes its schema, its role and its portal."""

    code = forms.CharField(
        max_length=40, widget=UnfoldAdminTextInputWidget(), help_text="Short name; the portal's host begins with it."
    )
    name = forms.CharField(max_length=200, widget=UnfoldAdminTextInputWidget())
    currency = forms.ChoiceField(
        choices=[("USD", "US dollar"), ("CAD", "Canadian dollar")], widget=UnfoldAdminSelectWidget()
    )
    time_zone = forms.ChoiceField(
        choices=[(zone, zone) for zone in _ZONES], initial="America/New_York", widget=UnfoldAdminSelectWidget()
    )

    situs = forms.CharField(
        max_length=2,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text="State or province whose law holds for its plan and its stop-loss contracts, such as OH.",
    )

    def carry_out(self) -> Employer:
        data = self.cleaned_data
        job = request_employer(**data, requested_by=self.actor.email)
        return Employer.objects.get(pk=job.employer_id)

    def told(self, made: Any) -> str:
        return f"{made} is being set up. Jobs tell how it goes."


@admin.register(Employer)
class EmployerAdmin(ServiceAdmin):
    service_form = EmployerForm
    list_display = ("name", "code", "shown_state", "currency", "time_zone", "situs", "created_at")
    list_filter = ("state",)
    search_fields = ("name", "code")
    fields = ("name", "code", "state", "currency", "time_zone", "situs", "created_at")
    readonly_fields = ("name", "code", "state", "currency", "time_zone", "created_at")
    actions_detail = ("suspend", "resume", "drop")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """The situs may be corrected; nothing else of an employer changes here."""
        return self.has_add_permission(request)

    def save_model(self, request: HttpRequest, obj: Employer, form: Any, change: bool) -> None:
        set_situs(employer_id=obj.pk, situs=obj.situs)

    @display(description="state", label={"Active": "success", "Suspended": "danger", "Provisioning": "warning"})
    def shown_state(self, employer: Employer) -> str:
        """Word and colour."""
        return employer.get_state_display()

    @button(
        "Suspend",
        asks="Its portal, its API and all work on its claims stop until it is resumed. Nothing is lost.",
        fits=lambda employer: employer.state == employer.State.ACTIVE,
    )
    def suspend(self, request: HttpRequest, employer: Employer) -> str:
        """Close its portal, its API and its work."""
        suspend_employer(employer_id=employer.pk)
        return f"{employer} is suspended."

    @button(
        "Resume",
        asks="Its portal and its API open again, and work on its claims goes on.",
        fits=lambda employer: employer.state == employer.State.SUSPENDED,
    )
    def resume(self, request: HttpRequest, employer: Employer) -> str:
        """Open it again."""
        resume_employer(employer_id=employer.pk)
        return f"{employer} is open again."

    @button(
        "Delete",
        asks="Its plans, people, claims and ledger are gone for good. Refused while its books are open or to be retained.",
        fits=lambda employer: employer.state != employer.State.ACTIVE,
    )
    def drop(self, request: HttpRequest, employer: Employer) -> str:
        """Throw its books away."""
        remove_employer(employer_id=employer.pk)
        return f"{employer} is deleted."


class GroupNumberForm(ServiceForm):
    """A number under which an employer is known on cards, enrolment files and claims."""

    employer = choose(Employer.objects.order_by("name"))
    number = forms.CharField(max_length=50, widget=UnfoldAdminTextInputWidget(), help_text="As it stands on the card.")

    def carry_out(self) -> GroupNumber:
        data = self.cleaned_data
        return add_group_number(employer_id=data["employer"].pk, number=data["number"])


@admin.register(GroupNumber)
class GroupNumberAdmin(ServiceAdmin):
    service_form = GroupNumberForm
    list_display = ("number", "employer", "added_at")
    list_select_related = ("employer",)
    search_fields = ("number", "employer__name")
    fields = ("number", "employer", "added_at")
    actions_detail = ("remove",)

    @button(
        "Take this number away",
        asks="Enrolment and claims no longer find the employer by this number.",
        fits=lambda number: True,
    )
    def remove(self, request: HttpRequest, number: GroupNumber) -> str:
        """Nobody may be enrolled under it."""
        remove_group_number(employer_id=number.employer_id, number=number.number)
        return "The number is taken away."


@admin.register(TradingPartner)
class TradingPartnerAdmin(EntryAdmin):
    list_display = ("name", "sender_qualifier", "sender_id", "employer_id", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "sender_id")
