"""Callbacks that fail wait in the queue as far as their endpoint has room there, and the others in the outbox."""

from __future__ import annotations

import pytest
from hearback.callbacks import admission
from hearback.callbacks.model import Admission
from hearback.callbacks.schedule import State

from tests.unit.callbacks.post import GOOD, Post, dies_at, failing
from tests.unit.callbacks.room import (
    ROOM,
    fail,
    held,
    hidden,
    lanes,
    now,
    waiting,
)

pytestmark = pytest.mark.usefixtures("little_room")
OTHER = "https://other.example/"


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
    delivered, given_up = fail(post, 2)
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
