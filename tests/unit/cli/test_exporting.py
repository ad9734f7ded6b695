"""`tmx export`: the file is whole or not there, however often the connection is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.cli.terminal import STORE, Answer, Terminal, document, error

TMX = bytes(range(256)) * 1_200
EXPORT = "GET /api/v2/feedback/export"
STATUS = "GET /api/v2/feedback/exports/7"
FILE = f"GET {STORE}/file"


class Cut(httpx.SyncByteStream):
    """A body whose connection is lost behind so many bytes."""

    def __init__(self, content: bytes, after: int) -> None:
        self._content = content[:after]

    def __iter__(self) -> Iterator[bytes]:
        yield self._content
        raise httpx.ReadError("connection reset by peer")


class Store:
    """Serves the file by ranges; `cuts` are how many bytes the next connections survive."""

    def __init__(self, content: bytes = TMX) -> None:
        self.content = content
        self.cuts: list[int] = []
        self.ranges: list[str | None] = []
        self.ignores_ranges = False

    def __call__(self, request: httpx.Request) -> Answer:
        assert "Authorization" not in request.headers
        asked = request.headers.get("Range")
        self.ranges.append(asked)
        start = int(asked[6:-1]) if asked and not self.ignores_ranges else 0
        total = len(self.content)
        if start >= total:
            return httpx.Response(416, headers={"Content-Range": f"bytes */{total}"})
        rest = self.content[start:]
        headers = {"Content-Length": str(len(rest))}
        if start:
            headers["Content-Range"] = f"bytes {start}-{total - 1}/{total}"
        body: Any = {"stream": Cut(rest, self.cuts.pop(0))} if self.cuts else {"content": rest}
        return httpx.Response(206 if start else 200, headers=headers, **body)


@pytest.fixture
def store(terminal: Terminal) -> Store:
    store = Store()
    terminal.line.on(FILE, store)
    terminal.line.on(EXPORT, httpx.Response(302, headers={"Location": f"{STORE}/file?signed"}))
    return store


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out.tmx"


def export(terminal: Terminal, target: Path, *options: str) -> int:
    return terminal.run("tmx", "export", "--output", target, *options).code


def nothing_is_left(target: Path) -> bool:
    return list(target.parent.glob("*.partial")) == []


def test_a_small_export_comes_at_once(terminal: Terminal, target: Path) -> None:
    terminal.line.on(EXPORT, httpx.Response(200, content=TMX))
    ended = terminal.run("tmx", "export", "--output", target, "--json", "--pair", "P", "--state", "approved")
    assert ended.json == {"file": str(target), "bytes": len(TMX)}
    assert target.read_bytes() == TMX
    assert terminal.line.asked[-1].url.query == b"languagePairId=P&approvalStates=approved"


def test_a_larger_one_by_a_redirect(terminal: Terminal, store: Store, target: Path) -> None:
    assert export(terminal, target) == 0
    assert target.read_bytes() == TMX
    assert nothing_is_left(target)


def test_the_largest_from_the_background(terminal: Terminal, store: Store, target: Path) -> None:
    running = {"state": "running", "entries": 3, "url": "", "error": ""}
    where = {"Location": "https://another.example/api/v2/feedback/exports/7"}
    terminal.line.on(EXPORT, httpx.Response(202, headers=where))
    terminal.line.once(STATUS, running, running, running | {"state": "done", "url": f"{STORE}/file"})
    assert export(terminal, target) == 0
    assert target.read_bytes() == TMX
    assert len(terminal.slept) == 2


def test_an_export_that_failed_says_why(terminal: Terminal, target: Path) -> None:
    terminal.line.on(EXPORT, httpx.Response(202, headers={"Location": "/api/v2/feedback/exports/7"}))
    terminal.line.on(STATUS, {"state": "failed", "entries": 3, "url": "", "error": "interrupted"})
    ended = terminal.run("tmx", "export", "--output", target)
    assert ended.code == 1
    assert "The export failed: interrupted" in ended.err
    assert not target.exists()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(min_value=1, max_value=len(TMX) - 1), max_size=8))
def test_wherever_it_is_cut_it_goes_on(
    terminal: Terminal, store: Store, target: Path, cuts: list[int]
) -> None:
    store.cuts = list(cuts)
    target.unlink(missing_ok=True)
    assert export(terminal, target) == 0
    assert target.read_bytes() == TMX


def test_only_what_is_missing_is_fetched(terminal: Terminal, store: Store, target: Path) -> None:
    store.cuts = [1000, 500]
    assert export(terminal, target) == 0
    assert store.ranges == [None, "bytes=1000-", "bytes=1500-"]


def test_a_connection_that_brings_nothing_is_given_up(terminal: Terminal, store: Store, target: Path) -> None:
    store.cuts = [1000, 0, 0, 0, 0]
    ended = terminal.run("tmx", "export", "--output", target)
    assert (ended.code, target.exists()) == (4, False)
    assert "Run the same command again" in ended.err


def test_and_taken_up_where_it_ended_by_the_same_command(
    terminal: Terminal, store: Store, target: Path
) -> None:
    store.cuts = [1000, 0, 0, 0, 0]
    export(terminal, target)
    store.ranges.clear()
    assert export(terminal, target) == 0
    assert (target.read_bytes(), store.ranges) == (TMX, ["bytes=1000-"])
    assert terminal.line.names.count(EXPORT) == 1


def test_but_not_by_another(terminal: Terminal, store: Store, target: Path) -> None:
    store.cuts = [1000, 0, 0, 0, 0]
    export(terminal, target)
    store.ranges.clear()
    assert export(terminal, target, "--state", "rejected") == 0
    assert (target.read_bytes(), store.ranges) == (TMX, [None])


@pytest.mark.parametrize(
    "refusal",
    [httpx.Response(403), httpx.Response(400, text="<Error><Code>ExpiredToken</Code></Error>")],
    ids=["it may not be fetched", "its link's signer has ended"],
)
def test_a_file_that_is_gone_is_exported_anew(
    terminal: Terminal, store: Store, target: Path, refusal: httpx.Response
) -> None:
    store.cuts = [1000, 0, 0, 0, 0]
    export(terminal, target)
    terminal.line.once(FILE, refusal, httpx.Response(200, content=b"new"))
    assert export(terminal, target) == 0
    assert target.read_bytes() == b"new"
    assert terminal.line.names.count(EXPORT) == 2


def test_an_export_that_is_forgotten_is_made_anew(terminal: Terminal, store: Store, target: Path) -> None:
    terminal.line.on(EXPORT, httpx.Response(202, headers={"Location": "/7"}))
    done = {"state": "done", "entries": 1, "error": "", "url": f"{STORE}/file"}
    terminal.line.once(STATUS, done, error(404, "There is no such export."), done)
    store.cuts = [1000, 0, 0, 0, 0]
    assert export(terminal, target) == 4
    assert export(terminal, target) == 0
    assert target.read_bytes() == TMX


def test_a_file_that_is_gone_at_once_is_told(terminal: Terminal, store: Store, target: Path) -> None:
    terminal.line.on(FILE, httpx.Response(404))
    ended = terminal.run("tmx", "export", "--output", target)
    assert ended.code == 1
    assert "is gone" in ended.err


def test_who_ignores_ranges_sends_it_from_the_start(terminal: Terminal, store: Store, target: Path) -> None:
    store.cuts, store.ignores_ranges = [1000], True
    assert export(terminal, target) == 0
    assert target.read_bytes() == TMX


def test_a_store_that_fails_is_tried_again(terminal: Terminal, store: Store, target: Path) -> None:
    terminal.line.once(FILE, httpx.Response(503), httpx.Response(200, content=TMX))
    assert export(terminal, target) == 0
    assert target.read_bytes() == TMX


def test_what_was_fetched_wholly_is_not_fetched_again(terminal: Terminal, store: Store, target: Path) -> None:
    store.cuts = [1000, 0, 0, 0, 0]
    export(terminal, target)
    target.with_name("out.tmx.partial").write_bytes(TMX)
    assert export(terminal, target) == 0
    assert target.read_bytes() == TMX


def test_what_is_longer_than_the_file_is_no_beginning_of_it(
    terminal: Terminal, store: Store, target: Path
) -> None:
    store.cuts = [1000, 0, 0, 0, 0]
    export(terminal, target)
    target.with_name("out.tmx.partial").write_bytes(TMX + b"x")
    assert export(terminal, target) == 0
    assert target.read_bytes() == TMX


def test_a_file_that_is_there_stays_until_the_new_one_is_whole(
    terminal: Terminal, store: Store, target: Path
) -> None:
    target.write_bytes(b"old")
    store.cuts = [1000, 0, 0, 0, 0]
    export(terminal, target)
    assert target.read_bytes() == b"old"
    assert export(terminal, target) == 0
    assert target.read_bytes() == TMX


def test_where_nothing_can_be_written_is_told(terminal: Terminal, store: Store, tmp_path: Path) -> None:
    ended = terminal.run("tmx", "export", "--output", tmp_path / "no" / "such" / "out.tmx")
    assert ended.code == 1
    assert "out.tmx.partial: No such file or directory" in ended.err


def test_json_and_tmx_do_not_mix_on_standard_output(terminal: Terminal, store: Store) -> None:
    assert terminal.run("tmx", "export", "--json").code == 2


def test_a_filter_that_the_service_refuses_leaves_nothing(terminal: Terminal, target: Path) -> None:
    terminal.line.on(EXPORT, error(400, "languagePairId cannot be combined"))
    assert export(terminal, target) == 1
    assert nothing_is_left(target)


def test_the_status_says_the_entries(terminal: Terminal, store: Store, target: Path) -> None:
    terminal.line.on(EXPORT, document({}, 202, Location="/7"))
    terminal.line.once(STATUS, {"state": "done", "entries": 1, "error": "", "url": f"{STORE}/file"})
    assert export(terminal, target) == 0
