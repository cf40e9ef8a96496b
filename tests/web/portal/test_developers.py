"""The developers' pages: an address entered, looked at, disabled; each thing of one's own employer alone."""

from datetime import UTC, datetime

import pytest

from tenants.scope import employer_scope
from tests.web.login import log_in
from tests.web.portal.test_pages import person
from tpa.books.events import selectors, services
from tpa.books.events.models import Delivery, Endpoint
from tpa.infra import outbox
from tpa.kernel.ids import public_id

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
URL = "https://hooks.example/tpa"


@pytest.fixture
def portal(db, portal_client, employer):
    return log_in(portal_client, person(employer, "employer_hr"), employer)


def test_an_address_is_entered_looked_at_rotated_and_disabled(portal, employer):
    page = portal.post("/developers/add/", {"url": URL, "kinds": ["invoice.issued"]}, follow=True).content.decode()
    assert "The endpoint is entered." in page
    assert URL in page
    one = Endpoint.objects.get()
    path = f"/developers/{public_id('whk', employer.pk, one.pk)}/"
    first = selectors.secret_of(one)
    assert first in portal.get(path).content.decode()
    assert first not in portal.post(f"{path}rotate/", follow=True).content.decode()
    assert "Disabled by employer_hr@acme.example." in portal.post(f"{path}disable/", follow=True).content.decode()
    assert "New events are sent to it again." in portal.post(f"{path}enable/", follow=True).content.decode()
    assert portal.post(f"{path}explode/").status_code == 404
    assert portal.get(f"{path}disable/").status_code == 405


def test_a_wrong_address_says_what_to_do(portal):
    page = portal.post("/developers/add/", {"url": "http://hooks.example/"}, follow=True).content.decode()
    assert "Events are sent to https addresses only." in page
    assert not Endpoint.objects.exists()


def test_a_delivery_is_sent_again(portal, employer):
    one = services.add_endpoint(employer_id=employer.pk, url=URL, kinds=[], by="hr", now=NOW)
    with employer_scope(employer):
        services.announce("deposit.received", {"cents": 5})
    outbox.drain()
    Delivery.objects.update(state="failed", answer="<script>alert(1)</script>")
    page = portal.get(f"/developers/{public_id('whk', employer.pk, one.pk)}/").content.decode()
    assert "<script>alert(1)" not in page
    whd = public_id("whd", employer.pk, Delivery.objects.get().pk)
    assert "sent again" in portal.post(f"/developers/deliveries/{whd}/redeliver/", follow=True).content.decode()
    assert Delivery.objects.get().state == "waiting"


def test_another_employers_are_not_found(portal, other_employer):
    one = services.add_endpoint(employer_id=other_employer.pk, url=URL, kinds=[], by="hr", now=NOW)
    whk = public_id("whk", other_employer.pk, one.pk)
    assert portal.get(f"/developers/{whk}/").status_code == 404
    assert portal.post(f"/developers/{whk}/disable/").status_code == 404
    assert Endpoint.objects.get().disabled_at is None
