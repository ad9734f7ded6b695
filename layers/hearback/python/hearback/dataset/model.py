"""The records of the dataset API.

A record's fields bear the names of the API's attributes. Instants are nanoseconds since 1970, whole
microseconds; what the API takes as any JSON value is a plain Python value. `block` is the block of its
shelf in which a record is counted (`hearback.storage.shelves`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from hearback.storage.shelves import Tail
from hearback.timestamps import SECOND


class MemberRole(StrEnum):
    """What a member does in a project."""

    OWNER = "project_owner"
    REVIEWER = "reviewer"
    ANNOTATOR = "annotator"


class Step(StrEnum):
    """Where in its workflow an entry is (`wf_step`)."""

    START = "start"
    ANNOTATE = "annotate"
    REVIEW = "review"
    DONE = "done"
    ERROR = "error"


class Status(StrEnum):
    """What is happening to an entry there."""

    PENDING = "pending"
    PROCESSING = "processing"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    ERRORED = "errored"


class Project(NamedTuple):
    id: str
    organization_id: str
    name: str
    description: str | None
    created_by_email: str
    task_project_id: int
    """The project's number in the tasks API."""
    created_at: int
    updated_at: int
    block: str
    tail: Tail
    """Of the shelf of its datasets."""
    input_schema: dict[str, Any] | None = None
    answer_schema: dict[str, Any] | None = None
    creation_mode: str = "sync"
    """`sync`, or `async`: its tasks are created in the background."""
    creation_callback: dict[str, Any] | None = None
    """A receiver (`hearback.callbacks.model.Receiver`), without secrets; as the two below."""
    delivery_callback: dict[str, Any] | None = None
    archival_callback: dict[str, Any] | None = None
    time_form: str = "basic"
    """How the tasks API tells times: `basic` (20130715T04:45:57) or `rfc3339`."""


class Member(NamedTuple):
    id: str
    """A decimal number."""
    organization_id: str
    project_id: str
    account_id: int
    name: str
    email: str
    role: MemberRole
    invited_by_id: int
    disabled_at: int | None
    created_at: int
    updated_at: int


class Counts(NamedTuple):
    """How many entries a dataset has: in all, in progress, and completed (or given up as errors).

    `begun` are those that somebody has worked on: in progress, or past annotate.
    """

    total: int = 0
    in_progress: int = 0
    completed: int = 0
    begun: int = 0


class Dataset(NamedTuple):
    id: str
    organization_id: str
    project_id: str
    name: str
    labels: Any
    modality: str
    labeling_configuration: Any
    workflow_configuration: Any
    created_at: int
    updated_at: int
    block: str
    entries_tail: Tail
    annotations_tail: Tail
    note_feeds_tail: Tail
    note_comments_tail: Tail
    chosen_ids: int | None = None
    """1 once an annotation came whose id its client chose."""
    counts: Counts = Counts()

    @property
    def entries_total_count(self) -> int:
        return self.counts.total

    @property
    def entries_in_progress_count(self) -> int:
        return self.counts.in_progress

    @property
    def entries_completed_count(self) -> int:
        return self.counts.completed

    @property
    def progress(self) -> float:
        """The completed part of its entries, from 0 to 1; 0 as long as it has none."""
        return self.counts.completed / self.counts.total if self.counts.total else 0.0

    @property
    def status(self) -> Status:
        if self.counts.total and self.counts.completed == self.counts.total:
            return Status.COMPLETED
        return Status.IN_PROGRESS if self.counts.begun else Status.PENDING

    @property
    def release_after(self) -> int | None:
        """After how many nanoseconds an untouched assignment is released, if the dataset says so."""
        configuration = self.workflow_configuration
        seconds = configuration.get("release_after") if isinstance(configuration, dict) else None
        return int(seconds * SECOND) if seconds else None


class Entry(NamedTuple):
    id: str
    organization_id: str
    project_id: str
    dataset_id: str
    priority: int
    """The lower, the more urgent."""
    wf_step: Step
    status: Status
    job_id: str | None
    resource: str
    assigned_to_id: int | None
    submitted_by_id: int | None
    reviewed_by_id: int | None
    error_message: str | None
    created_at: int
    updated_at: int
    reviewer_id: int | None = None
    """Who sent it back last: it returns to them for the next review."""
    held_since: int | None = None
    """Since when nobody has touched the assignment."""
    revision: int = 0
    block: str = ""


class Annotation(NamedTuple):
    id: str
    organization_id: str
    project_id: str
    dataset_id: str
    entry_id: str
    dimensions: Any
    annotation: Any
    metadata: Any
    created_by_email: str
    created_at: int
    updated_at: int
    block: str = ""
    """Empty for an annotation whose id its client chose: it is counted nowhere."""


class NoteFeed(NamedTuple):
    id: str
    organization_id: str
    project_id: str
    dataset_id: str
    entry_id: str
    annotation_id: str | None
    created_by_email: str
    created_by_id: int
    anchor_type: str
    """`entry` or `annotation`."""
    position: Any
    status: str
    """`pending` or `resolved`."""
    content_md: str | None
    edited_at: int | None
    created_at: int
    updated_at: int
    block: str = ""


class NoteComment(NamedTuple):
    id: str
    organization_id: str
    project_id: str
    dataset_id: str
    entry_id: str
    note_feed_id: str
    content_md: str | None
    created_by_email: str
    created_by_id: int
    edited_at: int | None
    created_at: int
    updated_at: int
    block: str = ""
