"""A login's e-mail address is the administrator's to set."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from tenants import directory
from tests.web.login import log_in
from tests.web.operator.desk import desk_as
from tests.web.portal.test_pages import person

PRESSES = [
    {"action_add": "", "email": "mallory@elsewhere.example"},
    {"action_send": "", "email": "mallory@elsewhere.example"},
    {"action_remove": "", "email": "tpa_admin@tpa.example"},
    {"action_primary": "", "email": "mallory@elsewhere.example"},
]


@pytest.mark.parametrize("press", PRESSES, ids=lambda press: next(iter(press)))
def test_nobody_changes_his_own_address_at_the_desk(db, press):
    desk = desk_as("tpa_admin")
    assert desk.get("/account/email/").status_code == 404
    assert desk.post("/account/email/", press).status_code == 404
    assert (EmailAddress.objects.count(), mail.outbox) == (0, [])


def test_nor_at_a_portal_nor_by_a_mailed_link(db, employer):
    user = person(employer, "employer_hr")
    portal = log_in(Client(SERVER_NAME=directory.portal_host(employer)), user, employer)
    for path in ("/account/email/", "/account/confirm-email/", "/account/confirm-email/MQ:1/"):
        for ask in (portal.get, portal.post):
            assert ask(path, {"action_add": "", "email": "mallory@elsewhere.example"}).status_code == 404
    user.refresh_from_db()
    assert "mallory" not in user.email
    assert not EmailAddress.objects.exists()
