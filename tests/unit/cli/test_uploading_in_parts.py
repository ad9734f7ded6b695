"""`tmx import` of a large file: what a lost connection has cost is one part, and never the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from hearback_cli import importing, progress

from tests.unit.cli.terminal import STORE, Answer, Terminal, document, error, lost

PART = 40_000
TMX = b"".join(b"<tu>%06d</tu>" % number for number in range(9_000))
"""Of four parts, the last of which is shorter."""
UPLOADS = "/api/v2/feedback/import/uploads"
EXPIRED = httpx.Response(403, text="<Error><Message>Request has expired</Message></Error>")


class Uploads:
    """The service's uploads in parts: a store that takes them, and a worker that is done at once."""

    def __init__(self, terminal: Terminal) -> None:
        self.parts: dict[str, dict[int, bytes]] = {}
        """By import, what has arrived."""
        self.states: dict[str, str] = {}
        self.sent: list[int] = []
        """The numbers of the parts that were sent, whatever became of them."""
        self.on_the_way: list[Any] = []
        """What happens to the next parts: an answer, an exception, `arrives` (but the answer is lost)."""
        self.links = 0
        """How often addresses were given; those of before serve no longer once `expires` says so."""
        self.expires: list[int] = []
        line = terminal.line
        line.on("GET /api/v2/system/input-size-limits", {"importFeedbackUploadMaxSizeInMB": 1})
        line.on(f"POST {UPLOADS}", self._begin)
        for number in range(1, 4):
            line.on(f"GET {UPLOADS}/{number}", self._look)
            line.on(f"POST {UPLOADS}/{number}/complete", self._complete)
            line.on(f"GET /api/v2/feedback/imports/{number}", self._show)
            for part in range(1, 5):
                line.on(f"PUT {STORE}/{number}/{part}", self._take)

    def _begin(self, request: httpx.Request) -> Answer:
        assert f"sizeInBytes={len(TMX)}" in request.content.decode()
        import_id = str(len(self.parts) + 1)
        self.parts[import_id], self.states[import_id] = {}, "waiting"
        told = self._told(import_id)
        return document({"importId": import_id, "parts": told["missing"], "partSizeInBytes": PART})

    def _told(self, import_id: str) -> dict[str, Any]:
        self.links += 1
        sizes = {number: min(PART, len(TMX) - (number - 1) * PART) for number in range(1, 5)}
        there = self.parts[import_id]
        missing = [
            {
                "partNumber": number,
                "sizeInBytes": sizes[number],
                "url": f"{STORE}/{import_id}/{number}?{self.links}",
            }
            for number in sizes
            if number not in there
        ]
        sized = {"importId": import_id, "sizeInBytes": len(TMX), "partSizeInBytes": PART}
        return {**sized, "state": self.states[import_id], "parts": [], "missing": missing}

    def _look(self, request: httpx.Request) -> Answer:
        import_id = request.url.path.rpartition("/")[2]
        if import_id not in self.parts:
            return error(404, "The upload is gone: nobody completed it for two days.")
        return document(self._told(import_id))

    def _take(self, request: httpx.Request) -> Answer:
        _, import_id, number = request.url.path.split("/")
        assert request.headers["Content-Length"] == str(len(request.content))
        assert "Authorization" not in request.headers
        self.sent.append(int(number))
        if int(request.url.query) in self.expires:
            return EXPIRED
        happens = self.on_the_way.pop(0) if self.on_the_way else None
        if happens is not None and happens != "arrives":
            return happens  # type: ignore[no-any-return]
        self.parts[import_id][int(number)] = request.content
        return lost() if happens else httpx.Response(200)

    def _complete(self, request: httpx.Request) -> Answer:
        import_id = request.url.path.split("/")[-2]
        assert b"".join(self.parts[import_id][number] for number in range(1, 5)) == TMX
        self.states[import_id] = "done"
        return document({})

    def _show(self, request: httpx.Request) -> Answer:
        import_id = request.url.path.rpartition("/")[2]
        if import_id not in self.states:
            return error(404, "There is no such import.")
        counts = {"successful": 2, "duplicate": 0, "invalid": 0, "warnings": [], "unitsRead": 2}
        about = {
            "importId": import_id,
            "state": self.states[import_id],
            "error": "",
            "bytesRead": 0,
            "size": 0,
        }
        return document({**about, **counts})


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "_IN_ONE", PART)


@pytest.fixture
def uploads(terminal: Terminal) -> Uploads:
    return Uploads(terminal)


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    path = tmp_path / "memory.tmx"
    path.write_bytes(TMX)
    return path


def test_a_large_file_goes_part_by_part(terminal: Terminal, uploads: Uploads, memory: Path) -> None:
    ended = terminal.run("tmx", "import", memory)
    assert (ended.code, ended.out, uploads.sent) == (0, f"{memory}\t2\t0\t0\n", [1, 2, 3, 4])
    assert ended.err.splitlines() == ["memory.tmx: uploading …", "memory.tmx: importing …"]


def test_what_is_one_part_only_goes_as_a_whole(terminal: Terminal, memory: Path) -> None:
    asked = []

    def begin(request: httpx.Request) -> Answer:
        asked.append(request.content)
        return error(400, "That is enough for this test.")

    terminal.line.on("GET /api/v2/system/input-size-limits", {"importFeedbackUploadMaxSizeInMB": 1})
    terminal.line.on(f"POST {UPLOADS}", begin)
    memory.write_bytes(b"x" * PART)
    terminal.run("tmx", "import", memory)
    assert asked == [b"applyAll=false&approveAll=false"]


def test_a_lost_part_is_sent_again_and_no_other(terminal: Terminal, uploads: Uploads, memory: Path) -> None:
    uploads.on_the_way = [None, None, lost(httpx.WriteError)]
    assert terminal.run("tmx", "import", memory).code == 0
    assert uploads.sent == [1, 2, 3, 3, 4]


def test_a_part_that_has_arrived_is_not_sent_again(
    terminal: Terminal, uploads: Uploads, memory: Path
) -> None:
    uploads.on_the_way = [None, "arrives"]
    assert terminal.run("tmx", "import", memory).code == 0
    assert uploads.sent == [1, 2, 3, 4]


def give_up(terminal: Terminal, uploads: Uploads, memory: Path) -> None:
    """In the third part."""
    uploads.on_the_way = [None, None, *[lost() for _ in range(4)]]
    ended = terminal.run("tmx", "import", memory)
    assert (ended.code, "Run the same command again" in ended.err) == (4, True)
    uploads.sent.clear()


def test_the_same_command_sends_what_is_missing(terminal: Terminal, uploads: Uploads, memory: Path) -> None:
    give_up(terminal, uploads, memory)
    ended = terminal.run("tmx", "import", memory)
    assert (ended.code, uploads.sent, len(uploads.parts)) == (0, [3, 4], 1)
    assert "memory.tmx: uploading, 80.0 kB of 135.0 kB are there …" in ended.err


def test_even_a_day_later(terminal: Terminal, uploads: Uploads, memory: Path) -> None:
    give_up(terminal, uploads, memory)
    terminal.time += 24 * 3600
    assert terminal.run("tmx", "import", memory).code == 0
    assert (uploads.sent, len(uploads.parts)) == ([3, 4], 1)


def test_the_bar_begins_where_it_was(
    terminal: Terminal, uploads: Uploads, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_up(terminal, uploads, memory)
    reached: list[tuple[int, int | None]] = []

    def reach(_: progress.Bar, done: int, total: int | None, _said: str) -> None:
        reached.append((done, total))

    monkeypatch.setattr(progress.Bar, "reach", reach)
    terminal.run("tmx", "import", memory)
    sizes = [done for done, total in reached if total == len(TMX)]
    assert (sizes[0], sizes[-1]) == (2 * PART, len(TMX))
    assert sizes == sorted(sizes)


def test_addresses_that_serve_no_longer_are_asked_for_anew(
    terminal: Terminal, uploads: Uploads, memory: Path
) -> None:
    before = uploads._take

    def take(request: httpx.Request) -> Answer:
        answer = before(request)
        if uploads.sent == [1, 2]:
            uploads.expires = [uploads.links]
        return answer

    terminal.line.on(f"PUT {STORE}/1/2", take)
    assert terminal.run("tmx", "import", memory).code == 0
    assert (uploads.sent, len(uploads.parts)) == ([1, 2, 3, 3, 4], 1)


def test_fresh_addresses_that_are_refused_are_not_asked_for_for_ever(
    terminal: Terminal, uploads: Uploads, memory: Path
) -> None:
    uploads.on_the_way = [EXPIRED]
    ended = terminal.run("tmx", "import", memory)
    assert (ended.code, uploads.sent) == (1, [1])
    assert "The upload was refused (403): Request has expired" in ended.err


def test_an_upload_that_was_given_up_is_begun_anew(
    terminal: Terminal, uploads: Uploads, memory: Path
) -> None:
    give_up(terminal, uploads, memory)
    terminal.line.on(f"GET {UPLOADS}/1", error(404, "The upload is gone."))
    assert terminal.run("tmx", "import", memory).code == 0
    assert (uploads.sent, uploads.states) == ([1, 2, 3, 4], {"1": "waiting", "2": "done"})


def test_completing_is_asked_for_again_when_the_answer_is_lost(
    terminal: Terminal, uploads: Uploads, memory: Path
) -> None:
    answers = [lost(), None]

    def complete(request: httpx.Request) -> Answer:
        uploads._complete(request)
        return answers.pop(0) or document({})

    terminal.line.on(f"POST {UPLOADS}/1/complete", complete)
    assert terminal.run("tmx", "import", memory).code == 0
    assert uploads.sent == [1, 2, 3, 4]


@pytest.mark.parametrize("when", ["before", "after"])
def test_wherever_it_is_interrupted_the_next_run_sends_no_part_that_is_there(
    terminal: Terminal, memory: Path, when: str
) -> None:
    for number in range(1, 20):
        uploads = Uploads(terminal)
        for note in (terminal.home / "begun").glob("*"):
            note.unlink()
        terminal.line.asked.clear()
        terminal.line.interruption = number, when
        interrupted = terminal.run("tmx", "import", memory).code == 130
        there = {part for parts in uploads.parts.values() for part in parts}
        uploads.sent.clear()
        terminal.line.interruption = None
        assert terminal.run("tmx", "import", memory).code == 0
        assert sorted(uploads.states.values()) in (["done"], ["done", "waiting"])
        assert there.isdisjoint(uploads.sent)
        if not interrupted:
            assert number > 8  # every request of an undisturbed run has been interrupted
            return
    raise AssertionError("the import never came to its end")
