"""The documents of the task feedback API, as `task_documents` has those of tasks."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, Required

from hearback.quality.model import FIELD_ERRORS, SHAPE_ERRORS, Severity
from hearback.quality.model import Kind as FeedbackKind
from pydantic import Field
from typing_extensions import TypedDict


class Shape(TypedDict):
    index: int
    frame: int | None


class TaskFeedback(TypedDict):
    id: str
    type: FeedbackKind
    output: str | None
    shape: Shape | None
    field: str | None
    error_type: str
    comment: str | None
    severity: Severity | None
    original_value: Any
    final_value: Any
    context: str | None
    external_id: str | None
    author: str
    source: str | None
    round: int
    task_id: str
    readonly: Literal[True]
    finalized: bool
    finalized_at: str | None
    created_at: str
    updated_at: str


class ShapeReference(TypedDict, total=False):
    index: Required[Annotated[int, Field(ge=0)]]
    frame: Annotated[int, Field(ge=0)]


class NewTaskFeedback(TypedDict, total=False):
    """An entry of a request."""

    id: str
    type: Required[FeedbackKind]
    error_type: Required[Literal[SHAPE_ERRORS + FIELD_ERRORS]]  # type: ignore[valid-type]  # two tuples of texts
    output: str
    shape: ShapeReference
    field: str
    comment: str
    severity: Severity
    original_value: Any
    final_value: Any
    context: str
    external_id: str
    source: str


class OneTaskFeedback(TypedDict):
    feedback: TaskFeedback


class TaskFeedbacks(TypedDict):
    feedbacks: list[TaskFeedback]


class DeletedFeedback(TypedDict):
    deleted_ids: list[str]
    not_found_ids: list[str]
    finalized_ids: list[str]


class QualityGroup(TypedDict):
    error_type: NotRequired[str | None]
    severity: NotRequired[str | None]
    output: NotRequired[str | None]
    round: NotRequired[str | None]
    submitter: NotRequired[str | None]
    count: int
    finalized: int


class Quality(TypedDict):
    count: int
    finalized: int
    tasks_reviewed: int
    tasks_with_errors: int
    errors_per_task: float | None
    groups: list[QualityGroup]


class QualityOfDay(Quality):
    date: str


class QualityReport(Quality):
    project_id: int
    group_by: Literal["error_type", "severity", "output", "round", "submitter"]
    series: list[QualityOfDay]
