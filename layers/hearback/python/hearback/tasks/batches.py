"""Batches: tasks that are created in the background, from a request's list or from an uploaded file.

    waiting ──continue──▶ creating ──▶ completed
       │                     │  └────▶ failed      the file is missing or is no list
       ├──4 hours──▶ expired └──cancel──▶ cancelled (what was created stays)
       └──cancel──▶ cancelled

The tasks' ids are known from the start (`hearback.tasks.ids`); a page of a batch is computed from them.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from hearback import clients
from hearback.errors import Busy, NotFound
from hearback.settings import settings
from hearback.storage import changes, owed, reads, transactions
from hearback.storage.items import Item, number
from hearback.storage.transactions import ConditionFailed, Write, transact
from hearback.tasks import ids, items, keys, payloads
from hearback.tasks.model import Batch, BatchState, Task
from hearback.tasks.projects import TaskProject
from hearback.tasks.tasks import get_many, wrong_state
from hearback.timestamps import SECOND

MOST_INLINE = 1_000
"""Tasks that a request may list; more go through a file."""

UPLOAD = 4 * 3600 * SECOND
"""How long a file may be sent, and the batch be continued."""

LARGEST_FILE = 1 << 30
"""Bytes of an uploaded file."""

QUEUE = "creation"
PATIENCE = 60 * SECOND
FOLDER = "task-files"
_MEDIA_TYPE = "application/json"


class About(NamedTuple):
    """What a request says of its batch."""

    tasks_file_name: str | None = None
    notification_email: str | None = None
    client_batch_id: str | None = None


def folder(project: int | str) -> str:
    """What the names of a project's lists of tasks begin with."""
    return f"{FOLDER}/{project}/"


def file_key(batch: Batch) -> str:
    """Where the batch's list of tasks lies, whoever put it there: nowhere else than every other's."""
    return f"{folder(batch.project)}{batch.id}-{batch.created_at}.json"


def begin_upload(project: TaskProject, about: About, now: int) -> Batch:
    """A waiting batch, whose file is to be put to `upload_url`."""
    project.require_manager()
    return _begin(lambda: _new(project, about, BatchState.WAITING, now), lambda batch: [_put(batch)])


def begin_inline(project: TaskProject, tasks: Sequence[Any], about: About, now: int) -> Batch:
    """A batch whose tasks are in the request: kept as a file, so that a worker can create them."""
    project.require_manager()

    def new() -> Batch:
        batch = _new(project, about, BatchState.CREATING, now)._replace(total=len(tasks), began_at=now)
        clients.s3().put_object(Bucket=settings().transfer_bucket, Key=file_key(batch), Body=body)
        return batch

    body = json.dumps(tasks)  # all in ASCII: what cannot be encoded is one task's fault, not the batch's
    batch = _begin(new, lambda batch: [_put(batch), _owe(batch, now)])
    owed.tell(QUEUE, message(batch))
    return batch


def _begin(new: Callable[[], Batch], writes: Callable[[Batch], Sequence[Write]]) -> Batch:
    """Write a new batch, and another one where its id is taken."""
    for _ in range(5):
        batch = new()
        with suppress(ConditionFailed):
            transact(writes(batch))
            return batch
    raise Busy("The service is busy; try again.")


def _new(project: TaskProject, about: About, state: BatchState, now: int) -> Batch:
    return Batch(
        id=(now // 1_000_000) << 11 | secrets.randbelow(1 << 11),
        project=project.number,
        organization_id=project.caller.organization_id,
        state=state,
        created_at=now,
        updated_at=now,
        created_by=project.caller.email,
        total=None,
        tasks_file_name=about.tasks_file_name,
        notification_email=about.notification_email,
        client_batch_id=about.client_batch_id,
    )


def _put(batch: Batch) -> Write:
    return transactions.put(keys.table(), items.batch_item(batch), "attribute_not_exists(pk)")


def _owe(batch: Batch, now: int) -> Write:
    return owed.owe(debt(batch), QUEUE, message(batch), now + PATIENCE)


def debt(batch: Batch) -> str:
    """Whose: two projects may draw the same number for batches of the same millisecond."""
    return f"batch-{batch.id:016d}-{batch.project}"


def message(batch: Batch) -> dict[str, Any]:
    return {"project": batch.project, "batch": batch.id}


def upload_url(batch: Batch, now: int) -> str | None:
    """Where the file of a waiting batch is to be put; made anew each time, as it dies with its signer."""
    left = batch.created_at + UPLOAD - now
    if batch.state is not BatchState.WAITING or left <= 0:
        return None
    place = {"Bucket": settings().transfer_bucket, "Key": file_key(batch), "ContentType": _MEDIA_TYPE}
    return clients.links().generate_presigned_url(
        "put_object", Params=place, ExpiresIn=max(1, left // SECOND)
    )


def task_ids(batch: Batch) -> list[str]:
    """The ids of the tasks to be, as far as their number is known."""
    return [task_id(batch, row) for row in range(batch.total or 0)]


def task_id(batch: Batch, row: int) -> str:
    """The id of the task in a row; not before its file is there."""
    assert batch.began_at
    return ids.in_batch(batch.id, batch.began_at, row)


def find(project: int, batch_id: int) -> Batch | None:
    item = reads.get(keys.table(), keys.batch(project, batch_id))
    return items.BATCH.from_item(item) if item else None


def get(project: TaskProject, batch_id: str, now: int) -> Batch:
    """A batch; one that waited too long for its file is expired."""
    readable = batch_id.isascii() and batch_id.isdigit() and len(batch_id) <= 16
    batch = find(project.number, int(batch_id)) if readable else None
    if batch is None:
        raise NotFound("There is no such batch.", batch_id[:40])
    if batch.state is BatchState.WAITING and now > batch.created_at + UPLOAD:
        return batch._replace(state=BatchState.EXPIRED)
    return batch


def go_on(project: TaskProject, batch_id: str, now: int) -> Batch:
    """The file is there: create its tasks. Again is fine, and creates nothing twice."""
    project.require_manager()
    for _ in range(10):
        batch = get(project, batch_id, now)
        if batch.state in (BatchState.CREATING, BatchState.COMPLETED):
            return batch
        if batch.state is not BatchState.WAITING:
            wrong_state(f"A batch that is {batch.state} cannot be continued.")
        after = batch._replace(state=BatchState.CREATING, began_at=now)
        try:
            after = save(batch, after, now, [_owe(batch, now)])
        except ConditionFailed:
            continue
        owed.tell(QUEUE, message(after))
        return after
    raise Busy("The batch changes at this moment; try again.", batch_id)


def cancel(project: TaskProject, batch_id: str, now: int) -> Batch:
    """Create no more of its tasks; what is created stays. Again is fine."""
    project.require_manager()
    for _ in range(10):
        batch = get(project, batch_id, now)
        if batch.state is BatchState.CANCELLED:
            return batch
        if batch.state not in (BatchState.WAITING, BatchState.CREATING):
            wrong_state(f"A batch that is {batch.state} cannot be cancelled.")
        after = batch._replace(state=BatchState.CANCELLED, message="cancelled by its client")
        try:
            return save(batch, after, now, [owed.settle(debt(batch))])
        except ConditionFailed:
            continue
    raise Busy("The batch changes at this moment; try again.", batch_id)


def save(before: Batch, after: Batch, now: int, more: Sequence[Write] = ()) -> Batch:
    """Write a batch's next form; `ConditionFailed` when it has another form by now."""
    after = after._replace(updated_at=now, revision=before.revision + 1)
    transact([change(before, after), *more])
    return after


def change(before: Batch, after: Batch) -> Write:
    difference = changes.between(items.batch_item(before), items.batch_item(after))
    row = keys.batch(before.project, before.id)
    return changes.change(keys.table(), row, difference, "revision = :seen", seen=number(before.revision))


class Failure(NamedTuple):
    """A row of a batch that became no task."""

    row: int
    type: str
    message: str
    data: Any


class Rows(NamedTuple):
    """What became of a run of a batch's rows."""

    tasks: list[Task]
    failures: list[Failure]
    deleted: list[int]


def rows(batch: Batch, first: int, size: int) -> Rows:
    """What became of a batch's rows from `first` on, as far as they are done with."""
    end = min(first + size, batch.rows)
    if first >= end:
        return Rows([], [], [])
    failures = (
        list(map(_failure, reads.every(keys.failures(batch.id, first, end - 1)))) if batch.failed else []
    )
    failed = {failure.row for failure in failures}
    wanted = {task_id(batch, row): row for row in range(first, end) if row not in failed}
    found = get_many(batch.project, list(wanted))
    gone = wanted.keys() - {task.id for task in found}
    return Rows(found, failures, sorted(wanted[its_id] for its_id in gone))


def _failure(item: Item) -> Failure:
    return Failure(
        row=int(item["sk"]["S"]),
        type=item["type"]["S"],
        message=item["message"]["S"],
        data=payloads.from_json(item["data"]["S"]),
    )
