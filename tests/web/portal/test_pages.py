"""The portal's pages: who sees which, and that another employer's login sees none."""

import pytest
from django.test import Client

from tenants import directory
from tests.web.login import log_in
from tpa.books.identity.models import Grant, User
from tpa.web.portal.urls import urlpatterns

PLAIN = [f"/{pattern.pattern}" for pattern in urlpatterns if not pattern.pattern.converters]


def person(employer, role):
    """A login with one role at one employer."""
    user = User.objects.create(email=f"{role}@{employer.code}.example", name=role)
    Grant.objects.create(user=user, employer=employer, role=role)
    return user


@pytest.mark.parametrize("path", PLAIN)
def test_nobody_sees_a_page_without_logging_in(db, portal_client, path):
    answer = portal_client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


@pytest.mark.parametrize("path", PLAIN)
def test_finance_sees_money_and_hr_sees_people(db, portal_client, employer, path):
    money = log_in(portal_client, person(employer, "employer_finance"), employer).get(path).status_code
    people = log_in(portal_client, person(employer, "employer_hr"), employer).get(path).status_code
    assert (money, people) == {
        "/": (200, 200),
        "/members/": (404, 200),
        "/enrolment/": (404, 200),
        "/enrolment/upload/": (404, 405),
        "/developers/": (200, 200),
        "/developers/add/": (405, 405),
    }.get(path, (200, 404))


@pytest.mark.parametrize("path", PLAIN)
def test_another_employers_login_counts_for_nothing(db, employer, other_employer, path):
    client = log_in(
        Client(SERVER_NAME=directory.portal_host(other_employer)), person(employer, "employer_finance"), other_employer
    )
    assert client.get(path).status_code == 302


@pytest.mark.parametrize("path", ["/ledger/1000/", "/ledger/2000/"])
def test_an_empty_account_says_so(db, portal_client, employer, path):
    page = log_in(portal_client, person(employer, "employer_finance"), employer).get(path).content.decode()
    assert "Nothing has been posted here." in page


@pytest.mark.parametrize(
    "path", ["/ledger/9998/", "/invoices/inv_0000000000001/", "/invoices/42/", "/invoices/42/pdf/"]
)
def test_what_is_not_there_is_not_found(db, portal_client, employer, path):
    assert log_in(portal_client, person(employer, "employer_finance"), employer).get(path).status_code == 404
