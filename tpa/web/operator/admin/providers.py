"""Providers, networks, price lists."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSingleDateWidget, UnfoldAdminTextInputWidget

from tpa.books.providers import services
from tpa.books.providers.models import (
    EmployerNetwork,
    Network,
    NetworkMembership,
    Price,
    PriceList,
    PriceListVersion,
    Provider,
    ProviderContract,
)
from tpa.infra import clock
from tpa.web.operator.admin.base import EntryAdmin, PartInline, ReadAdmin, ServiceAdmin, ServiceForm, button


class MembershipInline(PartInline):
    model = NetworkMembership
    autocomplete_fields = ("network",)


class ContractInline(PartInline):
    model = ProviderContract
    fields = ("price_list", "starts_on", "ends_before")
    autocomplete_fields = ("price_list",)


@admin.register(Provider)
class ProviderAdmin(EntryAdmin):
    list_display = ("name", "npi", "tax_id", "specialty")
    search_fields = ("name", "npi", "tax_id")
    inlines = (MembershipInline, ContractInline)


@admin.register(Network)
class NetworkAdmin(EntryAdmin):
    list_display = ("code", "name")
    search_fields = ("code", "name")
    inlines = (ContractInline,)


@admin.register(EmployerNetwork)
class EmployerNetworkAdmin(EntryAdmin):
    list_display = ("employer", "network", "rank", "starts_on", "ends_before")
    list_select_related = ("employer", "network")
    search_fields = ("employer__name", "network__name")


class VersionInline(PartInline):
    model = PriceListVersion
    can_delete = False
    fields = ("number", "effective_on", "state", "published_at")
    readonly_fields = fields
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(PriceList)
class PriceListAdmin(EntryAdmin):
    list_display = ("code", "name")
    search_fields = ("code", "name")
    inlines = (VersionInline,)


class PriceFileForm(ServiceForm):
    """A price list's next version, from a CSV file; the draft is published afterwards."""

    code = forms.CharField(max_length=30, widget=UnfoldAdminTextInputWidget(), help_text="A new code makes a new list.")
    name = forms.CharField(max_length=120, required=False, widget=UnfoldAdminTextInputWidget())
    effective_on = forms.DateField(
        widget=UnfoldAdminSingleDateWidget(), help_text="First date of service at these prices."
    )
    file = forms.FileField(widget=UnfoldAdminFileFieldWidget(), help_text="CSV with a heading row.")

    def carry_out(self) -> PriceListVersion:
        data = self.cleaned_data
        data["file"].seek(0)
        return services.import_price_list(
            code=data["code"], name=data["name"], effective_on=data["effective_on"], data=data["file"].read()
        )


@admin.register(PriceListVersion)
class PriceListVersionAdmin(ServiceAdmin):
    service_form = PriceFileForm
    list_display = ("price_list", "number", "effective_on", "shown_state")
    list_filter = ("state",)
    list_select_related = ("price_list",)
    search_fields = ("price_list__code", "price_list__name")
    actions_detail = ("publish",)

    @display(description="state", label={"Draft": "warning", "Published": "success"})
    def shown_state(self, version: PriceListVersion) -> str:
        """Word and colour."""
        return version.get_state_display()

    @button(
        "Publish",
        asks="Claims with dates of service from its effective date on are priced by it. It cannot be changed then.",
        fits=lambda version: version.state == version.State.DRAFT,
    )
    def publish(self, request: HttpRequest, draft: PriceListVersion) -> str:
        """Let the draft pay claims from its date on."""
        return f"{services.publish_price_list(version_id=draft.pk, now=clock.now())} is published."


@admin.register(Price)
class PriceAdmin(ReadAdmin):
    list_display = ("version", "code", "modifier", "place", "per", "amount_cents", "percent_of_charge_bp", "weight_e4")
    list_select_related = ("version__price_list",)
    search_fields = ("=code", "version__price_list__code")
