"""The page of an organization's data as a whole: who did what, exports, erasures, retention; for admins alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.chromium import Witness
from tests.browser.console import Console
from tests.flows.organizations import Organization, change, invite, refusal

PAGE = "#/organization"
PER_PAGE = 50
"""Lines of the trail that are shown before one asks for more."""


def section(console: Console, title: str) -> Locator:
    return console.page.get_by_role("region", name=title, exact=True)


def trail(console: Console, text: str) -> Locator:
    """The lines of the audit trail with the text in them."""
    body = section(console, "Audit trail").get_by_role("rowgroup").last
    return body.get_by_role("row").filter(has_text=text)


def test_an_approval_is_in_the_trail(console: Console, organization: Organization) -> None:
    entry = organization.user.give("cat", "chat")
    change(organization.admin, entry, approvalState="approved")
    console.enter(organization.admin, PAGE)
    line = trail(console, "update_feedback")
    expect(line).to_have_count(1)
    for told in (organization.admin.email, "approvalState approved", entry["feedbackId"], "not refused"):
        expect(line).to_contain_text(told)
    console.shoot("audit")


def test_the_trail_is_narrowed_to_an_account_an_action_and_a_time(
    console: Console, organization: Organization
) -> None:
    change(organization.admin, organization.user.give("cat", "chat"), approvalState="approved")
    console.enter(organization.admin, PAGE)
    expect(trail(console, "feedback")).to_have_count(2)
    filters = console.page.get_by_role("form", name="Filters of the audit trail")
    filters.get_by_label("Account").select_option(label=organization.user.email)
    expect(trail(console, "update_feedback")).to_have_count(0)
    expect(trail(console, "create_feedback")).to_have_count(1)
    filters.get_by_label("Account").select_option(label="All")
    trail(console, "update_feedback").get_by_role("link", name="update_feedback").click()
    expect(trail(console, "")).to_have_count(1)
    expect(filters.get_by_label("Action")).to_have_value("update_feedback")
    console.page.reload()
    expect(trail(console, "update_feedback")).to_have_count(1)
    filters.get_by_label("Last day").fill("2020-01-01")
    filters.get_by_label("Last day").blur()
    expect(console.page.get_by_role("heading", name="Nothing found")).to_be_visible()


def test_more_of_the_trail_is_loaded_and_a_refusal_tells_why(
    console: Console, organization: Organization
) -> None:
    for number in range(PER_PAGE + 1):
        refusal(organization.user.delete(f"/api/v2/feedback/{number + 1}"), 404)
    console.enter(organization.admin, PAGE)
    refused = trail(console, "delete_feedback")
    expect(refused).to_have_count(PER_PAGE)
    expect(refused.first).to_contain_text("NotFound")
    section(console, "Audit trail").get_by_role("button", name="Load more").click()
    expect(refused).to_have_count(PER_PAGE + 1)
    expect(console.page.get_by_role("button", name="Load more")).to_have_count(0)


def test_everything_is_exported_to_files(
    console: Console, organization: Organization, tmp_path: Path
) -> None:
    organization.user.give("cat", "chat")
    console.enter(organization.admin, PAGE)
    panel = section(console, "Export everything")
    panel.get_by_role("button", name="Start an export").click()
    export = panel.get_by_role("list", name="Exports").get_by_role("listitem").first
    export.get_by_role("button", name="Make links").click()
    files = export.get_by_role("list", name="Files").get_by_role("link")
    expect(files.filter(has_text="audit")).to_have_count(1)
    console.shoot("organization-export")
    with console.page.expect_download() as begun:
        files.filter(has_text="translation_feedback").click()
    target = tmp_path / "feedback.jsonl"
    begun.value.save_as(target)
    (line,) = target.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["source"] == "cat"


def test_somebody_is_erased_once_their_address_is_typed_again(
    console: Console, organization: Organization
) -> None:
    gone = invite(organization.admin, f"leaver@{organization.organization_id}.example")
    entry = gone.give("hello", "bonjour", comment="my own words")
    console.enter(organization.admin, PAGE)
    panel = section(console, "Erase a person")
    expect(panel.get_by_role("button", name="Erase …")).to_be_disabled()
    panel.get_by_label("E-mail address").fill(gone.email)
    panel.get_by_label("User ids").fill("reader4711\nreader4712")
    panel.get_by_role("button", name="Erase …").click()
    dialog = console.page.get_by_role("dialog", name="Erase this person for good?")
    for named in (gone.email, "reader4711", "reader4712"):
        expect(dialog.get_by_role("list")).to_contain_text(named)
    confirmed = dialog.get_by_role("button", name="Erase for good")
    dialog.get_by_role("textbox").fill(organization.user.email)
    expect(confirmed).to_be_disabled()
    assert console.barriers() == []
    console.shoot("erasure-asked")
    dialog.get_by_role("textbox").fill(gone.email)
    confirmed.click()
    expect(dialog).to_have_count(0)
    expect(panel.get_by_label("E-mail address")).to_have_value("")
    erasure = panel.get_by_role("list", name="Erasures").get_by_role("listitem").first
    expect(erasure).to_contain_text("done")
    expect(erasure).to_contain_text(re.compile(r"\b[2-9] searches of everything"))
    console.shoot("erasure-done")
    pseudonym = erasure.locator("code").inner_text()
    assert organization.admin.entry(entry["feedbackId"])["username"] == pseudonym
    refusal(gone.get("/api/v2/feedback"), 401)


def test_an_erasure_that_is_refused_tells_why_and_nobody_is_erased(
    console: Console, organization: Organization, witness: Witness
) -> None:
    witness.refusals_expected = True
    console.enter(organization.admin, PAGE)
    panel = section(console, "Erase a person")
    panel.get_by_label("E-mail address").fill(organization.admin.email)
    panel.get_by_role("button", name="Erase …").click()
    dialog = console.page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill(organization.admin.email)
    dialog.get_by_role("button", name="Erase for good").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Nobody erases themselves; another admin can.")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    expect(panel.get_by_role("listitem")).to_have_count(0)


def test_periods_are_saved_and_shown_again(
    console: Console, organization: Organization, witness: Witness
) -> None:
    witness.refusals_expected = True
    console.enter(organization.admin, PAGE)
    panel = section(console, "Retention")
    callbacks, authors = panel.get_by_label("Callbacks, days"), panel.get_by_label("Authors")
    expect(callbacks).to_have_value("0")
    callbacks.fill("5")
    panel.get_by_role("button", name="Save").click()
    expect(console.problem).to_contain_text("A retention period is out of range.")
    callbacks.fill("90")
    authors.fill("365")
    panel.get_by_role("button", name="Save").click()
    console.says("The periods are saved")
    expect(console.problem).to_have_count(0)
    console.page.reload()
    expect(callbacks).to_have_value("90")
    expect(authors).to_have_value("365")
    expect(panel.get_by_label("Translation feedback")).to_have_value("0")
    expect(trail(console, "change_retention").first).to_contain_text("callbacks 90")


@pytest.mark.parametrize("role", ["user", "org_owner"])
def test_nobody_but_admins_is_shown_the_page(console: Console, organization: Organization, role: str) -> None:
    person = invite(organization.admin, f"{role}@other.example", role)
    console.enter(person, PAGE)
    expect(console.page.get_by_role("heading", level=1, name="Review")).to_be_visible()
    expect(console.page.get_by_role("navigation").get_by_role("link", name="Organization")).to_have_count(0)
