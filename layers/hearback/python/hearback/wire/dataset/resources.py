"""The seven resources of the dataset API: attributes, relationships, filters, and what may be included."""

from __future__ import annotations

from typing import Any

from hearback.dataset.model import Entry, Member, MemberRole, Status, Step
from hearback.errors import Invalid
from hearback.jsonapi import kinds
from hearback.jsonapi.resource import (
    Parent,
    Resource,
    Special,
    connect,
    instant,
    integer,
    json_value,
    number,
    one_of,
    text,
    to_many,
    to_one,
    to_one_by,
    uuid,
)

LONGEST_NAME = 500
LONGEST_TEXT = 50_000
LONGEST_RESOURCE = 4_000
LARGEST_VALUE = 100_000
"""Bytes of one JSON value: three of them and the longest text fit DynamoDB's 400 KB for an item."""

_TIMES = {"created_at": instant(writable="never"), "updated_at": instant(writable="never")}
_EDITED = {"edited_at": instant(writable="never", nullable=True)}
_AUTHOR = {"created_by_email": text(writable="never")}


def _workflow(value: Any) -> Any:
    """`sample_rate`: the part of entries that is reviewed, 0 to 1. `release_after`: seconds, over 0."""
    if not isinstance(value, dict):
        return value
    rate, seconds = value.get("sample_rate"), value.get("release_after")
    if rate is not None and not (_is_number(rate) and 0 <= rate <= 1):
        raise Invalid("must have a sample_rate from 0 to 1")
    if seconds is not None and not (_is_number(seconds) and 1 <= seconds <= 10**8):
        raise Invalid("must have a release_after of 1 to 10^8 seconds")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


PROJECTS = Resource(
    "dataset:projects",
    "/api/v1/dataset/projects",
    attributes={
        "name": text(required=True, most=LONGEST_NAME),
        "description": text(most=LONGEST_TEXT, nullable=True),
        "organization_id": text(writable="never"),
        **_AUTHOR,
        "task_project_id": integer(writable="never"),
        **_TIMES,
    },
)


def _enabled(member: Member, wanted: frozenset[bool]) -> bool:
    return (member.disabled_at is None) in wanted


PROJECT_MEMBERS = Resource(
    "dataset:project_members",
    "/api/v1/dataset/project_members",
    attributes={
        "project_id": uuid(writable="never"),
        "account_id": integer(writable="create"),
        "name": text(most=LONGEST_NAME),
        "email": text(most=LONGEST_NAME),
        "role": one_of(MemberRole),
        "invited_by_id": integer(writable="never"),
        "disabled_at": instant(nullable=True),
        **_TIMES,
    },
    relationships={"project": to_one("dataset:projects", of="project_id")},
    id=kinds.DIGITS,
    parents=(Parent("project"),),
    filters={
        "enabled": Special(kinds.BOOLEAN, _enabled),
        "organization_id": Special(kinds.TEXT, lambda member, wanted: member.organization_id in wanted),
        "organization_id__in": Special(kinds.TEXT, lambda member, wanted: member.organization_id in wanted),
    },
    included=("project",),
)

DATASETS = Resource(
    "dataset:datasets",
    "/api/v1/dataset/datasets",
    attributes={
        "project_id": uuid(writable="never"),
        "name": text(required=True, most=LONGEST_NAME),
        "labels": json_value(nullable=True, most=LARGEST_VALUE),
        "modality": text(required=True, writable="create", most=LONGEST_NAME),
        "labeling_configuration": json_value(nullable=True, most=LARGEST_VALUE),
        "workflow_configuration": json_value(nullable=True, most=LARGEST_VALUE, check=_workflow),
        "status": one_of(Status, writable="never"),
        "progress": number(writable="never"),
        "entries_total_count": integer(writable="never"),
        "entries_completed_count": integer(writable="never"),
        "entries_in_progress_count": integer(writable="never"),
        **_TIMES,
    },
    relationships={
        "project": to_one("dataset:projects", of="project_id"),
        "entries": to_many("dataset:entries", to="dataset_id"),
    },
    parents=(Parent("project"),),
    included=("entries", "project"),
)


def _participated(entry: Entry, account_ids: frozenset[int]) -> bool:
    people = (entry.assigned_to_id, entry.submitted_by_id, entry.reviewed_by_id)
    return any(account_id in account_ids for account_id in people)


def _member_key(member: Member) -> tuple[str, int]:
    return member.project_id, member.account_id


ENTRIES = Resource(
    "dataset:entries",
    "/api/v1/dataset/entries",
    attributes={
        "project_id": uuid(writable="never"),
        "dataset_id": uuid(writable="never"),
        "priority": integer(),
        "wf_step": one_of(Step),
        "status": one_of(Status),
        "job_id": text(most=LONGEST_NAME, nullable=True),
        "resource": text(required=True, most=LONGEST_RESOURCE),
        "assigned_to_id": integer(nullable=True),
        "submitted_by_id": integer(nullable=True),
        "reviewed_by_id": integer(nullable=True),
        "error_message": text(writable="never", nullable=True),
        **_TIMES,
    },
    relationships={
        "dataset": to_one("dataset:datasets", of="dataset_id"),
        "project": to_one("dataset:projects", of="project_id"),
        "assigned_to": to_one_by(
            "dataset:project_members", of=lambda entry: _person(entry, entry.assigned_to_id), to=_member_key
        ),
        "submitted_by": to_one_by(
            "dataset:project_members", of=lambda entry: _person(entry, entry.submitted_by_id), to=_member_key
        ),
        "reviewed_by": to_one_by(
            "dataset:project_members", of=lambda entry: _person(entry, entry.reviewed_by_id), to=_member_key
        ),
    },
    parents=(Parent("dataset"),),
    filters={"participated": Special(kinds.INTEGER, _participated)},
    included=("dataset", "dataset.project", "assigned_to", "submitted_by", "reviewed_by"),
)


def _person(entry: Entry, account_id: int | None) -> tuple[str, int] | None:
    return None if account_id is None else (entry.project_id, account_id)


ANNOTATIONS = Resource(
    "dataset:annotations",
    "/api/v1/dataset/annotations",
    attributes={
        "project_id": uuid(writable="never"),
        "dataset_id": uuid(writable="never"),
        "entry_id": uuid(writable="never"),
        "dimensions": json_value(nullable=True),
        "annotation": json_value(nullable=True),
        "metadata": json_value(nullable=True),
        **_AUTHOR,
        **_TIMES,
    },
    relationships={
        "project": to_one("dataset:projects", of="project_id"),
        "dataset": to_one("dataset:datasets", of="dataset_id"),
        "entry": to_one("dataset:entries", of="entry_id"),
    },
    parents=(Parent("entry"),),
)

NOTE_FEEDS = Resource(
    "dataset:note_feeds",
    "/api/v1/dataset/note_feeds",
    attributes={
        "project_id": uuid(writable="never"),
        "dataset_id": uuid(writable="never"),
        "entry_id": uuid(writable="create", required=True),
        "annotation_id": uuid(writable="create", nullable=True),
        **_AUTHOR,
        "anchor_type": one_of(("entry", "annotation")),
        "position": json_value(nullable=True, most=LARGEST_VALUE),
        "status": one_of(("pending", "resolved"), writable="never"),
        "content_md": text(most=LONGEST_TEXT, nullable=True),
        **_EDITED,
        **_TIMES,
    },
    relationships={
        "dataset": to_one("dataset:datasets", of="dataset_id"),
        "project": to_one("dataset:projects", of="project_id"),
        "entry": to_one("dataset:entries", of="entry_id"),
        "annotation": to_one("dataset:annotations", of="annotation_id"),
        "note_comments": to_many("dataset:note_comments", to="note_feed_id"),
    },
    included=("entry", "annotation", "note_comments"),
)

NOTE_COMMENTS = Resource(
    "dataset:note_comments",
    "/api/v1/dataset/note_comments",
    attributes={
        "note_feed_id": uuid(writable="never"),
        "content_md": text(most=LONGEST_TEXT, nullable=True),
        **_AUTHOR,
        **_EDITED,
        **_TIMES,
    },
    relationships={"note_feed": to_one("dataset:note_feeds", of="note_feed_id")},
    parents=(Parent("note_feed", attribute="note_feed_id"),),
    included=("note_feed",),
)

DELETIONS = Resource(
    "dataset:deletions",
    "/api/v1/dataset/deletions",
    attributes={
        "status": one_of(("in_progress", "completed")),
        "requested_by_email": text(),
        "removed_entries_count": integer(),
        "created_at": instant(),
        "completed_at": instant(nullable=True),
    },
)
"""Ours, read only: how far the deletion of a project or dataset is."""

BY_TYPE = connect(PROJECTS, PROJECT_MEMBERS, DATASETS, ENTRIES, ANNOTATIONS, NOTE_FEEDS, NOTE_COMMENTS)
