"""Tasks as the API and its callbacks tell them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hearback.callbacks.model import Kind
from hearback.tasks.model import Task

TIME_FORMS = {"basic": "%Y%m%dT%H:%M:%S", "rfc3339": "%Y-%m-%dT%H:%M:%SZ"}
"""How a project wants its times told: `20130715T04:45:57`, as in the published examples, or as RFC 3339 has it."""


def to_json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Any:
    return json.loads(text)


def weight(document: Any) -> int:
    """Bytes of a document inside Lambda's own JSON, where each quotation mark takes two."""
    return len(json.dumps(to_json(document), ensure_ascii=False).encode())


def time(instant: int | None, form: str = "basic") -> str | None:
    """An instant in whole seconds, in UTC."""
    if instant is None:
        return None
    return datetime.fromtimestamp(instant // 1_000_000_000, UTC).strftime(TIME_FORMS[form])


def task(task: Task, form: str, omit_answers: bool = False) -> dict[str, Any]:
    """A task as callbacks and deliveries have it, and what else there is to say of it."""
    told = _published(task, form) | {
        "priority": task.priority,
        "current_round": task.current_round,
        "batch_id": task.batch_id,
        "client_batch_id": task.client_batch_id,
        "updated_at": time(task.updated_at, form),
        "submitted_at": time(task.submitted_at, form),
        "delivered_at": time(task.delivered_at, form),
        "reasons": task.reasons,
    }
    if omit_answers:
        del told["answers"]
    return told


def _published(task: Task, form: str) -> dict[str, Any]:
    return {
        "id": task.id,
        "project_id": task.project,
        "created_at": time(task.created_at, form),
        "state": str(task.state),
        "data": task.data,
        "answers": task.answers,
    }


def of_task(kind: Kind, task: Task, form: str) -> str:
    """The body of a callback about a task, in the published form: a delivery names its batch as well."""
    told = _published(task, form)
    if kind is Kind.DELIVERY:
        told |= {"batch_id": task.batch_id, "client_batch_id": task.client_batch_id}
    return to_json({"task": told})


def of_failure(task_id: str, kind: str, message: str, data: Any) -> str:
    """The body of a creation callback about a task that could not be created."""
    error = {"task_id": task_id, "type": kind, "message": message, "request_data": data}
    return to_json({"success": False, "errors": [error]})
