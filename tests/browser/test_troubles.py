"""What goes wrong tells the person what happened and what to do, and goes on once they have done it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.browser.chromium import Witness
from tests.browser.console import Console
from tests.flows.organizations import ACCESS, Organization, answer, invite
from tests.flows.test_tmx import tmx, tu

LIST = "**/api/v2/feedback?*"


def _lose(route: Route) -> None:
    """As if the network were gone."""
    route.abort()


@pytest.fixture(autouse=True)
def _refusals_are_meant(witness: Witness) -> None:
    witness.refusals_expected = True


def test_a_wrong_key_is_refused_and_a_right_one_let_in(console: Console, organization: Organization) -> None:
    console.open()
    console.sign_in("hb_wrong")
    expect(console.problem).to_contain_text("The server does not accept this key.")
    expect(console.problem).to_contain_text("Check it, or ask an admin for a new one.")
    console.shoot("wrong-key")
    console.sign_in("hb_wröng")
    expect(console.problem).to_contain_text("This is no API key.")
    console.sign_in(organization.admin.key)
    expect(console.page.get_by_role("heading", name="Nothing to review")).to_be_visible()


def test_a_session_that_ends_leads_back_to_where_it_was(console: Console, organization: Organization) -> None:
    person = invite(organization.admin, "second@example.org", "admin")
    console.enter(person, "#/projects")
    (key_id,) = [
        key["keyId"]
        for key in answer(organization.admin.get(f"{ACCESS}/keys"))["keys"]
        if key["email"] == person.email
    ]
    answer(organization.admin.delete(f"{ACCESS}/keys/{key_id}"))
    console.page.get_by_role("button", name="Refresh").click()
    expect(console.problem).to_contain_text("Your session has ended.")
    expect(console.problem).to_contain_text("Sign in with a valid key")
    console.shoot("session-ended")
    console.sign_in(organization.admin.key)
    expect(console.page.get_by_role("heading", level=1, name="Projects")).to_be_visible()


def test_what_was_written_when_the_session_ended_is_there_afterwards(
    console: Console, organization: Organization
) -> None:
    for source in ("cat", "dog"):
        organization.user.give(source, f"le {source}")
    console.enter(organization.admin)
    expect(console.entries).to_have_count(2)
    console.press("e")
    console.page.get_by_role("textbox", name="Suggested").fill("le chat")
    console.entry("dog").get_by_role("button", name="Edit").click()
    expect(console.entry("cat")).to_contain_text("What you wrote is not saved")
    console.page.get_by_role("textbox", name="Suggested").fill("le chien")
    console.page.route("**/api/v2/feedback/*", lambda route: route.fulfill(status=401, json={}), times=1)
    console.press("Control+Enter")
    expect(console.problem).to_contain_text("Your session has ended.")
    console.sign_in(organization.admin.key)
    expect(console.entry("dog")).to_contain_text("Your text is kept")
    console.entry("dog").get_by_role("button", name="Try again").click()
    expect(console.entry("dog")).to_contain_text("le chien")
    console.entry("cat").get_by_role("button", name="Edit").click()
    expect(console.page.get_by_role("textbox", name="Suggested")).to_have_value("le chat")


def test_several_decisions_that_could_not_be_saved_are_repeated_together(
    console: Console, organization: Organization
) -> None:
    for source in ("cat", "dog", "cow"):
        organization.user.give(source)
    console.enter(organization.admin)
    expect(console.entries).to_have_count(3)
    console.page.route("**/api/v2/feedback/*", _lose, times=2)
    console.press("x", "j", "x", "j", "x", "a")
    together = console.problem.filter(has_text="2 entries could not be saved.")
    expect(together).to_be_visible()
    console.shoot("bulk-failed")
    together.get_by_role("button", name="Try all again").click()
    expect(console.problem).to_have_count(0)
    expect(console.page.get_by_text("saving")).to_have_count(0)
    assert {entry["approvalState"] for entry in organization.admin.entries()} == {"approved"}


def test_a_key_survives_a_reload_but_no_sign_out(console: Console, organization: Organization) -> None:
    console.enter(organization.admin)
    console.page.reload()
    expect(console.page.get_by_role("navigation")).to_be_visible()
    console.page.get_by_role("button", name="Sign out").click()
    console.page.reload()
    expect(console.page.get_by_label("API key")).to_be_visible()


def test_a_failing_server_says_so_and_trying_again_helps(
    console: Console, organization: Organization
) -> None:
    organization.user.give("cat", "chat")
    failure = {"error": {"code": 500, "message": "The service failed.", "details": "request 4711"}}
    console.page.route(LIST, lambda route: route.fulfill(status=500, json=failure), times=1)
    console.enter(organization.admin)
    expect(console.problem).to_contain_text("The server failed to answer (error 500).")
    expect(console.problem).to_contain_text("request 4711")
    console.shoot("server-error")
    console.problem.get_by_role("button", name="Try again").click()
    expect(console.entries).to_have_count(1)
    expect(console.problem).to_have_count(0)


def test_a_decision_that_could_not_be_saved_is_taken_back_and_can_be_repeated(
    console: Console, organization: Organization
) -> None:
    entry = organization.user.give("cat", "chat")
    console.enter(organization.admin)
    expect(console.entries).to_have_count(1)
    console.page.route("**/api/v2/feedback/*", _lose, times=1)
    console.press("a")
    expect(console.entry("cat")).to_contain_text("The connection to the server was lost.")
    expect(console.entry("cat")).to_contain_text("Waiting")
    console.problem.get_by_role("button", name="Try again").click()
    expect(console.entry("cat")).to_contain_text("Approved")
    expect(console.page.get_by_text("saving")).to_have_count(0)
    console.says("Saved")
    assert organization.admin.entry(entry["feedbackId"])["approvalState"] == "approved"


def test_a_connection_lost_during_an_upload_can_be_retried(
    console: Console, organization: Organization, tmp_path: Path
) -> None:
    memory = tmp_path / "memory.tmx"
    memory.write_bytes(tmx(tu("cat", "chat")))
    console.enter(organization.admin, "#/transfer")
    console.page.route("**/*-transfer-*", _lose, times=1)
    console.page.get_by_label("TMX files").set_input_files(memory)
    expect(console.problem).to_contain_text("The connection was lost during the upload.")
    expect(console.problem).to_contain_text("Nothing was imported.")
    console.shoot("upload-lost")
    console.problem.get_by_role("button", name="Try again").click()
    console.says("memory.tmx is imported: 1 entry")


def test_an_import_goes_on_while_one_looks_at_other_pages_and_its_failure_is_found_again(
    console: Console, organization: Organization, tmp_path: Path
) -> None:
    memory = tmp_path / "memory.tmx"
    memory.write_bytes(tmx(tu("cat", "chat"), tu("", "rien")))
    uploads: list[Route] = []

    def hold(route: Route) -> None:
        uploads.append(route)

    console.enter(organization.admin, "#/transfer")
    page = console.page
    page.route("**/*-transfer-*", hold, times=1)
    with page.expect_request("**/*-transfer-*"):
        page.get_by_label("TMX files").set_input_files(memory)
    console.go("Review")
    expect(page.get_by_role("link", name="Imports: 1 under way")).to_be_visible()
    asks = "!dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    assert page.evaluate(asks), "before the tab is closed on it"
    console.shoot("import-elsewhere")
    _lose(uploads[0])
    page.get_by_role("link", name="Imports: 1 failed").click()
    expect(console.problem).to_contain_text("The connection was lost during the upload.")
    console.problem.get_by_role("button", name="Try again").click()
    console.go("Projects")
    console.says("memory.tmx is imported: 1 entry")
    expect(page.get_by_role("link", name="Imports:")).to_have_count(0)
    assert not page.evaluate(asks)
    console.go("Import & export")
    page.get_by_text("Earlier imports", exact=True).click()
    earlier = page.get_by_role("table")
    earlier.get_by_text("Warnings").click()
    expect(earlier.get_by_role("listitem")).to_have_count(1)
    console.shoot("import-warnings")


def test_a_file_that_is_no_tmx_tells_why(
    console: Console, organization: Organization, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.tmx"
    letter.write_text("Dear Sir or Madam", encoding="utf-8")
    console.enter(organization.admin, "#/transfer")
    console.page.get_by_label("TMX files").set_input_files(letter)
    expect(console.problem).to_contain_text("The file could not be imported.")


def test_a_connection_lost_while_signing_in_keeps_the_key(
    console: Console, organization: Organization
) -> None:
    console.open()
    console.page.route("**/api/v1/access/me", _lose, times=1)
    console.sign_in(organization.admin.key)
    expect(console.problem).to_contain_text("The connection to the server was lost.")
    console.page.get_by_role("button", name="Try again").click()
    expect(console.page.get_by_role("navigation")).to_be_visible()
