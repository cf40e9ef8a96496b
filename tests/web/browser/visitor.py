"""Looks at pages as people do, and writes down what is wrong with them; a screenshot of each stays in var/screenshots/."""

from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

ROOT = Path(__file__).parents[3]
WIDE, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
LONGEST = 120_000
"""Milliseconds that a page's scripts may take on a busy machine."""
FAULTS = {"resultTypes": ["violations"], "preload": False}
AXE = {
    "light": FAULTS | {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "dark": FAULTS | {"runOnly": ["color-contrast"]},
}
"""What axe looks at: WCAG 2.1 AA, then what the other theme can change. What is in order is not listed, which is quicker."""
FRAME = "header.navbar, #nav-sidebar-inner"
"""What many pages have alike: axe looks at it once, and leaves it out of the next page that says the same there."""
_RUN_AXE = "([left_out, options]) => axe.run({exclude: left_out}, options)"
_SPILLS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
_SWITCH = "document.documentElement.classList.toggle('dark')"


class Visitor:
    """Goes through pages of one host."""

    def __init__(self, page: Page, host: str, folder: str) -> None:
        self._page, self._host, self._folder = page, host, ROOT / "var" / "screenshots" / folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._axe = Axe()
        self._at, self._expected, self._frames_seen = "", 200, set[str]()
        self.findings: list[str] = []
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
        if elsewhere:
            self._shoot(f"{name}-light")
        else:
            self._examine(name)
        self._at = f"{name} phone"
        self._page.set_viewport_size(PHONE)
        self._shoot(f"{name}-phone")
        if self._page.evaluate(_SPILLS):
            self._find("is wider than a phone")
        self._page.set_viewport_size(WIDE)

    def _examine(self, name: str) -> None:
        self._page.evaluate(self._axe.axe_script)
        frame = "\n".join(self._page.locator(FRAME).all_inner_texts())
        left_out = [[part] for part in FRAME.split(", ")] if frame in self._frames_seen else []
        self._frames_seen.add(frame)
        themes = ("light", "dark") if self._has_themes() else ("light",)
        for theme in themes:
            self._at = f"{name} {theme}"
            if theme == "dark":
                self._switch()
            else:
                self._shoot(f"{name}-light")
            for fault in self._page.evaluate(_RUN_AXE, [left_out, AXE[theme]])["violations"]:
                if fault["impact"] in ("serious", "critical"):
                    places = "; ".join(node["html"][:120] for node in fault["nodes"][:3])
                    self._find(f"axe {fault['id']}: {places}")
        if "dark" in themes:
            self._switch()

    def _shoot(self, name: str) -> None:
        self._page.screenshot(path=self._folder / f"{name}.jpeg", full_page=True, type="jpeg", quality=80)

    def _has_themes(self) -> bool:
        return self._page.locator("[data-theme-switch], html[x-data]").count() > 0

    def _switch(self) -> None:
        button = self._page.locator("[data-theme-switch]")
        if button.count():
            button.click()
        else:
            self._page.evaluate(_SWITCH)
