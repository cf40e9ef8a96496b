"""The set-up admin: every list and form opens, and what is agreed is written through the services."""

from datetime import date

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.web.login import log_in
from tpa.books.agreements.models import AsoAgreement, Carrier, FeeScheduleVersion
from tpa.books.identity.models import Grant, User


@pytest.fixture
def administrator(db):
    """A TPA administrator."""
    user = User.objects.create(email="admin@tpa.example", name="Admin")
    Grant.objects.create(user=user, role="tpa_admin")
    return user


@pytest.fixture
def desk(desk_client, administrator):
    """A browser at the desk with the administrator logged in."""
    return log_in(desk_client, administrator)


@pytest.mark.parametrize("model", admin.site._registry, ids=str)
def test_every_list_opens(desk, model):
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert desk.get(url).status_code == 200


@pytest.mark.parametrize(
    "model", [model for model, its in admin.site._registry.items() if hasattr(its, "service_form")], ids=str
)
def test_every_service_form_opens(desk, model):
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
    assert desk.get(url).status_code == 200


def test_an_agreement_is_signed(desk, employer):
    answer = desk.post(
        reverse("admin:agreements_asoagreement_add"),
        {
            "employer": employer.pk,
            "number": "ASO-1",
            "starts_on": "2026-01-01",
            "funding_model": "arrears",
            "currency": "USD",
            "services": ["claims", "stop_loss"],
            "line_medical": "employer",
        },
    )
    assert answer.status_code == 302
    agreement = AsoAgreement.objects.get(number="ASO-1")
    assert (agreement.starts_on, [line.line for line in agreement.lines.all()]) == (date(2026, 1, 1), ["medical"])


def test_life_insurance_cannot_be_self_funded_and_nothing_is_stored(desk, employer):
    answer = desk.post(
        reverse("admin:agreements_asoagreement_add"),
        {
            "employer": employer.pk,
            "number": "ASO-2",
            "starts_on": "2026-01-01",
            "funding_model": "arrears",
            "currency": "USD",
            "services": ["claims"],
            "line_life": "employer",
        },
    )
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert not AsoAgreement.objects.exists()


def test_a_fee_schedule_with_an_unknown_key_names_it(desk, employer):
    answer = desk.post(
        reverse("admin:agreements_feescheduleversion_add"),
        {
            "employer": employer.pk,
            "name": "Fees",
            "effective_on": "2026-01-01",
            "fees": '[{"code": "flat", "label": "Set-up", "terms": {"amount_cent": 5}}]',
        },
    )
    assert answer.status_code == 200
    assert "amount_cent" in answer.content.decode()
    assert not FeeScheduleVersion.objects.exists()


@pytest.mark.parametrize("lookup", ["name__regex", "name__iregex", "naic_number__regex"])
def test_a_list_is_not_searched_by_patterns(desk, lookup):
    assert desk.get(reverse("admin:agreements_carrier_changelist"), {lookup: "("}).status_code == 400


def test_html_in_a_name_stays_text(desk):
    Carrier.objects.create(name="<script>alert(1)</script>")
    page = desk.get(reverse("admin:agreements_carrier_changelist")).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_somebody_without_a_desk_role_does_not_get_in(desk_client, employer):
    user = User.objects.create(email="hr@acme.example", name="HR")
    Grant.objects.create(user=user, employer=employer, role="employer_hr")
    assert log_in(desk_client, user).get(reverse("admin:agreements_carrier_changelist")).status_code == 302


def test_a_button_is_shown_where_it_fits_the_row(desk, employer):
    address = reverse("admin:tenants_employer_change", args=[employer.pk])
    buttons = {name: reverse(f"admin:tenants_employer_{name}", args=[employer.pk]) for name in ("suspend", "resume")}

    def shown():
        page = desk.get(address).content.decode()
        return {name for name, path in buttons.items() if path in page}

    assert shown() == {"suspend"}
    desk.post(buttons["suspend"])
    assert shown() == {"resume"}
    desk.post(buttons["resume"])
    assert shown() == {"suspend"}
