"""The console as its users meet it: by what they read and press."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, ViewportSize, expect

from local.paths import LOCAL, ROOT
from tests.flows.organizations import Person

SCREENSHOTS = LOCAL / "screenshots"
AXE = ROOT / "console/node_modules/axe-core/axe.min.js"
PATIENCE = 60_000
"""Milliseconds within which everything that is waited for has come, on a machine with much else to do."""

WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Console:
    """An open page of the console."""

    page: Page
    base_url: str

    def open(self, place: str = "") -> None:
        self.page.goto(f"{self.base_url}/console{place}")

    def sign_in(self, key: str) -> None:
        self.page.get_by_label("API key").fill(key)
        self.page.get_by_role("button", name="Sign in").click()

    def enter(self, person: Person, place: str = "") -> None:
        """Open it, sign in, and wait for the page."""
        self.open(place)
        self.sign_in(person.key)
        expect(self.page.get_by_role("navigation")).to_be_visible()

    def go(self, title: str) -> None:
        self.page.get_by_role("navigation").get_by_role("link", name=title).click()
        expect(self.page.get_by_role("heading", level=1, name=title)).to_be_visible()

    def says(self, text: str) -> None:
        """The announcement that is shown and read out."""
        expect(self.page.get_by_role("status").filter(has_text=text).first).to_be_visible()

    @property
    def entries(self) -> Locator:
        return self.page.get_by_role("article")

    def entry(self, source: str) -> Locator:
        return self.entries.filter(has_text=source)

    @property
    def problem(self) -> Locator:
        return self.page.get_by_role("alert")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def shoot(self, name: str) -> Path:
        """Keep a picture of what is shown."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def barriers(self) -> list[str]:
        """What axe finds that keeps people out, seriously or critically."""
        # Evaluated by the browser's debugger, which the page's Content-Security-Policy does not bind.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate("async () => (await axe.run()).violations")
        return [
            f"{one['id']} ({one['impact']}): {one['help']}: {[node['html'][:200] for node in one['nodes'][:3]]}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
