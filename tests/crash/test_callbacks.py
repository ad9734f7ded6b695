"""A callback that is owed arrives, whatever its workers die of: told once or more, and by the same id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import count
from unittest import mock

import pytest
from hearback.callbacks import log, owing, slowness
from hearback.storage import owed
from hearback.timestamps import SECOND

from tests.crash.apart import WHENEVER, Apart
from tests.crash.callbacks import (
    PATIENCE,
    World,
    accounts_for_every_attempt,
    answering_as,
    new_world,
    outcome,
    owes_what_it_must,
    remembered,
    tick,
)
from tests.crash.harness import (
    STOPS,
    Disturbance,
    Interruption,
    Stopped,
    Workflow,
    exercise,
    intercepted,
    without_pauses,
)
from tests.unit.callbacks.receiver import Receiver

each_stop = pytest.mark.parametrize("stop", STOPS, ids=[stop.name for stop in STOPS])
GOOD, BAD = "204 No Content", "503 Busy"
each_answer = pytest.mark.parametrize("answer", [GOOD, BAD], ids=["well", "never"])


@pytest.fixture(autouse=True)
def _one_shard() -> Iterator[None]:
    """Of the outbox: a sweep reads each, and has to be disturbed at only one."""
    with mock.patch.object(owed, "SHARDS", 1):
        yield


@pytest.fixture
def told() -> list[str]:
    """What the receiver answers: the last of these."""
    return [GOOD]


@pytest.fixture
def server(told: list[str]) -> Iterator[Receiver]:
    with Receiver(answering_as(told)) as listening:
        yield listening


@pytest.fixture
def completed(resources: Apart, server: Receiver) -> Callable[[], World]:
    """A task that is completed."""
    resources.clear()
    return remembered(resources, partial(new_world, server))


@pytest.fixture
def approved(resources: Apart, server: Receiver) -> Callable[[], World]:
    """A task that is approved, and its callback's first message."""

    def prepare() -> World:
        world = new_world(server)
        world.approve()
        return world

    resources.clear()
    return remembered(resources, prepare)


@pytest.fixture
def unreachable(resources: Apart, server: Receiver, told: list[str]) -> Callable[[], World]:
    """The same after five attempts that failed; from then on the receiver answers well."""

    def prepare() -> World:
        told.append(BAD)
        world = new_world(server)
        world.approve()
        world.settle()
        told.append(GOOD)
        return world

    resources.clear()
    return remembered(resources, prepare)


def flow(prepare: Callable[[], World], work: Callable[[World], object], **more: bool) -> Workflow[World]:
    return Workflow(prepare, work, World.settle, outcome, accounts_for_every_attempt, **more)


def test_a_task_is_delivered_with_its_callback_or_not_at_all(completed: Callable[[], World]) -> None:
    approving = flow(completed, World.approve, or_nothing=True)
    assert exercise(approving) > 15
    world = completed()
    world.approve()
    owes_what_it_must(world)
    world.settle()
    assert (world.state(), list(world.nonces.values())) == ("acknowledged", [1])


@each_answer
def test_a_callback_ends_the_same_wherever_its_worker_is_disturbed(
    approved: Callable[[], World], told: list[str], answer: str
) -> None:
    told.append(answer)
    assert exercise(flow(approved, World.work)) > 20


@each_answer
def test_a_later_attempt_is_no_different(approved: Callable[[], World], told: list[str], answer: str) -> None:
    def prepare() -> World:
        world = approved()
        told.append(BAD)
        world.work()
        told.append(answer)
        return world

    assert exercise(flow(prepare, World.work)) > 20


@each_stop
@each_answer
def test_a_callback_ends_though_every_worker_dies_a_little_later(
    approved: Callable[[], World], told: list[str], answer: str, stop: Disturbance
) -> None:
    """As told, or unreachable: five receives that die are five attempts."""
    told.append(answer)
    world = approved()
    with without_pauses():
        deaths = next(number for number in count() if not _dies(world, World.settle, stop, number + 1))
    assert deaths > 2
    assert outcome(world)


@each_stop
@each_answer
def test_five_receives_that_die_at_the_same_call_are_sent_or_logged_as_crashed(
    approved: Callable[[], World], told: list[str], answer: str, stop: Disturbance
) -> None:
    told.append(answer)
    with without_pauses():
        for number in count(1):
            world = approved()
            died = [_dies(world, World.work, stop, number) for _ in range(5)]
            world.settle()
            assert outcome(world)
            (callback,) = world.callbacks()
            assert len(world.log(callback)) <= 5
            assert world.nonces[callback.id] <= 5
            if not any(died):
                break
    assert number > 2


def _dies(world: World, work: Callable[[World], object], stop: Disturbance, number: int) -> bool:
    """Whether the worker dies at its call of this number; what it leaves is in order."""
    interruption = Interruption(stop, number)
    with intercepted(interruption), suppress(Stopped):
        work(world)
    accounts_for_every_attempt(world)
    return interruption.at is not None


def test_a_message_that_is_delivered_again_after_the_end_changes_nothing(
    approved: Callable[[], World],
) -> None:
    world = approved()
    (callback,) = world.callbacks()
    world.settle()
    before = outcome(world)
    for _ in range(2):
        owing.send([owing.Owed(callback, owing.message(callback))])
        world.settle()
        assert outcome(world) == before
    assert world.nonces[callback.id] == 1


def test_a_callback_that_is_handed_over_is_not_lost_between_two_queues(
    approved: Callable[[], World],
) -> None:
    def prepare() -> World:
        world = approved()
        (callback,) = world.callbacks()
        slowness.note(callback, slowness.SLOW, tick(1))
        return world

    with mock.patch.object(slowness, "REMEMBERED", 10**6 * SECOND):
        assert exercise(flow(prepare, World.work)) > 15


def test_what_was_never_sent_is_swept_up_though_the_sweep_dies_too(approved: Callable[[], World]) -> None:
    def prepare() -> World:
        world = approved()
        world.lose_messages()
        return world

    assert exercise(flow(prepare, lambda _: owed.sweep(tick(PATIENCE), SECOND))) > 8


def test_what_is_asked_to_be_sent_again_is_sent_again_or_stays_as_it_was(
    unreachable: Callable[[], World],
) -> None:
    def redeliver(world: World) -> None:
        log.redeliver_all(world.project.number, None, tick(), WHENEVER, world.project.settings.callbacks)

    assert exercise(flow(unreachable, redeliver, or_nothing=True)) > 8
    world = unreachable()
    redeliver(world)
    world.settle()
    (callback,) = world.callbacks()
    assert (world.state(), callback.delivery.course) == ("acknowledged", 2)
    assert list(world.nonces.values()) == [6]


def test_a_dead_letter_that_a_person_puts_back_is_begun_anew_once(unreachable: Callable[[], World]) -> None:
    def prepare() -> World:
        world = unreachable()
        (callback,) = world.callbacks()
        tick()
        owing.send([owing.Owed(callback, owing.message(callback))])
        return world

    assert exercise(flow(prepare, World.work)) > 10
    world = prepare()
    world.settle()
    assert [callback.delivery.course for callback in world.callbacks()] == [2]
