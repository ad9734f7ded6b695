"""Single tasks: created, read, submitted, approved, rejected, acknowledged.

What a client repeats since it got no answer is no mistake: the same again changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, NoReturn

from hearback.callbacks import owing
from hearback.callbacks.model import Kind
from hearback.errors import Busy, Invalid, NotFound
from hearback.jsonapi import strict
from hearback.jsonapi.errors import Fault, Unprocessable
from hearback.storage import changes, reads, transactions
from hearback.storage.items import number
from hearback.storage.transactions import ConditionFailed, Write, transact
from hearback.tasks import counts, drafts, ids, items, keys, payloads
from hearback.tasks.counts import Moves
from hearback.tasks.drafts import LARGEST, Draft, Rules
from hearback.tasks.model import State, Task
from hearback.tasks.projects import Settings, TaskProject

MOST_REASONS = 20_000
"""Bytes of a rejection's reasons: they are kept in the task's item."""

_TRIES = 20
_OPEN = (State.NEW, State.IN_PROGRESS, State.REJECTED)
_REJECTABLE = (State.COMPLETED, State.DELIVERED, State.ACKNOWLEDGED)


def wrong_state(message: str) -> NoReturn:
    raise Unprocessable(Fault(message, type="InvalidState"))


def create(project: TaskProject, draft: Draft, now: int) -> Task:
    """Create a task at once."""
    project.require_manager()
    if found := drafts.refusals(Rules.of(project.settings), draft):
        raise Unprocessable(*(Fault(refusal.message, type=refusal.type) for refusal in found))
    task_id = ids.single(now, secrets.token_bytes(8))
    task = drafts.task(project.number, project.caller.organization_id, task_id, draft, now)
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
                    update(before, after),
                    *counts.writes(before.project, moves, day(now), task_id),
                    *more(after),
                ]
            )
        except ConditionFailed:
            continue
        return after
    raise Busy("Too many changes to the same task at once; try again.")


def update(before: Task, after: Task) -> Write:
    """The task's next form, unless it has another one by now."""
    difference = changes.between(items.task_item(before), items.task_item(after))
    row = keys.task(before.project, before.id)
    return changes.change(keys.table(), row, difference, "revision = :seen", seen=number(before.revision))


def set_priority(project: TaskProject, task_id: str, priority: int, now: int) -> Task:
    project.require_manager()
    return change(project, task_id, lambda task: task._replace(priority=priority), now)


class Answered(NamedTuple):
    """What a worker hands in."""

    answers: dict[str, Any]
    duration: float | None = None


def submit(project: TaskProject, task_id: str, answered: Answered, now: int) -> Task:
    """Record a worker's answers; the task is completed."""
    strict.written(answered.answers)
    if found := Rules.of(project.settings).answers.faults(answered.answers, "answers"):
        raise Unprocessable(*(Fault(fault, type="InvalidAnswerSchema") for fault in found))

    def submitted(task: Task) -> Task:
        said = task._replace(answers=answered.answers, duration=answered.duration)
        if task.state is State.COMPLETED and said == task:
            return task
        if task.state not in _OPEN:
            wrong_state(f"A task that is {task.state} cannot be submitted.")
        by = project.caller.email
        after = said._replace(state=State.COMPLETED, submitted_at=now, submitted_by=by)
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
        if task.state in (State.DELIVERED, State.ACKNOWLEDGED):
            return task
        if task.state is not State.COMPLETED:
            wrong_state(f"A task that is {task.state} cannot be approved.")
        return task._replace(state=State.DELIVERED, delivered_at=now)

    def log_and_callback(task: Task) -> Sequence[Write]:
        owed[:] = callbacks(project.settings, project.project.id, Kind.DELIVERY, [task], now)
        return [transactions.put(keys.table(), items.delivery_item(task)), *owing.writes(owed)]

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
        body = payloads.of_task(kind, task, settings.time_form)
        found.append(owing.callback(subject, kind, receiver, body, now))
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
            transact([update(task, after), *counts.writes(project, moves, day(now), task_id)])
        except ConditionFailed:
            continue
        return
    raise Busy("The task keeps changing; its acknowledgement is tried again.")


def reject(project: TaskProject, task_id: str, reasons: list[Any], now: int) -> Task:
    """Send a task back for another round."""
    project.require_reviewer()
    size = len(strict.written(reasons).encode())
    if size > MOST_REASONS:
        raise Invalid("The reasons are too large.", f"{size} bytes; at most {MOST_REASONS}")

    def rejected(task: Task) -> Task:
        if task.state is State.REJECTED and task.reasons == reasons:
            return task
        if task.state not in _REJECTABLE:
            wrong_state(f"A task that is {task.state} cannot be rejected.")
        round = task.current_round + 1
        return task._replace(state=State.REJECTED, current_round=round, reasons=reasons, delivered_at=None)

    return change(project, task_id, rejected, now, "rejected")
