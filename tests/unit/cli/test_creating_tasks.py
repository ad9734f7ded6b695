"""`tasks create`: each row becomes one task, or is told with its reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.cli.terminal import ANOTHER_KEY, ME, STORE, URL, Answer, Terminal, document, error, lost

PROJECT = "/v2/projects/5"
NUMBERS = range(11, 16)


class Batches:
    """The project's batches: a store that takes the file, and a worker that fails rows without `url`."""

    def __init__(self, terminal: Terminal) -> None:
        self.batches: dict[str, dict[str, Any]] = {}
        self.rows: list[Any] = []
        self.puts = 0
        self.on_the_way: list[Answer] = []
        self.ends = "completed"
        line = terminal.line
        line.on(f"GET {PROJECT}/schemas/create_task.json", {"properties": {"count": {"type": "integer"}}})
        line.on(f"POST {PROJECT}/batches.json", self._begin)
        line.on(f"PUT {STORE}/put", self._put)
        for number in NUMBERS:
            line.on(f"GET {PROJECT}/batches/{number}.json", self._show)
            line.on(f"POST {PROJECT}/batches/{number}/continue.json", self._continue)

    @property
    def states(self) -> list[str]:
        return [batch["state"] for batch in self.batches.values()]

    def _begin(self, request: httpx.Request) -> Answer:
        number = NUMBERS[len(self.batches)]
        counts: dict[str, Any] = {
            "total": None,
            "processed": 0,
            "created": 0,
            "failed": 0,
            "message": None,
            "tasks": [],
        }
        about = json.loads(request.content)
        self.batches[str(number)] = {"batch_id": number, "state": "waiting", **about, **counts}
        return document(self._told(str(number)))

    def _told(self, number: str) -> dict[str, Any]:
        batch = self.batches[number]
        return batch | ({"tasks_put_url": f"{STORE}/put?signed"} if batch["state"] == "waiting" else {})

    def _put(self, request: httpx.Request) -> Answer:
        assert request.headers["Content-Type"] == "application/json"
        assert request.headers["Content-Length"] == str(len(request.content))
        assert "Authorization" not in request.headers
        if self.on_the_way:
            return self.on_the_way.pop(0)
        self.puts += 1
        self.rows = json.loads(request.content)
        return httpx.Response(200)

    def _continue(self, request: httpx.Request) -> Answer:
        number = request.url.path.split("/")[-2]
        self.batches[number] |= {"state": "creating"}
        return document(self._told(number))

    def _show(self, request: httpx.Request) -> Answer:
        number = request.url.path.rpartition("/")[2].removesuffix(".json")
        if number not in self.batches:
            return error(404, "There is no such batch.")
        shown = self._told(number) | {"tasks": self._page(request) if self._is_over(number) else []}
        if self.batches[number]["state"] == "creating":
            self._work(number)
        return document(shown)

    def _is_over(self, number: str) -> bool:
        return bool(self.batches[number]["state"] == "completed")

    def _work(self, number: str) -> None:
        failed = sum("url" not in row["data"] for row in self.rows)
        total = len(self.rows)
        counts: dict[str, Any] = {
            "total": total,
            "processed": total,
            "failed": failed,
            "created": total - failed,
        }
        self.batches[number] |= {"state": self.ends, **counts, "message": "no list"}

    def _page(self, request: httpx.Request) -> list[dict[str, Any]]:
        page, size = (int(request.url.params[name]) for name in ("page", "page_size"))
        part = list(enumerate(self.rows))[(page - 1) * size : page * size]
        failed = {"state": "failed", "type": "InvalidInputSchema", "message": "url is\nrequired"}
        return [{"index": i, **(failed if "url" not in row["data"] else {"state": "new"})} for i, row in part]


@pytest.fixture
def batches(terminal: Terminal) -> Batches:
    return Batches(terminal)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "tasks.csv"
    path.write_text("url,count\nx,1\ny,2\n")
    return path


def create(terminal: Terminal, path: Path, *options: str) -> Any:
    return terminal.run("tasks", "create", path, "--project", "5", *options)


def test_a_table_becomes_tasks(terminal: Terminal, batches: Batches, table: Path) -> None:
    ended = create(terminal, table, "--batch-name", "b")
    assert (ended.code, ended.out) == (0, "Batch 11: 2 tasks created, 0 failed.\n")
    assert batches.rows == [{"data": {"url": "x", "count": 1}}, {"data": {"url": "y", "count": 2}}]
    (batch,) = batches.batches.values()
    assert (batch["tasks_file_name"], batch["client_batch_id"]) == ("tasks.csv", "b")


def test_json_goes_byte_by_byte(terminal: Terminal, batches: Batches, tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    path.write_text('[ {"data": {"url": "x"}} ]')
    assert create(terminal, path).code == 0
    (put,) = [each for each in terminal.line.asked if each.method == "PUT"]
    assert put.content == path.read_bytes()


def test_rows_that_fail_are_told_with_line_and_reason(
    terminal: Terminal, batches: Batches, table: Path
) -> None:
    table.write_text("url,count\nx,1\n,2\ny,3\n")
    ended = create(terminal, table)
    assert ended.code == 5
    assert f"{table}, line 3: InvalidInputSchema: url is required\n" in ended.err
    assert "1 row of 3 became no task." in ended.err
    told = create(terminal, table, "--json").json
    assert [(row["index"], row["place"]) for row in told["failures"]] == [(1, "line 3")]
    assert "tasks" not in told
    assert "tasks_put_url" not in told


def test_many_failed_rows_are_told_in_json_alone(terminal: Terminal, batches: Batches, table: Path) -> None:
    table.write_text("url,count\n" + ",1\n" * 2500 + "x,1\n")
    ended = create(terminal, table, "--json")
    assert ended.code == 5
    assert len(ended.json["failures"]) == 2500
    assert "and 2,480 rows more, which --json lists." in ended.err


def test_where_no_row_became_a_task_nothing_is_done(
    terminal: Terminal, batches: Batches, table: Path
) -> None:
    table.write_text("count\n1\n")
    assert create(terminal, table).code == 1


def test_the_same_command_creates_nothing_twice(terminal: Terminal, batches: Batches, table: Path) -> None:
    create(terminal, table)
    ended = create(terminal, table)
    assert (ended.code, batches.states) == (0, ["completed"])
    assert "its tasks were created before (batch 11)" in ended.err
    create(terminal, table, "--again")
    assert batches.states == ["completed", "completed"]


@pytest.mark.parametrize("where", ["the upload", "the wait"])
def test_again_goes_on_with_what_is_unfinished(
    terminal: Terminal, batches: Batches, table: Path, where: str
) -> None:
    create(terminal, table)
    if where == "the upload":
        batches.on_the_way = [lost() for _ in range(4)]
    else:
        terminal.line.once(f"GET {PROJECT}/batches/12.json", *[lost()] * 4)
    assert create(terminal, table, "--again").code == 4
    terminal.line.on(f"GET {PROJECT}/batches/12.json", batches._show)
    assert create(terminal, table, "--again").code == 0
    assert batches.states == ["completed", "completed"]


def test_nor_does_it_under_another_name(terminal: Terminal, batches: Batches, table: Path) -> None:
    create(terminal, table)
    moved = table.rename(table.with_name("moved.csv"))
    assert create(terminal, moved, "--json").json["wasDone"]
    assert batches.states == ["completed"]
    assert not create(terminal, moved, "--batch-name", "another", "--json").json["wasDone"]


def test_nor_with_another_key_of_the_account(terminal: Terminal, batches: Batches, table: Path) -> None:
    create(terminal, table)
    terminal.log_in(ANOTHER_KEY)
    assert create(terminal, table, "--json").json["wasDone"]
    terminal.environ |= {"HEARBACK_URL": URL, "HEARBACK_KEY": ANOTHER_KEY}
    assert create(terminal, table, "--json").json["wasDone"]
    terminal.line.on("GET /api/v1/access/me", {**ME, "accountId": 2})
    assert not create(terminal, table, "--json").json["wasDone"]


def test_a_lost_upload_is_sent_again(terminal: Terminal, batches: Batches, table: Path) -> None:
    batches.on_the_way = [lost(httpx.WriteError), httpx.Response(500)]
    assert create(terminal, table).code == 0
    assert (batches.puts, batches.states) == (1, ["completed"])


def test_the_same_command_goes_on_with_a_lost_upload(
    terminal: Terminal, batches: Batches, table: Path
) -> None:
    batches.on_the_way = [lost() for _ in range(4)]
    ended = create(terminal, table)
    assert (ended.code, batches.states) == (4, ["waiting"])
    assert "Run the same command again" in ended.err
    assert create(terminal, table).code == 0
    assert batches.states == ["completed"]


def test_and_with_waiting(terminal: Terminal, batches: Batches, table: Path) -> None:
    terminal.line.once(f"GET {PROJECT}/batches/11.json", *[lost()] * 4)
    assert create(terminal, table).code == 4
    terminal.line.on(f"GET {PROJECT}/batches/11.json", batches._show)
    assert create(terminal, table).code == 0
    assert (batches.puts, batches.states) == (1, ["completed"])


def test_continuing_is_asked_for_again_when_the_answer_is_lost(
    terminal: Terminal, batches: Batches, table: Path
) -> None:
    answers = [lost(), None]

    def go_on(request: httpx.Request) -> Answer:
        batches._continue(request)
        return answers.pop(0) or document({})

    terminal.line.on(f"POST {PROJECT}/batches/11/continue.json", go_on)
    assert create(terminal, table).code == 0
    assert batches.states == ["completed"]


@pytest.mark.parametrize("state", ["failed", "cancelled", "expired"])
def test_a_batch_that_came_to_nothing_says_why_and_is_begun_anew(
    terminal: Terminal, batches: Batches, table: Path, state: str
) -> None:
    batches.ends = state
    ended = create(terminal, table)
    assert (ended.code, ended.out) == (1, "")
    assert f"The batch 11 is {state}: no list" in ended.err
    batches.ends = "completed"
    assert create(terminal, table).code == 0
    assert batches.states == [state, "completed"]


def test_a_batch_that_the_service_forgot_is_begun_anew(
    terminal: Terminal, batches: Batches, table: Path
) -> None:
    create(terminal, table)
    batches.batches["11"]["state"] = "expired"
    assert create(terminal, table).code == 0
    assert batches.states == ["expired", "completed"]


def test_a_faulty_file_is_not_begun_with(terminal: Terminal, batches: Batches, table: Path) -> None:
    table.write_text("url\nx,y\n")
    ended = create(terminal, table)
    assert (ended.code, batches.batches) == (2, {})
    assert "line 2: 2 cells for 1 columns" in ended.err


def test_an_upload_that_is_refused_says_why(terminal: Terminal, batches: Batches, table: Path) -> None:
    batches.on_the_way = [httpx.Response(403, text="<Error><Message>Request has expired</Message></Error>")]
    ended = create(terminal, table)
    assert ended.code == 1
    assert "The upload was refused (403): Request has expired" in ended.err


@pytest.mark.parametrize("when", ["before", "after"])
def test_wherever_it_is_interrupted_the_next_run_creates_each_task_once(
    terminal: Terminal, table: Path, when: str
) -> None:
    for number in range(1, 12):
        table.write_text(f"url\nx{number}\n")
        batches = Batches(terminal)
        terminal.line.asked.clear()
        terminal.line.interruption = number, when
        interrupted = create(terminal, table).code == 130
        terminal.line.interruption = None
        assert create(terminal, table).code == 0
        assert sorted(batches.states) in (["completed"], ["completed", "waiting"])
        if not interrupted:
            assert number > 5  # every request of an undisturbed run has been interrupted
            return
    raise AssertionError("the batch never came to its end")
