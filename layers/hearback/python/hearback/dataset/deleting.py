"""Deletions: what is deleted is gone for every reader at once; what is below it goes afterwards.

The record itself goes in one transaction with its counts and with a debt (`storage.owed`) for what is
below it, so no crash leaves an orphan. From then on nothing new can come to be below it:

- a project's or dataset's children need its item; and its shelves' open blocks go with it, without
  which no new record can be counted
- annotations, note feeds and comments of an entry need the entry, in their own transaction
- the comments of a feed need the feed

Little is removed at once, within the request; what is more, by a worker (`upkeep`), round by round. The
deletion of a project or dataset has a record of its own, which tells how far it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from hearback.access.model import Caller
from hearback.dataset import clearing, counting, items, keys, rights
from hearback.dataset.model import Annotation, Dataset, Entry, NoteFeed, Project
from hearback.dataset.placing import moved
from hearback.dataset.rights import Standing
from hearback.deadline import Deadline
from hearback.errors import Conflict, Forbidden
from hearback.storage import blocks, owed, reads, shelves, transactions, troubles
from hearback.storage.codec import NUMBER, TEXT, Codec
from hearback.storage.items import Item, key, number
from hearback.storage.transactions import ConditionFailed, Write, transact
from hearback.timestamps import SECOND

QUEUE = "upkeep"
_IN_REQUEST = 5.0
"""Seconds that a request clears up by itself."""
_PATIENCE = 60 * SECOND
_KEPT_DAYS = 30
TASKS_LATER = 120 * SECOND
"""When the tasks of a deleted project are removed: no request that found it takes so long."""


class Deletion(NamedTuple):
    """How far the deletion of a project or dataset is."""

    id: str
    """The id of what is deleted."""
    organization_id: str
    kind: str
    """`projects` or `datasets`."""
    requested_by_email: str
    removed_entries_count: int
    """Entries removed so far, with all that was below them."""
    created_at: int
    completed_at: int | None

    @property
    def status(self) -> str:
        return "in_progress" if self.completed_at is None else "completed"


_DELETION = Codec(
    Deletion,
    {"id": TEXT, "organization_id": TEXT, "kind": TEXT, "requested_by_email": TEXT}
    | {"removed_entries_count": NUMBER, "created_at": NUMBER, "completed_at": NUMBER},
)


def _deletion_key(organization_id: str, its_id: str) -> Item:
    return key(f"deletions#{organization_id}", its_id)


def get(caller: Caller, its_id: str) -> Deletion:
    """The deletion of a project or dataset: for who asked for it, and the organization's admins."""
    item = reads.get(keys.table(), _deletion_key(caller.organization_id, its_id))
    deletion = _DELETION.from_item(item) if item else None
    if deletion is None or not (caller.is_admin or deletion.requested_by_email == caller.email):
        raise rights.not_found("deletion", its_id)
    return deletion


# ── What a request begins ──


def project(standing: Standing, now: int) -> str:
    """Delete a project. `Forbidden` when one of its datasets is in progress or completed."""
    gone = standing.project
    _require_idle_datasets(gone)
    shelf = keys.shelf("projects", gone.organization_id)

    def removal(slot: int) -> list[Write]:
        unchanged = {"tail": gone.tail.to_attribute()}
        return [
            transactions.delete(keys.table(), keys.record("projects", gone.id), "tail = :tail", **unchanged),
            transactions.delete(keys.table(), keys.task_project(gone.task_project_id)),
            _owe_tasks(gone, now),
            *shelves.retired(keys.shelf("datasets", gone.id), gone.tail),
            shelves.move(shelf, gone.block, keys.EVERY, None, slot),
        ]

    _begin_big({"delete": "projects"}, gone, standing.caller, removal, now)
    return gone.id


def _owe_tasks(gone: Project, now: int) -> Write:
    message = {"delete": "tasks", "id": gone.id, "number": gone.task_project_id}
    return owed.owe(tasks_debt(gone.id), QUEUE, message, now + TASKS_LATER)


def tasks_debt(project_id: str) -> str:
    """What a deleted project owes in the tasks API (`hearback.tasks.removing`)."""
    return f"{project_id}#tasks#delete"


def _require_idle_datasets(gone: Project) -> None:
    for item in reads.every(keys.children("datasets", gone.id)):
        found = items.DATASET.from_item(item)
        if found.project_id == gone.id and not _is_idle(found):
            raise Forbidden("A project with a dataset in progress or completed cannot be deleted.", found.id)


def _is_idle(found: Dataset) -> bool:
    by_leaf = blocks.read(keys.shelf("entries", found.id)).by_leaf()
    return not counting.of(by_leaf).begun


def dataset(caller: Caller, gone: Dataset, now: int) -> str:
    """Delete a dataset."""
    shelf = keys.shelf("datasets", gone.project_id)
    tails = {f"{kind}_tail": getattr(gone, f"{kind}_tail") for kind in items.SHELVES}

    def removal(slot: int) -> list[Write]:
        chosen = "attribute_exists(chosen_ids)" if gone.chosen_ids else "attribute_not_exists(chosen_ids)"
        unchanged = " AND ".join([chosen, *(f"{name} = :{name}" for name in tails)])
        values = {name: tail.to_attribute() for name, tail in tails.items()}
        return [
            transactions.delete(keys.table(), keys.record("datasets", gone.id), unchanged, **values),
            transactions.delete(keys.table(), keys.release(gone.id)),
            *clearing.retirements(gone),
            shelves.move(shelf, gone.block, keys.EVERY, None, slot),
        ]

    chosen = bool(gone.chosen_ids)
    _begin_big({"delete": "datasets", "chosen_ids": chosen}, gone, caller, removal, now)
    return gone.id


def _begin_big(
    what: Mapping[str, Any],
    gone: Project | Dataset,
    caller: Caller,
    removal: Callable[[int], Sequence[Write]],
    now: int,
) -> None:
    record = Deletion(gone.id, gone.organization_id, what["delete"], caller.email, 0, now, None)
    kept = _deletion_key(gone.organization_id, gone.id) | _DELETION.to_item(record)
    message = {**what, "id": gone.id, "organization": gone.organization_id}
    debt = owed.owe(_debt(message), QUEUE, message, now + _PATIENCE)
    try:
        moved(lambda slot: [*removal(slot), transactions.put(keys.table(), kept), debt])
    except ConditionFailed:
        raise Conflict("It changed at the same moment; try again.", gone.id) from None
    _carry_out_or_send(message)


def entry(gone: Entry, removal: Callable[[int], Sequence[Write]], now: int) -> None:
    _begin({"delete": "entries", "id": gone.id, "dataset": gone.dataset_id}, removal, now)


def annotation(gone: Annotation, removal: Callable[[int], Sequence[Write]], now: int) -> None:
    message = {"delete": "annotations", "id": gone.id, "entry": gone.entry_id, "dataset": gone.dataset_id}
    _begin(message, removal, now)


def note_feed(gone: NoteFeed, removal: Callable[[int], Sequence[Write]], now: int) -> None:
    _begin({"delete": "note_feeds", "id": gone.id, "dataset": gone.dataset_id}, removal, now)


def _begin(message: Mapping[str, Any], removal: Callable[[int], Sequence[Write]], now: int) -> None:
    debt = owed.owe(_debt(message), QUEUE, message, now + _PATIENCE)
    moved(lambda slot: [*removal(slot), debt])
    _carry_out_or_send(message)


def _debt(message: Mapping[str, Any]) -> str:
    """An annotation's id may be its client's choice, and be chosen once more: for another entry too."""
    return f"{message['id']}#{message.get('entry', '')}#delete"


def _carry_out_or_send(message: Mapping[str, Any]) -> None:
    """Do what is owed right away. What was deleted is deleted: trouble here is the worker's, by the debt."""
    with suppress(*troubles.UNDONE):
        if not carry_out(message, Deadline.after(_IN_REQUEST)):
            owed.send(QUEUE, message)


# ── What is carried out, there or by the worker ──


def carry_on(message: Mapping[str, Any], deadline: Deadline, now: int) -> None:
    """Go on with a deletion, and pass what is left on to the next round of the worker."""
    if owed.hold(_debt(message), now) and not carry_out(message, deadline):
        owed.pass_on(QUEUE, message)


def carry_out(message: Mapping[str, Any], deadline: Deadline) -> bool:
    """Remove what is below something deleted; False when the deadline came first."""
    if not _cleared(message, deadline):
        return False
    settled = owed.settle(_debt(message))
    if message["delete"] in ("projects", "datasets"):
        _complete(message, settled)
    else:
        transact([settled])
    return True


def _cleared(message: Mapping[str, Any], deadline: Deadline) -> bool:
    its_id = message["id"]
    match message["delete"]:
        case "note_feeds":
            removed = clearing.comments(its_id, deadline)
            return removed and clearing.leave_no_counts(message["dataset"], deadline)
        case "annotations":
            return _annotations_feeds(message, deadline)
        case "entries":
            removed = clearing.entry(message["dataset"], its_id, deadline)
            return removed and clearing.leave_no_counts(message["dataset"], deadline)
        case "datasets":
            chosen = message["chosen_ids"]
            return clearing.dataset(its_id, chosen, deadline, lambda more: _progress(message, more))
        case _:
            return clearing.project(its_id, deadline, lambda more: _progress(message, more))


def _annotations_feeds(message: Mapping[str, Any], deadline: Deadline) -> bool:
    """The feeds on a deleted annotation, each a deletion of its own: the entry still takes notes.

    An annotation with an id that its client chose may be there again: then they are notes on that.
    """
    annotation = keys.of_parent("annotations", message["entry"], message["id"])
    while reads.get(keys.table(), annotation) is None:
        feeds = clearing.feeds_of(message["entry"])
        found = [feed for feed in feeds if feed.annotation_id == message["id"]]
        for feed in found:
            if deadline.passed:
                return False
            _delete_feed(feed, annotation)
        if not found:
            break
    return True


def _delete_feed(feed: NoteFeed, annotation: Item) -> None:
    without = transactions.check(keys.table(), annotation, "attribute_not_exists(pk)")
    # Where somebody else has deleted or resolved it meanwhile, the next look sees to it.
    with suppress(ConditionFailed):
        note_feed(feed, lambda slot: [*clearing.feed_removal(feed, slot), without], time.time_ns())


def _progress(message: Mapping[str, Any], removed: int) -> None:
    row = _deletion_key(message["organization"], message["id"])
    change = "SET removed_entries_count = removed_entries_count + :removed"
    there = "attribute_exists(pk)"
    transact([transactions.update(keys.table(), row, change, there, removed=number(removed))])


def _complete(message: Mapping[str, Any], settled: Write) -> None:
    now = time.time_ns()
    expires = now // SECOND + _KEPT_DAYS * 86_400
    done = transactions.update(
        keys.table(),
        _deletion_key(message["organization"], message["id"]),
        "SET completed_at = if_not_exists(completed_at, :now), expires = :expires",
        "attribute_exists(pk)",
        now=number(now // 1000 * 1000),
        expires=number(expires),
    )
    transact([done, settled])
