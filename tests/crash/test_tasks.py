"""A task's changes: whole or not at all wherever the process dies, and a client may repeat them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import pytest
from hearback.deadline import Deadline
from hearback.jsonapi.errors import Unprocessable
from hearback.tasks import bulk, delivered, tasks
from hearback.tasks.delivered import Handout
from hearback.tasks.lists import Wanted

from tests.crash.apart import Apart
from tests.crash.harness import ALL, FAULTS, STOPS, Disturbance, Workflow, exercise
from tests.crash.tasks import (
    ANSWERS,
    World,
    create,
    holds,
    new_project,
    outcome,
    remembered,
    small_pieces,
    with_tasks,
)
from tests.crash.translation import NOW

Work = Callable[[World], object]
Exercised = Callable[..., int]
ALL_KINDS = ("creation", "delivery", "archival")
WHENEVER = Deadline.after(10**6)


@pytest.fixture
def exercised(resources: Apart) -> Exercised:
    """Disturb the work of a client who repeats it after that, and demand that all counts agree throughout."""

    def run(
        prepare: Callable[[], World],
        work: Work,
        recover: Work | None = None,
        disturbances: Sequence[Disturbance] = ALL,
        *,
        or_nothing: bool = False,
    ) -> int:
        flow = Workflow(
            remembered(resources, prepare), work, recover or work, outcome, holds, or_nothing=or_nothing
        )
        with small_pieces():
            return exercise(flow, disturbances)

    return run


def a_project(*, number: int = 1, submit: bool = False) -> World:
    return with_tasks(new_project(*ALL_KINDS), number, submit=submit)


def submit(world: World) -> None:
    tasks.submit(world.project, world.task, ANSWERS, NOW)


def approve(world: World) -> None:
    tasks.approve(world.project, world.task, NOW)


def reject(world: World) -> None:
    tasks.reject(world.project, world.task, ["too dark"], NOW)


def once_approved() -> World:
    world = a_project(submit=True)
    approve(world)
    return world


def test_a_task_is_created_with_its_counts_or_not_at_all(exercised: Exercised) -> None:
    def nothing(_world: World) -> None:
        """A client that repeats it would create another task: nobody knows that it is the same."""

    assert exercised(partial(new_project, *ALL_KINDS), create, nothing, or_nothing=True) > 5


def test_a_task_is_submitted_once_however_often_its_worker_says_so(exercised: Exercised) -> None:
    assert exercised(a_project, submit) > 10


def test_a_task_is_approved_with_its_delivery_and_its_callback(exercised: Exercised) -> None:
    assert exercised(partial(a_project, submit=True), approve) > 15


@pytest.mark.parametrize(
    "before", [partial(a_project, submit=True), once_approved], ids=["done", "delivered"]
)
def test_a_task_is_sent_back_for_one_more_round_and_not_two(
    exercised: Exercised, before: Callable[[], World]
) -> None:
    assert exercised(before, reject) > 10


def test_a_task_goes_through_two_rounds(exercised: Exercised) -> None:
    """Whoever finds that a step was taken goes on with the next one. (Nobody overtakes them: who sends back a
    task that was delivered anew meanwhile, sends back that delivery.)"""

    def both_rounds(world: World) -> None:
        for step in (submit, approve):
            with suppress(Unprocessable):
                step(world)
        if tasks.get(world.project, world.task).current_round == 1:
            reject(world)
            both_rounds(world)

    assert exercised(a_project, both_rounds, disturbances=STOPS + FAULTS) > 50


def test_an_acknowledgement_counts_once(exercised: Exercised) -> None:
    def acknowledge(world: World) -> None:
        tasks.acknowledge(world.project.number, world.task, 1, NOW)

    assert exercised(once_approved, acknowledge) > 10


def test_many_tasks_get_their_priority_when_it_is_repeated(exercised: Exercised) -> None:
    def prioritize(world: World) -> None:
        assert bulk.set_priorities(world.project, world.several, 9, NOW).updated == 5

    assert exercised(partial(a_project, number=5), prioritize) > 15


def test_many_tasks_are_deleted_each_with_its_callback(exercised: Exercised) -> None:
    def delete(world: World) -> None:
        kept = bulk.delete(world.project, world.several, NOW)
        assert set(kept.values()) <= {None, bulk.NOT_FOUND}

    assert exercised(partial(a_project, number=5), delete) > 20


# ── Deliveries since the last call ──


def five_delivered() -> World:
    """Of which a consumer has the first."""
    world = with_tasks(new_project(), 5, submit=True)
    for later, its_id in enumerate(world.several):
        tasks.approve(world.project, its_id, NOW + later)
    assert _take(world, 1) == [(world.task, 1)]
    delivered.acknowledge(world.project, "warehouse")
    return world


def _take(world: World, limit: int) -> list[tuple[str, int]]:
    page = delivered.next_page(world.project, "warehouse", Wanted(), limit, WHENEVER, NOW)
    return _told(page)


def _told(page: Handout) -> list[tuple[str, int]]:
    return [(task.id, task.current_round) for task in page.tasks]


def test_a_consumer_gets_everything_once_if_it_asks_again_for_the_page_that_was_lost(
    resources: Apart,
) -> None:
    def take(world: World) -> None:
        world.got += _take(world, 2)

    def take_the_rest(world: World) -> None:
        if not world.got:
            world.got += _told(delivered.replay(world.project, "warehouse", NOW))
        while page := _take(world, 2):
            world.got += page

    def everything_once(world: World) -> object:
        assert sorted(world.got) == sorted((its_id, 1) for its_id in world.several[1:])
        return outcome(world)

    prepare = remembered(resources, five_delivered)
    assert exercise(Workflow(prepare, take, take_the_rest, everything_once, holds)) > 10


def test_what_two_calls_of_one_consumer_get_is_different(resources: Apart) -> None:
    world = remembered(resources, five_delivered)()
    first, second = _take(world, 2), _take(world, 2)
    assert sorted(first + second) == sorted((its_id, 1) for its_id in world.several[1:])
    holds(world)
