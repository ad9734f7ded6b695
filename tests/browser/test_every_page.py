"""Every page: what it shows, and that nobody is kept out: in the light, in the dark, on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Page, expect

from local.stack import Stack
from tests.browser.console import PHONE, WIDE, Console
from tests.browser.furnished import furnish
from tests.flows.organizations import Organization, found
from tests.unit.callbacks.receiver import Receiver, answering

PAGES = {
    "review": "This is another text.",
    "transfer": "Earlier imports",
    "projects": "0 of 1 entries completed",
    "callbacks": "/tasks/done",
    "moderation": "This is advertising.",
    "quality": "Errors by type over time",
    "organization": "update_feedback",
}
"""Each page, and what it shows once it has loaded."""


@pytest.fixture(scope="module")
def inhabited(stack: Stack, http: requests.Session) -> Iterator[Organization]:
    organization = found(stack, http)
    with Receiver(answering("200 OK")) as receiver:
        furnish(organization, receiver.url())
        yield organization


def _is_open_to_everybody(console: Console, name: str) -> None:
    page = console.page
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for size, viewport in (("wide", WIDE), ("phone", PHONE)):
            page.set_viewport_size(viewport)
            console.shoot(f"{name}-{theme}-{size}")
            assert console.barriers() == []
            assert _overhang(page) <= 0, "nobody has to scroll sideways"
    page.set_viewport_size(WIDE)


def _overhang(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_its_things_and_has_no_barriers(
    console: Console, inhabited: Organization, name: str
) -> None:
    console.enter(inhabited.admin, f"#/{name}")
    expect(console.page.get_by_role("main").get_by_text(PAGES[name]).first).to_be_visible()
    expect(console.page.get_by_text("Loading")).to_have_count(0)
    _is_open_to_everybody(console, name)


def test_signing_in_has_no_barriers(console: Console) -> None:
    console.open()
    expect(console.page.get_by_label("API key")).to_be_visible()
    _is_open_to_everybody(console, "sign-in")


def test_editing_selecting_and_the_help_have_no_barriers(console: Console, inhabited: Organization) -> None:
    console.enter(inhabited.admin)
    expect(console.entries.first).to_be_visible()
    console.press("x", "j", "e")
    expect(console.page.get_by_role("textbox", name="Suggested")).to_be_visible()
    _is_open_to_everybody(console, "editing")
    console.press("Escape", "?")
    expect(console.page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    _is_open_to_everybody(console, "help")
    console.press("Escape")
    expect(console.page.get_by_role("dialog")).to_have_count(0)


def test_all_pages_are_reached_by_keyboard_alone(console: Console, inhabited: Organization) -> None:
    console.enter(inhabited.admin)
    console.page.reload()
    expect(console.entries.first).to_be_visible()
    console.press("Tab")
    expect(console.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    console.press("Tab", "Tab", "Enter")
    expect(console.page.get_by_role("heading", level=1, name="Import & export")).to_be_focused()


def test_a_flagged_content_is_moderated(console: Console, inhabited: Organization) -> None:
    console.enter(inhabited.admin, "#/moderation")
    case = console.page.get_by_role("listitem").filter(has_text="product1")
    case.get_by_role("button", name="Reject").click()
    console.says("product1 is rejected")
    console.page.get_by_role("button", name="Refresh").click()
    expect(console.page.get_by_role("heading", name="Nothing to moderate")).to_be_visible()


def test_the_report_has_a_table_beside_each_plot(console: Console, inhabited: Organization) -> None:
    console.enter(inhabited.admin, "#/quality")
    plots = console.page.get_by_role("figure")
    expect(plots).to_have_count(4)
    for title in ("Errors by type over time", "Errors by submitter", "Errors by output", "Approval by"):
        plot = plots.filter(has_text=title)
        expect(plot.get_by_role("img")).to_be_visible()
        expect(plot.get_by_role("table")).to_be_visible()
    errors = plots.filter(has_text="Errors by type").get_by_role("columnheader")
    expect(errors).to_have_text(["From", "Incorrect Metadata", "Missing Shape"])
    rates = plots.filter(has_text="Approval by").get_by_role("row").filter(has_text="English → French")
    expect(rates.get_by_role("cell").last).to_have_text("100%")


def test_the_console_works_without_a_stage_as_behind_a_domain_of_its_own(
    stack: Stack, console: Console, inhabited: Organization
) -> None:
    at_the_root = Console(console.page, stack.endpoint_url)
    at_the_root.enter(inhabited.admin, "#/quality")
    expect(console.page.get_by_role("figure")).to_have_count(4)
    at_the_root.go("Review")
    expect(at_the_root.entries.first).to_be_visible()
