"""What every test of the pages finds: the product, an organization of its own, and an open browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, expect

from local.stack import Stack
from tests.browser import chromium
from tests.browser.chromium import Witness
from tests.browser.console import PATIENCE, WIDE, Console
from tests.flows.organizations import Organization, found


# Of the module, not of the session: as long as the driver is there, its event loop runs in this thread.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.running() as browser:
        yield browser


@pytest.fixture(scope="module")
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def organization(stack: Stack, http: requests.Session) -> Organization:
    return found(stack, http)


@pytest.fixture
def witness(stack: Stack) -> Iterator[Witness]:
    """Fails the test when a page did anything that its policy forbids, or asked another host."""
    watching = Witness(stack.endpoint_url)
    yield watching
    assert watching.errors == []
    assert watching.strangers == []


@pytest.fixture
def console(stack: Stack, browser: Browser, witness: Witness) -> Iterator[Console]:
    expect.set_options(timeout=PATIENCE)
    with browser.new_context(viewport=WIDE, accept_downloads=True, locale="en-GB") as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        witness.watch(page)
        yield Console(page, stack.base_url)
