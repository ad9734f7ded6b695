"""Counts a project's tasks anew from its single items, and demands that all that the product keeps agrees:
states, events, batches, the log of deliveries, the callbacks that are owed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from hearback.callbacks import items as callback_items
from hearback.callbacks.model import Callback, Kind
from hearback.settings import settings
from hearback.storage.items import Item
from hearback.tasks import batches, counts, items, keys, tasks
from hearback.tasks.model import Batch, BatchState, State, Task
from hearback.tasks.projects import TaskProject

from tests.crash import apart

OPEN = (BatchState.WAITING, BatchState.CREATING)


@dataclass
class Found:
    """A project's items, as the product keeps them."""

    tasks: dict[str, Task] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    failures: dict[int, set[int]] = field(default_factory=dict)
    """Rows that became no task, by batch."""
    by_state: Counter[str] = field(default_factory=Counter)
    events: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By day and event."""
    delivered: list[tuple[str, int]] = field(default_factory=list)
    """Task and round of each row of the log."""
    callbacks: list[Callback] = field(default_factory=list)
    debts: set[str] = field(default_factory=set)

    def happened(self, event: str) -> int:
        return sum(number for (_, name), number in self.events.items() if name == event)

    def of_kind(self, kind: Kind) -> Counter[tuple[str, int]]:
        """Task and round of the callbacks of a kind."""
        return Counter((each.task_id, each.round) for each in self.callbacks if each.kind is kind)


def check(project: TaskProject) -> Found:
    """Recount everything; what there is."""
    found = _find(project.number)
    _check_counters(project, found)
    for batch in found.batches:
        _check_batch(batch, found)
    _check_log(found)
    _check_callbacks(project, found)
    _check_debts(found)
    return found


# ── What is kept ──


def _find(project: int) -> Found:
    found = Found()
    for item in apart.items(settings().task_table):
        _take(found, project, item)
    for item in apart.items(settings().callback_table):
        if item["pk"]["S"] == f"callbacks#{project}":
            found.callbacks.append(callback_items.callback_from(item))
    found.debts = {item["sk"]["S"] for item in apart.items(settings().owed_table)}
    return found


def _take(found: Found, project: int, item: Item) -> None:
    kind, _, of = item["pk"]["S"].partition("#")
    number, _, _ = of.partition("#")
    place = item["sk"]["S"]
    if kind == "failures":
        found.failures.setdefault(int(of), set()).add(int(place))
    elif number != str(project):
        return
    elif kind == "tasks":
        task = items.TASK.from_item(item)
        assert items.task_item(task) == item
        found.tasks[task.id] = task
    elif kind == "batches":
        found.batches.append(items.BATCH.from_item(item))
    elif kind == "delivered":
        _, its_id, round = place.split("#")
        found.delivered.append((its_id, int(round)))
    elif kind == "counts":
        _count(found, place, item)


def _count(found: Found, place: str, item: Item) -> None:
    numbers = {name: int(value["N"]) for name, value in item.items() if "N" in value}
    what, _, rest = place.partition("#")
    if what == "state":
        found.by_state.update(numbers)
    else:
        day = rest.partition("#")[0]
        found.events.update({(day, name): number for name, number in numbers.items()})


# ── What must be true ──


def _check_counters(project: TaskProject, found: Found) -> None:
    states = Counter(task.state.replace(" ", "_") for task in found.tasks.values())
    assert {name: number for name, number in found.by_state.items() if number} == states
    assert counts.by_state(project.number) == {state: states[state.replace(" ", "_")] for state in State}
    assert found.happened("created") == len(found.tasks) + found.happened("deleted")
    days = Counter(tasks.day(task.created_at) for task in found.tasks.values())
    assert all(found.events[day, "created"] >= number for day, number in days.items())
    assert found.happened("submitted") == sum(map(_submissions, found.tasks.values()))
    assert found.happened("rejected") == sum(task.current_round - 1 for task in found.tasks.values())
    assert found.happened("approved") == found.happened("delivered") == len(found.delivered)


def _submissions(task: Task) -> int:
    """How often a task was handed in: in each round once, of which the one at hand may be open."""
    handed_in = (State.COMPLETED, State.DELIVERED, State.ACKNOWLEDGED)
    return task.current_round - (task.state not in handed_in)


def _check_batch(batch: Batch, found: Found) -> None:
    """Each row up to where it is has become one task, or one failure, or was deleted as a task."""
    mine = {task.row: task for task in found.tasks.values() if task.batch_id == batch.id}
    failed = found.failures.get(batch.id, set())
    done = set(range(batch.rows))
    assert len(failed) == batch.failed
    assert not failed & mine.keys()
    assert failed | mine.keys() <= done
    assert all(task.id == batches.task_id(batch, row) for row, task in mine.items() if row is not None)
    assert len(done - failed - mine.keys()) <= found.happened("deleted")
    if batch.state is BatchState.COMPLETED:
        assert batch.total == batch.rows
    assert len([task for task in found.tasks.values() if task.batch_id == batch.id]) == len(mine)


def _check_log(found: Found) -> None:
    """What is delivered is in the log, in the round in which it is; and nothing is there twice."""
    assert len(set(found.delivered)) == len(found.delivered)
    now = {(its_id, task.current_round) for its_id, task in found.tasks.items() if task.delivered_at}
    assert now <= set(found.delivered)
    for task in found.tasks.values():
        is_delivered = task.state in (State.DELIVERED, State.ACKNOWLEDGED)
        assert is_delivered == (task.delivered_at is not None)
    assert all(round <= found.tasks[its_id].current_round for its_id, round in found.delivered)


def _check_callbacks(project: TaskProject, found: Found) -> None:
    """Every change that owes a callback has it, once."""
    wanted = {
        Kind.DELIVERY: Counter(found.delivered),
        Kind.CREATION: Counter((its_id, 1) for its_id in _created_in_background(found)),
    }
    for kind in Kind:
        callbacks = found.of_kind(kind)
        if kind not in project.settings.callbacks:
            assert not callbacks
        elif kind is Kind.ARCHIVAL:
            assert callbacks.total() == len(callbacks) == found.happened("deleted")
            assert not {its_id for its_id, _ in callbacks} & found.tasks.keys()
        else:
            assert callbacks == wanted[kind]


def _created_in_background(found: Found) -> Iterable[str]:
    """The ids of all rows that are done with, whatever became of them."""
    for batch in found.batches:
        yield from (batches.task_id(batch, row) for row in range(batch.rows))


def _check_debts(found: Found) -> None:
    """What is under way is owed, and nothing else is."""
    assert keys.table() == settings().task_table
    open_ones = [each for each in found.callbacks if not each.delivery.state.finished]
    owed = {f"{each.id}#{each.delivery.course}" for each in open_ones}
    owed |= {batches.debt(batch) for batch in found.batches if batch.state is BatchState.CREATING}
    assert found.debts == owed
