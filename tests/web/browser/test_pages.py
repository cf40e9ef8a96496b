"""Every page in a real browser, light and dark: no error, no other host, nothing that axe calls serious; screenshots."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Page, sync_playwright

from tenants import directory
from tests.web.browser.server import serving
from tests.web.browser.story import NOW, Story, tell
from tests.web.login import log_in
from tpa.books.identity import services as identity
from tpa.kernel.ids import public_id

ROOT = Path(__file__).parents[3]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
AXE = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
"""What axe looks at: everything, then what the other theme can change."""
PASSWORD = "correct horse battery staple"

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is absent: apt-get install chromium")


def desk_pages(employer: int, story: Story) -> dict[str, str]:
    """Name of the screenshot -> path at the desk."""
    root = f"/desk/employers/{public_id('emp', 0, employer)}/"

    def of(folder: str, kind: str, key: int) -> str:
        return f"{root}{folder}/{public_id(kind, employer, key)}/"

    return {
        "today": "/desk/",
        "queue": f"/desk/queues/{story.queue}/",
        "files": "/desk/files/",
        "file": f"/desk/files/{public_id('fil', 0, story.file)}/",
        "intake": "/desk/intake/",
        "intake-item": f"/desk/intake/{public_id('itk', 0, story.item)}/?employer={employer}&q=Lind",
        "jobs": "/desk/jobs/",
        "job": f"/desk/jobs/{story.job}/",
        "employer": root,
        "claims": f"{root}claims/",
        "claim": of("claims", "clm", story.paid),
        "claim-pended": of("claims", "clm", story.pended),
        "members": f"{root}members/",
        "member": f"{of('members', 'mem', story.member)}",
        "enrolment": f"{root}enrolment/",
        "load": of("enrolment", "lod", story.load),
        "invoices": f"{root}invoices/",
        "invoice": of("invoices", "inv", story.draft),
        "what-ifs": f"{root}what-ifs/",
        "what-if": of("what-ifs", "wif", story.what_if),
        "exposure": f"{root}exposure/",
        "ledger": f"{root}ledger/",
        "account": f"{root}ledger/2000/",
        "entry": of("ledger/entries", "led", story.entry),
        "password": "/account/password/change/",
    }


def portal_pages(employer: int, story: Story) -> dict[str, str]:
    """Name of the screenshot -> path at the employer's portal."""
    return {
        "home": "/",
        "claims": "/claims/",
        "claim": f"/claims/{public_id('clm', employer, story.paid)}/",
        "members": "/members/",
        "enrolment": "/enrolment/",
        "invoices": "/invoices/",
        "invoice": f"/invoices/{public_id('inv', employer, story.invoice)}/",
        "what-if": f"/what-ifs/{public_id('wif', employer, story.what_if)}/",
        "exposure": "/exposure/",
        "ledger": "/ledger/",
    }


class Visitor:
    """Goes through pages of one host and writes down what is wrong with them."""

    def __init__(self, page: Page, host: str, folder: str) -> None:
        self._page, self._host, self._folder = page, host, ROOT / "var" / "screenshots" / folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._axe = Axe()
        self._at = ""
        self.findings: list[str] = []
        page.on("console", lambda said: said.type == "error" and self._find(f"console: {said.text}"))
        page.on("pageerror", lambda error: self._find(f"script: {error}"))
        page.on("request", lambda request: self._check_host(request.url))

    def _find(self, what: str) -> None:
        self.findings.append(f"{self._folder.name} {self._at}: {what}")

    def _check_host(self, url: str) -> None:
        if urlsplit(url).scheme != "data" and urlsplit(url).netloc != self._host:
            self._find(f"asks another host: {url}")

    def look(self, name: str, path: str) -> None:
        """One page, light then dark."""
        self._at = name
        answer = self._page.goto(f"http://{self._host}{path}", wait_until="load")
        if answer is None or answer.status != 200:
            self._find(f"status {answer.status if answer else 'none'} at {path}")
            return
        for theme in ("light", "dark"):
            self._at = f"{name} {theme}"
            if theme == "dark":
                self._page.locator("[data-theme-switch]").click()
            self._page.screenshot(path=self._folder / f"{name}-{theme}.png", full_page=True)
            for fault in self._axe.run(self._page, options=AXE[theme]).response["violations"]:
                if fault["impact"] in ("serious", "critical"):
                    places = "; ".join(node["html"][:120] for node in fault["nodes"][:3])
                    self._find(f"axe {fault['id']}: {places}")
        self._page.locator("[data-theme-switch]").click()


def cookie(user: object, employer: object, host: str) -> dict[str, str]:
    """The session cookie of somebody logged in at a host."""
    client = log_in(Client(SERVER_NAME=host), user, employer)
    name = django_settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "domain": host, "path": "/"}


def test_every_page_is_sound_in_a_browser(own_database, settings, tmp_path):
    clock = tmp_path / "clock"
    clock.write_text(NOW.isoformat())
    settings.TEST_CLOCK = str(clock)
    employer = directory.employer_of_code("acme")
    portal_host = directory.portal_host(employer)
    admin = identity.create_user(email="admin@tpa.example", name="Admin", password=PASSWORD)
    identity.grant_role(user=admin, role="tpa_admin")
    owner = identity.create_user(email="owner@acme.example", name="Owner", password=PASSWORD)
    for role in ("employer_finance", "employer_hr"):
        identity.grant_role(user=owner, role=role, employer_id=employer.pk)
    story = tell(employer)
    cookies = {"desk": cookie(admin, None, "localhost"), "portal": cookie(owner, employer, portal_host)}
    hosts = {"desk": "localhost", "portal": portal_host}
    pages = {"desk": desk_pages(employer.pk, story), "portal": portal_pages(employer.pk, story)}
    findings = []
    with serving() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        for place, host in hosts.items():
            context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
            visitor = Visitor(context.new_page(), f"{host}:{port}", place)
            visitor.look("login", "/account/login/")
            visitor.look("reset", "/account/password/reset/")
            context.add_cookies([cookies[place]])
            for name, path in pages[place].items():
                visitor.look(name, path)
            findings += visitor.findings
            context.close()
        browser.close()
    assert findings == []
