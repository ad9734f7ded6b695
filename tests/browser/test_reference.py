"""The API reference, to be read in a browser: its assets are the stack's own, and its requests work."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.console import Console
from tests.flows.organizations import Organization

GROUND = {"light": "rgb(255, 255, 255)", "dark": "rgb(28, 32, 34)"}


def test_every_family_is_there_and_an_operation_can_be_tried(
    console: Console, organization: Organization
) -> None:
    page = console.page
    page.goto(f"{console.base_url}/docs", wait_until="commit")  # a large library comes along
    for family in ("translation_feedback", "datasets", "content_feedback", "access"):
        expect(page.locator(f"[data-tag={family}]")).to_be_visible()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        expect(page.locator("body")).to_have_css("background-color", GROUND[theme])
        console.shoot(f"reference-{theme}")
        assert console.barriers() == []
    page.get_by_role("button", name="Authorize").first.click()
    bearer = page.locator("form", has=page.get_by_label("auth-bearer-value"))
    bearer.get_by_label("auth-bearer-value").fill(organization.admin.key)
    bearer.get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").first.click()
    page.locator("[data-tag=access]").click()
    page.get_by_text("/api/v1/access/me").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.get_by_text(organization.admin.email).first).to_be_visible()
    console.shoot("reference-tried")
