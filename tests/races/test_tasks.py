"""Many at once on the same tasks, batches and consumers: everything happens once, and is counted once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from random import Random

import pytest
from hearback.callbacks.model import Kind
from hearback.errors import Busy, HearbackError
from hearback.jsonapi.errors import Unprocessable
from hearback.tasks import batches, bulk, delivered, tasks
from hearback.tasks.lists import Wanted
from hearback.tasks.model import BatchState, State, Task
from hearback.tasks.tasks import Answered

from local.stack import Stack
from tests.crash.apart import WHENEVER, Apart, Brief, apart
from tests.crash.recount_tasks import check
from tests.crash.tasks import (
    ANSWERS,
    World,
    go_on,
    new_project,
    settle,
    small_pieces,
    with_file,
    with_tasks,
    work_on,
)
from tests.crash.translation import NOW
from tests.races.at_once import at_once, unless_refused

CALLERS = 20
TURNS = 6
FILE = [{"data": {"url": str(row)} if row % 10 != 7 else {"name": "no url"}} for row in range(60)]
BAD = 6


@pytest.fixture(scope="module")
def resources(stack: Stack) -> Iterator[Apart]:
    with apart(stack) as made, small_pieces():
        yield made


@pytest.fixture
def world(resources: Apart) -> World:
    """A project that owes a callback for whatever happens in it."""
    resources.clear()
    return new_project("creation", "delivery", "archival")


def accepted(answers: list[Task | HearbackError]) -> list[Task]:
    """What was not refused; and nobody was refused for another reason than the task's state."""
    assert all(isinstance(each, Task | Unprocessable) for each in answers)
    return [each for each in answers if isinstance(each, Task)]


def as_many(work: Callable[[int], Task]) -> list[Task | HearbackError]:
    """What each of twenty callers, who have a number, is told."""
    return at_once(*[unless_refused(partial(work, caller)) for caller in range(CALLERS)])


# ── One task ──


def test_of_twenty_who_hand_in_different_answers_one_is_heard(world: World) -> None:
    with_tasks(world)

    def submit(caller: int) -> Task:
        return tasks.submit(world.project, world.task, Answered({"weather": str(caller)}), time.time_ns())

    (heard,) = accepted(as_many(submit))
    found = check(world.project)
    assert found.tasks[world.task].answers == heard.answers
    assert found.happened("submitted") == 1


def test_a_task_that_twenty_approve_is_delivered_once_and_all_are_told_so(world: World) -> None:
    with_tasks(world, submit=True)
    told = accepted(as_many(lambda _: tasks.approve(world.project, world.task, time.time_ns())))
    assert [task.state for task in told] == [State.DELIVERED] * CALLERS
    found = check(world.project)
    assert found.delivered == [(world.task, 1)]
    assert found.of_kind(Kind.DELIVERY) == {(world.task, 1): 1}


def test_a_task_that_twenty_send_back_for_different_reasons_goes_back_for_one_of_them(world: World) -> None:
    with_tasks(world, submit=True)
    tasks.approve(world.project, world.task, time.time_ns())

    def reject(caller: int) -> Task:
        return tasks.reject(world.project, world.task, [f"reason {caller}"], time.time_ns())

    (heard,) = accepted(as_many(reject))
    found = check(world.project).tasks[world.task]
    assert (found.current_round, found.reasons) == (2, heard.reasons)


def test_a_task_is_either_deleted_or_handed_in(world: World) -> None:
    with_tasks(world, 6)

    def delete() -> int:
        kept = bulk.delete(world.project, world.several, time.time_ns())
        return sum(why is None for why in kept.values())

    def submit(its_id: str) -> int:
        with suppress(HearbackError):
            tasks.submit(world.project, its_id, ANSWERS, time.time_ns())
        return 0

    deleted = sum(at_once(delete, delete, *[partial(submit, its_id) for its_id in world.several]))
    found = check(world.project)
    assert found.happened("deleted") == deleted == len(world.several) - len(found.tasks)
    assert {task.state for task in found.tasks.values()} <= {State.COMPLETED}


# ── Many tasks ──


def test_whatever_twenty_do_to_the_same_tasks_at_once_is_counted_once(world: World) -> None:
    with_tasks(world, 5)

    def do_something(caller: int) -> None:
        chance = Random(caller)
        for _ in range(TURNS):
            with suppress(Unprocessable):
                _do(world, chance.choice(world.several), caller, chance)

    at_once(*[partial(do_something, caller) for caller in range(CALLERS)])
    found = check(world.project)
    assert found.happened("delivered") > 1
    assert found.happened("rejected") > 1


def _do(world: World, its_id: str, caller: int, chance: Random) -> None:
    now = time.time_ns()
    match chance.choice(["submit", "submit", "approve", "reject", "priority", "acknowledge"]):
        case "submit":
            tasks.submit(world.project, its_id, Answered({"weather": f"{caller}"}), now)
        case "approve":
            tasks.approve(world.project, its_id, now)
        case "reject":
            tasks.reject(world.project, its_id, [caller], now)
        case "priority":
            bulk.set_priorities(world.project, world.several, caller, now)
        case _:
            tasks.acknowledge(world.project.number, its_id, 1, now)


# ── Batches ──


def continued(world: World) -> World:
    """A batch whose creation has begun."""
    with_file(world, FILE)
    go_on(world)
    return world


def test_workers_on_one_batch_create_each_task_once(world: World) -> None:
    continued(world)
    message = batches.message(world.found())

    def work() -> None:
        while world.found().state is BatchState.CREATING:
            work_on(message, Brief(3))

    at_once(work, work, work)
    settle()
    found = check(world.project)
    assert (world.found().state, world.found().failed) == (BatchState.COMPLETED, BAD)
    assert sorted(task.data["url"] for task in found.tasks.values()) == sorted(
        row["data"]["url"] for row in FILE if "url" in row["data"]
    )


def test_a_batch_that_twenty_continue_is_begun_once(world: World) -> None:
    with_file(world, FILE[:3])
    began = at_once(*[lambda: batches.go_on(world.project, world.batch_id, NOW).began_at] * CALLERS)
    assert len(set(began)) == 1
    settle()
    assert len(check(world.project).tasks) == 3


def test_after_a_batch_is_cancelled_while_its_worker_works_nothing_is_created(world: World) -> None:
    continued(world)
    rows: list[int] = []

    def cancel() -> None:
        while world.found().rows < len(FILE) // 3:
            time.sleep(0.005)
        with suppress(Unprocessable):
            rows.append(batches.cancel(world.project, world.batch_id, time.time_ns()).rows)

    at_once(cancel, lambda: work_on(batches.message(world.found()), WHENEVER))
    settle()
    check(world.project)
    ended = world.found()
    assert ended.rows == (rows[0] if rows else len(FILE))
    assert ended.state is (BatchState.CANCELLED if rows else BatchState.COMPLETED)


# ── Deliveries since the last call ──


def test_calls_of_one_consumer_at_once_get_different_tasks_while_more_are_delivered(world: World) -> None:
    with_tasks(world, 24, submit=True)
    done: list[str] = []
    got: list[str] = []

    def approve(several: list[str]) -> None:
        for its_id in several:
            tasks.approve(world.project, its_id, time.time_ns())
            done.append(its_id)

    def take() -> None:
        while True:
            over = len(done) == len(world.several)
            with suppress(Busy):
                page = delivered.next_page(
                    world.project, "warehouse", Wanted(), 3, WHENEVER, time.time_ns()
                ).tasks
                got.extend(task.id for task in page)
                if over and not page:
                    return

    halves = world.several[::2], world.several[1::2]
    at_once(*[partial(approve, half) for half in halves], take, take, take)
    assert Counter(got) == dict.fromkeys(world.several, 1)
    check(world.project)
