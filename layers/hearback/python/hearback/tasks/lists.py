"""Lists of tasks, and of the log of deliveries, page by page.

Where a page that was read to its end leaves off is kept for a day, so that walking through the pages
costs what they return. A page that nobody came to by walking is looked for within a bound.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from hearback.deadline import Deadline
from hearback.errors import Busy, TooDeep
from hearback.storage import merge, reads, transactions
from hearback.storage.items import Item, get_number, get_optional_number, get_text, number, text
from hearback.storage.reads import Range
from hearback.tasks import ids, items, keys
from hearback.tasks.model import State, Task
from hearback.tasks.projects import TaskProject
from hearback.tasks.tasks import get_many
from hearback.timestamps import DAY, SECOND

MOST_ROWS = 100_000
"""Rows that one request looks through, if there is the time."""

_WORTH_A_PLACE = 200
"""Rows from which on to keep where a page ended costs less than to read the way there again."""


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
            self.names(task.batch_id, task.client_batch_id)
            and self.state in (None, task.state)
            and self.priority in (None, task.priority)
            and self.task_id in (None, task.id)
            and (self.since is None or (when is not None and when >= self.since))
            and (self.until is None or (when is not None and when <= self.until))
        )

    def names(self, batch_id: int | None, client_batch_id: str | None) -> bool:
        """Whether this is the batch that is meant."""
        if self.batch_id not in (None, batch_id):
            return False
        if self.client_batch_id is None or self.client_batch_id == client_batch_id:
            return True
        return self.contains and self.client_batch_id in (client_batch_id or "")


class Page(NamedTuple):
    number: int
    size: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size


Keep = Callable[[Sequence[Item]], Iterable[Task | None]]
"""For each row, the task that it is about, or None where it is not wanted."""


def tasks(project: TaskProject, wanted: Wanted, page: Page, deadline: Deadline) -> list[Task]:
    """A page of a project's tasks, oldest first. Raises `TooDeep`."""

    def keep(several: Sequence[Item]) -> Iterator[Task | None]:
        for task in map(items.TASK.from_item, several):
            yield task if wanted.matches(task) else None

    def look_up(several: Sequence[Item]) -> Iterator[Task | None]:
        found = {task.id: task for task in get_many(project.number, [item["sk"]["S"] for item in several])}
        for item in several:
            task = found.get(item["sk"]["S"])
            yield task if task and wanted.matches(task) else None

    in_index = wanted.batch_id is None and wanted.state is not None
    walk = _Walk(
        project.number,
        f"tasks {wanted!r} {page.size}",
        _ranges(project.number, wanted),
        look_up if in_index else keep,
    )
    return _walk(walk, page, deadline)


def _ranges(project: int, wanted: Wanted) -> list[Range]:
    if wanted.batch_id is not None:
        return _of_batch(project, wanted.batch_id)
    found = keys.tasks(project) if wanted.state is None else keys.in_state(project, wanted.state)
    if wanted.date_type != "created":
        return found
    first = "" if wanted.since is None else f"{max(0, wanted.since - ids.LATEST) // SECOND:08x}"
    last = reads.HIGHEST if wanted.until is None else f"{max(0, wanted.until) // SECOND:08x}~"
    return [run._replace(first=max(run.first, first), last=min(run.last, last)) for run in found]


def _of_batch(project: int, batch_id: int) -> list[Range]:
    item = reads.get(keys.table(), keys.batch(project, batch_id))
    if item is None or "began_at" not in item:
        return []
    beginning = ids.prefix(batch_id, int(item["began_at"]["N"]))
    return [run._replace(first=beginning, last=beginning + "~") for run in keys.tasks(project)]


def delivered(project: TaskProject, wanted: Wanted, page: Page, deadline: Deadline) -> list[Task]:
    """A page of what was delivered, in the order of delivery, and is not rejected since. Raises `TooDeep`."""
    since = wanted._replace(date_type="delivered")
    if wanted.task_id is not None:
        found = [task for task in get_many(project.number, [wanted.task_id]) if is_delivered(task)]
        return [task for task in found if since.matches(task)][page.offset : page.offset + page.size]
    run = keys.deliveries(project.number, keys.since(wanted.since or 0))

    def keep(several: Sequence[Item]) -> Iterable[Task | None]:
        return still_delivered(project.number, several, wanted)

    return _walk(_Walk(project.number, f"delivered {wanted!r} {page.size}", [run], keep), page, deadline)


def is_delivered(task: Task) -> bool:
    return task.state in (State.DELIVERED, State.ACKNOWLEDGED)


def still_delivered(project: int, rows: Sequence[Item], wanted: Wanted) -> list[Task | None]:
    """For each row of the log its task, if its batch is wanted, and it still is what was delivered then."""
    meant = [row for row in rows if wanted.names(get_optional_number(row, "batch_id"), _client_batch_id(row))]
    found = {task.id: task for task in get_many(project, [row["task_id"]["S"] for row in meant])}
    mine = {row["sk"]["S"]: found.get(row["task_id"]["S"]) for row in meant}
    return [_same_round(row, mine.get(row["sk"]["S"])) for row in rows]


def _client_batch_id(row: Item) -> str | None:
    return get_text(row, "client_batch_id") or None


def _same_round(row: Item, task: Task | None) -> Task | None:
    if task is None or not is_delivered(task):
        return None
    return task if row["sk"]["S"].endswith(f"#{task.current_round}") else None


class _Walk(NamedTuple):
    """A list to be walked: `name` tells its places from those of other lists."""

    project: int
    name: str
    ranges: Sequence[Range]
    keep: Keep


def _walk(walk: _Walk, page: Page, deadline: Deadline) -> list[Task]:
    place = _place(walk, page.number) if page.number > 1 else None
    skip = page.offset if place is None else 0
    ranges = [run if place is None else run.after(place) for run in walk.ranges]
    rows = merge.merged([run for run in ranges if not run.is_empty], skip + page.size)
    found: list[Task] = []
    for count, row, task in _looked_through(rows, walk.keep, page.size, deadline):
        if task is None:
            continue
        if skip:
            skip -= 1
            continue
        found.append(task)
        if len(found) == page.size:
            if place is not None or count >= _WORTH_A_PLACE:
                _keep_place(walk, page.number + 1, row["sk"]["S"])
            break
    return found


def _looked_through(
    rows: Iterator[Item], keep: Keep, size: int, deadline: Deadline
) -> Iterator[tuple[int, Item, Task | None]]:
    """Each row with its number and what is kept of it. Raises `TooDeep` when they are too many."""
    count = 0
    for chunk in _chunks(rows, size):
        if count >= MOST_ROWS or (count and deadline.passed):
            raise TooDeep(
                "So many tasks cannot be looked through in one request.",
                "Walk the pages in their order, or narrow the list by batch, state or date.",
            )
        for row, task in zip(chunk, keep(chunk), strict=True):
            count += 1
            yield count, row, task


def _chunks(rows: Iterator[Item], size: int) -> Iterator[list[Item]]:
    chunk: list[Item] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _place(walk: _Walk, page: int) -> str | None:
    """Behind which row the page begins, if that is known."""
    item = reads.get(keys.table(), keys.place(walk.project, walk.name, page))
    known = item is not None and get_number(item, "expires") > time.time_ns() // SECOND
    return get_text(item, "behind") if item and known else None


def _keep_place(walk: _Walk, page: int, last: str) -> None:
    """The page begins behind this row. Not to know it costs only time."""
    item = keys.place(walk.project, walk.name, page) | {
        "behind": text(last),
        "expires": number((time.time_ns() + DAY) // SECOND),
    }
    with suppress(Busy):
        transactions.transact([transactions.put(keys.table(), item)])
