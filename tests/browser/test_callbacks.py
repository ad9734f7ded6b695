"""A receiver that was down: its callback is unreachable, and delivered when sent again."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Route, expect

from tests.browser.console import Console
from tests.flows.callbacks import calling_back
from tests.flows.organizations import Organization
from tests.unit.callbacks.receiver import Conversation, Receiver, answering


def test_a_failing_callback_is_redelivered_to_success(console: Console, organization: Organization) -> None:
    mended = False

    def behave(conversation: Conversation) -> None:
        status, body = ("200 OK", b"") if mended else ("503 Busy", b"back at noon")
        answering(status, body)(conversation)

    with Receiver(behave) as receiver:
        caller = calling_back(organization, receiver.url())
        task = caller.deliver()
        caller.when(task, "unreachable")
        console.enter(organization.admin, "#/callbacks")
        row = console.page.get_by_role("row").filter(has_text=task)
        expect(row).to_contain_text("unreachable")
        row.get_by_role("button", name="Attempts").click()
        attempts = console.page.get_by_role("listitem").filter(has_text="Attempt")
        expect(attempts).to_have_count(5)
        expect(attempts.first).to_contain_text("answered 503")
        expect(attempts.first).to_contain_text("back at noon")
        console.shoot("unreachable")

        mended = True
        row.get_by_role("button", name="Redeliver").click()
        console.says("being sent again")
        expect(row).to_contain_text("delivered")
        expect(console.page.get_by_text("Redelivery 1, attempt 1")).to_be_visible()
        expect(console.page.get_by_text("answered 200")).to_be_visible()
        console.shoot("redelivered")


def test_all_unreachable_ones_are_sent_again_at_once(console: Console, organization: Organization) -> None:
    console.enter(organization.admin, "#/callbacks")
    expect(console.page.get_by_role("heading", name="No project yet")).to_be_visible()
    with Receiver(answering("200 OK")) as receiver:
        caller = calling_back(organization, receiver.url())
        caller.when(caller.deliver(), "delivered")
        console.page.reload()
        expect(console.page.get_by_role("row").filter(has_text="delivered")).to_be_visible()
        console.page.get_by_role("button", name="Redeliver all unreachable").click()
        console.says("No callback is unreachable")


def test_more_is_loaded_under_what_is_shown(console: Console, organization: Organization) -> None:
    calling_back(organization, "https://receiver.example")
    console.page.route("**/callbacks.json?*", _page_of_60)
    console.enter(organization.admin, "#/callbacks")
    rows = console.page.get_by_role("row")
    expect(rows).to_have_count(51)
    console.page.evaluate("window.seen = document.querySelector('tbody tr:last-child')")
    more = console.page.get_by_role("button", name="Load more")
    more.scroll_into_view_if_needed()
    scrolled = console.page.evaluate("scrollY")
    more.click()
    expect(rows).to_have_count(61)
    assert console.page.evaluate("window.seen.isConnected"), "the table stays"
    assert console.page.evaluate("scrollY") == scrolled


def _page_of_60(route: Route) -> None:
    (page,) = parse_qs(urlsplit(route.request.url).query)["page"]
    first = 60 - 50 * (int(page) - 1)
    route.fulfill(json={"callbacks": [_callback(number) for number in range(first, max(first - 50, 0), -1)]})


def _callback(number: int) -> dict[str, Any]:
    when = 1_700_000_000 + number
    return {
        "id": f"{number:04}",
        "kind": "delivery",
        "task_id": f"task{number}",
        "round": 1,
        "url": "https://receiver.example",
        "state": "delivered",
        "attempts": 1,
        "outcome": "200",
        "created_at": when,
        "updated_at": when,
        "next_at": None,
    }
