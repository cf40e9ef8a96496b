"""Every page in a real browser, light, dark and on a phone: no error, no other host, nothing that axe calls serious."""

import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.contrib import admin
from django.test import Client
from django.urls import resolve
from playwright.sync_api import Page, sync_playwright

from tenants import directory
from tests.web.browser import places
from tests.web.browser.server import serving
from tests.web.browser.story import NOW, Story, tell
from tests.web.browser.visitor import WIDE, Visitor
from tests.web.login import log_in
from tpa.books.identity import services as identity

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PASSWORD = "correct horse battery staple"


def test_every_named_page_is_visited_or_has_a_reason_why_not():
    story = Story(*[1] * len(Story._fields))._replace(queue="review")
    rows = {model: model(pk=1) for model in admin.site._registry}
    shared = places.entrance_pages() | places.account_pages()
    visited = {
        places.DESK_URLS: shared
        | places.desk_pages(1, story)
        | {f"a {k}": v for k, v in places.admin_pages(rows).items()},
        places.PORTAL_URLS: shared | places.portal_pages(1, story),
    }
    left, needed = [], set()
    for urls, pages in visited.items():
        seen = {resolve(urlsplit(path).path, urls).view_name for path in pages.values()}
        names = {name for name in places.named_pages(urls) if not _is_models_step(name)}
        left += sorted(names - seen - places.NO_PAGES.keys())
        needed |= names - seen
    assert left == []
    assert sorted(places.NO_PAGES.keys() - needed) == []


def _is_models_step(name: str) -> bool:
    """A page that all models of the admin have alike, or a form that is refused to everybody."""
    space, _, rest = name.partition(":")
    steps = {f"_{step}" for step in places.ADMIN_STEPS}
    for model in admin.site._registry:
        if not places.is_entered(model):
            steps.add(f"{model._meta.app_label}_{model._meta.model_name}_add")
    return space == "admin" and rest.endswith(tuple(steps))


def cookie(user: object, employer: object, host: str) -> dict[str, str]:
    """The session cookie of somebody who has logged in at a host and just typed the password once more."""
    client = log_in(Client(SERVER_NAME=host), user, employer)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    name = django_settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "domain": host, "path": "/"}


@pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is absent: apt-get install chromium")
@pytest.mark.parametrize("place", ["desk", "portal", "set-up"])
def test_every_page_is_sound_in_a_browser(own_database, settings, tmp_path, place):
    clock = tmp_path / "clock"
    clock.write_text(NOW.isoformat())
    settings.TEST_CLOCK = str(clock)
    employer = directory.employer_of_code("acme")
    host = directory.portal_host(employer) if place == "portal" else "localhost"
    user = identity.create_user(email="somebody@tpa.example", name="Somebody", password=PASSWORD)
    for role in ("employer_finance", "employer_hr") if place == "portal" else ("tpa_admin",):
        identity.grant_role(user=user, role=role, employer_id=employer.pk if place == "portal" else None)
    story = tell(employer)
    if place == "set-up":
        pages = places.admin_pages({one: one._default_manager.order_by("pk").last() for one in admin.site._registry})
    elif place == "portal":
        pages = places.portal_pages(employer.pk, story)
    else:
        pages = places.desk_pages(employer.pk, story) | places.account_pages()
    logged_in = cookie(user, employer if place == "portal" else None, host)
    with serving() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
        visitor = Visitor(context.new_page(), f"{host}:{port}", place)
        if place != "set-up":
            visitor.look("missing", "/no/such/page/", status=404)
            for name, path in places.entrance_pages().items():
                visitor.look(name, path)
        context.add_cookies([logged_in])
        for name, path in pages.items():
            visitor.look(name, path, elsewhere=place == "portal" and _is_at_the_desk_too(path))
        if place == "desk":
            _ask_for_a_release_without_a_mouse(context.new_page(), f"http://{host}:{port}", story.queue)
        browser.close()
    assert not visitor.findings, "\n".join(visitor.findings)


def _is_at_the_desk_too(path: str) -> bool:
    """Whether both hosts show the page, from the same template."""
    return resolve(urlsplit(path).path, places.PORTAL_URLS).func.__module__.startswith("tpa.web.employer.")


def _ask_for_a_release_without_a_mouse(page: Page, site: str, queue: str) -> None:
    """From the queue to the answer on a release by keys alone, always seeing where one is."""
    page.goto(f"{site}/desk/queues/{queue}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("?")
    page.locator("#keys-help[open]").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('[data-row]') !== null")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/claims/**")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "note":
            break
    page.keyboard.type("j? looked at the paper")
    assert page.evaluate("document.activeElement.value") == "j? looked at the paper"
    page.keyboard.press("Enter")
    page.locator(".alert[role=status]").wait_for()
