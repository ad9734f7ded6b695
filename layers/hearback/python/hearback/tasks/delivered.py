"""Deliveries since a consumer's last call.

A consumer is a name and how far it has read the log of deliveries. What a call hands out is leased: until
it is acknowledged, or the lease is over, the same page can be asked for again (`replay`). The next call
without that goes on behind it.

Transactions may commit a little out of the order of their times. So each call looks `_BACK` behind its
cursor, and leaves out what it has handed out: nothing is lost, and nothing comes twice.
"""

from __future__ import annotations

from typing import NamedTuple

from hearback.deadline import Deadline
from hearback.errors import Busy, Invalid
from hearback.storage import reads, transactions
from hearback.storage.codec import JSON, NUMBER, Codec
from hearback.storage.items import Item, number
from hearback.storage.transactions import ConditionFailed, transact
from hearback.tasks import keys
from hearback.tasks.lists import Wanted, still_delivered
from hearback.tasks.model import Task
from hearback.tasks.projects import TaskProject
from hearback.timestamps import SECOND

LEASE = 600 * SECOND
"""How long a page can be asked for again."""

MOST = 1_000
"""Tasks that one call hands out."""

LONGEST_NAME = 200
_BACK = 60 * SECOND
_MOST_RECENT = 5_000
"""Rows that a consumer's record remembers: at more deliveries a minute it looks back less far."""

_TRIES = 10


class Consumer(NamedTuple):
    """How far a consumer is. Rows are named by their places in the log."""

    cursor: int = 0
    """The time (ns) up to which it has read the log."""
    recent: list[str] = []  # noqa: RUF012 - never changed
    """Rows handed out that are not older than `_BACK` before the cursor."""
    leased: list[str] = []  # noqa: RUF012
    leased_until: int = 0
    revision: int = 0


_CONSUMER = Codec(
    Consumer, {"cursor": NUMBER, "recent": JSON, "leased": JSON, "leased_until": NUMBER, "revision": NUMBER}
)


class Handout(NamedTuple):
    tasks: list[Task]
    leased_until: int | None


def next_page(
    project: TaskProject, name: str, wanted: Wanted, limit: int, deadline: Deadline, now: int
) -> Handout:
    """What was delivered since the last call; the whole of it, or the first `limit`."""
    for _ in range(_TRIES):
        consumer = _read(project.number, name)
        rows, tasks, cursor = _behind(project.number, consumer, wanted, limit, deadline)
        after = _handed_out(consumer, rows, cursor, now)
        if after == consumer:
            return Handout([], None)
        if _write(project.number, name, consumer, after):
            return Handout(tasks, after.leased_until if rows else None)
    raise Busy("Others call as the same consumer at this moment; try again.")


def _behind(
    project: int, consumer: Consumer, wanted: Wanted, limit: int, deadline: Deadline
) -> tuple[list[str], list[Task], int]:
    """The rows to hand out with their tasks, and how far the log was read for them."""
    seen, cursor = set(consumer.recent), consumer.cursor
    rows: list[str] = []
    tasks: list[Task] = []
    since = consumer.cursor - _BACK
    if len(consumer.recent) == _MOST_RECENT:
        since = max(since, _time(min(consumer.recent)))
    run = keys.deliveries(project, since)
    chunk: list[Item] = []
    more = True
    while more and len(tasks) < limit and not deadline.passed:
        chunk, more = reads.query(run, limit)
        fresh = [row for row in chunk if row["sk"]["S"] not in seen]
        for row, task in zip(fresh, still_delivered(project, fresh, wanted), strict=True):
            if len(tasks) == limit:
                return rows, tasks, cursor
            cursor = max(cursor, _time(row["sk"]["S"]))
            rows.append(row["sk"]["S"])
            if task is not None:
                tasks.append(task)
        run = run.after(chunk[-1]["sk"]["S"]) if chunk else run
    return rows, tasks, cursor


def _time(row: str) -> int:
    return int(row.partition("#")[0])


def _handed_out(consumer: Consumer, rows: list[str], cursor: int, now: int) -> Consumer:
    if not rows:
        return consumer
    recent = [row for row in [*consumer.recent, *rows] if _time(row) >= cursor - _BACK]
    return Consumer(cursor, sorted(recent)[-_MOST_RECENT:], rows, now + LEASE, consumer.revision + 1)


def replay(project: TaskProject, name: str, now: int) -> Handout:
    """The page of the last call again, while it is leased; else nothing."""
    consumer = _read(project.number, name)
    if consumer.leased_until <= now:
        return Handout([], None)
    rows = [keys.delivered_row(project.number, row) for row in consumer.leased]
    found = sorted(reads.get_many(keys.table(), rows), key=lambda item: str(item["sk"]["S"]))
    tasks = [task for task in still_delivered(project.number, found, Wanted()) if task is not None]
    return Handout(tasks, consumer.leased_until)


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


def check_name(name: str | None) -> str:
    """A consumer's name; who gives none is the consumer `default`."""
    if name is not None and len(name) > LONGEST_NAME:
        raise Invalid("The consumer's name is too long.", f"at most {LONGEST_NAME} characters")
    return name or "default"


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
