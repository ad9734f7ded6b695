"""What the tasks API answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hearback.callbacks.model import Logged
from hearback.tasks import batches, payloads
from hearback.tasks.batches import Rows
from hearback.tasks.bulk import Prioritized
from hearback.tasks.delivered import Handout
from hearback.tasks.model import Batch, State, Task
from hearback.tasks.payloads import time
from hearback.tasks.projects import TaskProject

Document = dict[str, Any]


def task(project: TaskProject, found: Task) -> Document:
    return {"task": payloads.task(found, project.time_form)}


def tasks(project: TaskProject, found: Sequence[Task], omit_answers: bool = False) -> Document:
    return {"tasks": [payloads.task(each, project.time_form, omit_answers) for each in found]}


def handout(project: TaskProject, found: Handout) -> Document:
    """Ours: `more` says whether another call would bring more at this moment."""
    return tasks(project, found.tasks) | {"more": found.more}


def enqueued(found: Batch) -> Document:
    """A task that will be created in the background."""
    return {"task": {"id": batches.task_id(found, 0), "enqueued": True}, "enqueued": True}


def prioritized(found: Prioritized) -> Document:
    return {"count": found.updated, "updated": found.updated, "not_found_ids": found.missing}


def deleted(task_ids: Sequence[str], kept: Mapping[str, str | None]) -> Document:
    """The ids that are gone, and an error for each of the others."""
    errors = [
        {"task_id": task_id, "type": "NotDeleted", "message": kept[task_id], "index": index}
        for index, task_id in enumerate(task_ids)
        if kept[task_id] is not None
    ]
    return {"deleted_ids": [task_id for task_id, why in kept.items() if why is None], "errors": errors}


def batch(project: TaskProject, found: Batch, now: int) -> Document:
    """A batch, with where its file is to be put while it waits for that."""
    told = {
        "batch_id": found.id,
        "state": str(found.state),
        "created_at": time(found.created_at, project.time_form),
        "updated_at": time(found.updated_at, project.time_form),
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


def new_batch(project: TaskProject, found: Batch, now: int) -> Document:
    return batch(project, found, now) | {"task_ids": batches.task_ids(found)}


def batch_page(
    project: TaskProject, found: Batch, rows: Rows, omit_failed_task_data: bool, now: int
) -> Document:
    """The batch with a page of its rows, an element for each: its task, why it became none, or that it is
    deleted. So a page is shorter than asked for at the end only."""
    told = [{**payloads.task(each, project.time_form), "index": each.row} for each in rows.tasks]
    told += [_failure(failure, omit_failed_task_data) for failure in rows.failures]
    told += [{"index": row, "id": batches.task_id(found, row), "state": "deleted"} for row in rows.deleted]
    return batch(project, found, now) | {"tasks": sorted(told, key=lambda row: int(row["index"]))}


def _failure(failure: batches.Failure, omit_data: bool) -> Document:
    told = {"index": failure.row, "state": "failed", "type": failure.type, "message": failure.message}
    return told if omit_data else told | {"data": failure.data}


def project(found: TaskProject) -> Document:
    return {
        "id": found.number,
        "name": found.project.name,
        "description": found.project.description,
        "created_at": time(found.project.created_at, found.time_form),
        "creation_mode": found.settings.creation_mode,
        "callbacks": sorted(found.settings.callbacks),
    }


def stats(found: TaskProject, by_state: dict[State, int], by_event: dict[str, int]) -> Document:
    """Counts per state now, and what happened in the time asked for."""
    states = {str(state).replace(" ", "_"): count for state, count in by_state.items()}
    return {"id": found.number, "total": sum(by_state.values()), **states, "throughput": by_event}


def callbacks(project: TaskProject, found: Sequence[Logged]) -> Document:
    return {"callbacks": [_callback(project, each) for each in found]}


def callback(project: TaskProject, found: Logged) -> Document:
    """A callback with all its attempts."""
    log = [attempt._asdict() | {"at": time(attempt.at, project.time_form)} for attempt in found.attempts]
    return {"callback": _callback(project, found) | {"log": log}}


def _callback(project: TaskProject, found: Logged) -> Document:
    told = found.callback
    return {
        "id": told.id,
        "kind": str(told.kind),
        "task_id": told.task_id,
        "round": told.round,
        "url": told.receiver.url,
        "state": str(told.delivery.state),
        "attempts": told.delivery.attempts,
        "outcome": told.outcome,
        "created_at": time(told.created_at, project.time_form),
        "updated_at": time(told.updated_at, project.time_form),
        "next_at": time(told.next_at, project.time_form),
    }
