"""What the tasks API and the task feedback API answer, where their code says only that it is an object.

Every answer of the tests' requests is held against these, with nothing else in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired

from hearback.callbacks.model import Kind as CallbackKind
from hearback.callbacks.schedule import State as CallbackState
from hearback.tasks.model import BatchState
from hearback.tasks.model import State as TaskState
from hearback.wire.tasks.requests import TaskIn
from typing_extensions import TypedDict

from local.openapi.feedback_documents import (
    DeletedFeedback,
    NewTaskFeedback,
    OneTaskFeedback,
    QualityReport,
    TaskFeedbacks,
)
from local.openapi.schemas import Said, Schema


class Task(TypedDict):
    id: str
    project_id: int
    created_at: str
    state: TaskState
    data: dict[str, Any]
    answers: NotRequired[dict[str, Any]]
    priority: int
    current_round: int
    batch_id: int | None
    client_batch_id: str | None
    updated_at: str
    submitted_at: str | None
    delivered_at: str | None
    reasons: list[Any] | None


class OneTask(TypedDict):
    task: Task


class Enqueued(TypedDict):
    id: str
    enqueued: Literal[True]


class EnqueuedTask(TypedDict):
    task: Enqueued
    enqueued: Literal[True]


class Tasks(TypedDict):
    tasks: list[Task]


class Handout(Tasks):
    more: bool


class Acknowledged(TypedDict):
    acknowledged: int


class Prioritized(TypedDict):
    count: int
    updated: int
    not_found_ids: list[str]


class NotDeleted(TypedDict):
    task_id: str
    type: Literal["NotDeleted"]
    message: str
    index: int


class DeletedTasks(TypedDict):
    deleted_ids: list[str]
    errors: list[NotDeleted]


class Batch(TypedDict):
    batch_id: int
    state: BatchState
    created_at: str
    updated_at: str
    total: int | None
    processed: int
    created: int
    failed: int
    message: str | None
    tasks_file_name: str | None
    client_batch_id: str | None
    tasks_put_url: NotRequired[str]


class NewBatch(Batch):
    task_ids: list[str]


class BatchTask(Task):
    index: int


class BatchFailure(TypedDict):
    index: int
    state: Literal["failed"]
    type: str
    message: str
    data: NotRequired[Any]


class BatchDeletion(TypedDict):
    index: int
    id: str
    state: Literal["deleted"]


class BatchPage(Batch):
    tasks: list[BatchTask | BatchFailure | BatchDeletion]


class TaskProject(TypedDict):
    id: int
    name: str
    description: str | None
    created_at: str
    creation_mode: Literal["sync", "async"]
    callbacks: list[CallbackKind]


class Throughput(TypedDict):
    created: int
    submitted: int
    approved: int
    delivered: int
    rejected: int
    deleted: int


class Stats(TypedDict):
    id: int
    total: int
    new: int
    in_progress: int
    completed: int
    approved: int
    delivered: int
    acknowledged: int
    rejected: int
    throughput: Throughput


class Callback(TypedDict):
    id: str
    kind: CallbackKind
    task_id: str
    round: int
    url: str
    state: CallbackState
    attempts: int
    outcome: str | None
    created_at: str
    updated_at: str
    next_at: str | None


class Attempt(TypedDict):
    course: int
    number: int
    at: str
    milliseconds: int | None
    status: int | None
    error: str | None
    detail: str | None
    answer: str | None


class CallbackWithLog(Callback):
    log: list[Attempt]


class Callbacks(TypedDict):
    callbacks: list[Callback]


class OneCallback(TypedDict):
    callback: CallbackWithLog


class Redelivered(TypedDict):
    redelivered: int
    more: bool


ELEMENTS: dict[str, dict[str, Any]] = {
    "BatchForm": {"tasks": TaskIn},
    "FeedbackForm": {"feedbacks": NewTaskFeedback, "feedback": NewTaskFeedback},
}
"""Of lists in requests that the code checks one by one, so that it can name each that is wrong."""

ANSWERS: dict[str, dict[int, Any]] = {
    "create_task": {201: OneTask, 202: EnqueuedTask},
    "list_tasks": {200: Tasks},
    "list_delivered_tasks": {200: Tasks},
    "take_delivered_tasks": {200: Handout},
    "acknowledge_delivered_tasks": {200: Acknowledged},
    "update_priorities": {200: Prioritized},
    "delete_tasks": {200: DeletedTasks},
    "show_task": {200: OneTask},
    "update_task": {200: OneTask},
    "submit_task": {200: OneTask},
    "approve_task": {200: OneTask},
    "reject_task": {200: OneTask},
    "create_batch": {200: NewBatch},
    "show_batch": {200: BatchPage},
    "continue_batch": {200: Batch},
    "cancel_batch": {200: Batch},
    "show_task_project": {200: TaskProject},
    "show_stats": {200: Stats},
    "list_callbacks": {200: Callbacks},
    "show_callback": {200: OneCallback},
    "redeliver_callback": {200: OneCallback},
    "redeliver_callbacks": {200: Redelivered},
    "list_feedback_of_round": {200: TaskFeedbacks},
    "show_feedback_of_round": {200: OneTaskFeedback},
    "post_feedback": {200: TaskFeedbacks},
    "delete_feedback_of_round": {200: DeletedFeedback},
    "show_quality": {200: QualityReport},
}
"""By operation, then by status. The two schemas of a project's tasks are any object."""


def elements() -> list[Said]:
    """The types that `tell_elements` needs the schemas of."""
    return [(kind, "validation") for lists in ELEMENTS.values() for kind in lists.values()]


def tell_elements(found: Mapping[Said, Schema], components: Mapping[str, Schema]) -> None:
    """Say in the components of requests what their lists are of."""
    for component, lists in ELEMENTS.items():
        for name, kind in lists.items():
            components[component]["properties"][name]["items"] = found[kind, "validation"]
