"""`tmx import`: whatever happens on the way, the file is imported once, or the person knows why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.cli.terminal import ANOTHER_KEY, STORE, URL, Answer, Ended, Terminal, document, error, lost

TMX = b"<tmx/>" * 20_000
FORM = {"key": "imports/acme/1.tmx", "policy": "p"}


class Imports:
    """The service's imports: a store that takes files, and a worker that is as fast as it is told."""

    def __init__(self, terminal: Terminal) -> None:
        self.records: dict[str, dict[str, Any]] = {}
        self.received: list[bytes] = []
        self.on_the_way: list[Any] = []
        """What happens to the next uploads: an answer, an exception, `arrives` (but the answer is lost)."""
        self.ends: dict[str, Any] = {"state": "done", "successful": 2}
        line = terminal.line
        line.on("GET /api/v2/system/input-size-limits", {"importFeedbackUploadMaxSizeInMB": 1})
        line.on("POST /api/v2/feedback/import/uploads", self._begin)
        line.on(f"POST {STORE}/", self._take)
        for number in range(1, 5):
            line.on(f"GET /api/v2/feedback/imports/{number}", self._show)

    def _begin(self, _: httpx.Request) -> Answer:
        import_id = str(len(self.records) + 1)
        counts = {"successful": 0, "duplicate": 0, "invalid": 0, "warnings": [], "unitsRead": 0}
        sizes = {"bytesRead": 0, "size": 0, "error": ""}
        self.records[import_id] = {"importId": import_id, "state": "waiting", **counts, **sizes}
        return document({"importId": import_id, "url": f"{STORE}/", "fields": FORM, "maxSizeInMB": 1})

    def _take(self, request: httpx.Request) -> Answer:
        happens = self.on_the_way.pop(0) if self.on_the_way else None
        if happens is not None and happens != "arrives":
            return happens  # type: ignore[no-any-return]
        self.received.append(request.content)
        self.records[max(self.records)]["state"] = "running"
        return lost() if happens else httpx.Response(204)

    def _show(self, request: httpx.Request) -> Answer:
        record = self.records.get(request.url.path.rpartition("/")[2])
        if record is None:
            return error(404, "There is no such import.")
        shown = dict(record)
        if record["state"] == "running":
            record |= self.ends
        return document(shown)

    @property
    def states(self) -> list[str]:
        return [record["state"] for record in self.records.values()]


@pytest.fixture
def imports(terminal: Terminal) -> Imports:
    return Imports(terminal)


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    path = tmp_path / "memory.tmx"
    path.write_bytes(TMX)
    return path


def test_a_file_is_uploaded_and_its_outcome_told(terminal: Terminal, imports: Imports, memory: Path) -> None:
    ended = terminal.run("tmx", "import", memory)
    assert (ended.code, ended.out) == (0, f"{memory}\t2\t0\t0\n")
    assert ended.err.splitlines() == ["memory.tmx: uploading …", "memory.tmx: importing …"]
    (received,) = imports.received
    assert TMX in received
    assert b'name="policy"\r\n\r\np' in received


def test_the_store_gets_no_key_of_ours(terminal: Terminal, imports: Imports, memory: Path) -> None:
    terminal.run("tmx", "import", memory)
    (upload,) = [each for each in terminal.line.asked if each.url.host == "store.example"]
    assert "Authorization" not in upload.headers


def test_options_are_told_when_the_upload_begins(terminal: Terminal, imports: Imports, memory: Path) -> None:
    terminal.run("tmx", "import", "--approve", "--all-pairs", memory)
    (begun,) = [each for each in terminal.line.asked if each.url.path.endswith("/uploads")]
    assert begun.content == b"applyAll=true&approveAll=true"


@pytest.mark.parametrize("losses", [1, 2, 3])
def test_a_lost_upload_is_sent_again(terminal: Terminal, imports: Imports, memory: Path, losses: int) -> None:
    imports.on_the_way = [lost(httpx.WriteError)] * losses
    assert terminal.run("tmx", "import", memory).code == 0
    assert (len(imports.received), imports.states) == (1, ["done"])
    assert TMX in imports.received[0]


def test_a_store_that_fails_is_tried_again(terminal: Terminal, imports: Imports, memory: Path) -> None:
    imports.on_the_way = [httpx.Response(503), httpx.Response(500)]
    assert terminal.run("tmx", "import", memory).code == 0
    assert imports.states == ["done"]


def test_a_store_that_waited_too_long_is_tried_again(
    terminal: Terminal, imports: Imports, memory: Path
) -> None:
    timeout = "<Error><Code>RequestTimeout</Code><Message>Your socket connection was idle</Message></Error>"
    imports.on_the_way = [httpx.Response(400, text=timeout)]
    assert terminal.run("tmx", "import", memory).code == 0
    assert imports.states == ["done"]


def test_a_file_that_has_arrived_is_not_sent_again(
    terminal: Terminal, imports: Imports, memory: Path
) -> None:
    imports.on_the_way = ["arrives"]
    assert terminal.run("tmx", "import", memory).code == 0
    assert len(imports.received) == 1


def given_up(terminal: Terminal, imports: Imports, memory: Path) -> Ended:
    imports.on_the_way = [lost() for _ in range(4)]
    return terminal.run("tmx", "import", memory)


def test_a_connection_lost_for_good_is_told(terminal: Terminal, imports: Imports, memory: Path) -> None:
    ended = given_up(terminal, imports, memory)
    assert (ended.code, ended.out) == (4, "")
    assert "lost during the upload, 4 times" in ended.err
    assert "Run the same command again" in ended.err


def test_the_same_command_goes_on_with_the_same_upload(
    terminal: Terminal, imports: Imports, memory: Path
) -> None:
    given_up(terminal, imports, memory)
    assert terminal.run("tmx", "import", memory).code == 0
    assert imports.states == ["done"]


NO_LONGER = [
    httpx.Response(
        403, text="<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
    ),
    httpx.Response(400, text="<Error><Code>ExpiredToken</Code><Message>It has expired.</Message></Error>"),
]
"""S3's refusals of a form whose time is over, and of one that was signed by credentials that have ended."""


@pytest.mark.parametrize("refusal", [None, *NO_LONGER], ids=["too late", "over", "its signer's ended"])
def test_with_a_new_form_where_the_old_one_serves_no_longer(
    terminal: Terminal, imports: Imports, memory: Path, refusal: httpx.Response | None
) -> None:
    given_up(terminal, imports, memory)
    if refusal is None:
        terminal.time += 3600
    else:
        imports.on_the_way = [refusal]
    assert terminal.run("tmx", "import", memory).code == 0
    assert imports.states == ["waiting", "done"]


def test_the_same_command_waits_for_an_import_that_runs(
    terminal: Terminal, imports: Imports, memory: Path
) -> None:
    terminal.line.once("GET /api/v2/feedback/imports/1", *[lost()] * 4)
    assert terminal.run("tmx", "import", memory).code == 4
    terminal.line.on("GET /api/v2/feedback/imports/1", imports._show)
    assert terminal.run("tmx", "import", memory).code == 0
    assert (len(imports.received), imports.states) == (1, ["done"])


def test_what_is_imported_already_is_not_imported_again(
    terminal: Terminal, imports: Imports, memory: Path
) -> None:
    terminal.run("tmx", "import", memory)
    ended = terminal.run("tmx", "import", memory, "--json")
    assert (ended.code, len(imports.received)) == (0, 1)
    assert [it["wasDone"] for it in ended.json["imports"]] == [True]
    assert "was imported before (1)" in ended.err


def test_unless_one_says_so_or_it_is_not_the_same(terminal: Terminal, imports: Imports, memory: Path) -> None:
    terminal.run("tmx", "import", memory)
    terminal.run("tmx", "import", memory, "--again")
    terminal.run("tmx", "import", memory, "--approve")
    memory.write_bytes(TMX + b" ")
    terminal.run("tmx", "import", memory)
    assert imports.states == ["done"] * 4


def test_again_goes_on_with_an_upload_that_is_unfinished(
    terminal: Terminal, imports: Imports, memory: Path
) -> None:
    terminal.run("tmx", "import", memory)
    imports.on_the_way = [lost() for _ in range(4)]
    assert terminal.run("tmx", "import", memory, "--again").code == 4
    assert terminal.run("tmx", "import", memory, "--again").code == 0
    assert imports.states == ["done", "done"]


def test_another_key_of_the_account_goes_on_as_well(
    terminal: Terminal, imports: Imports, memory: Path
) -> None:
    given_up(terminal, imports, memory)
    terminal.log_in(ANOTHER_KEY)
    assert terminal.run("tmx", "import", memory).code == 0
    terminal.environ |= {"HEARBACK_URL": URL, "HEARBACK_KEY": ANOTHER_KEY}
    assert terminal.run("tmx", "import", memory, "--json").json["imports"][0]["wasDone"]
    assert imports.states == ["done"]


def test_the_note_of_an_upload_tells_nobody_else_anything(
    terminal: Terminal, imports: Imports, memory: Path
) -> None:
    given_up(terminal, imports, memory)
    notes = [path for path in terminal.files() if path.parent.name == "begun"]
    assert [path.stat().st_mode & 0o777 for path in notes] == [0o600]
    terminal.time += 91 * 24 * 3600
    memory.write_bytes(b"another")
    terminal.run("tmx", "import", memory)
    assert [path for path in notes if path.exists()] == []


def test_an_import_that_failed_says_why_and_may_be_tried_again(
    terminal: Terminal, imports: Imports, memory: Path
) -> None:
    imports.ends = {"state": "failed", "error": "line 3: the file is truncated"}
    ended = terminal.run("tmx", "import", memory)
    assert (ended.code, ended.out) == (1, "")
    assert f"{memory}: the import failed: line 3: the file is truncated" in ended.err
    terminal.run("tmx", "import", memory)
    assert imports.states == ["failed", "failed"]


def test_an_upload_that_is_refused_says_why(terminal: Terminal, imports: Imports, memory: Path) -> None:
    imports.on_the_way = [httpx.Response(400, text="<Error><Message>Too small</Message></Error>")]
    ended = terminal.run("tmx", "import", memory)
    assert ended.code == 1
    assert "The upload was refused (400): Too small" in ended.err


def test_warnings_are_told_and_count_if_one_wants_it(
    terminal: Terminal, imports: Imports, memory: Path
) -> None:
    imports.ends = {"state": "done", "invalid": 12, "warnings": ["unit 4:\x1b blank", "unit 5"]}
    ended = terminal.run("tmx", "import", memory)
    assert ended.code == 0
    assert f"{memory}: warning: unit 4:  blank\n" in ended.err
    assert f"{memory}: and 10 more.\n" in ended.err
    assert terminal.run("tmx", "import", memory, "--strict").code == 5


def test_one_bad_file_does_not_hold_up_the_others(terminal: Terminal, imports: Imports, memory: Path) -> None:
    other = memory.with_name("other.tmx")
    other.write_bytes(b"other")
    imports.on_the_way = [httpx.Response(400)]
    ended = terminal.run("tmx", "import", memory, other, "--json")
    assert ended.code == 5
    assert [it["path"] for it in ended.json["imports"]] == [str(other)]
    assert "1 of 2 files were not imported." in ended.err


@pytest.mark.parametrize("when", ["before", "after"])
def test_wherever_it_is_interrupted_the_next_run_ends_it(terminal: Terminal, memory: Path, when: str) -> None:
    for number in range(1, 10):
        memory.write_bytes(TMX + f"{number}".encode())
        imports = Imports(terminal)
        terminal.line.asked.clear()
        terminal.line.interruption = number, when
        interrupted = terminal.run("tmx", "import", memory).code == 130
        terminal.line.interruption = None
        assert terminal.run("tmx", "import", memory).code == 0
        assert sorted(imports.states) in (["done"], ["done", "waiting"])
        assert len(imports.received) in (1, 2)
        if not interrupted:
            assert number > 4  # every request of an undisturbed run has been interrupted
            return
    raise AssertionError("the import never came to its end")


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "is empty"), (b"x" * (1 << 20) + b"x", "has 1.0 MB; an import takes")]
)
def test_what_would_not_be_taken_is_not_sent(
    terminal: Terminal, imports: Imports, memory: Path, content: bytes, said: str
) -> None:
    memory.write_bytes(content)
    ended = terminal.run("tmx", "import", memory)
    assert (ended.code, imports.records) == (2, {})
    assert said in ended.err


def test_nor_what_is_not_there(terminal: Terminal, imports: Imports, tmp_path: Path) -> None:
    assert terminal.run("tmx", "import", tmp_path / "nothing.tmx").code == 2
    assert terminal.run("tmx", "import").code == 2


def test_a_form_with_its_permission_is_kept_in_no_other_place_than_the_notes(
    terminal: Terminal, imports: Imports, memory: Path
) -> None:
    ended = given_up(terminal, imports, memory)
    assert json.dumps(FORM) not in ended.err
    assert "policy" not in ended.err
