"""A reviewer's day: import, filter, decide by keyboard, change one's mind, export."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.console import Console
from tests.flows.organizations import ENG_FRA, ENG_SPA, Organization
from tests.flows.test_tmx import tmx, tu

WAITING, APPROVED, REJECTED = "awaitingApproval", "approved", "rejected"


def _give(organization: Organization, *sources: str) -> None:
    for source in sources:
        organization.user.give(source, f"le {source}", machineTranslation=f"la {source}")


def _state_of(organization: Organization, source: str) -> str:
    (entry,) = organization.admin.entries(sourceText=source)
    return str(entry["approvalState"])


def test_a_whole_review(console: Console, organization: Organization, tmp_path: Path) -> None:
    memory = tmp_path / "memory.tmx"
    memory.write_bytes(tmx(tu("red car", "voiture rouge"), tu("blue car", "voiture bleue"), tu("", "rien")))
    organization.user.give("green house", "casa verde", languagePairId=ENG_SPA)
    page = console.page

    console.enter(organization.admin, "#/transfer")
    page.get_by_label("TMX files").set_input_files(memory)
    console.says("memory.tmx is imported: 2 entries")
    expect(page.get_by_text("1 warning")).to_be_visible()
    console.shoot("imported")

    console.go("Review")
    expect(console.entries).to_have_count(3)
    page.get_by_label("Language pair").select_option(ENG_FRA)
    expect(console.entries).to_have_count(2)

    console.press("j", "a")
    console.says("Approved: 1 entry")
    expect(console.entry("blue car")).to_contain_text("Approved")
    assert _state_of(organization, "blue car") == APPROVED
    console.press("u")
    console.says("Undone: 1 entry")
    assert _state_of(organization, "blue car") == WAITING
    expect(console.entry("blue car")).to_be_focused()
    console.press("a", "k", "r")
    expect(console.entry("red car")).to_contain_text("Rejected")
    expect(console.entry("blue car")).to_contain_text("Approved")
    console.shoot("reviewed")

    console.go("Import & export")
    page.get_by_label("State").select_option("Approved")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    exported = Path(download.value.path()).read_text(encoding="utf-8")
    assert "voiture bleue" in exported
    assert "voiture rouge" not in exported
    assert _state_of(organization, "red car") == REJECTED


def test_what_differs_between_machine_and_suggestion_is_marked(
    console: Console, organization: Organization
) -> None:
    words = {
        "machineTranslation": "C'est un exemple de texte.",
        "suggestedTranslation": "Ceci est un exemple.",
    }
    organization.user.give("This is a sample.", **words)
    console.enter(organization.admin)
    marked = console.entry("This is a sample.")
    expect(marked.get_by_role("deletion")).to_have_text(["C'est", " de texte"])
    expect(marked.get_by_role("insertion")).to_have_text(["Ceci est"])


def test_a_suggestion_is_edited_by_keyboard_and_the_edit_undone(
    console: Console, organization: Organization
) -> None:
    _give(organization, "cat")
    console.enter(organization.admin)
    expect(console.entries).to_have_count(1)
    console.press("e")
    field = console.page.get_by_role("textbox", name="Suggested")
    expect(field).to_be_focused()
    field.fill("le chat roux")
    console.press("Control+Enter")
    console.says("The suggestion is saved")
    (entry,) = organization.admin.entries()
    assert entry["suggestedTranslation"] == "le chat roux"
    console.press("u")
    console.says("Undone: 1 entry")
    (entry,) = organization.admin.entries()
    assert entry["suggestedTranslation"] == "le cat"


def test_several_are_decided_at_once_and_undone_at_once(console: Console, organization: Organization) -> None:
    _give(organization, "cat", "dog", "cow")
    console.enter(organization.admin)
    expect(console.entries).to_have_count(3)
    console.press("x", "j", "x", "a")
    console.says("Approved: 2 entries")
    assert [_state_of(organization, name) for name in ("cat", "dog", "cow")] == [APPROVED, APPROVED, WAITING]
    console.press("u")
    console.says("Undone: 2 entries")
    assert [_state_of(organization, name) for name in ("cat", "dog", "cow")] == [WAITING] * 3


def test_an_undo_that_comes_before_the_decision_is_saved_undoes_that_decision(
    console: Console, organization: Organization
) -> None:
    _give(organization, "cat", "dog")
    console.enter(organization.admin)
    expect(console.entries).to_have_count(2)
    console.press("a", "r", "u")
    console.says("Undone: 1 entry")
    expect(console.entry("dog")).to_contain_text("Waiting")
    expect(console.page.get_by_text("saving")).to_have_count(0)
    assert [_state_of(organization, name) for name in ("cat", "dog")] == [APPROVED, WAITING]


def test_who_is_no_admin_sees_their_own_and_decides_nothing(
    console: Console, organization: Organization
) -> None:
    _give(organization, "cat")
    organization.admin.give("dog")
    console.enter(organization.user)
    expect(console.entries).to_have_count(1)
    expect(console.page.get_by_role("button", name="Approve")).to_have_count(0)
    expect(console.page.get_by_role("link", name="Moderation")).to_have_count(0)
    console.press("a")
    assert _state_of(organization, "cat") == WAITING


def test_a_long_queue_is_loaded_page_by_page_as_the_reviewer_gets_there(
    console: Console, organization: Organization
) -> None:
    units = [tu(f"sentence {number}", f"phrase {number}") for number in range(1, 171)]
    organization.admin.import_tmx(tmx(*units))
    asked: list[str] = []
    console.page.on(
        "request", lambda request: asked.append(request.url) if "feedback?" in request.url else None
    )
    console.enter(organization.admin)
    expect(console.entries).to_have_count(50)
    expect(console.page.get_by_text("50 of 170 entries loaded")).to_be_visible()
    assert len(asked) == 1
    console.press(*["a"] * 10)  # what was decided has left the list of those that wait
    expect(console.page.get_by_text("saving")).to_have_count(0)
    console.press(*["j"] * 30)
    expect(console.entries).to_have_count(100)
    expect(console.page.get_by_text("100 of 170 entries loaded")).to_be_visible()
    for loaded in (150, 170):
        console.page.get_by_role("button", name="Load more").click()
        expect(console.entries).to_have_count(loaded)
    expect(console.page.get_by_text("That is all.")).to_be_visible()
    shown = console.entries.locator("h2").all_text_contents()
    assert len(set(shown)) == 170, "each once"


def test_filters_stand_in_the_address_and_survive_a_reload(
    console: Console, organization: Organization
) -> None:
    _give(organization, "cat")
    organization.admin.give("dog")
    console.enter(organization.admin)
    expect(console.entries).to_have_count(2)
    console.page.get_by_label("User").fill(organization.user.email)
    console.press("Enter")
    expect(console.entries).to_have_count(1)
    console.page.reload()
    expect(console.entries).to_have_count(1)
    expect(console.entries).to_contain_text("cat")
    console.page.get_by_role("button", name="Clear filters").click()
    expect(console.entries).to_have_count(2)
    console.page.get_by_label("To", exact=True).fill("2001-01-01")
    expect(console.page.get_by_role("heading", name="Nothing to review")).to_be_visible()
    console.page.get_by_role("button", name="Clear filters").click()
    console.page.get_by_label("From", exact=True).fill("2001-01-01")
    expect(console.entries).to_have_count(2)
    console.page.get_by_label("State").select_option("Rejected")
    expect(console.page.get_by_role("heading", name="Nothing to review")).to_be_visible()


def test_files_are_dropped_and_imported_one_after_the_other(
    console: Console, organization: Organization
) -> None:
    console.enter(organization.admin, "#/transfer")
    files = {"one.tmx": tmx(tu("cat", "chat")), "two.tmx": tmx(tu("dog", "chien"), tu("cat", "chat"))}
    dropped = console.page.evaluate_handle(
        """files => {
            const transfer = new DataTransfer();
            for (const [name, text] of Object.entries(files)) transfer.items.add(new File([text], name));
            return transfer;
        }""",
        {name: content.decode() for name, content in files.items()},
    )
    zone = console.page.get_by_text("Drop TMX files here")
    zone.dispatch_event("dragover", {"dataTransfer": dropped})
    zone.dispatch_event("drop", {"dataTransfer": dropped})
    console.says("two.tmx is imported: 1 entry")
    second = console.page.get_by_role("listitem").filter(has_text="two.tmx")
    expect(second.get_by_role("definition")).to_have_text(["1", "1", "0"])
    assert len(organization.admin.entries()) == 2


def test_an_export_that_is_too_large_for_an_answer_is_downloaded_from_its_file(
    console: Console, organization: Organization
) -> None:
    for number in range(3):
        organization.user.give(f"{number} " + "&" * 340_000, "texte")
    console.enter(organization.admin, "#/transfer")
    console.page.get_by_label("State").select_option("Waiting")
    with console.page.expect_download() as download:
        console.page.get_by_role("button", name="Export").click()
    exported = Path(download.value.path()).read_text(encoding="utf-8")
    assert exported.count("<seg>texte</seg>") == 3
    assert "X-Amz-Signature" in download.value.url
