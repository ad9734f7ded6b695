"""The seven resources as the reference lists them: attributes, relationships, filters, what may be included.

Written out, so that what the product describes is compared with something.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tests.models.values import BOOLEAN, CHOICE, DIGITS, INSTANT, INTEGER, JSON, NUMBER, TEXT, UUID, Kind


class Table(NamedTuple):
    name: str
    attributes: Mapping[str, Kind]
    """What lists are sorted by."""
    nullable: frozenset[str]
    filters: tuple[str, ...]
    """The filters of the reference, all of them."""
    belongs_to: Mapping[str, tuple[str, str]]
    """Relationships that are always linked: the other resource, and the attribute with its id."""
    included: tuple[str, ...] = ()
    id: Kind = UUID
    special: Mapping[str, Kind] = {}
    """Filters about no attribute of their own, with the kind of their values."""
    told: tuple[str, ...] = ()
    """What an answer holds as well; no list is filtered or sorted by it."""

    @property
    def shown(self) -> list[str]:
        """What an answer holds."""
        return [*self.attributes, *self.told]

    @property
    def type(self) -> str:
        return f"dataset:{self.name}"

    @property
    def asked(self) -> dict[str, Kind]:
        """What may be filtered and sorted by."""
        return {"id": self.id, **self.attributes}


def _names(*lines: str) -> tuple[str, ...]:
    return tuple(" ".join(lines).split())


_TIMES = {"created_at": INSTANT, "updated_at": INSTANT}
_OF_DATASET = {"project_id": UUID, "dataset_id": UUID}
_PEOPLE = ("assigned_to_id", "submitted_by_id", "reviewed_by_id")
_PROJECT = {"project": ("projects", "project_id")}
_ABOVE = {**_PROJECT, "dataset": ("datasets", "dataset_id")}
_WHEN_CREATED = "created_at created_at__gte created_at__lte"
_WHEN = f"{_WHEN_CREATED} updated_at updated_at__gte updated_at__lte"

PROJECTS = Table(
    "projects",
    {"name": TEXT, "description": TEXT, "organization_id": TEXT, "created_by_email": TEXT}
    | {"task_project_id": INTEGER}
    | _TIMES,
    frozenset({"description"}),
    _names("id name description created_by_email created_by_email__match", _WHEN)
    + _names("organization_id organization_id__in"),
    {},
    told=_names("input_schema answer_schema creation_mode time_form")
    + _names("creation_callback delivery_callback archival_callback"),
)
PROJECT_MEMBERS = Table(
    "project_members",
    {"project_id": UUID, "account_id": INTEGER, "name": TEXT, "email": TEXT, "role": CHOICE}
    | {"invited_by_id": INTEGER, "disabled_at": INSTANT}
    | _TIMES,
    frozenset({"disabled_at"}),
    _names("id project_id account_id name email email__match role role__in invited_by_id disabled_at")
    + _names(_WHEN_CREATED, "updated_at organization_id__in enabled"),
    _PROJECT,
    ("project",),
    DIGITS,
    {"organization_id__in": TEXT, "enabled": BOOLEAN},
)
DATASETS = Table(
    "datasets",
    {"project_id": UUID, "name": TEXT, "labels": JSON, "modality": TEXT, "labeling_configuration": JSON}
    | {"workflow_configuration": JSON, "status": CHOICE, "progress": NUMBER}
    | {f"entries_{which}_count": INTEGER for which in ("total", "completed", "in_progress")}
    | _TIMES,
    frozenset({"labels", "labeling_configuration", "workflow_configuration"}),
    _names("id project_id project_id__eq name name__match labels modality modality__in")
    + _names("labeling_configuration workflow_configuration status status__in")
    + _names("progress progress__gte progress__lte")
    + _names("entries_total_count entries_completed_count entries_in_progress_count", _WHEN),
    _PROJECT,
    ("entries", "project"),
)
ENTRIES = Table(
    "entries",
    {**_OF_DATASET, "priority": INTEGER, "wf_step": CHOICE, "status": CHOICE, "job_id": TEXT}
    | {"resource": TEXT, **dict.fromkeys(_PEOPLE, INTEGER), "error_message": TEXT}
    | _TIMES,
    frozenset({"job_id", "error_message", *_PEOPLE}),
    _names("id project_id dataset_id priority priority__in wf_step wf_step__in status status__in job_id")
    + _names("resource resource__match assigned_to_id assigned_to_id__eq assigned_to_id__in")
    + _names("submitted_by_id reviewed_by_id participated created_at updated_at"),
    _ABOVE,
    ("dataset", "dataset.project", "assigned_to", "submitted_by", "reviewed_by"),
    special={"participated": INTEGER},
)
ANNOTATIONS = Table(
    "annotations",
    {**_OF_DATASET, "entry_id": UUID, "dimensions": JSON, "annotation": JSON, "metadata": JSON}
    | {"created_by_email": TEXT}
    | _TIMES,
    frozenset({"dimensions", "annotation", "metadata"}),
    _names("id project_id dataset_id entry_id dimensions annotation metadata created_by_email")
    + _names("created_at updated_at"),
    {**_ABOVE, "entry": ("entries", "entry_id")},
)
NOTE_FEEDS = Table(
    "note_feeds",
    {**_OF_DATASET, "entry_id": UUID, "annotation_id": UUID, "created_by_email": TEXT, "anchor_type": CHOICE}
    | {"position": JSON, "status": CHOICE, "content_md": TEXT, "edited_at": INSTANT}
    | _TIMES,
    frozenset({"annotation_id", "position", "content_md", "edited_at"}),
    _names("id project_id dataset_id entry_id annotation_id created_by_email created_by_email__match")
    + _names("anchor_type position status status__in content_md edited_at", _WHEN),
    {**_ABOVE, "entry": ("entries", "entry_id"), "annotation": ("annotations", "annotation_id")},
    ("entry", "annotation", "note_comments"),
)
NOTE_COMMENTS = Table(
    "note_comments",
    {"note_feed_id": UUID, "content_md": TEXT, "created_by_email": TEXT, "edited_at": INSTANT} | _TIMES,
    frozenset({"content_md", "edited_at"}),
    _names("id note_feed_id content_md created_by_email created_by_email__match edited_at", _WHEN),
    {"note_feed": ("note_feeds", "note_feed_id")},
    ("note_feed",),
)
TABLES = {
    table.name: table
    for table in (PROJECTS, PROJECT_MEMBERS, DATASETS, ENTRIES, ANNOTATIONS, NOTE_FEEDS, NOTE_COMMENTS)
}

MANY = {("datasets", "entries"): "dataset_id", ("note_feeds", "note_comments"): "note_feed_id"}
"""Relationships to many: by which attribute the others name the one."""

PERSONS = {
    "assigned_to": "assigned_to_id",
    "submitted_by": "submitted_by_id",
    "reviewed_by": "reviewed_by_id",
}
"""An entry's relationships to members of its project, linked where they are included."""
