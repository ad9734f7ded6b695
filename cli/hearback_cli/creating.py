"""A file of tasks on its way into a project, and on again after an interruption."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from hearback_cli import sending, waiting
from hearback_cli.errors import Refused
from hearback_cli.progress import Bar
from hearback_cli.service import Service
from hearback_cli.unfinished import Note

LARGEST = 1 << 30
"""Bytes of a batch's file."""

_OVER = ("completed", "failed", "cancelled", "expired")
_PAGE = 1_000

Record = dict[str, Any]


class Created(NamedTuple):
    """A completed batch; the rows that became no task; whether it was over before."""

    batch: Record
    failures: list[Record]
    was_done: bool


class Creating:
    """The JSON array of tasks in `path`, for one project; `about` is what the batch is called.

    The same content under another file name is the same work.
    """

    def __init__(self, service: Service, project: int, path: Path, about: dict[str, str], bar: Bar) -> None:
        self._service = service
        self._batches = f"/v2/projects/{project}/batches"
        self._path = path
        self._about = about
        self._bar = bar
        work = ("tasks", project, about.get("client_batch_id", ""), sending.digest(path))
        self._note = Note(service.edge, service.fingerprint(*work))

    def run(self, again: bool) -> Created:
        """Create the tasks, and wait for them. Raises `Refused` when the batch as a whole came to nothing.

        `again` creates them even if this very file's tasks were created; it goes on with what is unfinished.
        """
        known = self._note.read()
        batch = self._look(known["batch"]) if known else None
        was_done = batch is not None and batch["state"] == "completed" and not again
        if batch is None or (batch["state"] in _OVER and not was_done):
            batch = self._begin()
        if batch["state"] == "waiting":
            self._send(batch)
        over = self._when_over(batch["batch_id"])
        return Created(over, self._failures(over), was_done)

    def _begin(self) -> Record:
        # Again does no harm: a batch that gets no file creates nothing, and expires.
        batch: Record = self._service.post(f"{self._batches}.json", json=self._about, again=True)
        self._note.write(batch=batch["batch_id"])
        return batch

    def _send(self, batch: Record) -> None:
        self._bar.stage("uploading")
        send = sending.put(self._service, batch["tasks_put_url"], self._path, self._bar)
        # Whether a file has arrived cannot be seen of a waiting batch; sent twice it is the same file.
        sending.until_it_is_there(self._service, send, lambda: False)
        self._service.post(f"{self._batches}/{batch['batch_id']}/continue.json", again=True)

    def _look(self, batch_id: int) -> Record | None:
        """The batch, if the service still knows it."""
        try:
            return self._page(batch_id, 1, 1)
        except Refused as error:
            if error.status != 404:
                raise
            return None

    def _page(self, batch_id: int, number: int, size: int) -> Record:
        query = {"page": number, "page_size": size, "omit_failed_task_data": "true"}
        return dict(self._service.get(f"{self._batches}/{batch_id}.json", params=query))

    def _when_over(self, batch_id: int) -> Record:
        self._bar.stage("creating tasks")

        def look() -> Record:
            found = self._page(batch_id, 1, 1)
            self._bar.reach(found["processed"], found["total"], f"{found['processed']:,} rows")
            return found

        over = waiting.until(self._service.edge, look, lambda found: found["state"] in _OVER)
        if over["state"] != "completed":
            self._note.forget()
            raise Refused(f"The batch {batch_id} is {over['state']}: {over['message'] or 'no reason given'}")
        return dict(over)

    def _failures(self, batch: Record) -> list[Record]:
        found: list[Record] = []
        for number in range(1, -(-batch["processed"] // _PAGE) + 1):
            if len(found) >= batch["failed"]:
                break
            rows = self._page(batch["batch_id"], number, _PAGE)["tasks"]
            found += [row for row in rows if row["state"] == "failed"]
        return found
