"""How long a reviewer waits in Chromium: from signing in to the first page of a queue, and for the next one.

Beside a queue of one page: what a queue of 50,000 costs more than that is what its reviewer waits for it.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from statistics import median
from typing import Any, NamedTuple

from hearback.access import store
from hearback.access.accounts import first_admin
from hearback.access.model import Caller, Role
from hearback.translation import catalogue
from playwright.sync_api import Browser, Page, Request

from benchmarks.costs import PAIR, import_entries
from tests.browser import chromium

FIRST_PAGE = 50
"""Entries that the console asks for at once."""
GOAL = 1000.0
RUNS = 7


class Waits(NamedTuple):
    """Milliseconds; and what the browser asked for from signing in to the first page."""

    first: float
    next: float
    requests: int


def rows(full: bool = True) -> Iterator[dict[str, Any]]:
    many = 50_000 if full else 1_000
    url, runs = f"{os.environ['AWS_ENDPOINT_URL']}/v1/console", RUNS if full else 2
    keys = {size: _organization(size) for size in (2 * FIRST_PAGE, many)}
    with chromium.running() as browser:
        waits = [{size: _waits(browser, url, key) for size, key in keys.items()} for _ in range(1 + runs)]
    short, long = ([each[size] for each in waits[1:]] for size in keys)  # the first has started the functions
    of = f"with {many:,} waiting, against {2 * FIRST_PAGE}"
    yield _row(f"from sign-in to the first entries, {of}", "first", long, short, GOAL)
    yield _row(f"from asking for more to the next {FIRST_PAGE}, {of}", "next", long, short, GOAL)
    yield _row(f"requests from sign-in to the first entries, {of}", "requests", long, short)


def _organization(size: int) -> str:
    """The key of an admin for whom so many entries wait."""
    name = f"bench-{uuid.uuid4().hex[:8]}"
    email = f"admin@{name}.example"
    key = first_admin(name, name, email, time.time_ns())
    catalogue.install(name, catalogue.describe(PAIR, "eng", "fra"))
    account = store.get_account_by_email(name, email)
    import_entries(Caller(name, account.account_id, email, Role.ADMIN, "0" * 16), 0, size)
    return key


def _waits(browser: Browser, url: str, key: str) -> Waits:
    with browser.new_context() as context:
        page = context.new_page()
        asked: list[Request] = []
        page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - playwright marks it
        page.goto(url)
        page.get_by_label("API key").fill(key)
        asked.clear()
        first = _until_shown(page, "Sign in", 1)
        requests = len(asked)
        page.get_by_text("entries loaded").wait_for()
        return Waits(first, _until_shown(page, "Load more", FIRST_PAGE + 1), requests)


def _until_shown(page: Page, button: str, number: int) -> float:
    began = time.perf_counter()
    page.get_by_role("button", name=button).click()
    page.get_by_role("article").nth(number - 1).wait_for()
    return (time.perf_counter() - began) * 1000


def _row(
    name: str, field: str, long: list[Waits], short: list[Waits], goal: float | None = None
) -> dict[str, Any]:
    value, baseline = (median(getattr(wait, field) for wait in waits) for waits in (long, short))
    return {
        "name": f"console: {name}",
        "value": round(value, 1),
        "unit": "" if field == "requests" else "ms",
        "baseline": round(baseline, 1),
        "ratio": round(value / baseline, 2),
        "goal": None if goal is None else f"≤ {goal:g} ms",
        "met": None if goal is None else value <= goal,
    }
