"""Carriers, brokers, review organizations, ASO agreements, fee schedules, stop-loss contracts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from tenants.models import Employer
from tpa.books.agreements import services
from tpa.books.agreements.models import (
    AgreementLine,
    AsoAgreement,
    Broker,
    Carrier,
    Fee,
    FeeScheduleVersion,
    Line,
    ReviewOrganization,
    StopLossContract,
    StopLossContractVersion,
)
from tpa.infra import clock
from tpa.infra.employers import require_open
from tpa.kernel.document_text import read_json, read_toml
from tpa.kernel.errors import DomainError
from tpa.kernel.periods import FOREVER
from tpa.web.operator.admin.base import (
    DocumentArea,
    EntryAdmin,
    PartInline,
    ReadAdmin,
    ServiceAdmin,
    ServiceForm,
    button,
)
from tpa.workflows.stop_loss_contracts import approve_contract_version, propose_contract

BEARERS = [("", "Not covered"), *AgreementLine.Bearer.choices]


def choose(queryset: Any, **kwargs: Any) -> forms.ModelChoiceField:
    """A select of rows in the admin's own style."""
    return forms.ModelChoiceField(queryset, widget=UnfoldAdminSelectWidget(), **kwargs)


def day(**kwargs: Any) -> forms.DateField:
    """A date with the admin's picker."""
    return forms.DateField(widget=UnfoldAdminSingleDateWidget(), **kwargs)


@admin.register(Carrier)
class CarrierAdmin(EntryAdmin):
    list_display = ("name", "naic_number", "claims_email")
    search_fields = ("name",)


@admin.register(Broker)
class BrokerAdmin(EntryAdmin):
    list_display = ("name", "npn", "email")
    search_fields = ("name",)


@admin.register(ReviewOrganization)
class ReviewOrganizationAdmin(EntryAdmin):
    list_display = ("name", "accreditation", "starts_on", "ends_before")
    search_fields = ("name",)


class AgreementForm(ServiceForm):
    """A signed ASO agreement. Each line of coverage says who bears its claims."""

    employer = choose(Employer.objects.order_by("name"))
    number = forms.CharField(max_length=30, widget=UnfoldAdminTextInputWidget())
    broker = choose(Broker.objects.all(), required=False)
    signed_on = day(required=False)
    starts_on = day()
    ends_before = day(required=False, help_text="First day on which it no longer holds; empty: until further notice.")
    funding_model = forms.ChoiceField(choices=AsoAgreement.Funding.choices, widget=UnfoldAdminSelectWidget())
    funding_terms = forms.CharField(
        required=False,
        widget=DocumentArea(attrs={"rows": 6}),
        help_text="TOML, in cents: minimum_cents; monthly_cents or rates_cents, and settlement; float_cents.",
    )
    billing_terms = forms.CharField(
        required=False,
        widget=DocumentArea(attrs={"rows": 4}),
        help_text="TOML: due = { day, months_after }, due_days or due_business_days; roll; alone_up_to_cents; first_month. "
        "Empty: due on the 15th of the next month, every invoice approved by a second person.",
    )
    late_payment_terms = forms.CharField(
        required=False,
        widget=DocumentArea(attrs={"rows": 3}),
        help_text='TOML; empty: no interest on claims paid late. jurisdiction = "NY", or days, rate_bp and least_cents.',
    )
    pay_before_funded = forms.BooleanField(required=False, widget=UnfoldBooleanSwitchWidget())
    currency = forms.ChoiceField(
        choices=[("USD", "US dollar"), ("CAD", "Canadian dollar")], widget=UnfoldAdminSelectWidget()
    )
    services = forms.MultipleChoiceField(
        choices=[(code, code.replace("_", " ")) for code in services.SERVICES],
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    insurer = choose(Carrier.objects.all(), required=False, help_text="Bears the lines that are carved out.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, label in Line.choices:
            self.fields[f"line_{code}"] = forms.ChoiceField(
                choices=BEARERS, required=False, label=label, widget=UnfoldAdminSelectWidget()
            )

    def clean_funding_terms(self) -> dict[str, Any]:
        """The text as TOML; which keys there are, the funding model says."""
        return self._toml("funding_terms")

    def clean_billing_terms(self) -> dict[str, Any]:
        """The text as TOML."""
        return self._toml("billing_terms")

    def clean_late_payment_terms(self) -> dict[str, Any]:
        """The text as TOML."""
        return self._toml("late_payment_terms")

    def _toml(self, name: str) -> dict[str, Any]:
        try:
            return read_toml(self.cleaned_data[name])
        except DomainError as fault:
            raise forms.ValidationError(str(fault)) from fault

    def carry_out(self) -> AsoAgreement:
        data = self.cleaned_data
        lines = []
        for code in Line.values:
            bearer = data.get(f"line_{code}")
            if bearer:
                insured = bearer == AgreementLine.Bearer.INSURER
                carrier = data["insurer"].pk if insured and data["insurer"] else None
                lines.append(services.LineTerms(code, bearer, carrier))
        return services.sign_aso_agreement(
            employer_id=require_open(data["employer"]).pk,
            number=data["number"],
            starts_on=data["starts_on"],
            ends_before=data["ends_before"] or FOREVER,
            lines=lines,
            services=data["services"],
            funding_model=data["funding_model"],
            funding_terms=data["funding_terms"],
            billing_terms=data["billing_terms"],
            pay_before_funded=data["pay_before_funded"],
            late_payment_terms=data["late_payment_terms"],
            currency=data["currency"],
            broker_id=data["broker"].pk if data["broker"] else None,
            signed_on=data["signed_on"],
        )


class AgreementLineInline(PartInline):
    model = AgreementLine
    fields = ("line", "bearer", "carrier")
    can_delete = False


@admin.register(AsoAgreement)
class AsoAgreementAdmin(ServiceAdmin):
    service_form = AgreementForm
    list_display = ("number", "employer", "funding_model", "starts_on", "ends_before")
    list_filter = (("starts_on", RangeDateFilter), "funding_model")
    list_select_related = ("employer",)
    search_fields = ("number", "employer__name")
    inlines = (AgreementLineInline,)


FEES_EXAMPLE = """[
  {"code": "pepm", "label": "Administration", "terms": {"lines": ["medical"], "rate_cents": 3200}}
]"""


class FeeScheduleForm(ServiceForm):
    """The next version of an employer's fee schedule, as a draft."""

    employer = choose(Employer.objects.order_by("name"))
    name = forms.CharField(max_length=80, initial="Administration fees", widget=UnfoldAdminTextInputWidget())
    effective_on = day(help_text="A first of month.")
    fees = forms.CharField(
        initial=FEES_EXAMPLE,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 14}),
        help_text="A list of {code, label, terms}: the fee type, its name on the invoice, its terms in cents and basis points.",
    )

    def clean_fees(self) -> list[services.FeeTerms]:
        """Each fee has exactly its three keys."""
        try:
            rows = read_json(self.cleaned_data["fees"])
        except DomainError as fault:
            raise forms.ValidationError(str(fault)) from fault
        if not isinstance(rows, list) or any(
            not isinstance(row, dict) or set(row) != {"code", "label", "terms"} for row in rows
        ):
            raise forms.ValidationError("A list of {code, label, terms} is wanted.")
        return [services.FeeTerms(**row) for row in rows]

    def carry_out(self) -> FeeScheduleVersion:
        data = self.cleaned_data
        return services.save_fee_schedule(
            employer_id=require_open(data["employer"]).pk,
            name=data["name"],
            effective_on=data["effective_on"],
            fees=data["fees"],
            person_id=self.actor.person,
        )


class FeeInline(PartInline):
    model = Fee
    fields = ("n", "code", "label", "terms")
    can_delete = False


@admin.register(FeeScheduleVersion)
class FeeScheduleVersionAdmin(ServiceAdmin):
    service_form = FeeScheduleForm
    list_display = ("schedule", "employer", "number", "effective_on", "shown_state")
    list_filter = ("state",)
    list_select_related = ("schedule", "employer")
    search_fields = ("schedule__name", "employer__name")
    inlines = (FeeInline,)
    actions_detail = ("publish",)

    @display(description="state", label={"Draft": "warning", "Published": "success"})
    def shown_state(self, version: FeeScheduleVersion) -> str:
        """Word and colour."""
        return version.get_state_display()

    @button(
        "Publish",
        asks="The employer is billed by these fees from their effective date on. They cannot be changed then.",
        fits=lambda version: version.state == version.State.DRAFT,
    )
    def publish(self, request: HttpRequest, draft: FeeScheduleVersion) -> str:
        """Make the draft count."""
        require_open(draft.employer)
        person = request.user.person
        version = services.publish_fee_schedule(version_id=draft.pk, now=clock.now(), person_id=person)
        return f"{version} is published."


class StopLossForm(ServiceForm):
    """A stop-loss contract's terms, whole. What is saved waits for approval."""

    employer = choose(Employer.objects.order_by("name"))
    carrier = choose(Carrier.objects.all())
    number = forms.CharField(
        max_length=40, widget=UnfoldAdminTextInputWidget(), help_text="The carrier's policy number."
    )
    document = forms.CharField(
        widget=DocumentArea(), help_text="TOML: policy period, windows as dates, specific, aggregate, premium."
    )
    reason = forms.CharField(
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text="Why the terms change. Needed where they break the carrier's promise.",
    )
    eligible_employee_count = forms.IntegerField(
        min_value=1,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text="For the law of the group's size. Empty: the employees enrolled on the policy's first day.",
    )
    warnings: Sequence[str] = ()

    def clean_document(self) -> dict[str, Any]:
        """The text as TOML; dates become texts, so that the document can be kept as JSON."""
        try:
            found = read_toml(self.cleaned_data["document"])
        except DomainError as fault:
            raise forms.ValidationError(str(fault)) from fault
        return json.loads(json.dumps(found, default=str))

    def carry_out(self) -> StopLossContractVersion:
        data = self.cleaned_data
        version, self.warnings = propose_contract(
            employer_id=data["employer"].pk,
            carrier_id=data["carrier"].pk,
            number=data["number"],
            document=data["document"],
            person_id=self.actor.person,
            reason=data["reason"],
            eligible_employee_count=data["eligible_employee_count"],
        )
        return version

    def told(self, made: Any) -> str:
        return " ".join([super().told(made), *(f"Note: {warning}." for warning in self.warnings)])


@admin.register(StopLossContractVersion)
class StopLossContractVersionAdmin(ServiceAdmin):
    service_form = StopLossForm
    list_display = ("contract", "employer", "number", "shown_state", "needs_second_person", "reason")
    list_filter = ("state",)
    list_select_related = ("contract__carrier", "employer")
    search_fields = ("contract__number", "employer__name")
    actions_detail = ("approve", "reject")

    @display(description="state", label={"Waits for approval": "warning", "In force": "success", "Rejected": "danger"})
    def shown_state(self, version: StopLossContractVersion) -> str:
        """Word and colour."""
        return version.get_state_display()

    @button(
        "Approve",
        asks="These terms are in force from now on. Once claims have begun, whoever saved them may not approve them.",
        fits=lambda version: version.state == version.State.PROPOSED,
    )
    def approve(self, request: HttpRequest, version: StopLossContractVersion) -> str:
        """Put the version in force; once claims have begun its maker may not."""
        return f"{approve_contract_version(version_id=version.pk, person_id=request.user.person)} is in force."

    @button(
        "Reject",
        asks="These terms never come into force. They stay to be seen.",
        fits=lambda version: version.state == version.State.PROPOSED,
    )
    def reject(self, request: HttpRequest, version: StopLossContractVersion) -> str:
        """Drop the version; it stays to be seen."""
        told = {"person_id": request.user.person, "now": clock.now()}
        return f"{services.reject_stop_loss_version(version_id=version.pk, **told)} is rejected."


class VersionInline(PartInline):
    model = StopLossContractVersion
    fields = ("number", "state", "needs_second_person", "reason", "created_at")
    readonly_fields = fields
    can_delete = False
    show_change_link = True


@admin.register(StopLossContract)
class StopLossContractAdmin(ReadAdmin):
    list_display = ("carrier", "number", "employer", "starts_on", "ends_before")
    list_select_related = ("carrier", "employer")
    search_fields = ("number", "employer__name")
    inlines = (VersionInline,)
