"""Employers, logins, roles and keys in the set-up admin."""

import pytest
from django.test import Client
from django.urls import reverse

from tenants import directory
from tenants.models import Employer
from tests.web.operator.desk import EVIL, colleague, desk_as
from tests.workflows.stories import agree
from tpa.books.identity.models import ApiKey, Grant, User
from tpa.books.identity.selectors import superiors_of
from tpa.books.identity.services import use_key
from tpa.infra.models import Job


@pytest.fixture
def desk(db):
    return desk_as("tpa_admin")


def add(desk, model, **data):
    """Post the form that enters a row of a model, and follow it."""
    return desk.post(reverse(f"admin:{model}_add"), data, follow=True).content.decode()


def press(desk, model, button, key):
    """Press a button on a row's page, and confirm."""
    path = reverse(f"admin:{model}_{button}", args=[key])
    assert desk.get(path).status_code == 200
    return desk.post(path, {"reason": "as agreed"}, follow=True).content.decode()


def test_an_employer_is_asked_for_and_set_up_by_a_job(desk):
    told = {"code": "birch", "name": f"Birch {EVIL}", "currency": "USD", "time_zone": "America/Chicago"}
    page = add(desk, "tenants_employer", **told)
    assert "is being set up" in page
    assert EVIL not in page
    made = Employer.objects.get(code="birch")
    assert (made.state, made.time_zone) == ("provisioning", "America/Chicago")
    assert Job.objects.get(employer_id=made.pk).requested_by == "tpa_admin@tpa.example"


def test_a_code_that_is_taken_is_refused_beside_the_field(desk, employer):
    told = {"code": employer.code, "name": "Again", "currency": "USD", "time_zone": "America/Chicago"}
    assert 'role="alert"' in add(desk, "tenants_employer", **told)
    assert Employer.objects.filter(code=employer.code).count() == 1
    assert not Job.objects.exists()


def test_an_employer_is_suspended_and_resumed(desk, employer):
    press(desk, "tenants_employer", "suspend", employer.pk)
    assert Client(SERVER_NAME=directory.portal_host(employer)).get("/").status_code == 404
    assert "is suspended" in press(desk, "tenants_employer", "suspend", employer.pk)
    agree(employer)
    assert "still name Acme Tools" in press(desk, "tenants_employer", "drop", employer.pk)
    press(desk, "tenants_employer", "resume", employer.pk)
    assert Client(SERVER_NAME=directory.portal_host(employer)).get("/").status_code == 302


def test_a_login_is_made_given_a_role_and_loses_it(desk, employer):
    add(desk, "identity_user", email="Ana@Acme.example", name="Ana")
    ana = User.objects.get(email="ana@acme.example")
    add(desk, "identity_grant", user=ana.pk, role="employer_hr", employer=employer.pk, authority_cents="12.50")
    grant = Grant.objects.get(user=ana)
    assert (grant.employer, grant.authority_cents, grant.granted_by.name) == (employer, 1_250, "tpa_admin")
    press(desk, "identity_grant", "revoke", grant.pk)
    assert User.objects.get(pk=ana.pk).held == ()
    press(desk, "identity_user", "close", ana.pk)
    assert not User.objects.get(pk=ana.pk).is_active


@pytest.mark.parametrize(
    "changes", [{"authority_cents": "a lot"}, {"authority_cents": "-1"}, {"role": "king"}, {"employer": ""}]
)
def test_a_role_that_cannot_be_given_is_refused(desk, employer, changes):
    ana = User.objects.create(email="ana@acme.example", name="Ana")
    told = {"user": ana.pk, "role": "employer_hr", "employer": employer.pk, "authority_cents": "0"} | changes
    assert 'role="alert"' in add(desk, "identity_grant", **told)
    assert not Grant.objects.filter(user=ana).exists()


def test_nobody_gives_himself_a_role(desk):
    admin = User.objects.get()
    told = {"user": admin.pk, "role": "finance", "employer": "", "authority_cents": "0"}
    assert "Nobody gives himself a role." in add(desk, "identity_grant", **told)


def test_people_report_to_each_other_and_not_in_a_circle(desk, employer):
    ana, ben, cy = (User.objects.create(email=f"{name}@tpa.example", name=name) for name in ("Ana", "Ben", "Cy"))
    twin = User.objects.create(email="ana.2@tpa.example", name="Ana", person_id=ana.pk)
    add(desk, "identity_reporting", user=twin.pk, superior=ben.pk)
    add(desk, "identity_reporting", user=ben.pk, superior=cy.pk)
    assert superiors_of(ana.pk) == (ben.pk, cy.pk)
    for user, superior in ((cy, twin), (ana, twin)):
        assert "reports to" in add(desk, "identity_reporting", user=user.pk, superior=superior.pk)
    assert superiors_of(cy.pk) == ()
    assert "Ben" in desk.get(reverse("admin:identity_reporting_changelist")).content.decode()
    add(desk, "identity_reporting", user=ana.pk, superior="")
    assert superiors_of(ana.pk) == ()


def test_a_key_is_shown_once_and_revoked(desk, employer):
    page = add(desk, "identity_apikey", name="payroll", employer=employer.pk, scopes=["files.write"])
    text = page.split("The key of payroll is ")[1].split(" ")[0]
    key = ApiKey.objects.get(name="payroll")
    assert use_key(text=text) == key
    assert text not in desk.get(reverse("admin:identity_apikey_changelist")).content.decode()
    press(desk, "identity_apikey", "revoke", key.pk)
    assert use_key(text=text) is None


def test_access_is_the_administrators_alone(db, employer):
    colleague("employer_hr", employer)
    desk = desk_as("implementation")
    for model in ("identity_user", "identity_grant", "identity_apikey", "identity_reporting"):
        assert desk.get(reverse(f"admin:{model}_changelist")).status_code == 403
    key = Grant.objects.get(role="employer_hr").pk
    for ask in (desk.get, desk.post):
        assert ask(reverse("admin:identity_grant_revoke", args=[key])).status_code == 403
    assert Grant.objects.get(pk=key).revoked_at is None


def test_a_buttons_address_asks_first_and_changes_nothing(desk, employer):
    page = desk.get(reverse("admin:tenants_employer_suspend", args=[employer.pk]))
    assert page.status_code == 200
    assert "csrfmiddlewaretoken" in page.content.decode()
    assert Employer.objects.get(pk=employer.pk).state == "active"


def test_a_forged_press_is_refused(desk, employer):
    forging = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    forging.cookies = desk.cookies
    assert forging.post(reverse("admin:tenants_employer_suspend", args=[employer.pk])).status_code == 403
    assert Employer.objects.get(pk=employer.pk).state == "active"


@pytest.mark.parametrize("key", ["999999", "none", "_00", "9" * 30])
def test_a_button_of_nothing_is_not_found(desk, key):
    for ask in (desk.get, desk.post):
        assert ask(f"/admin/tenants/employer/{key}/suspend/").status_code == 404
