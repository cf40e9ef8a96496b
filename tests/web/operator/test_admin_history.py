"""Configuration remembers: who changed what, from what to what, why; and nobody changes that memory."""

from datetime import date

import pytest
from django.contrib import admin
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from tests.web.operator.desk import EVIL, desk_as
from tests.workflows.stories import agree
from tpa.books.agreements.models import AsoAgreement, Carrier
from tpa.books.identity.models import Grant, User
from tpa.web.operator.admin.history import is_tracked

UNTRACKED = {
    "Price": "thousands of rows a list; a published version of a list never changes",
    "ApiKey": "its own columns say who issued it, when it was used last and that it was revoked",
    "Reporting": "rows are added, never changed; each says who entered it and when",
    "TradingPartner": "no money and no right hangs on it",
}


@pytest.fixture
def desk(db):
    return desk_as("tpa_admin")


def history(desk, row):
    model = f"{row._meta.app_label}_{row._meta.model_name}"
    return desk.get(reverse(f"admin:{model}_history", args=[row.pk])).content.decode()


def test_every_model_of_the_set_up_is_tracked_or_says_why_not():
    untracked = {model.__name__ for model in admin.site._registry if not is_tracked(model)}
    assert untracked == UNTRACKED.keys()


def test_a_change_is_told_with_its_author_its_reason_and_both_sides(desk):
    carrier = Carrier.objects.create(name="Granite Re")
    told = {"name": f"Granite {EVIL}", "naic_number": "", "claims_email": "", "reason": "New name since the merger"}
    path = reverse("admin:agreements_carrier_change", args=[carrier.pk])
    assert desk.post(path, told).status_code == 302
    page = history(desk, carrier)
    assert "Granite Re → Granite &lt;script&gt;" in page
    assert EVIL not in page
    assert "tpa_admin@tpa.example" in page
    assert "New name since the merger" in page
    assert page.index("Carrier changed") < page.index("Carrier entered")


def test_what_sql_changes_by_hand_is_kept_too(desk):
    carrier = Carrier.objects.create(name="Granite Re")
    Carrier.objects.filter(pk=carrier.pk).update(naic_number="12345")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE agreements_carrier SET claims_email = 'a@b.example' WHERE id = %s", [carrier.pk])
    page = history(desk, carrier)
    assert "<strong>NAIC number</strong>: 12345" in page
    assert "a@b.example" in page
    assert "the system" in page


def test_a_change_of_nothing_is_no_change(desk):
    carrier = Carrier.objects.create(name="Granite Re")
    Carrier.objects.filter(pk=carrier.pk).update(name="Granite Re")
    assert carrier.history.count() == 1


def test_the_lines_of_an_agreement_stand_in_its_history(desk, employer):
    agree(employer, starts_on=date(2026, 1, 1))
    page = history(desk, AsoAgreement.objects.get())
    assert "ASO agreement entered" in page
    assert page.count("Agreement line entered") == 2


def test_a_role_that_is_taken_back_tells_by_whom(desk, employer):
    ana = User.objects.create(email="ana@acme.example", name="Ana")
    grant = Grant.objects.create(user=ana, employer=employer, role="employer_hr")
    desk.post(reverse("admin:identity_grant_revoke", args=[grant.pk]), {"reason": "She has left"})
    page = history(desk, grant)
    assert "tpa_admin@tpa.example" in page
    assert "Revoked by" in page
    assert "She has left" in page


def test_passwords_are_not_in_the_history(db):
    ana = User.objects.create(email="ana@acme.example", name="Ana", password="secret")
    assert not any("secret" in str(event.__dict__) for event in ana.history.all())
    User.objects.filter(pk=ana.pk).update(password="other")
    assert ana.history.count() == 1


@pytest.mark.parametrize(
    "statement", ["UPDATE agreements_carrierevent SET name = 'x'", "DELETE FROM agreements_carrierevent"]
)
def test_the_history_itself_is_not_changed(db, statement):
    Carrier.objects.create(name="Granite Re")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_only_configuration_has_row_triggers_that_remember(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT n.nspname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgname LIKE 'pgtrigger_%'"
        )
        found = cursor.fetchall()
    assert {schema for schema, _ in found} == {"public"}
    assert {table.split("_")[0] for _, table in found} == {"agreements", "identity", "providers", "tenants"}


def test_whoever_may_not_see_a_row_does_not_see_its_history(db, employer):
    grant = Grant.objects.create(user=User.objects.create(email="a@b.example"), employer=employer, role="employer_hr")
    assert desk_as("implementation").get(reverse("admin:identity_grant_history", args=[grant.pk])).status_code == 403
