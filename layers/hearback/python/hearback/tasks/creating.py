"""Creating the tasks of a batch from its file, in chunks, each one transaction with the batch's progress.

A chunk's transaction demands that the batch is where this worker believes it, so that of two workers one
stops; and a task's id follows from its row, so that none is created twice. The worker stops in time and
passes the rest on to its next round, which reads the file from its start and skips what is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, NamedTuple

import ijson
from botocore.exceptions import ClientError
from ijson.common import JSONError

from hearback import clients
from hearback.callbacks import owing
from hearback.callbacks.model import Kind
from hearback.deadline import Deadline
from hearback.settings import settings
from hearback.storage import owed, transactions
from hearback.storage.items import text
from hearback.storage.transactions import ConditionFailed, Write, transact
from hearback.tasks import batches, ids, keys, payloads, tasks
from hearback.tasks.batches import QUEUE
from hearback.tasks.model import Batch, BatchState, Task
from hearback.tasks.projects import Settings, worker_settings
from hearback.tasks.tasks import Draft

CHUNK = 45
"""Rows of one transaction; half of it where each task owes a callback, which is two writes more."""

MOST_BYTES = 3_000_000
"""Bytes of one transaction, of the 4 MB that DynamoDB takes."""

_MOST_KEPT = 20_000
"""Characters of a bad row's data that its report keeps."""

_LONGEST_NUMBER = 10**18


class Row(NamedTuple):
    """One row of a file: a draft, or why it is none."""

    number: int
    draft: Draft | None
    type: str = ""
    message: str = ""
    data: Any = None
    size: int = 0


def carry_on(message: Mapping[str, Any], deadline: Deadline, now: int) -> None:
    """Go on creating a batch's tasks, and pass what is left on to the next round of the worker."""
    batch = batches.find(message["project"], message["batch"])
    if batch is None or batch.state is not BatchState.CREATING:
        return  # done, or cancelled: the debt was settled with that
    owed.hold(batches.debt(batch), now)
    found = worker_settings(batch.project)
    if found is None:
        _end(batch, BatchState.FAILED, "the project is gone", now)
        return
    try:
        done = _create(batch, Creation(found[0].id, found[1]), deadline, now)
    except ConditionFailed:
        return  # another worker is ahead, or it was cancelled
    if not done:
        owed.pass_on(QUEUE, message)


class Creation(NamedTuple):
    project_id: str
    settings: Settings

    @property
    def chunk(self) -> int:
        """Rows of one transaction."""
        return CHUNK // 2 if self.calls_back else CHUNK

    @property
    def most_bytes(self) -> int:
        """Of a chunk's data; a callback repeats it."""
        return MOST_BYTES // 3 if self.calls_back else MOST_BYTES

    @property
    def calls_back(self) -> bool:
        return Kind.CREATION in self.settings.callbacks


def _create(batch: Batch, creation: Creation, deadline: Deadline, now: int) -> bool:
    try:
        rows = _rows(batch, creation.settings)
        for chunk in _chunks(rows, batch.rows, creation):
            batch = _create_chunk(batch, creation, chunk, now)
            if deadline.passed:
                return False
    except Unreadable as why:
        _end(batch, BatchState.FAILED, str(why), now)
        return True
    _end(batch._replace(total=batch.rows), BatchState.COMPLETED, None, now)
    return True


def _create_chunk(batch: Batch, creation: Creation, chunk: list[Row], now: int) -> Batch:
    good = [(row, _task(batch, row, now)) for row in chunk if row.draft]
    several = [task for _, task in good]
    failed = [row for row in chunk if row.draft is None]
    after = batch._replace(
        rows=chunk[-1].number + 1,
        failed=batch.failed + len(failed),
        updated_at=now,
        revision=batch.revision + 1,
    )
    callbacks = _callbacks(batch, creation, several, failed, now)
    writes: list[Write] = [batches.change(batch, after)]
    writes += [tasks.put(task) for task in several]
    writes += [_report(batch, row) for row in failed]
    writes += tasks.created_moves(several, now) if several else []
    transact([*writes, *owing.writes(callbacks)])
    owing.send(callbacks)
    return after


def _task(batch: Batch, row: Row, now: int) -> Task:
    task_id = ids.in_batch(batch.id, batch.created_at, row.number)
    draft = row.draft or Draft({})
    task = tasks.new(batch.project, batch.organization_id, task_id, draft, now)
    client_batch_id = draft.client_batch_id or batch.client_batch_id
    return task._replace(batch_id=batch.id, row=row.number, client_batch_id=client_batch_id)


def _callbacks(
    batch: Batch, creation: Creation, several: list[Task], failed: list[Row], now: int
) -> list[owing.Owed]:
    receiver = creation.settings.callbacks.get(Kind.CREATION)
    if receiver is None:
        return []
    found = tasks.callbacks(creation.settings, creation.project_id, Kind.CREATION, several, now)
    for row in failed:
        task_id = ids.in_batch(batch.id, batch.created_at, row.number)
        body = payloads.of_failure(task_id, row.type, row.message, _kept(row.data))
        subject = owing.Subject(batch.organization_id, batch.project, creation.project_id, task_id, 1)
        found.append(owing.callback(subject, Kind.CREATION, receiver, body, now))
    return found


def _report(batch: Batch, row: Row) -> Write:
    item = keys.failure(batch.id, row.number) | {
        "type": text(row.type),
        "message": text(row.message),
        "data": text(payloads.to_json(_kept(row.data))),
    }
    return transactions.put(keys.table(), item)


def _kept(data: Any) -> Any:
    """The row's data, unless it is long: then how it begins."""
    written = payloads.to_json(data)
    return data if len(written) <= _MOST_KEPT else written[:_MOST_KEPT] + "…"


def _end(batch: Batch, state: BatchState, message: str | None, now: int) -> None:
    current = batches.find(batch.project, batch.id) or batch
    after = current._replace(state=state, message=message, total=batch.total)
    batches.save(current, after, now, [owed.settle(batches.debt(batch))])


# ── Reading the file ──


class Unreadable(Exception):
    """The file is missing, or is no list of tasks."""


def _rows(batch: Batch, with_settings: Settings) -> Iterator[Row]:
    """The file's rows, read as it streams in."""
    try:
        stored = clients.s3().get_object(Bucket=settings().transfer_bucket, Key=batches.file_key(batch))
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            raise Unreadable("the file was not uploaded") from None
        raise
    if stored["ContentLength"] > batches.LARGEST_FILE:
        raise Unreadable(f"the file is larger than {batches.LARGEST_FILE >> 20} MB")
    with closing(stored["Body"]) as body:
        try:
            values = ijson.items(body, "item", use_float=True)
            for row, value in enumerate(values):
                yield row_of(row, value, with_settings, check=row >= batch.rows)
        except JSONError as error:
            raise Unreadable(f"the file is not a JSON array: {str(error)[:200]}") from None


def row_of(number: int, value: Any, with_settings: Settings, check: bool = True) -> Row:
    """A row of a file or of a request's list."""
    if not check:
        return Row(number, None)
    if not isinstance(value, dict) or not isinstance(value.get("data"), dict):
        return Row(number, None, "InvalidTask", "a task is an object with an object `data`", value)
    priority = value.get("priority") or 0
    if not isinstance(priority, int) or isinstance(priority, bool) or abs(priority) > _LONGEST_NUMBER:
        return Row(number, None, "InvalidPriority", "priority must be an integer", value["data"])
    named = value.get("client_batch_id")
    draft = Draft(
        value["data"], priority, value.get("submit") is True, named if isinstance(named, str) else None
    )
    if refusals := tasks.refusals(with_settings, draft):
        return Row(number, None, "InvalidInputSchema", "; ".join(refusals)[:2_000], value["data"])
    return Row(number, draft, size=len(payloads.to_json(value["data"]).encode()))


def _chunks(rows: Iterator[Row], first: int, creation: Creation) -> Iterator[list[Row]]:
    """The rows from `first` on, in runs that fit a transaction."""
    chunk: list[Row] = []
    size = 0
    for row in rows:
        if row.number < first:
            continue
        if chunk and (len(chunk) == creation.chunk or size + row.size > creation.most_bytes):
            yield chunk
            chunk, size = [], 0
        chunk.append(row)
        size += row.size + 4_000
    if chunk:
        yield chunk
