"""Large work: 100,000 tasks from one uploaded file, one bad in a thousand, over HTTP. Not among what
`make bench` runs: it takes minutes.

    python -m benchmarks tasks-large            the whole; LARGE_TASKS=20000 says another number of tasks
    python -m benchmarks --quick tasks-large    a twentieth

Local rates are MiniStack's, which does one thing at a time; what carries over are the counts, and that
the worker needs no more memory at the end of the file than at its beginning.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import IO, Any, Self

import boto3
import requests

from benchmarks import task_world
from benchmarks.task_world import World

TASKS, QUICK = 100_000, 5_000
BAD, FIRST_BAD = 1_000, 500
"""One row in so many is bad, the first of them here."""
_PAGE = 1_000
_LOOK = 1.0
"""Seconds between two looks at the batch, and at the worker's memory."""


def rows(full: bool = True) -> list[dict[str, Any]]:
    size = int(os.environ.get("LARGE_TASKS", TASKS if full else QUICK))
    client = _Client(task_world.build())
    with tempfile.TemporaryFile() as file:
        _write(file, size)
        began = time.monotonic()
        batch_id = client.upload(file)
        uploaded = time.monotonic()
        with _Memory() as memory:
            seen = client.watch(batch_id, size)
        done = time.monotonic()
        bytes_of_file = file.tell()
    return [
        _row("tasks in the file", size, ""),
        _row("megabytes of the file", bytes_of_file / 1e6, "MB"),
        _row("seconds to upload and continue", uploaded - began, "s"),
        _row("tasks created a second, locally", size / (done - uploaded), "/s"),
        _row("different states of its progress that the batch showed", len(set(seen)), ""),
        _row("rounds of the worker", _rounds(), ""),
        *memory.rows(),
        *client.check(batch_id, size),
    ]


def _write(file: IO[bytes], size: int) -> None:
    """The file, row by row: of 1,000 one without its `url`."""
    file.write(b"[")
    for number in range(size):
        task = task_world.row(number)
        if _is_bad(number):
            del task["data"]["url"]
        file.write((b"," if number else b"") + json.dumps(task).encode())
    file.write(b"]")
    file.seek(0)


def _is_bad(number: int) -> bool:
    return number % BAD == FIRST_BAD


def _say(what: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


class _Client:
    """The project's owner, who knows it by its HTTP alone."""

    def __init__(self, world: World) -> None:
        self._http = requests.Session()
        self._http.trust_env = False  # no proxy of the developer's
        self._http.headers["X-Auth-Token"] = world.key
        self._base = f"{os.environ['AWS_ENDPOINT_URL']}/v1/v2/projects/{world.project.number}"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        response = self._http.request(method, f"{self._base}/{path}", json=body, timeout=600)
        assert response.ok, (method, path, response.status_code, response.text[:500])
        return response.json()

    def upload(self, file: IO[bytes]) -> int:
        """As the published client does, but without the file in memory."""
        batch = self.ask("POST", "batches.json", {"tasks_file_name": "large.json"})
        headers = {"Content-Type": "application/json"}
        requests.put(batch["tasks_put_url"], data=file, headers=headers, timeout=600).raise_for_status()
        self.ask("POST", f"batches/{batch['batch_id']}/continue.json")
        return int(batch["batch_id"])

    def watch(self, batch_id: int, size: int) -> list[int]:
        """How many rows the batch said to have processed, each time that it was asked, until it was over."""
        seen: list[int] = []
        while (batch := self.ask("GET", f"batches/{batch_id}.json?page_size=1"))["state"] == "creating":
            if not seen or batch["processed"] * 10 // size > seen[-1] * 10 // size:
                _say(f"{batch['processed']:,} of {size:,}")
            seen.append(batch["processed"])
            time.sleep(_LOOK)
        assert batch["state"] == "completed", batch
        return seen

    def check(self, batch_id: int, size: int) -> list[dict[str, Any]]:
        """Demand of every row what became of it."""
        told = list(self._rows(batch_id, size))
        failed = [row for row in told if row["state"] == "failed"]
        assert [row["index"] for row in told] == list(range(size))
        assert all(_is_bad(row["index"]) for row in failed)
        assert {row["type"] for row in failed} == {"InvalidInputSchema"}
        assert all('"url" is a required property' in row["message"] for row in failed)
        bad = sum(map(_is_bad, range(size)))
        batch, stats = self.ask("GET", f"batches/{batch_id}.json?page_size=1"), self.ask("GET", "stats.json")
        return [
            _exactly("rows that are told with what became of them", len(told), size),
            _exactly("failures told with row and reason", len(failed), bad),
            _exactly("tasks that the batch counts", batch["created"], size - bad),
            _exactly("failures that the batch counts", batch["failed"], bad),
            _exactly("new tasks that the project counts", stats["new"], size - bad),
            _exactly("different ids of tasks", len({row["id"] for row in told if "id" in row}), size - bad),
        ]

    def _rows(self, batch_id: int, size: int) -> Iterator[dict[str, Any]]:
        for page in range(1, -(-size // _PAGE) + 1):
            yield from self.ask("GET", f"batches/{batch_id}.json?page={page}&page_size={_PAGE}")["tasks"]


def _rounds() -> int:
    """How many messages the worker has had, by its own metrics."""
    logs = boto3.client("logs")
    (group,) = (
        each["logGroupName"]
        for each in logs.describe_log_groups()["logGroups"]
        if "TaskCreation" in each["logGroupName"]
    )
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    return sum('"Messages"' in event["message"] for page in pages for event in page["events"])


# ── The worker's memory ──


class _Memory:
    """Looks at the processes of the worker's Lambda while they work."""

    def __init__(self) -> None:
        self._taken: list[tuple[int, float]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_LOOK):
            self._taken += [(pid, _megabytes(pid)) for pid in _workers()]

    def rows(self) -> list[dict[str, Any]]:
        """Of the process that was busiest, which is the one whose memory grew most."""
        by_process: dict[int, list[float]] = {}
        for pid, taken in self._taken:
            by_process.setdefault(pid, []).append(taken)
        of_it = max(by_process.values(), key=max)
        tenth = max(1, len(of_it) // 10)
        early, late = median(of_it[tenth : 3 * tenth + 1]), median(of_it[-2 * tenth :])
        flat = {"baseline": round(early, 1), "ratio": round(late / early, 2), "goal": "≤ 1.1×"}
        return [
            _row("greatest memory of the worker's process", max(of_it), "MB"),
            _row("its memory at the end, against the beginning", late, "MB")
            | flat
            | {"met": late / early <= 1.1},
        ]


def _workers() -> list[int]:
    """The processes of the stack's that serve the Lambda, which are descendants of this one."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        command = _read(process / "cmdline")
        if "-TaskCreation-" in command and _is_below(int(process.name)):
            found.append(int(process.name))
    return found


def _is_below(pid: int) -> bool:
    while pid > 1:
        if pid == os.getpid():
            return True
        pid = int(_read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()[1] or 0)
    return False


def _megabytes(pid: int) -> float:
    pages = _read(Path(f"/proc/{pid}/statm")).split()
    return int(pages[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6 if pages else 0.0


def _read(file: Path) -> str:
    """What the kernel tells; nothing of a process that is gone."""
    try:
        return file.read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


# ── Rows ──


def _exactly(name: str, value: int, wanted: int) -> dict[str, Any]:
    told = {"baseline": wanted, "ratio": round(value / wanted, 2) if wanted else None}
    return _row(name, value, "") | told | {"goal": f"= {wanted:,}", "met": value == wanted}


def _row(name: str, value: float, unit: str) -> dict[str, Any]:
    nothing = {"baseline": None, "ratio": None, "goal": None, "met": None}
    return {"name": name, "value": round(value, 1), "unit": unit, **nothing}
