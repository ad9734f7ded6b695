"""Entries of a dataset: created, read, changed and deleted; what their workflow does is in `events`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from hearback.access.model import Caller
from hearback.dataset import datasets, deleting, items, keys, placing, rights, workflow
from hearback.dataset.model import Dataset, Entry, Status, Step
from hearback.dataset.placing import Refused
from hearback.dataset.rights import Standing
from hearback.errors import Busy, Conflict, Forbidden
from hearback.jsonapi.errors import Fault, Unprocessable
from hearback.storage import changes, reads, shelves, transactions
from hearback.storage.items import number, text
from hearback.storage.transactions import ConditionFailed, Write

MOST_AT_ONCE = 45
"""Entries created in one request: two items each, and the counters, fit one transaction."""

_TRIES = 20


class Found(NamedTuple):
    """An entry with its dataset and the caller's standing."""

    standing: Standing
    dataset: Dataset
    entry: Entry


def find(caller: Caller, entry_id: str) -> Found:
    """An entry of a project of the caller's, whether or not they see it: two reads."""
    item = reads.get(keys.table(), keys.record("entries", entry_id))
    if item is None or item["organization_id"]["S"] != caller.organization_id:
        raise rights.not_found("entry", entry_id)
    entry = items.ENTRY.from_item(item)
    return Found(*rights.standing_in(caller, entry.project_id, entry.dataset_id), entry)


def visible(caller: Caller, entry_id: str) -> Found:
    """An entry that the caller sees."""
    found = find(caller, entry_id)
    if not found.standing.sees(found.entry):
        raise rights.not_found("entry", entry_id)
    return found


def get(caller: Caller, entry_id: str) -> Entry:
    return visible(caller, entry_id).entry


def create(caller: Caller, dataset_id: str, several: Sequence[Mapping[str, Any]], now: int) -> list[Entry]:
    """Create entries in a dataset, all or none."""
    standing, dataset = datasets.owned(caller, dataset_id)
    drafts = [_draft(dataset, attributes, now) for attributes in several]
    for draft in _of_different_people(drafts):
        require_members(standing, draft)
    _require_different([draft.resource for draft in drafts])
    made: list[Entry] = []
    leaves = {items.leaf_of(draft) for draft in drafts}
    if len(leaves) > 1:
        raise Unprocessable(Fault("entries of one request begin in the same step and status", "/data"))

    def writes(new: list[str], block: str) -> list[Write]:
        made[:] = [placing.placed(draft, its_id, block) for draft, its_id in zip(drafts, new, strict=True)]
        return [_put(item) for entry in made for item in (items.entry_item(entry), _claim(entry))]

    try:
        placing.place(placing.in_dataset(dataset, "entries"), dataset.id, leaves.pop(), len(drafts), writes)
    except Refused as refused:
        taken = drafts[refused.failed[0] // 2].resource
        raise resource_taken(taken) from None
    return made


def _draft(dataset: Dataset, attributes: Mapping[str, Any], now: int) -> Entry:
    draft = Entry(
        id="",
        organization_id=dataset.organization_id,
        project_id=dataset.project_id,
        dataset_id=dataset.id,
        priority=attributes.get("priority") or 0,
        wf_step=Step(attributes.get("wf_step") or Step.START),
        status=Status(attributes.get("status") or Status.PENDING),
        job_id=attributes.get("job_id"),
        resource=attributes["resource"],
        assigned_to_id=attributes.get("assigned_to_id"),
        submitted_by_id=attributes.get("submitted_by_id"),
        reviewed_by_id=attributes.get("reviewed_by_id"),
        error_message=None,
        created_at=now,
        updated_at=now,
    )
    return workflow.created(draft, now)


def _of_different_people(drafts: Sequence[Entry]) -> Collection[Entry]:
    """One for all those that name the same people, who are then looked up once."""
    return {
        (each.assigned_to_id, each.submitted_by_id, each.reviewed_by_id): each for each in drafts
    }.values()


def require_members(standing: Standing, entry: Entry, before: Entry | None = None) -> None:
    """People named in an entry are members of its project, who are not disabled."""
    for name in ("assigned_to_id", "submitted_by_id", "reviewed_by_id"):
        account_id = getattr(entry, name)
        if account_id is not None and (before is None or account_id != getattr(before, name)):
            require_member(standing, account_id, name)


def require_member(standing: Standing, account_id: int, name: str) -> None:
    if not rights.is_present(standing.project, account_id):
        raise Unprocessable(Fault("is no (enabled) member of the project", f"/data/attributes/{name}"))


def _require_different(resources: Sequence[str]) -> None:
    for index, resource in enumerate(resources):
        if resource in resources[:index]:
            raise resource_taken(resource)


def resource_taken(resource: str) -> Conflict:
    return Conflict("The dataset has an entry with this resource already.", f"resource: {resource[:200]!r}")


def _put(item: dict[str, Any]) -> Write:
    return transactions.put(keys.table(), item, "attribute_not_exists(pk)")


def _claim(entry: Entry) -> dict[str, Any]:
    return keys.resource(entry.dataset_id, entry.resource) | {"entry_id": text(entry.id)}


def by_resource(dataset_id: str, resource: str) -> str | None:
    """The id of the dataset's entry with this resource."""
    item = reads.get(keys.table(), keys.resource(dataset_id, resource))
    return item["entry_id"]["S"] if item else None


def update(caller: Caller, entry_id: str, attributes: Mapping[str, Any], now: int) -> Entry:
    """What an owner sets directly. The end of the media job takes the entry to annotate."""

    def set_attributes(found: Found) -> Entry:
        found.standing.require_owner()
        after = workflow.changed(found.entry, found.entry._replace(**_typed(attributes)), now)
        require_members(found.standing, after, found.entry)
        return after

    return change(caller, entry_id, set_attributes, now)


def _typed(attributes: Mapping[str, Any]) -> dict[str, Any]:
    kinds: dict[str, Callable[[Any], Any]] = {
        "wf_step": Step,
        "status": Status,
        "priority": lambda it: it or 0,
    }
    return {name: kinds.get(name, lambda it: it)(value) for name, value in attributes.items()}


def change(caller: Caller, entry_id: str, to: Callable[[Found], Entry], now: int, seen: bool = True) -> Entry:
    """Read an entry, let `to` say what becomes of it, and write that unless somebody else was faster.

    `seen`: whether an entry that the caller does not see is not found; else `to` decides.
    """
    for _ in range(_TRIES):
        found = visible(caller, entry_id) if seen else find(caller, entry_id)
        after = to(found)
        if after == found.entry:
            return after
        try:
            return save(found.entry, after, now)
        except ConditionFailed:
            continue
    raise Busy("Too many changes to the same entry at once; try again.")


def save(before: Entry, after: Entry, now: int) -> Entry:
    """Write an entry's next form with what it moves; `ConditionFailed` when it has another form by now."""
    after = after._replace(updated_at=max(now, after.created_at), revision=before.revision + 1)
    difference = changes.between(items.entry_item(before), items.entry_item(after))
    condition = "revision = :seen AND held_since = :held" if before.held_since else "revision = :seen"
    held = {"held": number(before.held_since)} if before.held_since else {}
    entry = changes.change(
        keys.table(),
        keys.record("entries", before.id),
        difference,
        condition,
        seen=number(before.revision),
        **held,
    )
    resource = resource_moves(before, after)
    placing.moved(lambda slot: [entry, *_move(before, after, slot), *resource])
    return after


def try_save(before: Entry, after: Entry, now: int) -> bool:
    """`save`, or False when the entry has another form by now."""
    try:
        save(before, after, now)
    except ConditionFailed:
        return False
    return True


def _move(before: Entry, after: Entry | None, slot: int) -> list[Write]:
    old, new = items.leaf_of(before), items.leaf_of(after) if after else None
    if old == new:
        return []
    return [shelves.move(keys.shelf("entries", before.dataset_id), before.block, old, new, slot)]


def resource_moves(before: Entry, after: Entry) -> list[Write]:
    if before.resource == after.resource:
        return []
    if by_resource(after.dataset_id, after.resource):
        raise resource_taken(after.resource)
    gone = keys.resource(before.dataset_id, before.resource)
    return [transactions.delete(keys.table(), gone), _put(_claim(after))]


def delete(caller: Caller, entry_id: str, now: int) -> None:
    """Delete an entry with its annotations and notes, in the background where they are many."""
    for _ in range(_TRIES):
        found = visible(caller, entry_id)
        found.standing.require_owner()
        entry = found.entry
        if entry.status in (Status.IN_PROGRESS, Status.COMPLETED):
            raise Forbidden("An entry that is in progress or completed cannot be deleted.")
        try:
            deleting.entry(entry, partial(_removal, entry), now)
        except ConditionFailed:
            continue
        return
    raise Busy("Too many changes to the same entry at once; try again.")


def _removal(entry: Entry, slot: int) -> list[Write]:
    unchanged = {"seen": number(entry.revision)}
    key = keys.record("entries", entry.id)
    return [
        transactions.delete(keys.table(), key, "revision = :seen", **unchanged),
        transactions.delete(keys.table(), keys.resource(entry.dataset_id, entry.resource)),
        *_move(entry, None, slot),
    ]
