"""Looks at pages as people do, and writes down what is wrong with them."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

ROOT = Path(__file__).parents[3]
WIDE, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
LONGEST = 120_000
"""Milliseconds that a page's scripts may take on a busy machine."""
PICTURES = "SCREENSHOTS" in os.environ
"""Whether every page is photographed, light and as a phone shows it; a page with a fault always is."""
AXE = {
    "resultTypes": ["violations"],
    "preload": False,
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    "rules": {"color-contrast": {"enabled": False}},
}
"""What axe looks at: WCAG 2.1 AA and good practice, but for the colours, which are looked at in both themes (`colours.js`)."""
COLOURS = Path(__file__).with_name("colours.js").read_text()
FRAME = "header.navbar, #nav-sidebar-inner"
"""What many pages have alike: axe looks at it once, and leaves it out of the next page that says the same there."""
_RUN_AXE = "async ([left_out, options]) => (await axe.run({exclude: left_out}, options)).violations"
_SPILLS = """async () => {
    // What a page's scripts draw anew for another width, such as charts, they draw in the next frame.
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    return document.documentElement.scrollWidth > document.documentElement.clientWidth;
}"""
_SWITCH = """() => {
    const button = document.querySelector('[data-theme-switch]');
    button ? button.click() : document.documentElement.classList.toggle('dark');
}"""


class Visitor:
    """Goes through pages of one host; pictures go to var/screenshots/."""

    def __init__(self, page: Page, host: str, folder: str) -> None:
        self._page, self._host, self._folder = page, host, ROOT / "var" / "screenshots" / folder
        self._at, self._expected = "", 200
        self._frames_seen, self._colours_passed = set[str](), set[str]()
        self.findings: list[str] = []
        page.add_init_script(Axe().axe_script + COLOURS)
        page.on("console", lambda said: said.type == "error" and self._hear(said.text))
        page.on("pageerror", lambda error: self._find(f"script: {error}"))
        page.on("request", lambda request: self._check_host(request.url))

    def _find(self, what: str) -> None:
        self.findings.append(f"{self._folder.name} {self._at}: {what}")

    def _hear(self, said: str) -> None:
        if self._expected == 200 or f"status of {self._expected}" not in said:
            self._find(f"console: {said}")

    def _check_host(self, url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).netloc != self._host:
            self._find(f"asks another host: {url}")

    def look(self, name: str, path: str, *, status: int = 200, elsewhere: bool = False) -> None:
        """One page: light, dark, and as wide as a phone. What axe sees `elsewhere`, on the other host, it does not see here."""
        self._at, self._expected = name, status
        answer = self._page.goto(f"http://{self._host}{path}", wait_until="load")
        if answer is None or answer.status != status:
            self._find(f"status {answer.status if answer else 'none'} at {path}")
            return
        self._page.locator("[aria-busy=true]").wait_for(state="detached", timeout=LONGEST)
        found = len(self.findings)
        if not elsewhere:
            self._examine(name)
        self._shoot(f"{name}-light", found)
        self._at = f"{name} phone"
        self._page.set_viewport_size(PHONE)
        if self._page.evaluate(_SPILLS):
            self._find("is wider than a phone")
        self._shoot(f"{name}-phone", found)
        self._page.set_viewport_size(WIDE)

    def _examine(self, name: str) -> None:
        frame = "\n".join(self._page.locator(FRAME).all_inner_texts())
        left_out = [[part] for part in FRAME.split(", ")] if frame in self._frames_seen else []
        self._frames_seen.add(frame)
        self._at = f"{name} light"
        self._blame(self._page.evaluate(_RUN_AXE, [left_out, AXE]))
        self._examine_colours()
        if self._has_themes():
            self._at = f"{name} dark"
            self._page.evaluate(_SWITCH)
            self._examine_colours()
            self._page.evaluate(_SWITCH)

    def _examine_colours(self) -> None:
        seen = self._page.evaluate("known => examineColours(known)", list(self._colours_passed))
        self._colours_passed.update(seen["passed"])
        self._blame(seen["violations"])

    def _blame(self, violations: list[dict]) -> None:
        for fault in violations:
            if fault["impact"] in ("serious", "critical"):
                places = "; ".join(node["html"][:120] for node in fault["nodes"][:3])
                self._find(f"axe {fault['id']}: {places}")

    def _has_themes(self) -> bool:
        return self._page.locator("[data-theme-switch], html[x-data]").count() > 0

    def _shoot(self, name: str, found: int) -> None:
        """A picture, where pictures are wanted or more than `found` faults are known by now."""
        if PICTURES or len(self.findings) > found:
            path = self._folder / f"{name}.jpeg"
            self._page.screenshot(path=path, full_page=True, type="jpeg", quality=80)
