"""Chromium, driven; and what every page has to do without."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
WHAT_TO_DO = (
    "The browser tests drive Chromium, and there is none. On Debian: apt-get install chromium. "
    "Elsewhere, name one: CHROMIUM=/path/to/chrome make test"
)


def find() -> str | None:
    """The browser's path: what CHROMIUM names, else one on PATH."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def running() -> Iterator[Browser]:
    path = find()
    assert path, WHAT_TO_DO
    # As root, as in a container, Chromium refuses to run with its sandbox.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@dataclass
class Witness:
    """Sees what goes wrong in a page that no visitor would notice at once."""

    origin: str
    refusals_expected: bool = False
    """Whether the test makes requests fail, which the browser's console tells too."""
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    """Addresses outside the stack that were asked for."""

    def watch(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not (self.refusals_expected and _is_refusal(message.text)):
            self.errors.append(message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.strangers.append(request.url)


def _is_refusal(text: str) -> bool:
    return (
        re.match(r"Failed to load resource: (the server responded with a status of|net::)", text) is not None
    )
