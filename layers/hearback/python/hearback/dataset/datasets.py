"""Datasets of a project, with exact counts of their entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from hearback.access.model import Caller
from hearback.dataset import counting, deleting, items, keys, placing, rights
from hearback.dataset.model import Dataset, MemberRole, Project, Status
from hearback.dataset.rights import STEP_OF, Standing
from hearback.errors import Forbidden
from hearback.storage import blocks, changes, ordered, reads, shelves, transactions
from hearback.storage.shelves import Tail
from hearback.storage.transactions import ConditionFailed, transact

_MOST_LOOKED_AT = 1_000
"""Entries that wait for a review, when all before them are the caller's own."""


def create(caller: Caller, project_id: str, attributes: Mapping[str, Any], now: int) -> Dataset:
    standing = rights.standing(caller, project_id)
    standing.require_owner()
    made: list[Dataset] = []

    def writes(new: list[str], block: str) -> list[transactions.Write]:
        opened = {kind: shelves.opened(keys.shelf(kind, new[0]), new[0]) for kind in items.SHELVES}
        tails: dict[str, Any] = {f"{kind}_tail": tail for kind, (tail, _) in opened.items()}
        draft = _new(standing.project, attributes, now)._replace(**tails)
        made[:] = [placing.placed(draft, new[0], block)]
        put = transactions.put(keys.table(), items.dataset_item(made[0]), "attribute_not_exists(pk)")
        marks = [_release_mark(made[0])] if draft.release_after else []
        return [put, *marks, *(row for _, rows in opened.values() for row in rows)]

    placing.place(placing.in_project(standing.project), project_id, keys.EVERY, 1, writes)
    return made[0]


def _new(project: Project, attributes: Mapping[str, Any], now: int) -> Dataset:
    nowhere = Tail("", 1)
    return Dataset(
        id="",
        organization_id=project.organization_id,
        project_id=project.id,
        name=attributes["name"],
        labels=attributes.get("labels"),
        modality=attributes["modality"],
        labeling_configuration=attributes.get("labeling_configuration"),
        workflow_configuration=attributes.get("workflow_configuration"),
        created_at=now,
        updated_at=now,
        block="",
        entries_tail=nowhere,
        annotations_tail=nowhere,
        note_feeds_tail=nowhere,
        note_comments_tail=nowhere,
    )


def get(caller: Caller, dataset_id: str) -> Dataset:
    """A dataset that the caller owns, or in which there is something for them to do."""
    standing, dataset = find(caller, dataset_id)
    dataset, has_work = counted(standing, dataset)
    if not has_work:
        raise rights.not_found("dataset", dataset_id)
    return dataset


def find(caller: Caller, dataset_id: str) -> tuple[Standing, Dataset]:
    """A dataset without its counts, and the caller's standing in its project, which may show them nothing."""
    item = reads.get(keys.table(), keys.record("datasets", dataset_id))
    if item is None or item["organization_id"]["S"] != caller.organization_id:
        raise rights.not_found("dataset", dataset_id)
    dataset = items.DATASET.from_item(item)
    return rights.standing(caller, dataset.project_id), dataset


def counted(standing: Standing, dataset: Dataset) -> tuple[Dataset, bool]:
    """The dataset with its counts, and whether the caller sees it: one query, seldom two."""
    by_leaf = blocks.read(keys.shelf("entries", dataset.id)).by_leaf()
    return dataset._replace(counts=counting.of(by_leaf)), standing.owns or _has_work(
        standing, dataset, by_leaf
    )


def _has_work(standing: Standing, dataset: Dataset, by_leaf: Mapping[str, int]) -> bool:
    """Whether an entry of the dataset is assigned to the caller, or free for them to take."""
    free = items.leaf_name(STEP_OF[standing.role], Status.PENDING, assigned=False)
    if by_leaf.get(free) and (standing.role is not MemberRole.REVIEWER or _reviewable(standing, dataset)):
        return True
    mine = keys.person("assigned", standing.caller.account_id, dataset.id)
    return bool(reads.query(mine, 1)[0])


def _reviewable(standing: Standing, dataset: Dataset) -> bool:
    """Whether somebody else's entry waits for a review: found at once, unless all are the caller's own."""
    free = items.leaf_name(STEP_OF[standing.role], Status.PENDING, assigned=False)
    waiting = islice(ordered.merged([ordered.Run(keys.leaf(dataset.id, free))], 10), _MOST_LOOKED_AT)
    looked_at = [standing.may_take(items.ENTRY.from_item(item)) for item in waiting]
    return any(looked_at) or len(looked_at) == _MOST_LOOKED_AT


def all_counted(pairs: Sequence[tuple[Standing, Dataset]]) -> Iterable[tuple[Dataset, bool]]:
    """`counted` for many, at once."""
    if len(pairs) < 2:
        return [counted(*pair) for pair in pairs]
    with ThreadPoolExecutor(min(16, len(pairs))) as threads:
        return list(threads.map(lambda pair: counted(*pair), pairs))


def update(caller: Caller, dataset_id: str, attributes: Mapping[str, Any], now: int) -> Dataset:
    standing, before = owned(caller, dataset_id)
    after = before._replace(**attributes, updated_at=now)
    difference = changes.between(items.dataset_item(before), items.dataset_item(after))
    writes = [changes.change(keys.table(), keys.record("datasets", dataset_id), difference)]
    if "workflow_configuration" in difference:
        writes.append(_release_mark(after))
    try:
        transact(writes)
    except ConditionFailed:
        raise rights.not_found("dataset", dataset_id) from None
    return counted(standing, after)[0]


def _release_mark(dataset: Dataset) -> transactions.Write:
    """The write of what tells the worker that the dataset's assignments are released after a time, or not."""
    mark = keys.release(dataset.id)
    if dataset.release_after:
        return transactions.put(keys.table(), mark)
    return transactions.delete(keys.table(), mark)


def owned(caller: Caller, dataset_id: str) -> tuple[Standing, Dataset]:
    standing, dataset = find(caller, dataset_id)
    if not standing.owns:
        get(caller, dataset_id)  # what they do not see is not found
    standing.require_owner()
    return standing, dataset


def delete(caller: Caller, dataset_id: str, now: int) -> str:
    """Delete a dataset with all that is in it; the id of the deletion, which tells how far it is."""
    standing, dataset = owned(caller, dataset_id)
    if counted(standing, dataset)[0].status is not Status.PENDING:
        raise Forbidden("A dataset that is in progress or completed cannot be deleted.")
    return deleting.dataset(caller, dataset, now)
