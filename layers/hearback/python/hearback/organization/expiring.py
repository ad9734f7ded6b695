"""The daily end of what organizations do not want to keep any longer.

Each record goes in one transaction with what is counted of it, if it still is what was read; one that changes
at that moment is looked at again tomorrow.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from hearback.callbacks import items as callback_items
from hearback.callbacks import keys as callback_keys
from hearback.deadline import Deadline
from hearback.organization import forgetting, jobs, records, retention, walking
from hearback.organization.jobs import Job, State
from hearback.settings import settings
from hearback.storage import reads, transactions
from hearback.storage.items import Item, get_number, get_text, key_of
from hearback.storage.transactions import ConditionFailed, transact
from hearback.timestamps import DAY
from hearback.translation import entries
from hearback.translation.entries import Batch, Lost
from hearback.translation.keys import COUNT_SHARDS
from hearback.translation.model import ApprovalState, Feedback

TABLES = ("translation_table", "callback_table", "content_table")
_CHUNK = 64
"""Items looked at together; what ends, ends 16 at a time."""
_SEVERAL = 50
_MOST_COUNTED = transactions.MOST_WRITES - 1 - _CHUNK
"""Organizations of which something has ended: with those of one more chunk they are counted in one transaction."""


def carry_on(message: Mapping[str, Any], deadline: Deadline) -> None:
    """Go on with a day's work, and pass what is left on to the next round of the worker."""
    jobs.carry_on(message, lambda job: _Work(job, deadline).go_on())


class _Work:
    """One worker's part of one day's work."""

    def __init__(self, job: Job, deadline: Deadline) -> None:
        self._job = job
        self._deadline = deadline
        self._limits = retention.limits(job)

    def go_on(self) -> Job:
        while self._job.stage < len(TABLES):
            self._piece(TABLES[self._job.stage])
            if self._deadline.passed:
                return self._job
        return jobs.end(self._job, State.DONE, time.time_ns())

    def _piece(self, table: str) -> None:
        piece, ended = walking.items(table, self._job.place), Counter[str]()
        place = piece.place
        for start in range(0, len(piece.items), _CHUNK):
            chunk = piece.items[start : start + _CHUNK]
            whose = reads.at_once(lambda item: self._end(table, item), chunk)
            ended.update(each for each in whose if each)
            enough = self._deadline.passed or len(ended) > _MOST_COUNTED
            if enough and start + _CHUNK < len(piece.items):
                place = key_of(chunk[-1])
                break
        name = table.removesuffix("_table")
        counts = Counter(self._job.counts) + Counter({name: ended.total()})
        after = self._job._replace(stage=self._job.stage + (place is None), place=place, counts=dict(counts))
        each_ones = [retention.count(after, whose, name, number) for whose, number in ended.items()]
        self._job = jobs.advance(self._job, after, each_ones)

    def _end(self, table: str, item: Item) -> str:
        """End the item if its time is over; whose it was, if so."""
        whose = get_text(item, "organization_id") or item["pk"]["S"].partition("#")[0]
        limits = self._limits.get(whose)
        kind = records.kind_of(table, item) if limits else None
        if not (limits and kind in _ENDS):
            return ""
        period, end = _ENDS[kind]
        return whose if end(item, limits.get(period, 0)) else ""


def _end_entry(item: Item, limit: int) -> bool:
    entry = entries.from_item(item)
    if _changed(entry) >= limit or entry.approval_state is ApprovalState.AWAITING:
        return False
    guards = entries.read_guards(entry.organization_id, entries.sources_of([(entry, None)]))
    batch = Batch(entry.organization_id, guards)
    batch.add(entry, None)
    try:
        batch.commit(shard=entry.feedback_id % COUNT_SHARDS)
    except Lost:
        return False
    return True


def _changed(entry: Feedback) -> int:
    """When an entry was changed here. A file that restores it may say any time: one before it came, or one that
    is yet to come, does not count."""
    ours = entry.added <= entry.modified <= time.time_ns() + DAY  # clocks differ a little
    return entry.modified if ours else entry.added


def _end_callback(item: Item, limit: int) -> bool:
    """The attempts first: without their callback nobody would find them."""
    callback = callback_items.callback_from(item)
    if callback.updated_at >= limit or not callback.delivery.state.finished:
        return False
    table = settings().callback_table
    attempts = list(reads.every(callback_keys.attempts(callback.id)))
    for start in range(0, len(attempts), _SEVERAL):
        several = attempts[start : start + _SEVERAL]
        transact([transactions.delete(table, key_of(each)) for each in several])
    seen = callback_items.seen(callback.delivery)
    return _done(transactions.delete(table, key_of(item), callback_items.UNCHANGED, **seen))


def _end_authorship(item: Item, limit: int) -> bool:
    if "user" not in item or get_number(item, "at") >= limit:
        return False
    return _done(*forgetting.anonymous(item))


def _done(*writes: transactions.Write) -> bool:
    try:
        transact(writes)
    except ConditionFailed:
        return False
    return True


_ENDS: dict[str | None, tuple[str, Callable[[Item, int], bool]]] = {
    "translation_feedback": ("translation_feedback", _end_entry),
    "callbacks": ("callbacks", _end_callback),
    "content_votes": ("content_authors", _end_authorship),
    "content_flags": ("content_authors", _end_authorship),
}
"""By kind of record: the period that is its, and what ends it if it is older than that."""
