"""Many tasks changed or deleted by one request, a run of them in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from hearback.callbacks import owing
from hearback.callbacks.model import Kind
from hearback.errors import Busy
from hearback.storage import transactions
from hearback.storage.items import number
from hearback.storage.transactions import ConditionFailed, Write, transact
from hearback.tasks import counts, keys, payloads, tasks
from hearback.tasks.counts import Moves
from hearback.tasks.model import State, Task
from hearback.tasks.projects import TaskProject

RUN = 30
"""Tasks of one transaction: with a callback each, three writes, and two for the counters."""

MOST_BYTES = 3_000_000
"""Bytes of the tasks of one transaction, of the 4 MB that DynamoDB takes."""

_TRIES = 20


class Prioritized(NamedTuple):
    """How many tasks have the priority now, and which there are not."""

    updated: int
    missing: list[str]


def set_priorities(project: TaskProject, task_ids: Sequence[str], priority: int, now: int) -> Prioritized:
    project.require_manager()
    done: set[str] = set()

    def set_all(run: list[Task]) -> None:
        writes = [_with_priority(task, priority, now) for task in run if task.priority != priority]
        if writes:
            transact(writes)
        done.update(task.id for task in run)

    wanted = list(dict.fromkeys(task_ids))
    _in_runs(project.number, wanted, set_all)
    return Prioritized(len(done), [task_id for task_id in wanted if task_id not in done])


def _with_priority(task: Task, priority: int, now: int) -> Write:
    after = task._replace(priority=priority, updated_at=now, revision=task.revision + 1)
    return tasks.update(task, after)


NOT_FOUND = "there is no such task"


def delete(project: TaskProject, task_ids: Sequence[str], now: int) -> dict[str, str | None]:
    """Delete those of the tasks that are new; for each, why it stays, or None when it is gone."""
    project.require_manager()
    wanted = list(dict.fromkeys(task_ids))
    kept: dict[str, str | None] = {}

    def delete_all(run: list[Task]) -> None:
        new = [task for task in run if task.state is State.NEW]
        if new:
            _delete(project, new, now)
        kept.update(dict.fromkeys(task.id for task in new))
        kept.update({task.id: _why(task) for task in run if task.state is not State.NEW})

    _in_runs(project.number, wanted, delete_all)
    return {task_id: kept.get(task_id, NOT_FOUND) for task_id in wanted}


def _why(task: Task) -> str:
    return f"a task that is {task.state} cannot be deleted"


def _delete(project: TaskProject, new: list[Task], now: int) -> None:
    moves = Moves({State.NEW: -len(new)}, {"deleted": len(new)})
    owed = tasks.callbacks(project.settings, project.project.id, Kind.ARCHIVAL, new, now)
    writes = [_gone(task) for task in new]
    writes += counts.writes(project.number, moves, tasks.day(now), new[0].id)
    transact([*writes, *owing.writes(owed)])
    owing.send(owed)


def _gone(task: Task) -> Write:
    row, seen = keys.task(task.project, task.id), number(task.revision)
    return transactions.delete(keys.table(), row, "revision = :seen", seen=seen)


def _in_runs(project: int, task_ids: list[str], act: Callable[[list[Task]], None]) -> None:
    """Let `act` do its work on those of the tasks that there are, and again where one changed meanwhile."""
    for start in range(0, len(task_ids), RUN):
        for _ in range(_TRIES):
            try:
                for run in _bounded(tasks.get_many(project, task_ids[start : start + RUN])):
                    act(run)
            except ConditionFailed:
                continue
            break
        else:
            raise Busy("Too many changes to the same tasks at once; try again.")


def _bounded(several: list[Task]) -> Iterator[list[Task]]:
    """The tasks in runs that fit a transaction; a callback repeats its task."""
    run: list[Task] = []
    size = 0
    for task in several:
        its_size = 2 * len(payloads.to_json([task.data, task.answers]).encode())
        if run and size + its_size > MOST_BYTES:
            yield run
            run, size = [], 0
        run.append(task)
        size += its_size
    if run:
        yield run
