"""Room in the queue is taken, given back and passed on whatever a worker dies of: none is lost, and no callback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from unittest import mock

import pytest
from hearback.callbacks import admission, owing
from hearback.callbacks.model import Admission, Callback
from hearback.settings import settings
from hearback.storage import owed
from hearback.tasks import tasks
from hearback.tasks.drafts import Draft
from hearback.timestamps import SECOND

from tests.crash import apart
from tests.crash.apart import Apart
from tests.crash.callbacks import PATIENCE, World, answering_as, new_world, remembered, tick
from tests.crash.harness import Workflow, exercise
from tests.unit.callbacks.receiver import Receiver

GOOD, BAD = "204 No Content", "503 Busy"
NUMBER = 3
Prepare = Callable[[], World]


@pytest.fixture(autouse=True)
def _room_for_one() -> Iterator[None]:
    with (
        mock.patch.object(owed, "SHARDS", 1),  # a sweep is disturbed at one of them
        mock.patch.object(admission, "MOST", 1),
        mock.patch.object(admission, "LANES", 1),
    ):
        yield


@pytest.fixture
def told() -> list[str]:
    """What the receiver answers: the last of these."""
    return [BAD]


@pytest.fixture
def server(told: list[str]) -> Iterator[Receiver]:
    with Receiver(answering_as(told)) as listening:
        yield listening


def three(server: Receiver) -> World:
    """A world in which three callbacks are owed; nothing of them is in the queue."""
    world = new_world(server)
    world.approve()
    for _ in range(NUMBER - 1):
        task = tasks.create(world.project, Draft({"url": "x"}, submit=True), tick(1))
        tasks.approve(world.project, task.id, tick(1))
    world.lose_messages()
    return world


def send(*several: Callback) -> None:
    owing.send([owing.Owed(each, owing.message(each)) for each in several])


def first_attempt(world: World, number: int) -> None:
    send(world.callbacks()[number])
    world.work()
    world.lose_messages()  # hidden, until the sweep has it sent anew


def one_in_the_queue(server: Receiver) -> World:
    """One has failed and waits in the queue; another one has its first attempt before it."""
    world = three(server)
    first_attempt(world, 0)
    send(world.callbacks()[1])
    return world


def two_parked(server: Receiver) -> World:
    world = three(server)
    for number in range(NUMBER):
        first_attempt(world, number)
    return world


def lane(world: World) -> str:
    return admission.lane(world.callbacks()[0])


def held() -> int:
    found = [it for it in apart.items(settings().callback_table) if it["pk"]["S"].startswith("room#")]
    return sum(int(item["held"]["N"]) for item in found)


def room_is_accounted_for(world: World) -> None:
    """Each callback that is not over is owed once, and the room that is taken is what waits in the queue."""
    callbacks = world.callbacks()
    admitted = [each for each in callbacks if each.admission is Admission.ADMITTED]
    parked = [each for each in callbacks if each.admission is Admission.PARKED]
    assert held() == len(admitted) <= admission.MOST
    debts = {debt["sk"]["S"]: debt["lane"]["S"] for debt in world.debts()}
    lanes = [name for name in debts if name.startswith("lane#")]
    assert lanes or not parked, "somebody lets in what is parked"
    assert len(debts) - len(lanes) == sum(not each.delivery.state.finished for each in callbacks)
    assert sum(where.startswith("parked#") for where in debts.values()) == len(parked)


def outcome(world: World) -> object:
    room_is_accounted_for(world)
    assert (world.debts(), held()) == ([], 0)
    callbacks = world.callbacks()
    assert set(world.nonces) == {each.id for each in callbacks}
    for each in callbacks:
        assert world.nonces[each.id] <= len(world.log(each)) <= 5
    return [(str(each.delivery.state), each.admission) for each in callbacks]


@pytest.fixture
def flow(resources: Apart, server: Receiver, told: list[str]) -> Callable[..., Workflow[World]]:
    """The receiver is up again while the product recovers."""

    def made(prepare: Callable[[Receiver], World], work: Callable[[World], object]) -> Workflow[World]:
        again = remembered(resources, partial(prepare, server))

        def anew() -> World:
            told[:] = [BAD]
            return again()

        def recover(world: World) -> None:
            told.append(GOOD)
            world.settle()

        return Workflow(anew, work, recover, outcome, room_is_accounted_for)

    resources.clear()
    return made


def test_a_callback_that_finds_no_room_is_parked_or_tried_again(
    flow: Callable[..., Workflow[World]],
) -> None:
    parking = flow(one_in_the_queue, World.work)
    assert exercise(parking) > 20
    world = parking.prepare()
    world.work()
    assert [each.admission for each in world.callbacks()] == [Admission.ADMITTED, Admission.PARKED, None]


def test_where_one_leaves_the_queue_another_one_enters(
    flow: Callable[..., Workflow[World]], told: list[str]
) -> None:
    def leave(world: World) -> None:
        told.append(GOOD)
        world.work()

    def prepare(server: Receiver) -> World:
        world = two_parked(server)
        send(world.callbacks()[0])
        return world

    leaving = flow(prepare, leave)
    assert exercise(leaving) > 20
    world = leaving.prepare()
    leave(world)
    left, *others = (each.admission for each in world.callbacks())
    assert (left, sorted(map(str, others))) == (None, [Admission.ADMITTED, Admission.PARKED])


def test_a_lane_lets_in_what_there_is_room_for(flow: Callable[..., Workflow[World]]) -> None:
    def prepare(server: Receiver) -> World:
        world = two_parked(server)
        owed.send("callback", owed.message_of(f"lane#{lane(world)}") or {})
        return world

    letting_in = flow(prepare, World.work)
    with mock.patch.object(admission, "MOST", 2):
        assert exercise(letting_in) > 15
        world = letting_in.prepare()
        world.work()
        assert held() == 2


def test_a_lane_that_is_quiet_is_over_and_one_that_is_used_again_is_not(
    flow: Callable[..., Workflow[World]],
) -> None:
    """Another callback may be parked at the moment at which the lane's worker finds none."""

    def prepare(server: Receiver) -> World:
        world = three(server)
        first_attempt(world, 0)
        admission.announce(lane(world), tick())
        tick(2 * PATIENCE)
        owed.send("callback", owed.message_of(f"lane#{lane(world)}") or {})
        send(world.callbacks()[1])
        return world

    def both(world: World) -> None:
        world.work()
        world.work()

    assert exercise(flow(prepare, both)) > 20
    assert PATIENCE >= admission.QUIET > 60 * SECOND
