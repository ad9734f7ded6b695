"""Counts the dataset table anew from its single records, and says everything in which it disagrees."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hearback.dataset import deleting, items, keys, workflow
from hearback.dataset.model import Annotation, Entry, Member, Status, Step
from hearback.settings import settings
from hearback.storage.codec import Codec
from hearback.storage.items import Item, get_text, text
from hearback.storage.shelves import Tail

from tests.crash.apart import items as everything
from tests.crash.recount_shelves import Kept, faults_of_shelf

Place = tuple[str, str]
"""An item's pk and sk."""

KINDS: dict[str, tuple[Codec[Any], Any]] = {
    "projects": (items.PROJECT, items.project_item),
    "datasets": (items.DATASET, items.dataset_item),
    "entries": (items.ENTRY, items.entry_item),
    "annotations": (items.ANNOTATION, items.annotation_item),
    "note_feeds": (items.NOTE_FEED, items.note_feed_item),
    "note_comments": (items.NOTE_COMMENT, items.note_comment_item),
}
"""How each kind of record is read from its item, and written."""

ABOVE = {
    "datasets": {"projects": "project_id"},
    "entries": {"datasets": "dataset_id"},
    "annotations": {"entries": "entry_id"},
    "note_feeds": {"entries": "entry_id", "annotations": "annotation_id"},
    "note_comments": {"note_feeds": "note_feed_id"},
}
"""What must be there for a record of a kind to be there, and where the record names it."""

_IDS = ("id", "project_id", "dataset_id", "entry_id", "annotation_id", "note_feed_id")
_DERIVED = ("members", "memberships", "member", "resource", "annotation_at", "task_project", "releases")


@dataclass
class Found:
    """The dataset table, taken apart, and the deletions that are owed."""

    records: dict[str, dict[str, Any]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    """By kind and id."""
    members: list[Member] = field(default_factory=list)
    tails: dict[str, Tail] = field(default_factory=dict)
    """Of the organizations' shelves of projects."""
    derived: dict[Place, Item] = field(default_factory=dict)
    """What exists because of records alone."""
    rows: dict[str, list[Item]] = field(default_factory=lambda: defaultdict(list))
    """Of each shelf, by its name."""
    deletions: dict[str, deleting.Deletion] = field(default_factory=dict)
    debts: dict[str, str] = field(default_factory=dict)
    """The kind of what is deleted, and what is below it not yet, by its id."""
    leaving: set[str] = field(default_factory=set)
    """Deleted projects that owe the removal of their tasks."""
    shut: set[str] = field(default_factory=set)
    """Datasets and entries whose project or dataset is being deleted."""
    faults: list[str] = field(default_factory=list)

    def is_doomed(self, record: Any) -> bool:
        """Whether it is owed that the record is removed."""
        return any(getattr(record, name, None) in self.debts for name in _IDS)

    def every(self, kind: str) -> list[Any]:
        """The records of a kind, in the order of their ids."""
        return [record for _, record in sorted(self.records[kind].items())]

    def contents(self) -> dict[str, Any]:
        """What all records say, whatever their ids, times and blocks are, in an order of its own."""
        names = {record.id: _name(record) for kind in KINDS for record in self.records[kind].values()}
        said = {kind: sorted(_said(each, names) for each in self.every(kind)) for kind in KINDS}
        ends = sorted((each.kind, each.status) for each in self.deletions.values())
        return {**said, "members": sorted(_said(each, names) for each in self.members), "deletions": ends}


_NO_MATTER = {"id", "created_at", "updated_at", "block", "revision", "task_project_id", "counts"}
_WHETHER = {"edited_at", "held_since", "disabled_at"}


def _name(record: Any) -> str:
    """What a person would call it; of annotations with chosen ids, their ids."""
    if isinstance(record, Annotation):
        return str(record.annotation) if record.block else record.id
    names = ("resource", "content_md", "name")
    return next(str(getattr(record, name)) for name in names if hasattr(record, name))


def _said(record: Any, names: dict[str, str]) -> list[tuple[str, str]]:
    said = [("", _name(record))]
    for name, value in record._asdict().items():
        if name in _WHETHER:
            said.append((name, str(value is not None)))
        elif name not in _NO_MATTER and not isinstance(value, Tail):
            said.append((name, names.get(value, str(value)) if isinstance(value, str) else repr(value)))
    return said


def read() -> Found:
    found = Found()
    for item in everything(settings().owed_table):
        message = json.loads(get_text(item, "message"))
        if message.get("delete") == "tasks":  # of a project that goes, or has gone
            found.leaving.add(message["id"])
        elif "delete" in message:
            found.debts[message["id"]] = message["delete"]
    for item in everything(settings().dataset_table):
        _take(found, item, *item["pk"]["S"].partition("#")[::2])
    return found


def _take(found: Found, item: Item, kind: str, rest: str) -> None:
    if kind in KINDS:
        _take_record(found, kind, item)
    elif kind in _DERIVED:
        found.derived[_place(item)] = item
        if kind == "members":
            found.members.append(items.MEMBER.from_item(item))
    elif kind == "blocks":
        found.rows[rest].append(item)
    elif kind == "organization":
        found.tails[rest] = Tail.from_attribute(item["tail"])
    elif kind == "deletions":
        deletion = deleting._DELETION.from_item(item)
        found.deletions[deletion.id] = deletion
    else:
        found.faults.append(f"an item that nobody knows: {item}")


def _take_record(found: Found, kind: str, item: Item) -> None:
    read_, write = KINDS[kind]
    record: Any = read_.from_item(item)
    found.records[kind][record.id] = record
    if "shut" in item:
        found.shut.add(record.id)
    kept = {name: value for name, value in item.items() if name != "shut"}
    wanted = write(record)
    if kept != wanted:
        differs = {name: (kept.get(name), wanted.get(name)) for name in {*kept, *wanted}}
        differs = {name: pair for name, pair in differs.items() if pair[0] != pair[1]}
        found.faults.append(f"{kind} {record.id}: its item is not what the record says: {differs}")


def _place(item: Item) -> Place:
    return item["pk"]["S"], item["sk"]["S"]


def check() -> Found:
    """Demand that all that the product keeps says what the records are; what was found."""
    found = read()
    looks = (_orphans, _derivations, _shelves, _states, _deletions)
    faults = [*found.faults, *(fault for look in looks for fault in look(found))]
    assert not faults, "\n".join(faults)
    return found


def _orphans(found: Found) -> Iterator[str]:
    for kind, above in ABOVE.items():
        for record in found.every(kind):
            for parents, name in above.items():
                parent = getattr(record, name)
                if parent and parent not in found.records[parents] and not found.is_doomed(record):
                    yield f"{kind} {record.id} is an orphan: {name} {parent} is gone, and nobody owes its end"
    for member in found.members:
        if member.project_id not in found.records["projects"] and not found.is_doomed(member):
            yield f"member {member.id} is an orphan of project {member.project_id}"


def _derivations(found: Found) -> Iterator[str]:
    """Of each record what exists because of it, once; while it is being removed, that may be gone before it."""
    wanted = {_place(item): (item, record) for record, item in _wanted(found)}
    for place, item in found.derived.items():
        if place not in wanted:
            yield f"{place} is there for nobody: {item}"
        elif wanted[place][0] != item:
            yield f"{place} says {item} instead of {wanted[place][0]}"
    for place, (_, record) in wanted.items():
        if place not in found.derived and not found.is_doomed(record):
            yield f"{place} is missing, which {record} needs"


def _wanted(found: Found) -> Iterator[tuple[Any, Item]]:
    for project in found.every("projects"):
        of = {"project_id": text(project.id), "organization_id": text(project.organization_id)}
        yield project, keys.task_project(project.task_project_id) | of
    for member in found.members:
        yield from ((member, item) for item in items.member_items(member))
    for dataset in found.every("datasets"):
        if dataset.release_after:
            yield dataset, keys.release(dataset.id)
    for entry in found.every("entries"):
        yield entry, keys.resource(entry.dataset_id, entry.resource) | {"entry_id": text(entry.id)}
    for annotation in found.every("annotations"):
        if not annotation.block:
            located = {"entry_id": text(annotation.entry_id)}
            yield annotation, keys.annotation_locator(annotation.organization_id, annotation.id) | located


def _shelves(found: Found) -> Iterator[str]:
    known = {kept.name: kept for kept in _kept(found)}
    for name, kept in known.items():
        yield from faults_of_shelf(kept, found.rows[name])
    for name, rows in found.rows.items():
        if name not in known and rows and not _is_coming_down(found, name):
            yield f"shelf {name} is an orphan: {rows}"


def _is_coming_down(found: Found, shelf: str) -> bool:
    _, _, owner = shelf.partition(":")
    dataset = found.records["datasets"].get(owner)
    return owner in found.debts or (dataset is not None and found.is_doomed(dataset))


def _kept(found: Found) -> Iterator[Kept]:
    """The shelves that are in use, with what must be counted there."""
    for organization, tail in found.tails.items():
        mine = [each for each in found.every("projects") if each.organization_id == organization]
        yield Kept(f"projects:{organization}", "0", tail, mine)
    for project in found.every("projects"):
        mine = [each for each in found.every("datasets") if each.project_id == project.id]
        yield Kept(f"datasets:{project.id}", project.id, project.tail, mine)
    for dataset in found.every("datasets"):
        if found.is_doomed(dataset):
            continue
        for kind in items.SHELVES:
            mine = [each for each in found.every(kind) if each.dataset_id == dataset.id and each.block]
            yield Kept(f"{kind}:{dataset.id}", dataset.id, getattr(dataset, f"{kind}_tail"), mine)


def _states(found: Found) -> Iterator[str]:
    for entry in found.every("entries"):
        if not _is_sound(entry):
            yield f"no entry can be like this: {entry}"
    for annotation in found.every("annotations"):
        dataset = found.records["datasets"].get(annotation.dataset_id)
        if dataset is not None and not annotation.block and not dataset.chosen_ids:
            yield f"dataset {dataset.id} does not know of its chosen ids"
    for its_id in found.shut:
        of = found.records["datasets"].get(its_id) or found.records["entries"].get(its_id)
        if not found.is_doomed(of):
            yield f"{its_id} is shut, and nobody owes its end"


def _is_sound(entry: Entry) -> bool:
    in_hand = entry.status is Status.IN_PROGRESS
    done = entry.wf_step in (Step.DONE, Step.ERROR)
    return (
        entry.status in workflow.STATUSES[entry.wf_step]
        and (entry.held_since is not None) == in_hand
        and (entry.assigned_to_id is not None or not in_hand)
        and (entry.assigned_to_id is None or not done)
        and (entry.job_id is not None or entry.status is not Status.PROCESSING)
    )


def _deletions(found: Found) -> Iterator[str]:
    for its_id, kind in found.debts.items():
        record = found.records[kind].get(its_id)
        if record is not None and record.block:  # an id that a client chose may be chosen again
            yield f"{kind} {its_id} is deleted and still there"
        if kind in ("projects", "datasets") and its_id not in found.deletions:
            yield f"nobody can see how far the deletion of {kind} {its_id} is"
    for its_id in found.leaving:
        if its_id not in found.deletions:
            yield f"the tasks of project {its_id} go, and it does not"
    for its_id, deletion in found.deletions.items():
        if (deletion.completed_at is None) != (its_id in found.debts):
            yield f"the deletion says {deletion.status}, and owed are {found.debts}"
