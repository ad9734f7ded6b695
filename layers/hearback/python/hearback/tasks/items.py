"""Tasks and batches as items of their table."""

from __future__ import annotations

from hearback.storage.codec import JSON, NUMBER, TEXT, Codec, Kind, enum
from hearback.storage.items import Item, text
from hearback.tasks import ids, keys
from hearback.tasks.model import Batch, BatchState, State, Task

_DURATION = Kind(
    lambda value: {"N": repr(float(value))}, lambda value: None if value is None else float(value["N"])
)
_COUNT = Kind(lambda value: {"N": str(value)}, lambda value: int(value["N"]) if value else 0)

TASK = Codec(
    Task,
    {"id": TEXT, "project": NUMBER, "organization_id": TEXT, "state": enum(State), "priority": NUMBER}
    | {"data": JSON, "answers": JSON, "created_at": NUMBER, "updated_at": NUMBER}
    | {"batch_id": NUMBER, "row": NUMBER, "client_batch_id": TEXT, "current_round": NUMBER, "reasons": JSON}
    | {"duration": _DURATION, "submitted_at": NUMBER, "submitted_by": TEXT, "delivered_at": NUMBER}
    | {"revision": NUMBER},
)

BATCH = Codec(
    Batch,
    {"id": NUMBER, "project": NUMBER, "organization_id": TEXT, "state": enum(BatchState)}
    | {"created_at": NUMBER, "updated_at": NUMBER, "created_by": TEXT, "total": NUMBER}
    | {
        "began_at": NUMBER,
        "file_tag": TEXT,
        "rows": _COUNT,
        "failed": _COUNT,
        "message": TEXT,
        "tasks_file_name": TEXT,
    }
    | {"notification_email": TEXT, "client_batch_id": TEXT, "revision": NUMBER},
)


def task_item(task: Task) -> Item:
    index = {"of_state": text(keys.of_state(task.project, task.state, ids.shard(task.id)))}
    return keys.task(task.project, task.id) | TASK.to_item(task) | index


def delivery_item(task: Task) -> Item:
    """The row of a delivered task in the log of deliveries, with what its readers ask for most."""
    assert task.delivered_at
    named = TASK.attributes({"batch_id": task.batch_id, "client_batch_id": task.client_batch_id})
    row = keys.delivered(task.project, task.delivered_at, task.id, task.current_round)
    return row | {"task_id": text(task.id)} | named


def batch_item(batch: Batch) -> Item:
    return keys.batch(batch.project, batch.id) | BATCH.to_item(batch)
