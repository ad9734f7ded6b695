"""Callbacks that fail wait in the queue as far as their endpoint has room there, and the others in the outbox."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hearback.callbacks import admission, log, store
from hearback.callbacks.model import Admission, Callback
from hearback.callbacks.schedule import State
from hearback.deadline import Deadline
from hearback.errors import Conflict
from hearback.storage import owed
from hearback.timestamps import SECOND

from tests.unit.callbacks.post import BUSY, GOOD, HANGING, Post, dies_at, failing

ROOM = 2
OTHER = "https://other.example/"
FAR = Deadline.after(3_600)


@pytest.fixture(autouse=True)
def _little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "MOST", ROOM)
    monkeypatch.setattr(admission, "LANES", 1)


def now(callback: Callback) -> Callback:
    found = store.read(callback.project, callback.id)
    assert found
    return found


def hidden(post: Post) -> int:
    """Messages that are in flight: received, and not deleted."""
    return sum(message.receives > 0 for queue in post.queues.values() for message in queue)


def waiting(several: list[Callback]) -> dict[Admission | None, int]:
    return dict(Counter(now(callback).admission for callback in several))


def held(post: Post) -> int:
    """How much room the counters say is taken."""
    return sum(int(item["held"]["N"]) for (pk, _), item in post.table.items.items() if pk.startswith("room#"))


def lanes(post: Post) -> list[dict[str, Any]]:
    """The debts of lanes."""
    return [item for (_, sk), item in post.table.items.items() if sk.startswith("lane#")]


def sweep(post: Post) -> int:
    return owed.sweep(post.now, 600 * SECOND).sent


def fail(post: Post, number: int) -> list[Callback]:
    """So many callbacks, each of which has failed once."""
    failing(post)
    made = [post.owe() for _ in range(number)]
    post.work_all()
    return made


# ── The decision ──


@pytest.mark.parametrize(
    ("before", "state", "room", "expected"),
    [
        (None, State.DELIVERED, False, None),
        (None, State.DELIVERED, True, None),
        (Admission.ADMITTED, State.DELIVERED, True, None),
        (Admission.ADMITTED, State.UNREACHABLE, False, None),
        (Admission.PARKED, State.DELIVERED, False, None),
        (None, State.WAITING, True, Admission.ADMITTED),
        (None, State.WAITING, False, Admission.PARKED),
        (Admission.ADMITTED, State.WAITING, True, Admission.ADMITTED),
        (Admission.ADMITTED, State.WAITING, False, Admission.ADMITTED),
    ],
)
def test_room_is_for_what_failed_and_is_kept_until_the_end(
    before: Admission | None, state: State, room: bool, expected: Admission | None
) -> None:
    assert admission.after_attempt(before, state, room) is expected


# ── The bound ──


def test_no_more_messages_of_an_endpoint_that_fails_are_in_flight_than_it_has_room_for(post: Post) -> None:
    made = fail(post, 5)
    assert (hidden(post), held(post)) == (ROOM, ROOM)
    assert waiting(made) == {Admission.ADMITTED: 2, Admission.PARKED: 3}
    assert [str(now(each).delivery.state) for each in made] == ["waiting"] * 5
    assert (len(post.sent), len(post.debts), len(lanes(post))) == (5, 5, 1)


def test_another_endpoint_has_room_of_its_own_and_what_succeeds_needs_none(post: Post) -> None:
    fail(post, 3)
    post.owe(OTHER)
    post.work_all()
    assert post.callback.admission is Admission.ADMITTED
    post.answers = lambda _: GOOD
    post.owe()
    post.work_all()
    assert post.state == "delivered"


def test_the_room_is_given_back_however_a_callback_ends(post: Post) -> None:
    delivered, given_up, crashed = fail(post, 2)[0], post.callback, None
    post.answers = lambda _: GOOD
    post.wait(60)
    post.work()
    assert (now(delivered).delivery.state, held(post)) == (State.DELIVERED, 1)
    failing(post)
    post.settle()
    assert (now(given_up).delivery.state, held(post)) == (State.UNREACHABLE, 0)
    crashed = fail(post, 1)[0]
    for call in (4, 4, 4, 4):
        post.wait(3_600)
        dies_at(post, call)()
    post.settle()
    assert (now(crashed).delivery.state, now(crashed).outcome, held(post)) == ("unreachable", "crashed", 0)


def test_a_success_costs_the_same_calls_as_ever(post: Post) -> None:
    post.owe()
    post.table.calls.clear()
    post.work()
    assert post.table.calls == ["get", "get", "transact", "transact"]


# ── Parked ──


def test_a_parked_callback_costs_the_sweep_nothing_and_is_never_given_up(post: Post) -> None:
    made = fail(post, 30)
    for _ in range(2 * owed.MOST_SENDS):
        post.wait(60)
        assert sweep(post) <= 1, "the lane's own message"
        failing(post)
        for queue in post.queues.values():
            queue[:] = [message for message in queue if "lane" in json.loads(message.body)]
        while post.has_work():
            post.work()
    assert not owed.given_up([item["sk"]["S"] for item in post.debts + lanes(post)])
    assert waiting(made)[Admission.PARKED] == 28


def test_a_message_that_comes_twice_makes_no_attempt_of_a_parked_callback(post: Post) -> None:
    fail(post, 3)
    owed.send("callback", {"project": 117, "callback": post.id, "course": 1})
    post.wait(3_000)
    failing(post)
    attempts = len(post.log)
    while post.has_work():
        message = next(each for each in post.queues["callback"] if each.visible_at <= post.now)
        if message.receives == 0:
            post.work() if post.queues["callback"][0] is message else post.deliver(message)
            post.queues["callback"].remove(message) if message in post.queues["callback"] else None
            break
        post.queues["callback"].remove(message)
    assert (len(post.log), post.callback.admission) == (attempts, Admission.PARKED)
