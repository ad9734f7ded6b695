"""Single tasks: created, read, submitted, approved, rejected, deleted."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from hearback.callbacks import owing
from hearback.callbacks.model import Kind
from hearback.errors import Busy, Conflict, Invalid, NotFound
from hearback.jsonapi.errors import Fault, Unprocessable
from hearback.storage import changes, reads, transactions
from hearback.storage.items import Item, number
from hearback.storage.transactions import ConditionFailed, Write, transact
from hearback.tasks import counts, ids, items, keys, payloads, schemas
from hearback.tasks.counts import Moves
from hearback.tasks.model import State, Task
from hearback.tasks.projects import Settings, TaskProject

LARGEST = 350_000
"""Bytes of a task's data and answers together: DynamoDB takes 400 KB in an item."""

PREANSWERED = "output_"
"""A key of the data with this beginning seeds the answer of that name."""

_TRIES = 20
_OPEN = (State.NEW, State.IN_PROGRESS, State.REJECTED)
_DONE = (State.COMPLETED, State.DELIVERED, State.ACKNOWLEDGED)


class Draft(NamedTuple):
    """A task to be."""

    data: dict[str, Any]
    priority: int = 0
    submit: bool = False
    client_batch_id: str | None = None


def refusals(settings: Settings, draft: Draft) -> list[str]:
    """Why a draft cannot become a task of the project; empty where it can."""
    data, answers = split(draft.data)
    found = schemas.faults(settings.input_schema, data, "data")
    if draft.submit:
        found += schemas.faults(settings.answer_schema, answers, "answers")
    size = len(payloads.to_json(draft.data).encode())
    return [*found, f"data has {size} bytes; at most {LARGEST}"] if size > LARGEST else found


def split(data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The inputs, and the answers that the data seeds."""
    answers = {name.removeprefix(PREANSWERED): value for name, value in data.items() if _seeds(name)}
    return {name: value for name, value in data.items() if not _seeds(name)}, answers


def _seeds(name: str) -> bool:
    return name.startswith(PREANSWERED) and len(name) > len(PREANSWERED)


def new(project: int, organization_id: str, task_id: str, draft: Draft, now: int) -> Task:
    data, answers = split(draft.data)
    return Task(
        id=task_id,
        project=project,
        organization_id=organization_id,
        state=State.COMPLETED if draft.submit else State.NEW,
        priority=draft.priority,
        data=data,
        answers=answers,
        created_at=now,
        updated_at=now,
        client_batch_id=draft.client_batch_id,
        submitted_at=now if draft.submit else None,
    )


def create(project: TaskProject, draft: Draft, now: int) -> Task:
    """Create a task at once."""
    project.require_manager()
    if found := refusals(project.settings, draft):
        raise Unprocessable(*(Fault(reason, "InvalidInputSchema") for reason in found))
    task_id = ids.single(now, secrets.token_bytes(8))
    task = new(project.number, project.caller.organization_id, task_id, draft, now)
    transact([put(task), *created_moves([task], now)])
    return task


def put(task: Task) -> Write:
    return transactions.put(keys.table(), items.task_item(task), "attribute_not_exists(pk)")


def created_moves(several: Sequence[Task], now: int) -> list[Write]:
    """The counters' writes for tasks that come to be together."""
    states: dict[State, int] = {}
    for task in several:
        states[task.state] = states.get(task.state, 0) + 1
    submitted = states.get(State.COMPLETED, 0)
    events = {"created": len(several)} | ({"submitted": submitted} if submitted else {})
    return counts.writes(several[0].project, Moves(states, events), day(now), several[0].id)


def day(now: int) -> str:
    return datetime.fromtimestamp(now // 1_000_000_000, UTC).strftime("%Y-%m-%d")


def get(project: TaskProject, task_id: str) -> Task:
    if not ids.is_task_id(task_id):
        raise NotFound("There is no such task.", task_id[:40])
    item = reads.get(keys.table(), keys.task(project.number, task_id))
    if item is None:
        raise NotFound("There is no such task.", task_id)
    return items.TASK.from_item(item)


def get_many(project: int, task_ids: Sequence[str]) -> list[Task]:
    """Those of the tasks that exist, in the order asked for."""
    rows = [keys.task(project, task_id) for task_id in dict.fromkeys(task_ids) if ids.is_task_id(task_id)]
    found = {item["sk"]["S"]: items.TASK.from_item(item) for item in reads.get_many(keys.table(), rows)}
    return [found[task_id] for task_id in task_ids if task_id in found]


def change(
    project: TaskProject,
    task_id: str,
    to: Callable[[Task], Task],
    now: int,
    *events: str,
    more: Callable[[Task], Sequence[Write]] = lambda _task: (),
) -> Task:
    """Read a task, let `to` say what becomes of it, and write that unless somebody else was faster.

    `more` gives what goes into the same transaction.
    """
    for _ in range(_TRIES):
        before = get(project, task_id)
        after = to(before)
        if after == before:
            return before
        after = after._replace(updated_at=now, revision=before.revision + 1)
        moves = Moves.of(before.state, after.state, *events)
        try:
            transact(
                [
                    _update(before, after),
                    *counts.writes(before.project, moves, day(now), task_id),
                    *more(after),
                ]
            )
        except ConditionFailed:
            continue
        return after
    raise Busy("Too many changes to the same task at once; try again.")


def _update(before: Task, after: Task) -> Write:
    difference = changes.between(items.task_item(before), items.task_item(after))
    row = keys.task(before.project, before.id)
    return changes.change(keys.table(), row, difference, "revision = :seen", seen=number(before.revision))


def set_priority(project: TaskProject, task_id: str, priority: int, now: int) -> Task:
    project.require_manager()
    return change(project, task_id, lambda task: task._replace(priority=priority), now)


def set_priorities(
    project: TaskProject, task_ids: Sequence[str], priority: int, now: int
) -> tuple[int, list[str]]:
    """How many tasks have the priority now, and which there are not."""
    missing = []
    for task_id in dict.fromkeys(task_ids):
        try:
            set_priority(project, task_id, priority, now)
        except NotFound:
            missing.append(task_id)
    return len(set(task_ids)) - len(missing), missing


class Answered(NamedTuple):
    """What a worker hands in."""

    answers: dict[str, Any]
    duration: float | None = None


def submit(project: TaskProject, task_id: str, answered: Answered, now: int) -> Task:
    """Record a worker's answers; the task is completed."""
    if found := schemas.faults(project.settings.answer_schema, answered.answers, "answers"):
        raise Unprocessable(*(Fault(reason, "InvalidAnswerSchema") for reason in found))

    def submitted(task: Task) -> Task:
        if task.state not in _OPEN:
            raise Conflict(f"A task that is {task.state} cannot be submitted.", task_id)
        after = task._replace(
            state=State.COMPLETED,
            answers=answered.answers,
            duration=answered.duration,
            submitted_at=now,
            submitted_by=project.caller.email,
        )
        _require_room(after)
        return after

    return change(project, task_id, submitted, now, "submitted")


def _require_room(task: Task) -> None:
    size = len(payloads.to_json([task.data, task.answers]).encode())
    if size > LARGEST:
        raise Invalid("The task's data and answers are too large.", f"{size} bytes; at most {LARGEST}")


def approve(project: TaskProject, task_id: str, now: int) -> Task:
    """Approve a completed task, which delivers it; its callback, if the project has one, is owed."""
    project.require_reviewer()
    owed: list[owing.Owed] = []

    def delivered(task: Task) -> Task:
        if task.state is not State.COMPLETED:
            raise Conflict(f"A task that is {task.state} cannot be approved.", task_id)
        return task._replace(state=State.DELIVERED, delivered_at=now)

    def log_and_callback(task: Task) -> Sequence[Write]:
        row = keys.delivered(task.project, now, task.id, task.current_round) | {"task_id": {"S": task.id}}
        owed[:] = callbacks(project.settings, project.project.id, Kind.DELIVERY, [task], now)
        return [transactions.put(keys.table(), row), *owing.writes(owed)]

    task = change(project, task_id, delivered, now, "approved", "delivered", more=log_and_callback)
    owing.send(owed)
    return task


def callbacks(
    settings: Settings, project_id: str, kind: Kind, several: Sequence[Task], now: int
) -> list[owing.Owed]:
    """The callbacks that are owed for tasks, if the project has a receiver for this kind."""
    receiver = settings.callbacks.get(kind)
    if receiver is None:
        return []
    found = []
    for task in several:
        subject = owing.Subject(task.organization_id, task.project, project_id, task.id, task.current_round)
        found.append(owing.callback(subject, kind, receiver, payloads.of_task(task), now))
    return found


def acknowledge(project: int, task_id: str, round: int, now: int) -> None:
    """The delivery's receiver has it: what is still delivered, in the same round, is acknowledged."""
    for _ in range(_TRIES):
        item = reads.get(keys.table(), keys.task(project, task_id))
        task = items.TASK.from_item(item) if item else None
        if task is None or task.state is not State.DELIVERED or task.current_round != round:
            return
        after = task._replace(state=State.ACKNOWLEDGED, updated_at=now, revision=task.revision + 1)
        moves = Moves.of(task.state, after.state)
        try:
            transact([_update(task, after), *counts.writes(project, moves, day(now), task_id)])
        except ConditionFailed:
            continue
        return
    raise Busy("The task keeps changing; its acknowledgement is tried again.")


def reject(project: TaskProject, task_id: str, reasons: list[Any], now: int) -> Task:
    """Send a task back for another round."""
    project.require_reviewer()

    def rejected(task: Task) -> Task:
        if task.state not in _DONE:
            raise Conflict(f"A task that is {task.state} cannot be rejected.", task_id)
        return task._replace(
            state=State.REJECTED, current_round=task.current_round + 1, reasons=reasons, delivered_at=None
        )

    return change(project, task_id, rejected, now, "rejected")


def delete(project: TaskProject, task_id: str, now: int) -> str | None:
    """Delete a task that is new; why it stays, or None when it is gone."""
    project.require_manager()
    for _ in range(_TRIES):
        try:
            task = get(project, task_id)
        except NotFound:
            return "not found"
        if task.state is not State.NEW:
            return f"is {task.state}; only new tasks are deleted"
        if _removed(project, task, now):
            return None
    raise Busy("Too many changes to the same task at once; try again.")


def _removed(project: TaskProject, task: Task, now: int) -> bool:
    row: Item = keys.task(task.project, task.id)
    seen = number(task.revision)
    owed = callbacks(project.settings, project.project.id, Kind.ARCHIVAL, [task], now)
    moves = Moves.of(task.state, None, "deleted")
    try:
        transact(
            [
                transactions.delete(keys.table(), row, "revision = :seen", seen=seen),
                *counts.writes(task.project, moves, day(now), task.id),
                *owing.writes(owed),
            ]
        )
    except ConditionFailed:
        return False
    owing.send(owed)
    return True
