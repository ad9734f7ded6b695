"""The dataset API's records as items of its table: their attributes, and those that indexes order them by.

leaf              partition of by-leaf; entries by step, status and whether assigned, the others by dataset
work, urgency     by-urgency: what waits for somebody, most urgent first; and what is in somebody's hands,
                  untouched longest first
assigned, submitted, reviewed
                  partitions of by-assigned, by-submitted, by-reviewed: a person's entries in a dataset
"""

from __future__ import annotations

from hearback.dataset import keys
from hearback.dataset.model import (
    Annotation,
    Dataset,
    Entry,
    Member,
    MemberRole,
    NoteComment,
    NoteFeed,
    Project,
    Status,
    Step,
)
from hearback.dataset.workflow import STATUSES
from hearback.storage.codec import JSON, NAME, NUMBER, TEXT, Codec, Kind, enum
from hearback.storage.items import Item, text
from hearback.storage.shelves import Tail

SHELVES = ("entries", "annotations", "note_feeds", "note_comments")
"""Kinds of records that a dataset has a shelf of."""

_TAIL = Kind(Tail.to_attribute, Tail.from_attribute)

_OWNED = {"id": TEXT, "organization_id": TEXT, "project_id": TEXT}
_TIMES = {"created_at": NUMBER, "updated_at": NUMBER}

PROJECT = Codec(
    Project,
    {"id": TEXT, "organization_id": TEXT, "name": TEXT, "description": TEXT, "created_by_email": TEXT}
    | {"task_project_id": NUMBER, "block": NAME, "tail": _TAIL}
    | _TIMES,
)
MEMBER = Codec(
    Member,
    _OWNED
    | {"account_id": NUMBER, "name": NAME, "email": TEXT, "role": enum(MemberRole)}
    | {"invited_by_id": NUMBER, "disabled_at": NUMBER}
    | _TIMES,
)
DATASET = Codec(
    Dataset,
    _OWNED
    | {"name": TEXT, "labels": JSON, "modality": TEXT, "labeling_configuration": JSON}
    | {"workflow_configuration": JSON, "block": NAME, "chosen_ids": NUMBER}
    | {f"{kind}_tail": _TAIL for kind in SHELVES}
    | _TIMES,
)
ENTRY = Codec(
    Entry,
    _OWNED
    | {"dataset_id": TEXT, "priority": NUMBER, "wf_step": enum(Step), "status": enum(Status)}
    | {"job_id": TEXT, "resource": TEXT, "error_message": TEXT}
    | {"assigned_to_id": NUMBER, "submitted_by_id": NUMBER, "reviewed_by_id": NUMBER}
    | {"reviewer_id": NUMBER, "held_since": NUMBER, "revision": NUMBER, "block": NAME}
    | _TIMES,
)
_NOTED = _OWNED | {"dataset_id": TEXT, "entry_id": TEXT, "created_by_email": TEXT, "block": NAME}
ANNOTATION = Codec(
    Annotation,
    _NOTED | {"dimensions": JSON, "annotation": JSON, "metadata": JSON} | _TIMES,
)
NOTE_FEED = Codec(
    NoteFeed,
    _NOTED
    | {"annotation_id": TEXT, "created_by_id": NUMBER, "anchor_type": TEXT, "position": JSON}
    | {"status": TEXT, "content_md": TEXT, "edited_at": NUMBER}
    | _TIMES,
)
NOTE_COMMENT = Codec(
    NoteComment,
    _NOTED
    | {"note_feed_id": TEXT, "created_by_id": NUMBER, "content_md": TEXT, "edited_at": NUMBER}
    | _TIMES,
)

_STATUS_LETTERS = {
    Status.PENDING: "p",
    Status.PROCESSING: "x",
    Status.IN_PROGRESS: "i",
    Status.COMPLETED: "c",
    Status.ERRORED: "e",
}


def leaf_name(step: Step, status: Status, assigned: bool) -> str:
    """What a block counts entries by, and the index lists them by: `ap0` is unassigned, pending, in annotate."""
    return f"{step[0]}{_STATUS_LETTERS[status]}{int(assigned)}"


LEAVES = {
    leaf_name(step, status, assigned): (step, status, assigned)
    for step, statuses in STATUSES.items()
    for status in statuses
    for assigned in (False, True)
}
"""All leaves that there are, and what their names mean."""


def leaf_of(entry: Entry) -> str:
    return leaf_name(entry.wf_step, entry.status, entry.assigned_to_id is not None)


def project_item(project: Project) -> Item:
    return keys.record("projects", project.id) | PROJECT.to_item(project)


def dataset_item(dataset: Dataset) -> Item:
    return keys.record("datasets", dataset.id) | DATASET.to_item(dataset)


def member_items(member: Member) -> list[Item]:
    """The member among those of the project, among the projects of the account, and by its id."""
    attributes = MEMBER.to_item(member)
    return [
        keys.member(member.project_id, member.id) | attributes,
        keys.membership(member.organization_id, member.account_id, member.project_id) | attributes,
        keys.member_locator(member.id) | {"project_id": text(member.project_id)},
    ]


def entry_item(entry: Entry) -> Item:
    return keys.record("entries", entry.id) | ENTRY.to_item(entry) | entry_index(entry)


def entry_index(entry: Entry) -> Item:
    """The attributes by which indexes order an entry."""
    people = {
        "assigned": entry.assigned_to_id,
        "submitted": entry.submitted_by_id,
        "reviewed": entry.reviewed_by_id,
    }
    index = {
        name: text(f"{entry.dataset_id}#{account_id}")
        for name, account_id in people.items()
        if account_id is not None
    }
    index["leaf"] = text(f"entries#{entry.dataset_id}#{leaf_of(entry)}")
    return index | _urgency(entry)


def _urgency(entry: Entry) -> Item:
    if entry.wf_step not in (Step.ANNOTATE, Step.REVIEW):
        return {}
    if entry.status is Status.IN_PROGRESS:
        work, order = held(entry.dataset_id), entry.held_since or 0
    else:
        work = waiting(entry.dataset_id, entry.wf_step, entry.assigned_to_id)
        order = entry.priority + MOST_URGENT
    return {"work": text(work), "urgency": text(f"{order:019d}#{entry.id}")}


MOST_URGENT = 10**18
"""The largest priority, and with a minus the smallest."""


def waiting(dataset_id: str, step: Step, account_id: int | None) -> str:
    """The partition of by-urgency of what waits in a step: for anybody, or for one account."""
    return f"{dataset_id}#{step}" if account_id is None else f"{dataset_id}#{step}#{account_id}"


def held(dataset_id: str) -> str:
    """The partition of by-urgency of what is in somebody's hands."""
    return f"{dataset_id}#held"


def annotation_item(annotation: Annotation) -> Item:
    chosen = "" if annotation.block else "#chosen"
    leaf = {"leaf": text(f"annotations#{annotation.dataset_id}{chosen}")}
    key = keys.of_parent("annotations", annotation.entry_id, annotation.id)
    return key | ANNOTATION.to_item(annotation) | leaf


def note_feed_item(feed: NoteFeed) -> Item:
    leaf = {"leaf": text(f"note_feeds#{feed.dataset_id}")}
    return keys.record("note_feeds", feed.id) | NOTE_FEED.to_item(feed) | leaf


def note_comment_item(comment: NoteComment) -> Item:
    leaf = {"leaf": text(f"note_comments#{comment.dataset_id}")}
    return keys.record("note_comments", comment.id) | NOTE_COMMENT.to_item(comment) | leaf
