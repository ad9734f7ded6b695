"""Lists of tasks, and of the log of deliveries, page by page.

Where a page that was read to its end leaves off is kept for a day, so that walking through the pages
costs what they return. A page that nobody came to by walking is looked for within a bound.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from hearback.deadline import Deadline
from hearback.errors import Invalid
from hearback.storage import merge, reads, transactions
from hearback.storage.items import Item, number, text
from hearback.storage.reads import Range
from hearback.tasks import ids, items, keys
from hearback.tasks.model import State, Task
from hearback.tasks.projects import TaskProject
from hearback.tasks.tasks import get_many
from hearback.timestamps import DAY, SECOND

MOST_ROWS = 20_000
"""Rows that one request looks through."""

_KEPT_FROM = 1_000
"""Rows from which on places are kept: before that, the way is read again."""


class Wanted(NamedTuple):
    """What a list is about; None where anything is."""

    batch_id: int | None = None
    client_batch_id: str | None = None
    contains: bool = False
    """Whether `client_batch_id` is a part of it only."""
    date_type: str = "created"
    since: int | None = None
    until: int | None = None
    state: State | None = None
    priority: int | None = None
    task_id: str | None = None

    def matches(self, task: Task) -> bool:
        when = getattr(task, f"{self.date_type}_at")
        return (
            self.batch_id in (None, task.batch_id)
            and self.state in (None, task.state)
            and self.priority in (None, task.priority)
            and self.task_id in (None, task.id)
            and self._names(task.client_batch_id)
            and (self.since is None or (when is not None and when >= self.since))
            and (self.until is None or (when is not None and when <= self.until))
        )

    def _names(self, client_batch_id: str | None) -> bool:
        if self.client_batch_id is None:
            return True
        if client_batch_id is None:
            return False
        return (
            self.client_batch_id in client_batch_id
            if self.contains
            else self.client_batch_id == client_batch_id
        )


class Page(NamedTuple):
    number: int
    size: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size


def tasks(project: TaskProject, wanted: Wanted, page: Page, deadline: Deadline) -> list[Task]:
    """A page of a project's tasks, oldest first."""
    ranges = _ranges(project.number, wanted)
    if wanted.batch_id is not None:
        ranges = _of_batch(project.number, wanted.batch_id)

    def keep(several: Sequence[Item]) -> Iterator[Task | None]:
        for item in several:
            task = items.TASK.from_item(item)
            yield task if wanted.matches(task) else None

    return _walk(_Walk(project.number, f"tasks {wanted!r} {page.size}", ranges, keep), page, deadline)


def _ranges(project: int, wanted: Wanted) -> list[Range]:
    found = keys.tasks(project) if wanted.state is None else [keys.in_state(project, wanted.state)]
    if wanted.date_type != "created":
        return found
    first = "" if wanted.since is None else f"{max(0, wanted.since) // SECOND:08x}"
    last = reads.HIGHEST if wanted.until is None else f"{max(0, wanted.until) // SECOND:08x}~"
    return [run._replace(first=max(run.first, first), last=min(run.last, last)) for run in found]


def _of_batch(project: int, batch_id: int) -> list[Range]:
    item = reads.get(keys.table(), keys.batch(project, batch_id))
    if item is None:
        return []
    beginning = ids.prefix(batch_id, int(item["created_at"]["N"]))
    return [run._replace(first=beginning, last=beginning + "~") for run in keys.tasks(project)]


def delivered(project: TaskProject, wanted: Wanted, page: Page, deadline: Deadline) -> list[Task]:
    """A page of what was delivered, in the order of delivery, and is not rejected since."""
    run = keys.deliveries(project.number, wanted.since or 0)

    def keep(several: Sequence[Item]) -> Iterator[Task | None]:
        yield from still_delivered(project.number, several, wanted._replace(since=None))

    name = f"delivered {wanted!r} {page.size}"
    return _walk(_Walk(project.number, name, [run], keep), page, deadline)


def still_delivered(project: int, rows: Sequence[Item], wanted: Wanted) -> Iterator[Task | None]:
    """For each row of the log its task, if that is still what was delivered then, and wanted."""
    found = {task.id: task for task in get_many(project, [row["task_id"]["S"] for row in rows])}
    for row in rows:
        task = found.get(row["task_id"]["S"])
        ours = task is not None and task.state in (State.DELIVERED, State.ACKNOWLEDGED)
        same_round = task is not None and row["sk"]["S"].endswith(f"#{task.current_round}")
        yield task if task and ours and same_round and wanted.matches(task) else None


class _Walk(NamedTuple):
    """A list to be walked: `name` tells its places from those of other lists."""

    project: int
    name: str
    ranges: Sequence[Range]
    keep: Callable[[Sequence[Item]], Iterator[Task | None]]


def _walk(walk: _Walk, page: Page, deadline: Deadline) -> list[Task]:
    place = _place(walk, page.number) if page.offset >= _KEPT_FROM else None
    skip = page.offset if place is None else 0
    ranges = [run if place is None else run.after(place) for run in walk.ranges]
    found: list[Task] = []
    last = ""
    rows = merge.merged([run for run in ranges if not run.is_empty], skip + page.size, False)
    for chunk in _chunks(rows, page.size, deadline):
        for item, task in zip(chunk, walk.keep(chunk), strict=True):
            if task is None:
                continue
            if skip:
                skip -= 1
                continue
            found.append(task)
            last = item["sk"]["S"]
            if len(found) == page.size:
                _keep_place(walk, page, last)
                return found
    return found


def _chunks(rows: Iterator[Item], size: int, deadline: Deadline) -> Iterator[list[Item]]:
    """The rows in runs of some size. Raises `Invalid` when they are more than one request looks through."""
    chunk: list[Item] = []
    for index, row in enumerate(rows):
        if index >= MOST_ROWS or (not chunk and deadline.passed):
            raise Invalid(
                "So many tasks cannot be looked through in one request.",
                "Walk the pages in their order, or narrow the list by batch, state or date.",
            )
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _place(walk: _Walk, page: int) -> str | None:
    item = reads.get(keys.table(), keys.place(walk.project, walk.name, page))
    return item["behind"]["S"] if item else None


def _keep_place(walk: _Walk, page: Page, last: str) -> None:
    """The next page begins behind this row: where it was found once, it stays."""
    if page.offset + page.size < _KEPT_FROM:
        return
    item = keys.place(walk.project, walk.name, page.number + 1) | {
        "behind": text(last),
        "expires": number((time.time_ns() + DAY) // SECOND),
    }
    transactions.transact([transactions.put(keys.table(), item)])
