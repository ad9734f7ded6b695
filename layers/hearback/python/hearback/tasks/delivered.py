"""Deliveries since a consumer's last call.

A consumer is a name and how far it has read the log of deliveries. What a call hands out is leased: until
it is acknowledged, or the lease is over, the same page can be asked for again (`replay`). The next call
without that goes on behind it.

Transactions may commit a little out of the order of their times. So each call looks `BACK` behind its
cursor, and leaves out what it has handed out: nothing is lost, and nothing comes twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hearback.deadline import Deadline
from hearback.errors import Busy
from hearback.storage import reads, transactions
from hearback.storage.codec import JSON, NUMBER, Codec
from hearback.storage.items import Item, number
from hearback.storage.transactions import ConditionFailed, transact
from hearback.tasks import keys, payloads
from hearback.tasks.lists import Wanted, still_delivered
from hearback.tasks.model import Task
from hearback.tasks.projects import TaskProject
from hearback.timestamps import SECOND

LEASE = 600 * SECOND
"""How long a page can be asked for again."""

BACK = 60 * SECOND
"""Later than by this much no delivery commits: a request takes half a minute at most."""

MOST_RECENT = 5_000
"""Rows that a consumer's record remembers: at more deliveries a minute it looks back less far."""

MOST_BYTES = 5_000_000
"""Bytes of a page as Lambda counts them: what is handed out has to arrive. One task has less."""

_TRIES = 10


class Consumer(NamedTuple):
    """How far a consumer is. Rows are named by their places in the log."""

    cursor: int = 0
    """The time (ns) up to which it has read the log."""
    recent: list[str] = []  # noqa: RUF012 - never changed
    """Rows handed out that are not older than `BACK` before the cursor, in their order."""
    leased: list[str] = []  # noqa: RUF012
    leased_until: int = 0
    revision: int = 0

    @property
    def looks_from(self) -> str:
        """The place in the log from which on something may be new."""
        first = keys.since(self.cursor - BACK)
        return max(first, self.recent[0]) if len(self.recent) == MOST_RECENT else first


_CONSUMER = Codec(
    Consumer, {"cursor": NUMBER, "recent": JSON, "leased": JSON, "leased_until": NUMBER, "revision": NUMBER}
)


class Handout(NamedTuple):
    tasks: list[Task]
    more: bool = False
    """Whether there is more at this moment."""


def next_page(
    project: TaskProject, name: str, wanted: Wanted, limit: int, deadline: Deadline, now: int
) -> Handout:
    """What was delivered since the last call: all of it, or as much as one answer holds."""
    for _ in range(_TRIES):
        consumer = _read(project.number, name)
        found = _behind(project, consumer, wanted, limit, deadline)
        after = _handed_out(consumer, found, now)
        if after == consumer or _write(project.number, name, consumer, after):
            return Handout(found.tasks, found.more)
    raise Busy("Others call as the same consumer at this moment; try again.")


class _Found(NamedTuple):
    """What is to be handed out, and how far the log was read for it."""

    rows: list[str]
    tasks: list[Task]
    cursor: int
    more: bool


def _behind(
    project: TaskProject, consumer: Consumer, wanted: Wanted, limit: int, deadline: Deadline
) -> _Found:
    seen, cursor = set(consumer.recent), consumer.cursor
    rows: list[str] = []
    tasks: list[Task] = []
    size = 0
    for chunk in _pages(keys.deliveries(project.number, consumer.looks_from), limit + 1):  # is there more?
        if deadline.passed:
            return _Found(rows, tasks, cursor, more=True)
        fresh = [row for row in chunk if row["sk"]["S"] not in seen]
        for row, task in zip(fresh, still_delivered(project.number, fresh, wanted), strict=True):
            if task is not None:
                size += payloads.weight(payloads.task(task, project.time_form))
                if len(tasks) == limit or (tasks and size > MOST_BYTES):
                    return _Found(rows, tasks, cursor, more=True)
                rows.append(row["sk"]["S"])
                tasks.append(task)
            cursor = max(cursor, _time(row["sk"]["S"]))
    return _Found(rows, tasks, cursor, more=False)


def _pages(run: reads.Range, size: int) -> Iterator[list[Item]]:
    more = True
    while more:
        page, more = reads.query(run, size)
        if page:
            yield page
            run = run.after(run.place(page[-1]))


def _time(row: str) -> int:
    return int(row.partition("#")[0])


def _handed_out(consumer: Consumer, found: _Found, now: int) -> Consumer:
    """The consumer after the call. What was leased before stays so until there is something new."""
    if found.cursor == consumer.cursor and not found.rows:
        return consumer
    oldest = keys.since(found.cursor - BACK)
    recent = sorted(row for row in [*consumer.recent, *found.rows] if row >= oldest)
    after = consumer._replace(
        cursor=found.cursor, recent=recent[-MOST_RECENT:], revision=consumer.revision + 1
    )
    return after._replace(leased=found.rows, leased_until=now + LEASE) if found.rows else after


def replay(project: TaskProject, name: str, now: int) -> Handout:
    """The page of the last call again, while it is leased; else nothing."""
    consumer = _read(project.number, name)
    if consumer.leased_until <= now:
        return Handout([])
    rows = [keys.delivered_row(project.number, row) for row in consumer.leased]
    found = sorted(reads.get_many(keys.table(), rows), key=lambda item: str(item["sk"]["S"]))
    return Handout([task for task in still_delivered(project.number, found, Wanted()) if task is not None])


def acknowledge(project: TaskProject, name: str) -> int:
    """The consumer has its last page; how many tasks that were."""
    for _ in range(_TRIES):
        consumer = _read(project.number, name)
        if not consumer.leased:
            return 0
        after = consumer._replace(leased=[], leased_until=0, revision=consumer.revision + 1)
        if _write(project.number, name, consumer, after):
            return len(consumer.leased)
    raise Busy("Others call as the same consumer at this moment; try again.")


def _read(project: int, name: str) -> Consumer:
    item = reads.get(keys.table(), keys.consumer(project, name))
    return _CONSUMER.from_item(item) if item else Consumer()


def _write(project: int, name: str, before: Consumer, after: Consumer) -> bool:
    """False when another call was faster."""
    item = keys.consumer(project, name) | _CONSUMER.to_item(after)
    condition = "revision = :seen" if before.revision else "attribute_not_exists(pk)"
    values = {"seen": number(before.revision)} if before.revision else {}
    try:
        transact([transactions.put(keys.table(), item, condition, **values)])
    except ConditionFailed:
        return False
    return True
