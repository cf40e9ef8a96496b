"""Which host is whose, and that a login, a session and a cookie of one is worth nothing at another."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tenants import directory, services
from tests.databases import EMPLOYERS
from tpa.books.identity.models import User
from tpa.books.identity.permissions import Role
from tpa.books.identity.services import close_login, create_user, grant_role, revoke_grant

PASSWORD = "correct horse battery"
LOGIN = "/account/login/"
CHANGE = "/account/password/change/"
ACME, UMBRA = (f"{code}.localhost" for code, _name in EMPLOYERS)
pytestmark = pytest.mark.usefixtures("own_counts")


@pytest.fixture
def hr(employer) -> User:
    user = create_user(email="hr@acme.example", name="HR", password=PASSWORD)
    grant_role(user=user, role=Role.EMPLOYER_HR, employer_id=employer.pk)
    return user


@pytest.fixture
def operator(db) -> User:
    user = create_user(email="op@tpa.example", name="Operator", password=PASSWORD)
    grant_role(user=user, role=Role.TPA_ADMIN)
    return user


def logged_in(host: str, email: str) -> Client:
    client = Client(SERVER_NAME=host)
    client.post(LOGIN, {"login": email, "password": PASSWORD})
    return client


def enters(client: Client) -> bool:
    """Whether a page for people who are logged in opens."""
    return client.get(CHANGE).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["nobody.localhost", "x.acme.localhost", "acme.localhost.evil.example", "evil.example", "127.0.0.1", "[::1]"],
)
def test_an_unknown_host_shows_nothing(db, host):
    response = Client(SERVER_NAME=host).get(LOGIN)
    assert response.status_code in (400, 404)
    assert b"password" not in response.content


@pytest.mark.parametrize("host", ["ACME.localhost", "acme.localhost.", "acme.localhost:8443"])
def test_case_port_and_dot_do_not_make_another_host(employer, host):
    assert Client(HTTP_HOST=host).get(LOGIN).status_code == 200


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED", "HTTP_X_TENANT", "HTTP_X_HOST"])
def test_no_header_but_the_host_chooses_the_employer(hr, other_employer, header):
    assert enters(logged_in(ACME, hr.email))
    client = logged_in(ACME, hr.email)
    assert client.get(CHANGE, **{header: UMBRA}).wsgi_request.employer.code == "acme"


def test_the_admin_is_at_the_tpas_host_alone(employer, operator):
    assert logged_in("localhost", operator.email).get("/admin/").status_code == 200
    assert Client(SERVER_NAME=ACME).get("/admin/").status_code == 404
    assert Client(SERVER_NAME=ACME).get("/admin/login/").status_code == 404


def test_a_login_works_where_it_counts_and_fails_elsewhere_like_a_wrong_password(hr, other_employer):
    assert enters(logged_in(ACME, hr.email))
    answers = {}
    for host, password in ((UMBRA, PASSWORD), ("localhost", PASSWORD), (ACME, "wrong")):
        client = Client(SERVER_NAME=host)
        response = client.post(LOGIN, {"login": hr.email, "password": password})
        answers[host] = re.findall(r'<p[^>]* role="alert">.*?</p>', response.content.decode(), re.S)
        assert not enters(client)
    assert answers[UMBRA] == answers["localhost"] == answers[ACME] != []


def test_a_session_is_worth_nothing_at_another_host(hr, operator, other_employer):
    grant_role(user=hr, role=Role.EMPLOYER_HR, employer_id=other_employer.pk)
    client = logged_in(ACME, hr.email)
    cookie = client.cookies["session"].value
    for host in (UMBRA, "localhost"):
        thief = Client(SERVER_NAME=host)
        thief.cookies["session"] = cookie
        assert not enters(thief)
    assert enters(client)
    desk = logged_in("localhost", operator.email)
    thief = Client(SERVER_NAME=ACME)
    thief.cookies["session"] = desk.cookies["session"].value
    assert not enters(thief)
    assert enters(desk)


def test_the_cookie_is_for_its_host_alone_and_out_of_scripts_reach(hr):
    cookie = logged_in(ACME, hr.email).cookies["session"]
    assert cookie["domain"] == ""
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_grant_taken_back_ends_the_open_session_with_the_next_request(hr, operator):
    client = logged_in(ACME, hr.email)
    assert enters(client)
    revoke_grant(grant_id=hr.grants.get().pk, by=operator)
    assert not enters(client)


def test_a_closed_login_ends_the_open_session_with_the_next_request(hr):
    client = logged_in(ACME, hr.email)
    close_login(user_id=hr.pk)
    assert not enters(client)


def test_a_suspended_employers_portal_is_not_there(hr, employer):
    client = logged_in(ACME, hr.email)
    services.suspend_employer(employer_id=employer.pk)
    assert client.get(LOGIN).status_code == 404
    services.resume_employer(employer_id=employer.pk)
    assert enters(client)


def test_nobody_signs_up(employer):
    for host in (ACME, "localhost"):
        client = Client(SERVER_NAME=host)
        client.post("/account/signup/", {"email": "new@example.com", "password1": PASSWORD})
        assert not User.objects.filter(email="new@example.com").exists()


def test_logging_in_gives_a_new_session_key(hr):
    client = Client(SERVER_NAME=ACME)
    session = client.session
    session["host_employer"] = directory.employer_of_host(ACME).pk
    session.save()
    planted = session.session_key
    client.cookies["session"] = planted
    client.post(LOGIN, {"login": hr.email, "password": PASSWORD})
    assert enters(client)
    assert client.cookies["session"].value != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_every_answer_carries_an_id_and_the_headers_that_protect(employer):
    first, second = (Client(SERVER_NAME=ACME).get(LOGIN) for _ in range(2))
    assert re.fullmatch(r"[0-9a-f]{32}", first["X-Request-Id"])
    assert first["X-Request-Id"] != second["X-Request-Id"]
    assert "default-src 'none'" in first["Content-Security-Policy"]
    assert "unsafe" not in first["Content-Security-Policy"]
    assert first["X-Frame-Options"] == "DENY"
    assert first["X-Content-Type-Options"] == "nosniff"
