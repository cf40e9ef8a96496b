"""A second factor at the desk, and log-in limits that all processes share."""

import os
import subprocess
import sys

import pytest
import redis
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client

from tests.web.login import log_in
from tests.web.operator.desk import colleague, desk_as
from tests.web.portal.test_pages import person
from tpa.books.identity.models import ApiKey
from tpa.books.identity.services import create_user, grant_role

PASSWORD = "correct horse battery staple"
SECRET = "JBSWY3DPEHPK3PXP"
pytestmark = pytest.mark.usefixtures("own_counts")


def code_now():
    """What the authenticator app shows."""
    return format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))


@pytest.mark.parametrize("path", ["/desk/", "/admin/", "/desk/jobs/"])
def test_without_one_the_desk_leads_to_its_set_up(db, settings, path):
    settings.MFA_AT_DESK = True
    desk = desk_as("tpa_admin")
    answer = desk.get(path)
    assert (answer.status_code, answer["Location"]) == (302, "/account/mfa/")
    assert "Set one up" in desk.get("/account/mfa/").content.decode()


def test_the_session_counts_for_nothing_at_the_api_until_then(db, settings):
    settings.MFA_AT_DESK = True
    assert desk_as("tpa_admin").get("/api/v1/employers/").status_code in (401, 403)
    _, text = ApiKey.objects.create_key(name="program", scopes=["employers.read"])
    program = Client(SERVER_NAME="localhost", HTTP_AUTHORIZATION=f"Bearer {text}")
    assert program.get("/api/v1/employers/").status_code == 200


def test_with_one_the_desk_opens(db, settings):
    settings.MFA_AT_DESK = True
    user = colleague("tpa_admin")
    TOTP.activate(user, SECRET)
    assert log_in(Client(SERVER_NAME="localhost"), user).get("/desk/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(db, settings):
    settings.MFA_AT_DESK = True
    user = colleague("tpa_admin")
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert log_in(Client(SERVER_NAME="localhost"), user).get("/desk/").status_code == 302


def test_in_a_portal_it_is_offered_not_asked(db, settings, portal_client, employer):
    settings.MFA_AT_DESK = True
    assert log_in(portal_client, person(employer, "employer_finance"), employer).get("/").status_code == 200


def test_a_password_alone_does_not_log_in_whoever_has_one(db, settings):
    settings.MFA_AT_DESK = True
    user = create_user(email="op@tpa.example", name="Op", password=PASSWORD)
    grant_role(user=user, role="tpa_admin")
    TOTP.activate(user, SECRET)
    client = Client(SERVER_NAME="localhost")
    answer = client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert answer["Location"] == "/account/mfa/authenticate/"
    assert client.get("/desk/")["Location"].startswith("/account/login/")
    client.post("/account/mfa/authenticate/", {"code": code_now()})
    assert client.get("/desk/").status_code == 200


def test_the_set_up_screens_have_no_log_in_of_their_own(db):
    answer = Client(SERVER_NAME="localhost").post("/admin/login/", {"username": "a@b.example", "password": PASSWORD})
    assert answer["Location"].startswith("/account/login/")


def test_a_second_factor_can_be_set_up_by_somebody_entered_by_the_administrator(db, settings):
    settings.MFA_AT_DESK = True
    user = create_user(email="op@tpa.example", name="Op", password=PASSWORD)
    grant_role(user=user, role="tpa_admin")
    client = Client(SERVER_NAME="localhost")
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    page = client.get("/account/mfa/totp/activate/")
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    client.post("/account/mfa/totp/activate/", {"code": code})
    assert client.get("/desk/").status_code == 200


OTHER_PROCESS = """
from tpa.infra.cache import SharedCache
cache = SharedCache({url!r}, {params!r})
print(cache.get("said"))
cache.set("heard", "yes", 60)
"""


def test_what_one_process_counts_another_sees(own_counts):
    cache.set("said", "hello", 60)
    told = django_settings.CACHES["default"]
    program = OTHER_PROCESS.format(url=told["LOCATION"], params={"KEY_PREFIX": own_counts})
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tpa.config.settings"}
    other = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert (other.stdout.strip(), cache.get("heard")) == ("hello", "yes")


def test_after_five_wrong_passwords_the_right_one_is_refused_too(db):
    user = create_user(email="op@tpa.example", name="Op", password=PASSWORD)
    grant_role(user=user, role="tpa_admin")
    for _ in range(5):
        Client(SERVER_NAME="localhost").post("/account/login/", {"login": user.email, "password": "wrong"})
    client = Client(SERVER_NAME="localhost")
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert client.get("/desk/").status_code == 302


def test_without_redis_a_process_counts_for_itself(own_counts, settings):
    settings.CACHES = {"default": django_settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    assert cache.add("attempts", [1], 60)
    assert not cache.add("attempts", [2], 60)
    assert cache.get("attempts") == [1]
    cache.set("attempts", [1, 2], 60)
    assert cache.get("attempts") == [1, 2]
    assert cache.delete("attempts")
    with pytest.raises(redis.RedisError):
        cache.incr("attempts")
