"""Many attempts that fail at once: no more of an endpoint's callbacks wait in the queue than it has room for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from unittest import mock

import pytest
from hearback.callbacks import admission, delivering, sending, store
from hearback.callbacks.delivering import Again, Received
from hearback.callbacks.model import Admission, Callback, Kind, Receiver
from hearback.callbacks.owing import Subject, callback, writes
from hearback.callbacks.sending import Attempt
from hearback.settings import settings
from hearback.storage import owed
from hearback.storage.transactions import transact

from local.stack import Stack
from tests.crash import apart as tables
from tests.crash.apart import Apart, apart
from tests.crash.translation import NOW
from tests.races.at_once import at_once

WORKERS, ROOM = 20, 7
BUSY = Attempt(503, None, "", 30, "busy", None)
GOOD = Attempt(204, None, "", 30, "", None)
HOUR = 3_600 * 10**9


@pytest.fixture(scope="module")
def resources(stack: Stack) -> Iterator[Apart]:
    with apart(stack) as made:
        yield made


@pytest.fixture(autouse=True)
def _little_room(resources: Apart) -> Iterator[None]:
    resources.clear()
    with mock.patch.object(admission, "MOST", ROOM), mock.patch.object(admission, "LANES", 1):
        yield


def owe() -> list[Callback]:
    made = []
    for number in range(WORKERS):
        subject = Subject("acme", 117, "project-1", f"{number:024}", 1)
        made.append(callback(subject, Kind.ARCHIVAL, Receiver("https://down.example/"), "{}", NOW))
        transact(writes([made[-1]]))
    return [each.callback for each in made]


def receive(one: Callback, receives: int, now: int) -> bool:
    """Whether the message is done with."""
    message = {"project": one.project, "callback": one.id, "course": 1}
    try:
        delivering.deliver(Received(message, receives, NOW), nobody, now, 0.5)
    except Again:
        return False
    return True


def nobody(*_: object) -> None:
    """Has to hear of an archival."""


def places(made: list[Callback]) -> list[Admission | None]:
    found = [store.read(each.project, each.id) for each in made]
    return [each.admission for each in found if each]


def held() -> int:
    """How much room the counter says is taken."""
    found = [it for it in tables.items(settings().callback_table) if it["pk"]["S"].startswith("room#")]
    return sum(int(item["held"]["N"]) for item in found)


def all_at_once(made: list[Callback], attempt: Attempt, receives: int, now: int) -> list[bool]:
    works: list[Callable[[], bool]] = [partial(receive, one, receives, now) for one in made]
    with mock.patch.object(sending, "send", return_value=attempt):
        return at_once(*works)


def test_twenty_attempts_that_fail_at_once_take_the_room_that_there_is_and_no_more() -> None:
    made = owe()
    done = all_at_once(made, BUSY, 1, NOW)
    assert done.count(False) == ROOM, "their messages stay in the queue"
    assert (places(made).count(Admission.ADMITTED), places(made).count(Admission.PARKED)) == (
        ROOM,
        WORKERS - ROOM,
    )
    assert held() == ROOM


def test_what_leaves_at_once_lets_in_as_many_and_never_one_twice() -> None:
    made = owe()
    all_at_once(made, BUSY, 1, NOW)
    admitted = [one for one, place in zip(made, places(made), strict=True) if place is Admission.ADMITTED]
    with mock.patch.object(owed, "send_all") as sent:
        assert all_at_once(admitted, GOOD, 2, NOW + HOUR) == [True] * ROOM
    entered = [message["callback"] for call in sent.call_args_list for message in call.args[1]]
    assert len(entered) == len(set(entered)) == places(made).count(Admission.ADMITTED) == held() <= ROOM


def test_twenty_who_find_the_same_room_let_each_callback_in_once() -> None:
    made = owe()
    all_at_once(made, BUSY, 1, NOW)
    of = admission.lane(made[0])
    with mock.patch.object(admission, "MOST", WORKERS - 3):
        let_in = at_once(*[partial(admission.let_in, of, NOW + HOUR, WORKERS)] * WORKERS)
    assert sum(let_in) == WORKERS - 3 - ROOM
    assert held() == places(made).count(Admission.ADMITTED) == WORKERS - 3
