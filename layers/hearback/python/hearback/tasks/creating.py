"""Creating the tasks of a batch from its file, in chunks, each one transaction with the batch's progress.

A chunk's transaction demands that the batch is where this worker believes it, so that of two workers one
stops; and a task's id follows from its row, so that none is created twice. The worker stops in time and
passes the rest on to its next round, which reads the file from its start and skips what is done.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from hearback import clients
from hearback.callbacks import owing
from hearback.callbacks.model import Kind
from hearback.deadline import Deadline
from hearback.errors import Invalid
from hearback.jsonapi import strict
from hearback.settings import settings
from hearback.storage import owed, transactions
from hearback.storage.items import text
from hearback.storage.transactions import ConditionFailed, Write, transact
from hearback.tasks import batches, drafts, ids, keys, payloads, tasks
from hearback.tasks.batches import QUEUE
from hearback.tasks.drafts import Draft, Refusal, Rules
from hearback.tasks.elements import Malformed, elements
from hearback.tasks.model import Batch, BatchState, Task
from hearback.tasks.projects import Settings, worker_settings

CHUNK = 45
"""Rows of one transaction."""

CALLING_BACK = 30
"""The same where each row owes a callback, which is two writes more; their messages go by tens."""

MOST_BYTES = 3_000_000
"""Bytes of one transaction, of the 4 MB that DynamoDB takes."""

_READ = 1 << 16
_MOST_KEPT = 20_000
"""Characters of a bad row's data that its report keeps."""

_LONGEST_MESSAGE = 2_000


class Creation(NamedTuple):
    """What creating tasks in a project takes."""

    project_id: str
    settings: Settings
    rules: Rules
    file_tag: str

    @property
    def calls_back(self) -> bool:
        return Kind.CREATION in self.settings.callbacks

    @property
    def chunk(self) -> int:
        """Rows of one transaction."""
        return CALLING_BACK if self.calls_back else CHUNK


class Row(NamedTuple):
    """One row of a file: a draft, or why it is none."""

    number: int
    draft: Draft | None
    refusal: Refusal | None = None
    data: str = "null"
    """The JSON of a bad row's data, as its report keeps it."""
    size: int = 0
    """Bytes that it takes in a transaction, about."""


def carry_on(message: Mapping[str, Any], deadline: Deadline, now: int) -> None:
    """Go on creating a batch's tasks, and pass what is left on to the next round of the worker."""
    batch = batches.find(message["project"], message["batch"])
    if batch is None or batch.state is not BatchState.CREATING:
        return  # done, or cancelled: the debt was settled with that
    owed.hold(batches.debt(batch), now)
    try:
        done = _create(batch, deadline, now)
    except ConditionFailed:
        return  # another worker is ahead, or it was cancelled
    if not done:
        owed.pass_on(QUEUE, message)


def _create(batch: Batch, deadline: Deadline, now: int) -> bool:
    found = worker_settings(batch.project)
    if found is None:
        _end(batch, BatchState.FAILED, "the project is gone", now)
        return True
    project, its_settings = found
    try:
        with closing(_File(batch)) as file:
            creation = Creation(project.id, its_settings, Rules.of(its_settings), file.tag)
            for chunk in _chunks(file, batch.rows, creation):
                batch = _create_chunk(batch, creation, chunk, now)
                if deadline.passed:
                    return False
    except (Unreadable, Malformed) as why:
        _end(batch, BatchState.FAILED, f"the file is not a JSON array of tasks: {why}"[:500], now)
    else:
        _end(batch, BatchState.COMPLETED, None, now)
    return True


def _create_chunk(batch: Batch, creation: Creation, chunk: list[Row], now: int) -> Batch:
    several = [_task(batch, row, row.draft, now) for row in chunk if row.draft]
    failed = [(row, row.refusal) for row in chunk if row.refusal]
    after = batch._replace(
        file_tag=creation.file_tag,
        rows=chunk[-1].number + 1,
        failed=batch.failed + len(failed),
        updated_at=now,
        revision=batch.revision + 1,
    )
    callbacks = tasks.callbacks(creation.settings, creation.project_id, Kind.CREATION, several, now)
    callbacks += [_told(batch, creation, row, refusal, now) for row, refusal in failed if creation.calls_back]
    writes = [batches.change(batch, after)]
    writes += [tasks.put(task) for task in several]
    writes += [_report(batch, row, refusal) for row, refusal in failed]
    writes += tasks.created_moves(several, now) if several else []
    transact([*writes, *owing.writes(callbacks)])
    owing.send(callbacks)
    return after


def _task(batch: Batch, row: Row, draft: Draft, now: int) -> Task:
    assert batch.began_at
    task_id = batches.task_id(batch, row.number)
    created_at = min(now, batch.began_at + ids.LATEST)
    task = drafts.task(batch.project, batch.organization_id, task_id, draft, created_at)
    client_batch_id = draft.client_batch_id or batch.client_batch_id
    return task._replace(batch_id=batch.id, row=row.number, client_batch_id=client_batch_id)


def _told(batch: Batch, creation: Creation, row: Row, refusal: Refusal, now: int) -> owing.Owed:
    """The callback about a row that became no task."""
    task_id = batches.task_id(batch, row.number)
    body = payloads.of_failure(task_id, *refusal, payloads.from_json(row.data))
    subject = owing.Subject(batch.organization_id, batch.project, creation.project_id, task_id, 1)
    receiver = creation.settings.callbacks[Kind.CREATION]
    return owing.callback(subject, Kind.CREATION, receiver, body, now)


def _report(batch: Batch, row: Row, refusal: Refusal) -> Write:
    told = {"type": text(refusal.type), "message": text(refusal.message), "data": text(row.data)}
    return transactions.put(keys.table(), keys.failure(batch.id, row.number) | told)


def _end(batch: Batch, state: BatchState, message: str | None, now: int) -> None:
    """End the batch, unless somebody else did; raises `ConditionFailed` then."""
    total = batch.rows if state is BatchState.COMPLETED else batch.total
    after = batch._replace(state=state, message=message, total=total)
    batches.save(batch, after, now, [owed.settle(batches.debt(batch))])


# ── Reading the file ──


class Unreadable(Exception):
    """The file cannot be read."""


class _File:
    """The batch's file, whose bytes are read as they come in."""

    def __init__(self, batch: Batch) -> None:
        self._stored = _open(batch)
        self.tag = self._stored["ETag"]
        if self._stored["ContentLength"] > batches.LARGEST_FILE:
            raise Unreadable(f"it has more than {batches.LARGEST_FILE >> 20} MB")

    def __iter__(self) -> Iterator[Any]:
        """The elements of the array in it."""
        return elements(iter(lambda: self._stored["Body"].read(_READ), b""))

    def close(self) -> None:
        self._stored["Body"].close()


def _open(batch: Batch) -> Any:
    """Raises `Unreadable` when the file is not there, or another one than that which was begun."""
    place: Any = {"Bucket": settings().transfer_bucket, "Key": batches.file_key(batch)}
    if batch.file_tag:
        place["IfMatch"] = batch.file_tag
    try:
        return clients.s3().get_object(**place)
    except ClientError as error:
        match error.response["Error"]["Code"]:
            case "NoSuchKey" | "404":
                raise Unreadable("it was not uploaded") from None
            case "PreconditionFailed" | "412":
                raise Unreadable("it was replaced by another one") from None
        raise


def _chunks(values: Iterable[Any], first: int, creation: Creation) -> Iterator[list[Row]]:
    """The rows from `first` on, in runs that fit a transaction."""
    chunk: list[Row] = []
    size = 0
    for number, value in enumerate(values):
        if number < first:
            continue
        row = row_of(number, value, creation.rules)
        its_size = row.size * (2 if creation.calls_back else 1) + 4_000
        if chunk and (len(chunk) == creation.chunk or size + its_size > MOST_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(row)
        size += its_size
    if chunk:
        yield chunk


def row_of(number: int, value: Any, rules: Rules) -> Row:
    """What a row of the file says."""
    draft = drafts.read(value)
    if isinstance(draft, Refusal):
        return _bad(number, value, [draft])
    if refusals := drafts.refusals(rules, draft):
        return _bad(number, draft.data, refusals)
    return Row(number, draft, size=len(payloads.to_json(draft.data).encode()))


def _bad(number: int, data: Any, refusals: list[Refusal]) -> Row:
    message = "; ".join(refusal.message for refusal in refusals)[:_LONGEST_MESSAGE]
    kept = _kept(data)
    size = len(kept.encode()) + 4 * len(message)
    return Row(number, None, Refusal(refusals[0].type, message), kept, size)


def _kept(data: Any) -> str:
    """The JSON of a row's data, unless it is long or none: then a text of how it begins."""
    try:
        written = strict.written(data)
    except Invalid:
        return payloads.to_json(reprlib.repr(data).encode("ascii", "backslashreplace").decode())
    return written if len(written) <= _MOST_KEPT else payloads.to_json(written[:_MOST_KEPT] + "…")
