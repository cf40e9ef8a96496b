"""What is shown where there is no page, at both hosts and to programs."""

import pytest
from django.db import DatabaseError
from django.test import Client, RequestFactory

from tenants import directory
from tests.web.operator.desk import desk_as
from tpa.config import urls_public, urls_tenant
from tpa.web import errors

EVERY = {
    400: errors.bad_request, 403: errors.forbidden, 404: errors.not_found, 429: errors.too_many, 500: errors.broken,
}  # fmt: skip


@pytest.mark.parametrize(("status", "handler"), EVERY.items())
def test_each_stands_without_database_session_and_login(status, handler):
    answer = handler(RequestFactory().get("/anything/"))
    page = answer.content.decode()
    assert answer.status_code == status
    assert f"<h1>{errors._TOLD[status].title}</h1>" in page
    assert "tpa.css" in page


@pytest.mark.parametrize("urls", [urls_public, urls_tenant], ids=["desk", "portal"])
@pytest.mark.parametrize(("status", "handler"), EVERY.items())
def test_both_hosts_use_them(urls, status, handler):
    assert getattr(urls, f"handler{status}") == f"tpa.web.errors.{handler.__name__}"


@pytest.mark.parametrize("form", [{"login": "a\0b"}, {"password": "\0"}, {"\0": "x"}])
def test_a_form_with_a_zero_character_is_refused(db, desk_client, form):
    answer = desk_client.post("/account/login/", form)
    assert answer.status_code == 400


def test_what_breaks_is_a_page_with_its_reference(employer, monkeypatch):
    def no_database(host):
        raise DatabaseError("the server is gone")

    monkeypatch.setattr(directory, "employer_of_host", no_database)
    answer = Client(SERVER_NAME=directory.portal_host(employer), raise_request_exception=False).get("/")
    assert answer.status_code == 500
    assert "Something broke here" in answer.content.decode()
    assert "the server is gone" not in answer.content.decode()


@pytest.mark.parametrize("host", ["desk", "portal", "nobody"])
def test_a_missing_page_looks_like_the_product(employer, host):
    name = {"desk": "localhost", "portal": directory.portal_host(employer), "nobody": "nobody.localhost"}[host]
    answer = Client(SERVER_NAME=name).get("/no/such/page/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_program_gets_a_problem_document(employer):
    answer = Client(SERVER_NAME="localhost").get("/api/v1/no-such-thing/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert (answer.json()["code"], answer.json()["instance"]) == ("not_found", "/api/v1/no-such-thing/")
    assert answer.json()["request_id"] == answer["X-Request-Id"]


def test_a_damaged_address_and_an_old_form_are_told_apart(db):
    assert "cannot be read" in desk_as("tpa_admin").get("/desk/jobs/?state=%00").content.decode()
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    refused = strict.post("/account/login/", {"login": "a@b.example", "password": "x"})
    assert refused.status_code == 403
    assert "This form is no longer good" in refused.content.decode()
