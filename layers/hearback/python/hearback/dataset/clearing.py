"""Removing what is below something deleted: children first, so that a crash leaves nothing unfindable.

Below what is still there the counts move with each removal; below a deleted dataset nobody counts any
more, and items go in plain batches. Everything here may be done twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice

from hearback.dataset import items, keys
from hearback.dataset.model import Annotation, Dataset, NoteComment, NoteFeed
from hearback.dataset.placing import moved
from hearback.deadline import Deadline
from hearback.errors import Busy
from hearback.storage import reads, removal, shelves, transactions
from hearback.storage.items import Item, key_of, text
from hearback.storage.transactions import ConditionFailed, Write, transact

_STEP = transactions.MOST_WRITES // 2
"""Records that one transaction removes: each with its locator, or with a row that counts it."""
_CHUNK = 50
_THREADS = 16
_TRIES = 20


def feeds_of(entry_id: str) -> Iterator[NoteFeed]:
    found = (
        items.NOTE_FEED.from_item(item) for item in reads.every(keys.children("note_feeds", entry_id), _STEP)
    )
    return (feed for feed in found if feed.entry_id == entry_id)


def _comments_of(feed_id: str) -> Iterator[NoteComment]:
    run = keys.children("note_comments", feed_id)
    found = (items.NOTE_COMMENT.from_item(item) for item in reads.every(run, _STEP))
    return (comment for comment in found if comment.note_feed_id == feed_id)


def _annotations_of(entry_id: str) -> Iterator[Annotation]:
    found = (
        items.ANNOTATION.from_item(item)
        for item in reads.every(keys.children("annotations", entry_id), _STEP)
    )
    return (annotation for annotation in found if annotation.entry_id == entry_id)


# ── Below what is still there: counted ──


def entry(dataset_id: str, entry_id: str, deadline: Deadline) -> bool:
    """Annotations, note feeds and comments of a deleted entry."""
    for feed in feeds_of(entry_id):
        if not comments(feed.id, deadline):
            return False
    feeds = _remove(dataset_id, "note_feeds", lambda: feeds_of(entry_id), deadline)
    return feeds and _remove(dataset_id, "annotations", lambda: _annotations_of(entry_id), deadline)


def comments(feed_id: str, deadline: Deadline) -> bool:
    """The comments of a deleted feed."""
    first = next(_comments_of(feed_id), None)
    if first is None:
        return True
    return _remove(first.dataset_id, "note_comments", lambda: _comments_of(feed_id), deadline)


def leave_no_counts(dataset_id: str, deadline: Deadline) -> bool:
    """What was removed below something deleted was counted, maybe in a dataset that went before it.

    A dataset that goes later takes its counts along.
    """
    item = reads.get(keys.table(), keys.record("datasets", dataset_id))
    return (item is not None and "shut" not in item) or _erase_counts(dataset_id, deadline)


Countable = Annotation | NoteFeed | NoteComment


def _remove(dataset_id: str, kind: str, find: Callable[[], Iterator[Countable]], deadline: Deadline) -> bool:
    """Remove all that `find` finds, each run in one transaction with its counts."""
    for _ in range(_TRIES):
        try:
            return _remove_all(dataset_id, kind, find, deadline)
        except ConditionFailed:
            continue  # another worker was faster, or a feed was resolved: look again
    raise Busy("Others are at the same records; it goes on later.")


def _remove_all(
    dataset_id: str, kind: str, find: Callable[[], Iterator[Countable]], deadline: Deadline
) -> bool:
    while several := list(islice(find(), _STEP)):
        if deadline.passed:
            return False
        _remove_run(dataset_id, kind, several)
    return True


def _remove_run(dataset_id: str, kind: str, several: Sequence[Countable]) -> None:
    shelf = keys.shelf(kind, dataset_id)
    by_block: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    writes: list[Write] = []
    for record in several:
        writes += _removal(record)
        if record.block:
            by_block[record.block][leaf_of(record)] -= 1
    moved(
        lambda slot: [
            *writes,
            *(shelves.shift(shelf, block, by_leaf, slot) for block, by_leaf in by_block.items()),
        ]
    )


def leaf_of(record: Countable) -> str:
    return record.status if isinstance(record, NoteFeed) else keys.EVERY


def _removal(record: Countable) -> list[Write]:
    if isinstance(record, NoteFeed):
        return [_feed_delete(record)]
    if isinstance(record, NoteComment):
        return [transactions.delete(keys.table(), keys.record("note_comments", record.id), _THERE)]
    key = keys.of_parent("annotations", record.entry_id, record.id)
    gone = [transactions.delete(keys.table(), key, _THERE)]
    if not record.block:
        gone.append(
            transactions.delete(keys.table(), keys.annotation_locator(record.organization_id, record.id))
        )
    return gone


_THERE = "attribute_exists(pk)"


def _feed_delete(feed: NoteFeed) -> Write:
    unchanged = {"names": {"#s": "status"}, "seen": text(feed.status)}
    return transactions.delete(keys.table(), keys.record("note_feeds", feed.id), "#s = :seen", **unchanged)


def feed_removal(feed: NoteFeed, slot: int) -> list[Write]:
    """The writes that delete one feed with its count."""
    shelf = keys.shelf("note_feeds", feed.dataset_id)
    return [_feed_delete(feed), shelves.move(shelf, feed.block, feed.status, None, slot)]


# ── Below a deleted dataset or project: uncounted ──


def retirements(dataset: Dataset) -> list[Write]:
    """The writes after which nothing new is counted in a dataset."""
    return [
        write
        for kind in items.SHELVES
        for write in shelves.retired(keys.shelf(kind, dataset.id), getattr(dataset, f"{kind}_tail"))
    ]


def project(project_id: str, deadline: Deadline, progress: Callable[[int], None]) -> bool:
    """The datasets and members of a deleted project."""
    for item in reads.every(keys.children("datasets", project_id)):
        found = items.DATASET.from_item(item)
        if found.project_id != project_id:
            continue
        chosen = _shut(found)
        if not dataset(found.id, chosen, deadline, progress):
            return False
        gone = [keys.record("datasets", found.id), keys.release(found.id)]
        transact([transactions.delete(keys.table(), row) for row in gone])
    members = [items.MEMBER.from_item(item) for item in reads.every(keys.members(project_id))]
    found_by = [items.member_items(member) for member in members]
    _delete_all([key_of(item) for _, *others in found_by for item in others])
    _delete_all([key_of(first) for first, *_ in found_by])
    return shelves.erase(keys.shelf("datasets", project_id), deadline)


def _shut(found: Dataset) -> bool:
    """Take a dataset's open blocks away, once. Whether annotations are in it whose ids their clients chose."""
    row = keys.record("datasets", found.id)
    for _ in range(_TRIES):
        current = reads.get(keys.table(), row)
        if current is None or "shut" in current:
            return current is not None and "chosen_ids" in current
        found = items.DATASET.from_item(current)
        tails = {f"{kind}_tail": current[f"{kind}_tail"] for kind in items.SHELVES}
        unchanged = " AND ".join(f"{name} = :{name}" for name in tails)
        shut = transactions.update(keys.table(), row, "SET shut = :yes", unchanged, yes=text("yes"), **tails)
        with suppress(ConditionFailed):
            transact([shut, *retirements(found)])
    raise Busy("The dataset keeps changing; its deletion goes on later.")


def dataset(dataset_id: str, chosen_ids: bool, deadline: Deadline, progress: Callable[[int], None]) -> bool:
    """The entries of a deleted dataset with all that is below them, and its counters.

    Annotations with chosen ids are not counted, so nothing but their entry keeps new ones out.
    """
    run = keys.children("entries", dataset_id)
    found = (item for item in reads.every(run) if item["dataset_id"]["S"] == dataset_id)
    with ThreadPoolExecutor(_THREADS) as threads:
        while chunk := list(islice(found, _CHUNK)):
            if deadline.passed:
                return False
            if chosen_ids:
                list(threads.map(_shut_entry, chunk))
            below = list(threads.map(lambda item: _below_entry(item["id"]["S"]), chunk))
            for depth in (0, 1):
                _delete_all([row for rows in below for row in rows[depth]], threads)
            _delete_all([keys.resource(dataset_id, item["resource"]["S"]) for item in chunk], threads)
            _delete_all([key_of(item) for item in chunk], threads)
            progress(len(chunk))
    return _erase_counts(dataset_id, deadline)


def _erase_counts(dataset_id: str, deadline: Deadline) -> bool:
    return all(shelves.erase(keys.shelf(kind, dataset_id), deadline) for kind in items.SHELVES)


def _shut_entry(item: Item) -> None:
    change, there = "SET shut = :yes", "attribute_exists(pk)"
    with suppress(ConditionFailed):
        transact([transactions.update(keys.table(), key_of(item), change, there, yes=text("yes"))])


def _below_entry(entry_id: str) -> tuple[list[Item], list[Item]]:
    """The keys of all that is below an entry: first what is found through the rest, then that."""
    feeds, annotations = list(feeds_of(entry_id)), list(_annotations_of(entry_id))
    deep = [keys.record("note_comments", comment.id) for feed in feeds for comment in _comments_of(feed.id)]
    deep += [
        keys.annotation_locator(annotation.organization_id, annotation.id)
        for annotation in annotations
        if not annotation.block
    ]
    flat = [keys.record("note_feeds", feed.id) for feed in feeds]
    flat += [keys.of_parent("annotations", entry_id, annotation.id) for annotation in annotations]
    return deep, flat


def _delete_all(rows: Sequence[Item], threads: ThreadPoolExecutor | None = None) -> None:
    removal.delete_all(keys.table(), rows, threads)
