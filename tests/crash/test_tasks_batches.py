"""Every row of a batch becomes one task or one failure, wherever its worker or its client dies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial

import pytest
from hearback.jsonapi.errors import Unprocessable
from hearback.tasks import batches
from hearback.tasks.batches import UPLOAD, About
from hearback.tasks.drafts import Draft
from hearback.tasks.model import BatchState

from tests.crash.apart import WHENEVER, Apart, Brief
from tests.crash.datasets import at_changes
from tests.crash.harness import (
    ALL,
    OVERTAKEN,
    STOPS,
    Disturbance,
    Workflow,
    exercise,
    stumble,
)
from tests.crash.recount_tasks import check
from tests.crash.tasks import (
    GOOD,
    ROWS,
    World,
    cancel,
    go_on,
    holds,
    new_project,
    outcome,
    put_file,
    remembered,
    settle,
    small_pieces,
    with_file,
    work,
    work_on,
)
from tests.crash.translation import NOW

Work = Callable[[World], object]
Exercised = Callable[..., int]
each_stop = pytest.mark.parametrize("stop", STOPS, ids=[stop.name for stop in STOPS])


@pytest.fixture(autouse=True)
def _small_pieces() -> Iterator[None]:
    with small_pieces():
        yield


@pytest.fixture
def exercised(resources: Apart) -> Exercised:
    """Disturb the work, and let the workers do then what was sent and is owed."""

    def run(
        prepare: Callable[[], World],
        work: Work,
        recover: Work = settle,
        disturbances: Sequence[Disturbance] = ALL,
        *,
        outcome: Work = outcome,
        or_nothing: bool = False,
    ) -> int:
        flow = Workflow(remembered(resources, prepare), work, recover, outcome, holds, or_nothing=or_nothing)
        return exercise(flow, disturbances)

    return run


def waiting(*kinds: str) -> World:
    return with_file(new_project(*kinds))


def continued(*kinds: str) -> World:
    """Its first message is in the queue."""
    world = waiting(*kinds)
    go_on(world)
    return world


def under_way() -> World:
    """One round is over, and the next one's message is in the queue."""
    world = continued()
    work(world)
    assert 0 < world.found().rows < len(ROWS)
    return world


def ended_well(world: World) -> object:
    """All rows are done with, the good ones as tasks."""
    found = check(world.project)
    assert tuple(sorted(task.row or 0 for task in found.tasks.values())) == GOOD
    assert world.found().state is BatchState.COMPLETED
    return outcome(world)


# ── What clients ask for ──


def test_a_list_of_tasks_is_created_once_or_not_at_all(exercised: Exercised) -> None:
    def create(world: World) -> None:
        batches.begin_inline(world.project, ROWS[:2], About(), NOW)

    assert exercised(partial(new_project, "creation"), create, or_nothing=True) > 10


def test_a_task_that_is_created_in_the_background_is_created_once_or_not_at_all(exercised: Exercised) -> None:
    row = Draft({"url": "x"})._asdict()

    def create(world: World) -> None:
        batches.begin_inline(world.project, [row], About(), NOW)

    prepare = partial(new_project, "creation", creation_mode="async")
    assert exercised(prepare, create, or_nothing=True) > 10


def test_a_batch_is_continued_once_however_often_its_client_says_so(exercised: Exercised) -> None:
    def again(world: World) -> None:
        go_on(world)
        settle(world)
        go_on(world)

    assert exercised(waiting, go_on, again, at_changes(ALL), outcome=ended_well) > 10


def test_a_batch_whose_time_is_over_is_not_continued(exercised: Exercised) -> None:
    def too_late(world: World) -> None:
        with suppress(Unprocessable):
            batches.go_on(world.project, world.batch_id, NOW + UPLOAD + 1)

    def nothing_there(world: World) -> object:
        found = check(world.project)
        assert (found.tasks, found.debts) == ({}, set())
        assert world.found().state is BatchState.WAITING
        return outcome(world)

    assert exercised(waiting, too_late, outcome=nothing_there) >= 2


# ── The worker ──


def test_a_file_becomes_tasks_wherever_its_worker_is_disturbed(exercised: Exercised) -> None:
    def all_rounds(world: World) -> None:
        """One that has the time for all of them."""
        work_on(batches.message(world.found()), WHENEVER)

    prepare = partial(continued, "creation")
    assert exercised(prepare, all_rounds, disturbances=at_changes(ALL), outcome=ended_well) > 30


def test_a_round_that_is_disturbed_is_followed_by_another_one(exercised: Exercised) -> None:
    assert exercised(under_way, work, disturbances=STOPS, outcome=ended_well) > 5


@each_stop
def test_a_batch_ends_though_every_round_dies_a_little_later(resources: Apart, stop: Disturbance) -> None:
    def one_round(world: World) -> None:
        work_on(batches.message(world.found()), Brief(1))

    def to_its_end(world: World) -> None:
        while world.found().state is BatchState.CREATING:
            one_round(world)

    prepare = remembered(resources, partial(continued, "creation"))
    assert stumble(Workflow(prepare, to_its_end, to_its_end, ended_well, holds), stop) > 3


def test_a_message_that_is_delivered_again_after_the_end_changes_nothing(resources: Apart) -> None:
    world = remembered(resources, partial(continued, "creation"))()
    settle(world)
    before = ended_well(world), world.found()
    for _ in range(2):
        work(world)
        go_on(world)
        assert (ended_well(world), world.found()) == before


# ── Files ──


def test_the_same_file_put_again_while_its_tasks_are_created_changes_nothing(exercised: Exercised) -> None:
    def put_again() -> World:
        world = under_way()
        put_file(world, ROWS)
        return world

    assert exercised(put_again, work, disturbances=STOPS, outcome=ended_well) > 5


def test_another_file_put_in_its_place_ends_the_batch_and_keeps_what_there_is(exercised: Exercised) -> None:
    def failed(world: World) -> object:
        found = world.found()
        assert (found.state, found.rows) == (BatchState.FAILED, 4)
        assert "replaced" in (found.message or "")
        return outcome(world)

    def replaced() -> World:
        world = under_way()
        put_file(world, ROWS[::-1])
        return world

    assert exercised(replaced, work, disturbances=STOPS, outcome=failed) > 5


def test_a_file_that_is_missing_or_none_ends_the_batch(exercised: Exercised) -> None:
    def failed(world: World) -> object:
        assert (world.found().state, world.found().rows) == (BatchState.FAILED, 0)
        return outcome(world)

    def without_file() -> World:
        world = new_project()
        world.batch = batches.begin_upload(world.project, About(), NOW)
        go_on(world)
        return world

    assert exercised(without_file, work, disturbances=STOPS, outcome=failed) > 5


# ── Cancelling ──


def test_a_batch_is_cancelled_once_whatever_interrupts_that(exercised: Exercised) -> None:
    def cancelled_or_ended(world: World) -> object:
        """It may have been at its end before."""
        found = check(world.project)
        if world.found().state is BatchState.CANCELLED:
            assert found.debts == set()
        else:
            ended_well(world)
        return None

    def again(world: World) -> None:
        settle(world)
        cancel(world)

    assert exercised(under_way, cancel, again, outcome=cancelled_or_ended) > 10


def test_nothing_is_created_after_a_batch_was_cancelled(resources: Apart) -> None:
    """Which happens before each of its worker's calls in turn."""
    rows: list[int] = []

    def cancel_now(world: World) -> None:
        cancel(world)
        world.several = [str(world.found().rows)]

    def nothing_came_after(world: World) -> object:
        found = world.found()
        rows.append(found.rows)
        assert found.state in (BatchState.CANCELLED, BatchState.COMPLETED)
        assert str(found.rows) in world.several
        return None

    def all_rounds(world: World) -> None:
        work_on(batches.message(world.found()), WHENEVER)

    flow = Workflow(
        remembered(resources, continued), all_rounds, _then(cancel_now, settle), nothing_came_after
    )
    assert exercise(flow, OVERTAKEN, every=1) > 8
    assert {0, 2, 4, len(ROWS)} == set(rows)


def _then(*works: Work) -> Work:
    def all_of_them(world: World) -> None:
        for each in works:
            each(world)

    return all_of_them


def test_two_workers_on_one_batch_create_everything_once(resources: Apart) -> None:
    """The second one does a piece between two of the first's calls."""

    def a_piece(world: World) -> None:
        work_on(batches.message(world.found()), Brief(1))

    flow = Workflow(remembered(resources, continued), work, a_piece, _settled, holds)
    assert exercise(flow, OVERTAKEN) > 5


def _settled(world: World) -> object:
    settle(world)
    return ended_well(world)
