"""Tasks and batches. Instants are nanoseconds since 1970; `data` and `answers` are plain JSON objects."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple


class State(StrEnum):
    """Where a task is. `in progress` has a space: it is the published form."""

    NEW = "new"
    IN_PROGRESS = "in progress"
    COMPLETED = "completed"
    APPROVED = "approved"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"


class Task(NamedTuple):
    id: str
    """24 hexadecimal digits; in the order of creation."""
    project: int
    """The number of its project."""
    organization_id: str
    state: State
    priority: int
    """The lower, the more urgent."""
    data: dict[str, Any]
    answers: dict[str, Any]
    created_at: int
    updated_at: int
    batch_id: int | None = None
    row: int | None = None
    """Its place in the batch, from 0."""
    client_batch_id: str | None = None
    current_round: int = 1
    reasons: list[Any] | None = None
    """Why it was rejected last."""
    duration: float | None = None
    """Seconds that its worker says it took."""
    submitted_at: int | None = None
    submitted_by: str | None = None
    delivered_at: int | None = None
    revision: int = 0


class BatchState(StrEnum):
    WAITING = "waiting"
    CREATING = "creating"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    EXPIRED = "expired"


class Batch(NamedTuple):
    id: int
    project: int
    organization_id: str
    state: BatchState
    created_at: int
    updated_at: int
    created_by: str
    total: int | None
    """Rows, as far as they are known: of an uploaded file when it has been read to its end."""
    began_at: int | None = None
    """Since when its tasks are created: their ids begin with this second."""
    file_tag: str | None = None
    """Tells the file that is read (its ETag in S3) from one that replaces it."""
    rows: int = 0
    """Rows that are done with: created or failed."""
    failed: int = 0
    message: str | None = None
    """Why it failed or was cancelled."""
    tasks_file_name: str | None = None
    notification_email: str | None = None
    client_batch_id: str | None = None
    revision: int = 0

    @property
    def created(self) -> int:
        return self.rows - self.failed
