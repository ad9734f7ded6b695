"""Tasks as the API and its callbacks tell them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hearback.tasks.model import Task


def to_json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Any:
    return json.loads(text)


def time(instant: int | None) -> str | None:
    """`20130715T04:45:57`, in UTC: the form of the published examples."""
    if instant is None:
        return None
    return datetime.fromtimestamp(instant // 1_000_000_000, UTC).strftime("%Y%m%dT%H:%M:%S")


def task(task: Task, omit_answers: bool = False) -> dict[str, Any]:
    """A task as callbacks and deliveries have it, and what else there is to say of it."""
    told = {
        "id": task.id,
        "project_id": task.project,
        "created_at": time(task.created_at),
        "state": str(task.state),
        "data": task.data,
        "answers": task.answers,
        "priority": task.priority,
        "current_round": task.current_round,
        "batch_id": task.batch_id,
        "client_batch_id": task.client_batch_id,
        "updated_at": time(task.updated_at),
        "submitted_at": time(task.submitted_at),
        "delivered_at": time(task.delivered_at),
        "reasons": task.reasons,
    }
    if omit_answers:
        del told["answers"]
    return told


def of_task(task: Task) -> str:
    """The body of a callback about a task, in the published form."""
    told = {
        "id": task.id,
        "project_id": task.project,
        "created_at": time(task.created_at),
        "state": str(task.state),
        "data": task.data,
        "answers": task.answers,
    }
    return to_json({"task": told})


def of_failure(task_id: str, kind: str, message: str, data: Mapping[str, Any]) -> str:
    """The body of a creation callback about a task that could not be created."""
    error = {"task_id": task_id, "type": kind, "message": message, "request_data": data}
    return to_json({"success": False, "errors": [error]})
