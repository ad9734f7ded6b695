"""What a deleted project leaves in the tasks API: its tasks with their feedback, batches with their files,
callbacks, secrets.

Nobody finds them any more, since their project is gone. The debt to remove them is written with the
project's deletion (`hearback.dataset.deleting`) and falls due when no request that found the project is
under way any more: so one look finds all. Workers may still be: batches go first, since each chunk of
tasks demands its batch; and a callback goes with its debt, since each attempt demands the callback.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, NamedTuple

from hearback import clients
from hearback.callbacks import items as callback_items
from hearback.callbacks import keys as callback_keys
from hearback.callbacks import owing, secrets
from hearback.dataset import deleting
from hearback.deadline import Deadline
from hearback.quality import store as feedback
from hearback.settings import settings
from hearback.storage import owed, reads, transactions
from hearback.storage.items import Item, key_of
from hearback.storage.reads import Range
from hearback.storage.removal import delete_all
from hearback.storage.transactions import Write, transact
from hearback.tasks import batches, items, keys

_RUN = 200
_STEP = transactions.MOST_WRITES // 2
_THREADS = 16


def carry_on(message: Mapping[str, Any], deadline: Deadline, now: int) -> None:
    """Go on with the removal, and pass what is left on to the next round of the worker."""
    debt = deleting.tasks_debt(message["id"])
    if not owed.hold(debt, now):
        return
    try:
        _remove(message["number"], deadline)
    except _OutOfTime:
        owed.pass_on(deleting.QUEUE, message)
        return
    secrets.forget(message["id"])
    transact([owed.settle(debt)])


class _OutOfTime(Exception):
    """There is more to remove, and the deadline came first."""


def _remove(number: int, deadline: Deadline) -> None:
    with ThreadPoolExecutor(_THREADS) as threads:
        look = _Look(number, deadline, threads)
        _remove_batches(look)
        _remove_files(look)
        _remove_tasks(look)
        _remove_callbacks(look)
        for run in _rest(number):
            look.erase(run)


class _Look(NamedTuple):
    """One round over what a project left."""

    number: int
    deadline: Deadline
    threads: ThreadPoolExecutor

    def runs(self, run: Range, size: int = _RUN) -> Iterator[list[Item]]:
        """The range's items, some at a time. Raises `_OutOfTime` before the first run that has no time."""
        found = reads.every(run, size)
        while several := list(islice(found, size)):
            if self.deadline.passed:
                raise _OutOfTime
            yield several

    def erase(self, run: Range) -> None:
        for several in self.runs(run):
            delete_all(run.table, [key_of(item) for item in several], self.threads)


def _rest(number: int) -> list[Range]:
    """What is not asked for by anything else that is removed."""
    return [
        keys.everything_counted(number),
        keys.deliveries(number),
        keys.consumers(number),
        *feedback.everything_counted(number),
    ]


def _remove_batches(look: _Look) -> None:
    """Batches with their debts, after the reports of their bad rows."""
    for several in look.runs(keys.batches(look.number), _STEP):
        writes: list[Write] = []
        for batch in map(items.BATCH.from_item, several):
            look.erase(keys.failures(batch.id, 0, batch.rows))
            writes.append(transactions.delete(keys.table(), keys.batch(batch.project, batch.id)))
            writes.append(owed.settle(batches.debt(batch)))
        transact(writes)


def _remove_files(look: _Look) -> None:
    """The lists of tasks that were uploaded, or came in a request. (One that is put under an address given out
    before the deletion comes after this, and stays for the bucket's 30 days.)"""
    bucket = settings().transfer_bucket
    pages = clients.s3().get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=bucket, Prefix=batches.folder(look.number)):
        if look.deadline.passed:
            raise _OutOfTime
        names = [found["Key"] for found in page.get("Contents", [])]
        list(look.threads.map(lambda name: clients.s3().delete_object(Bucket=bucket, Key=name), names))


def _remove_tasks(look: _Look) -> None:
    """Tasks, after the feedback in each of their rounds."""
    for run in keys.tasks(look.number):
        for several in look.runs(run):
            reviews = [
                row
                for task in map(items.TASK.from_item, several)
                for row in feedback.keys_of_task(task.project, task.id, task.current_round)
            ]
            delete_all(feedback.table(), reviews, look.threads)
            delete_all(keys.table(), [key_of(item) for item in several], look.threads)


def _remove_callbacks(look: _Look) -> None:
    """Callbacks with their debts, after their attempts; and what was attempted meanwhile."""
    for several in look.runs(callback_keys.callbacks(look.number), _STEP):
        found = [callback_items.callback_from(item) for item in several]
        attempts = [callback_keys.attempts(callback.id) for callback in found]
        gone = [transactions.delete(callback_keys.table(), key_of(item)) for item in several]
        for run in attempts:
            look.erase(run)
        transact([*gone, *map(owing.settle, found)])
        for run in attempts:
            look.erase(run)
