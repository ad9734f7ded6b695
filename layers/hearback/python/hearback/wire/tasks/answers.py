"""What the tasks API answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hearback.callbacks.model import Attempted, Logged
from hearback.tasks import batches, payloads
from hearback.tasks.batches import Rows
from hearback.tasks.model import Batch, State, Task
from hearback.tasks.payloads import time
from hearback.tasks.projects import TaskProject

Document = dict[str, Any]


def task(found: Task) -> Document:
    return {"task": payloads.task(found)}


def tasks(found: Sequence[Task], omit_answers: bool = False) -> Document:
    return {"tasks": [payloads.task(each, omit_answers) for each in found]}


def enqueued(batch: Batch) -> Document:
    """A task that will be created in the background."""
    return {"task": {"id": batches.task_ids(batch)[0], "enqueued": True}, "enqueued": True}


def batch(found: Batch, now: int) -> Document:
    """A batch, with where its file is to be put while it waits for that."""
    told = {
        "batch_id": found.id,
        "state": str(found.state),
        "created_at": time(found.created_at),
        "updated_at": time(found.updated_at),
        "total": found.total,
        "processed": found.rows,
        "created": found.created,
        "failed": found.failed,
        "message": found.message,
        "tasks_file_name": found.tasks_file_name,
        "client_batch_id": found.client_batch_id,
    }
    url = batches.upload_url(found, now)
    return told | ({"tasks_put_url": url} if url else {})


def new_batch(found: Batch, now: int) -> Document:
    return batch(found, now) | {"task_ids": batches.task_ids(found)}


def batch_page(found: Batch, rows: Rows, omit_failed_task_data: bool, now: int) -> Document:
    """The batch with a page of its rows: tasks, and what became none."""
    failures = [
        {
            "index": failure.row,
            "state": "failed",
            "type": failure.type,
            "message": failure.message,
            **({} if omit_failed_task_data else {"data": failure.data}),
        }
        for failure in rows.failures
    ]
    told = [{**payloads.task(each), "index": each.row} for each in rows.tasks]
    return batch(found, now) | {"tasks": sorted([*told, *failures], key=lambda row: int(row["index"]))}


def project(found: TaskProject) -> Document:
    return {
        "id": found.number,
        "name": found.project.name,
        "description": found.project.description,
        "created_at": time(found.project.created_at),
        "creation_mode": found.settings.creation_mode,
        "callbacks": sorted(found.settings.callbacks),
    }


def stats(found: TaskProject, by_state: dict[State, int], by_event: dict[str, int]) -> Document:
    """Counts per state now, and what happened in the time asked for."""
    states = {str(state).replace(" ", "_"): count for state, count in by_state.items()}
    return {"id": found.number, "total": sum(by_state.values()), **states, "throughput": by_event}


def callback(found: Logged) -> Document:
    return {
        "id": found.callback.id,
        "kind": str(found.callback.kind),
        "task_id": found.callback.task_id,
        "round": found.callback.round,
        "url": found.callback.receiver.url,
        "state": str(found.callback.delivery.state),
        "attempts": found.callback.delivery.attempts,
        "outcome": found.callback.outcome,
        "created_at": time(found.callback.created_at),
        "updated_at": time(found.callback.updated_at),
        "next_at": time(found.callback.next_at),
    }


def callback_with_attempts(found: Logged) -> Document:
    return {"callback": callback(found) | {"log": [_attempt(each) for each in found.attempts]}}


def _attempt(attempt: Attempted) -> Document:
    return attempt._asdict() | {"at": time(attempt.at)}
