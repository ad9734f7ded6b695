"""Callers that meet wait for their turn as long as there is time."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import pytest
from hearback.storage import contention


class Clock:
    """A clock that only pauses, and a slow machine, move."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock()
    with mock.patch.object(contention, "time", clock):
        yield clock


def test_attempts_go_on_until_the_time_is_over(clock: Clock) -> None:
    assert list(contention.attempts(3.0)) == list(range(len(clock.pauses)))
    assert 3.0 <= clock.now < 3.0 + 0.5


def test_a_machine_on_which_one_attempt_takes_all_the_time_makes_another(clock: Clock) -> None:
    made = 0
    for _ in contention.attempts(3.0):
        made, clock.now = made + 1, clock.now + 60.0
    assert made == 2


def test_pauses_grow_and_stay_short_enough_for_many_turns(clock: Clock) -> None:
    with mock.patch("random.uniform", lambda _least, most: most):
        list(contention.attempts(10.0))
    assert clock.pauses[:7] == pytest.approx([0.01 * 2**n for n in range(6)] + [0.5])
    assert max(clock.pauses) == 0.5
