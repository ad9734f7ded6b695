"""The day's work: the most urgent entry for whoever asks, and assignments that are given back."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from hearback.access.model import Caller
from hearback.dataset import datasets, entries, items, keys, rights, workflow
from hearback.dataset.entries import Found
from hearback.dataset.model import Dataset, Entry, Status, Step
from hearback.dataset.rights import STEP_OF, Standing
from hearback.deadline import Deadline
from hearback.errors import Busy, HearbackError
from hearback.storage import owed, reads
from hearback.storage.items import Item
from hearback.storage.reads import Range
from hearback.storage.transactions import transact
from hearback.timestamps import SECOND

_CANDIDATES = 25
_MOST_CANDIDATES = 2_000
"""Of a line, however many of them a reviewer has submitted: who has more of their own waits for others."""

_NEAR = 8
"""Among how many of the most urgent candidates those choose who lost the first to somebody else."""
_LOOKS = 10
_MOST_RELEASED = 25


def take_next(caller: Caller, dataset_id: str, step: Step | None, now: int) -> Entry | None:
    """Assign to the caller the most urgent entry that waits for them or for anybody, if there is one."""
    standing, dataset = datasets.find(caller, dataset_id)
    release(dataset, now)
    refused: set[str] = set()
    for _ in range(_LOOKS):
        fresh = (its_id for its_id in _candidates(standing, dataset, step) if its_id not in refused)
        candidates = list(islice(fresh, _CANDIDATES))
        if not candidates:
            return None
        while candidates:
            entry = _taken(standing, candidates[0], now)
            if entry is not None:
                return entry
            refused.add(candidates.pop(0))
            near = candidates[:_NEAR]
            random.shuffle(near)
            candidates[:_NEAR] = near
    raise Busy("Many others take entries at this moment; try again.")


def _candidates(standing: Standing, dataset: Dataset, step: Step | None) -> Iterator[str]:
    """Ids of the entries that wait for the caller, most urgent first."""
    account_id = standing.caller.account_id
    steps = [step] if step else [Step.ANNOTATE, Step.REVIEW]
    free = [each for each in steps if standing.owns or STEP_OF[standing.role] is each]
    lines = [_waiting(items.waiting(dataset.id, each, None)) for each in free]
    lines += [_waiting(items.waiting(dataset.id, each, account_id)) for each in steps]
    for item in heapq.merge(*lines, key=lambda item: str(item["urgency"]["S"])):
        own = item["work"]["S"] == items.waiting(dataset.id, Step.REVIEW, None)
        if not (own and item.get("submitted_by_id", {}).get("N") == str(account_id)):
            yield item["sk"]["S"]


def _waiting(partition: str) -> Iterator[Item]:
    return islice(reads.every(_urgency(partition), 4 * _CANDIDATES), _MOST_CANDIDATES)


def _urgency(partition: str, last: str = "\U0010ffff") -> Range:
    index = {"index_name": keys.BY_URGENCY, "partition_attribute": "work", "sort_attribute": "urgency"}
    return Range(keys.table(), partition, last=last, **index)


def _taken(standing: Standing, entry_id: str, now: int) -> Entry | None:
    """The entry, if the caller got it: an index may lag behind, and others may be faster."""
    caller = standing.caller

    def take(found: Found) -> Entry:
        entry = found.entry
        waits = entry.status is Status.PENDING and entry.wf_step in (Step.ANNOTATE, Step.REVIEW)
        if not waits or not (found.standing.is_assigned(entry) or found.standing.may_take(entry)):
            raise rights.not_found("entry", entry_id)
        return workflow.selected(entry, caller.account_id, now)

    try:
        return entries.change(caller, entry_id, take, now, seen=False)
    except Busy:
        raise
    except HearbackError:
        return None


# ── Given back ──


def release(dataset: Dataset, now: int) -> int:
    """Release assignments that nobody has touched for the time that the dataset sets; how many."""
    patience = dataset.release_after
    if patience is None or now <= patience:
        return 0
    run = _urgency(items.held(dataset.id), f"{now - patience:019d}#")
    released = 0
    for item in islice(reads.every(run, _MOST_RELEASED), _MOST_RELEASED):
        released += _release(item["sk"]["S"], now - patience, now)
    return released


def _release(entry_id: str, untouched_since: int, now: int) -> bool:
    item = reads.get(keys.table(), keys.record("entries", entry_id))
    entry = items.ENTRY.from_item(item) if item else None
    if entry is None or entry.status is not Status.IN_PROGRESS or (entry.held_since or 0) > untouched_since:
        return False
    return entries.try_save(entry, workflow.released(entry), now)


def release_everywhere(now: int, deadline: Deadline) -> int:
    """Release untouched assignments in every dataset that sets a time; how many."""
    released = 0
    first = now // (60 * SECOND)  # another one each minute: no shard is always the last
    for shard in range(keys.RELEASE_SHARDS):
        for mark in reads.every(keys.releases((first + shard) % keys.RELEASE_SHARDS)):
            if deadline.passed:
                return released
            item = reads.get(keys.table(), keys.record("datasets", mark["sk"]["S"]))
            while item and deadline.remaining and (some := release(items.DATASET.from_item(item), now)):
                released += some
    return released


def unassign(message: Mapping[str, Any], deadline: Deadline, now: int) -> bool:
    """Take everything from a disabled member that is not done; False when the deadline came first."""
    account_id: int = message["unassign"]
    for dataset in reads.every(keys.children("datasets", message["project"])):
        if not deadline.remaining:
            return False
        for item in reads.every(keys.person("assigned", account_id, dataset["sk"]["S"])):
            if deadline.passed:
                return False
            _take_away(item["sk"]["S"], account_id, now)
    return True


def _take_away(entry_id: str, account_id: int, now: int) -> None:
    for _ in range(_LOOKS):
        item = reads.get(keys.table(), keys.record("entries", entry_id))
        entry = items.ENTRY.from_item(item) if item else None
        if entry is None or entry.assigned_to_id != account_id:
            return
        if entries.try_save(entry, workflow.released(entry), now):
            return
    raise Busy("The entry keeps changing; it goes on later.")


def carry_on(message: Mapping[str, Any], deadline: Deadline, now: int) -> None:
    """A worker's look after a member was disabled: the last one, since an index has had time to follow."""
    if not owed.hold(message["debt"], now):
        return  # another worker has done it
    account = keys.membership(message["organization"], message["unassign"], message["project"])
    membership = reads.get(keys.table(), account)
    enabled_again = membership is not None and "disabled_at" not in membership
    if not enabled_again and not unassign(message, deadline, now):
        owed.pass_on("upkeep", message)
        return
    transact([owed.settle(message["debt"])])
