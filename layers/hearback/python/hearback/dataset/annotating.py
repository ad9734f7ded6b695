"""Annotations of an entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hearback import ids
from hearback.access.model import Caller
from hearback.dataset import deleting, entries, items, keys, placing, rights
from hearback.dataset.entries import Found
from hearback.dataset.model import Annotation, Dataset, Entry, Status
from hearback.dataset.placing import Refused
from hearback.errors import Conflict, TooLarge
from hearback.jsonapi.errors import Fault, Unprocessable
from hearback.storage import changes, reads, shelves, transactions
from hearback.storage.codec import written_json
from hearback.storage.items import number, text
from hearback.storage.transactions import ConditionFailed, Write, transact
from hearback.timestamps import SECOND

MOST_AT_ONCE = 90
"""Annotations created in one request: with the counter and the entry they fit one transaction."""

LARGEST = 350_000
"""Bytes of an annotation's JSON values together: DynamoDB takes 400 KB in an item."""

LARGEST_TOGETHER = transactions.MOST_BYTES - MOST_AT_ONCE * 2_000
"""Bytes of what comes in one request: it is one transaction, with the other attributes of each."""

_TOUCHED_EVERY = 60 * SECOND
_JSON = ("dimensions", "annotation", "metadata")


def find(caller: Caller, annotation_id: str) -> tuple[Found, Annotation]:
    """An annotation that the caller may work on, with its entry."""
    annotation = read(caller.organization_id, annotation_id)
    if annotation is None:
        raise rights.not_found("annotation", annotation_id)
    found = entries.find(caller, annotation.entry_id)
    if not found.standing.works_on(found.entry):
        raise rights.not_found("annotation", annotation_id)
    return found, annotation


def read(organization_id: str, annotation_id: str) -> Annotation | None:
    """An annotation of an organization by its id alone."""
    found = reads.get(keys.table(), keys.record("annotations", annotation_id))
    if found is None:  # its client may have chosen the id: then it does not tell the partition
        located = reads.get(keys.table(), keys.annotation_locator(organization_id, annotation_id))
        if located is not None:
            key = keys.of_parent("annotations", located["entry_id"]["S"], annotation_id)
            found = reads.get(keys.table(), key)
    annotation = items.ANNOTATION.from_item(found) if found else None
    return annotation if annotation and annotation.organization_id == organization_id else None


def get(caller: Caller, annotation_id: str) -> Annotation:
    return find(caller, annotation_id)[1]


def create(
    caller: Caller,
    entry_id: str,
    several: Sequence[Mapping[str, Any]],
    now: int,
    chosen_id: str | None = None,
) -> list[Annotation]:
    """Annotate an entry, all or none; `chosen_id` only for a single one."""
    found = workable(caller, entry_id)
    drafts = [_draft(caller, found.entry, attributes, now) for attributes in several]
    if sum(map(_require_room, drafts)) > LARGEST_TOGETHER:
        raise TooLarge("The annotations are too large together.", f"at most {LARGEST_TOGETHER} bytes of JSON")
    if chosen_id is not None:
        return [_create_as(chosen_id, found, drafts[0], now)]
    made: list[Annotation] = []

    def writes(new: list[str], block: str) -> list[Write]:
        made[:] = [placing.placed(draft, its_id, block) for draft, its_id in zip(drafts, new, strict=True)]
        return [entry_write(found, now), *(_put(annotation) for annotation in made)]

    spot = placing.in_dataset(found.dataset, "annotations")
    try:
        placing.place(spot, entry_id, keys.EVERY, len(drafts), writes)
    except Refused:
        raise _gone_or_completed(caller, entry_id) from None
    return made


def _create_as(annotation_id: str, found: Found, draft: Annotation, now: int) -> Annotation:
    """Create an annotation with an id of its client's choice: it is listed, and counted nowhere."""
    annotation = draft._replace(id=annotation_id)
    located = keys.annotation_locator(annotation.organization_id, annotation_id) | {
        "entry_id": text(annotation.entry_id)
    }
    free = "attribute_not_exists(pk)"
    writes = [
        entry_write(found, now),
        transactions.put(keys.table(), located, free),
        _put(annotation),
        *([] if found.dataset.chosen_ids else [_first_chosen(found.dataset)]),
    ]
    if _place_differs(annotation):
        writes.append(transactions.check(keys.table(), keys.record("annotations", annotation_id), free))
    try:
        transact(writes)
    except ConditionFailed as failed:
        if 1 in failed.failed or 2 in failed.failed:
            raise Conflict("There is an annotation with this id already.", annotation_id) from None
        raise _gone_or_completed(found.standing.caller, annotation.entry_id) from None
    return annotation


def _first_chosen(dataset: Dataset) -> Write:
    """The mark by which lists and deletions know that such annotations are there."""
    there = "attribute_exists(pk) AND attribute_not_exists(shut)"
    row = keys.record("datasets", dataset.id)
    return transactions.update(keys.table(), row, "SET chosen_ids = :yes", there, yes=number(1))


def _place_differs(annotation: Annotation) -> bool:
    """Whether an annotation whose id the server made would lie elsewhere than one with this chosen id."""
    return ids.parents_tag(annotation.id) != ids.tag(annotation.entry_id)


def workable(caller: Caller, entry_id: str) -> Found:
    """An entry that the caller may annotate; `Unprocessable` when it is completed."""
    if not ids.is_uuid(entry_id):
        raise rights.not_found("entry", entry_id)
    found = entries.visible(caller, entry_id)
    if not found.standing.works_on(found.entry):
        raise rights.not_assigned()
    require_open(found.entry)
    return found


def require_open(entry: Entry) -> None:
    if entry.status is Status.COMPLETED:
        raise Unprocessable(Fault("the entry is completed: its annotations stay as they are"))


def _gone_or_completed(caller: Caller, entry_id: str) -> Exception:
    require_open(entries.visible(caller, entry_id).entry)
    return Conflict("The entry changed at the same moment; try again.", entry_id)


def entry_write(found: Found, now: int) -> Write:
    """What makes sure, in a transaction, that the entry is there and not completed.

    Where assignments are released after a time, it also says that somebody is at it.
    """
    entry, key = found.entry, keys.record("entries", found.entry.id)
    names, completed = {"#s": "status"}, text(Status.COMPLETED)
    if _is_stale(found.dataset, entry, found.standing.caller, now):
        touched = items.entry_index(entry._replace(held_since=now))
        attributes = {"held_since": number(now), "urgency": touched["urgency"]}
        mine = {"now": text(Status.IN_PROGRESS), "me": number(found.standing.caller.account_id)}
        in_hand = "attribute_not_exists(shut) AND #s = :now AND assigned_to_id = :me"
        return changes.change(keys.table(), key, attributes, in_hand, names=names, **mine)
    condition = "attribute_exists(pk) AND attribute_not_exists(shut) AND #s <> :completed"
    if found.standing.owns:
        return transactions.check(keys.table(), key, condition, names=names, completed=completed)
    condition += " AND assigned_to_id = :me"
    me = number(found.standing.caller.account_id)
    return transactions.check(keys.table(), key, condition, names=names, completed=completed, me=me)


def _is_stale(dataset: Dataset, entry: Entry, caller: Caller, now: int) -> bool:
    """Whether the time since the caller last touched the entry begins to count."""
    patience = dataset.release_after
    if (
        patience is None
        or entry.status is not Status.IN_PROGRESS
        or entry.assigned_to_id != caller.account_id
    ):
        return False
    return now - (entry.held_since or 0) > min(_TOUCHED_EVERY, patience // 4)


def _draft(caller: Caller, entry: Entry, attributes: Mapping[str, Any], now: int) -> Annotation:
    return Annotation(
        id="",
        organization_id=entry.organization_id,
        project_id=entry.project_id,
        dataset_id=entry.dataset_id,
        entry_id=entry.id,
        dimensions=attributes.get("dimensions"),
        annotation=attributes.get("annotation"),
        metadata=attributes.get("metadata"),
        created_by_email=caller.email,
        created_at=now,
        updated_at=now,
    )


def _require_room(annotation: Annotation) -> int:
    """Bytes of its JSON values, which must fit an item."""
    size = sum(len(written_json(getattr(annotation, name)).encode()) for name in _JSON)
    if size > LARGEST:
        raise TooLarge("The annotation is too large.", f"{size} bytes of JSON; at most {LARGEST}")
    return size


def _put(annotation: Annotation) -> Write:
    return transactions.put(keys.table(), items.annotation_item(annotation), "attribute_not_exists(pk)")


def update(caller: Caller, annotation_id: str, attributes: Mapping[str, Any], now: int) -> Annotation:
    found, before = find(caller, annotation_id)
    require_open(found.entry)
    after = before._replace(**attributes, updated_at=now)
    _require_room(after)
    old, new = items.annotation_item(before), items.annotation_item(after)
    key = {"pk": old["pk"], "sk": old["sk"]}
    try:
        transact([entry_write(found, now), changes.change(keys.table(), key, changes.between(old, new))])
    except ConditionFailed as failed:
        if 0 in failed.failed:
            raise _gone_or_completed(caller, before.entry_id) from None
        raise rights.not_found("annotation", annotation_id) from None
    return after


def delete(caller: Caller, annotation_id: str, now: int) -> None:
    """Delete an annotation with the notes on it."""
    found, annotation = find(caller, annotation_id)
    require_open(found.entry)

    def removal(slot: int) -> list[Write]:
        key = keys.of_parent("annotations", annotation.entry_id, annotation_id)
        gone = [
            entry_write(found, now),
            transactions.delete(keys.table(), key, "attribute_exists(pk)"),
        ]
        if not annotation.block:
            return [
                *gone,
                transactions.delete(
                    keys.table(), keys.annotation_locator(annotation.organization_id, annotation_id)
                ),
            ]
        shelf = keys.shelf("annotations", annotation.dataset_id)
        return [*gone, shelves.move(shelf, annotation.block, keys.EVERY, None, slot)]

    try:
        deleting.annotation(annotation, removal, now)
    except ConditionFailed as failed:
        if 0 in failed.failed:
            raise _gone_or_completed(caller, annotation.entry_id) from None
        raise rights.not_found("annotation", annotation_id) from None
