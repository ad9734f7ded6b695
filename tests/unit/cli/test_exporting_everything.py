"""`organization export`: a folder of all files, each of them whole, however often it is interrupted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.cli.terminal import STORE, Ended, Line, Terminal, error, lost

EXPORTS = "/api/v1/organization/exports"
FILES = {"accounts-000000.jsonl": b'{"a": 1}\n', "tasks-000001.jsonl": b'{"b": 2}\n' * 2}


def exported(state: str = "done", **more: Any) -> dict[str, Any]:
    told = {"exportId": "e1", "state": state, "requestedBy": 1, "created": "", "finished": ""}
    return {**told, "records": {"accounts": 1, "tasks": 2}, **more}


def with_links(*names: str, query: str = "") -> dict[str, Any]:
    links = [{"name": name, "url": f"{STORE}/{name}{query}"} for name in names or FILES]
    return exported(files=links)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "everything"


@pytest.fixture
def offered(line: Line) -> Line:
    """The service exports, and the store has the files."""
    line.on(f"POST {EXPORTS}", exported("running"))
    line.on(f"GET {EXPORTS}", {"exports": [exported()]})
    line.on(f"GET {EXPORTS}/e1", with_links())
    for name, content in FILES.items():
        line.on(f"GET {STORE}/{name}", httpx.Response(200, content=content))
    return line


def export(terminal: Terminal, folder: Path, *options: str) -> Ended:
    return terminal.run("organization", "export", "--output", folder, *options)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_everything_comes_into_a_folder_that_is_ones_own(
    terminal: Terminal, offered: Line, folder: Path
) -> None:
    ended = export(terminal, folder)
    assert (ended.code, ended.out) == (0, f"{folder} has 3 records: 2 files, 27 bytes.\n")
    assert contents(folder) == FILES
    assert folder.stat().st_mode & 0o077 == 0
    assert ended.err == "everything: exporting …\neverything: downloading …\n"


@pytest.fixture
def generous() -> Iterator[None]:
    """A umask with which everybody reads what is made."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("generous")
def test_and_into_one_that_was_there_and_open_to_everybody(
    terminal: Terminal, offered: Line, folder: Path
) -> None:
    folder.mkdir(mode=0o755)
    assert export(terminal, folder).code == 0
    assert [path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())] == [0o700, 0o600, 0o600]


@pytest.mark.usefixtures("generous")
def test_the_folder_of_somebody_is_left_as_it_is_where_an_export_has_no_room(
    terminal: Terminal, offered: Line, folder: Path
) -> None:
    folder.mkdir(mode=0o755)
    (folder / "theirs").touch()
    assert export(terminal, folder).code == 2
    assert folder.stat().st_mode & 0o777 == 0o755


def test_an_export_of_everything_as_json_has_no_links(
    terminal: Terminal, offered: Line, folder: Path
) -> None:
    sizes = [{"name": name, "bytes": len(content)} for name, content in FILES.items()]
    assert export(terminal, folder, "--json").json == exported(folder=str(folder), files=sizes)


def test_the_key_goes_to_the_service_alone(terminal: Terminal, offered: Line, folder: Path) -> None:
    export(terminal, folder)
    for request in offered.asked:
        assert ("Authorization" in request.headers) == (request.url.host != httpx.URL(STORE).host)


def test_waiting_for_an_export_leaves_one_line_in_the_trail(
    terminal: Terminal, offered: Line, folder: Path
) -> None:
    running = {"exports": [exported("running")]}
    offered.once(f"GET {EXPORTS}", running, running, {"exports": [exported()]})
    assert export(terminal, folder).code == 0
    assert len(terminal.slept) == 2
    assert offered.names.count(f"GET {EXPORTS}/e1") == 1


def test_an_export_behind_a_hundred_newer_ones_is_found(
    terminal: Terminal, offered: Line, folder: Path
) -> None:
    offered.on(f"GET {EXPORTS}", {"exports": [exported(exportId="newer")]})
    assert export(terminal, folder).code == 0
    assert contents(folder) == FILES


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("request_number", [2, 3, 4, 5])
def test_wherever_an_export_is_interrupted_the_same_command_goes_on(
    terminal: Terminal, offered: Line, folder: Path, request_number: int, when: str
) -> None:
    offered.interruption = (request_number, when)
    assert export(terminal, folder).code == 130
    assert export(terminal, folder).code == 0
    assert contents(folder) == FILES
    assert offered.names.count(f"POST {EXPORTS}") == 1
    assert terminal.files() == [terminal.home / "profiles.json"]


def test_files_that_are_there_are_not_fetched_again(terminal: Terminal, offered: Line, folder: Path) -> None:
    first, second = FILES
    offered.on(f"GET {STORE}/{second}", lost())
    assert export(terminal, folder).code == 4
    assert contents(folder) == {first: FILES[first]}
    offered.on(f"GET {STORE}/{second}", httpx.Response(200, content=FILES[second]))
    offered.asked.clear()
    assert export(terminal, folder).code == 0
    assert f"GET {STORE}/{first}" not in offered.names


def test_links_that_have_expired_are_asked_for_anew(terminal: Terminal, offered: Line, folder: Path) -> None:
    first, second = FILES
    offered.once(f"GET {EXPORTS}/e1", with_links(), with_links(query="?fresh"))
    for name in (first, second):
        fresh = httpx.Response(200, content=FILES[name])
        offered.on(f"GET {STORE}/{name}", _if_fresh(fresh))
    assert export(terminal, folder).code == 0
    assert contents(folder) == FILES


def _if_fresh(answer: httpx.Response) -> Any:
    return lambda request: answer if request.url.query == b"fresh" else httpx.Response(403)


def test_an_export_of_more_files_than_an_answer_holds_is_fetched_whole(
    terminal: Terminal, offered: Line, folder: Path
) -> None:
    first, second = FILES
    pages = {**with_links(first), "next": first}, {**with_links(second), "next": ""}
    offered.once(f"GET {EXPORTS}/e1", *pages)
    assert export(terminal, folder).code == 0
    assert contents(folder) == FILES
    asked = [request for request in offered.asked if request.url.path.endswith("/e1")]
    assert [request.url.params.get("after") for request in asked] == [None, first]


def test_files_that_are_gone_are_told_and_the_next_export_is_a_new_one(
    terminal: Terminal, offered: Line, folder: Path
) -> None:
    for name in FILES:
        offered.on(f"GET {STORE}/{name}", httpx.Response(404))
    ended = export(terminal, folder)
    assert (ended.code, "is gone" in ended.err) == (1, True)
    assert contents(folder) == {}
    export(terminal, folder)
    assert offered.names.count(f"POST {EXPORTS}") == 2


def test_an_export_that_the_service_has_forgotten_is_begun_anew(
    terminal: Terminal, offered: Line, folder: Path
) -> None:
    offered.on(f"GET {EXPORTS}", {"exports": []})
    offered.on(f"GET {EXPORTS}/e1", error(404, "There is no such export."))
    assert export(terminal, folder).code == 1
    offered.on(f"GET {EXPORTS}/e1", with_links())
    assert export(terminal, folder).code == 0
    assert offered.names.count(f"POST {EXPORTS}") == 2


def test_an_export_of_everything_that_failed_is_told(terminal: Terminal, offered: Line, folder: Path) -> None:
    offered.on(f"GET {EXPORTS}", {"exports": [exported("failed")]})
    ended = export(terminal, folder)
    assert (ended.code, "The export failed" in ended.err) == (1, True)


def test_two_exports_do_not_mix_in_one_folder(terminal: Terminal, offered: Line, folder: Path) -> None:
    assert export(terminal, folder).code == 0
    offered.asked.clear()
    ended = export(terminal, folder)
    assert (ended.code, "is not empty" in ended.err) == (2, True)
    assert offered.asked == []


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "..", "a/b", "a\\b", "C:evil", ""])
def test_no_name_of_a_file_leads_out_of_the_folder(
    terminal: Terminal, offered: Line, folder: Path, name: str
) -> None:
    offered.on(f"GET {EXPORTS}/e1", exported(files=[{"name": name, "url": f"{STORE}/x"}]))
    ended = export(terminal, folder)
    assert (ended.code, "is no name of a file" in ended.err) == (1, True)
    assert f"GET {STORE}/x" not in offered.names


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_exported(
    terminal: Terminal, offered: Line, tmp_path: Path
) -> None:
    assert export(terminal, tmp_path / "no" / "such").code == 1
    assert offered.asked == []
