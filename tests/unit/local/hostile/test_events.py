"""Messages and notifications on a bad day: late, twice, out of order, received in vain; but never lost."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local.hostile import events, switch

QUEUE = "http://localhost/000000000000/hearback-ImportQueue-1"
MESSAGES = 60


@pytest.fixture
def day(tmp_path: Path) -> switch.Day:
    switch.turn_on(tmp_path / "hostile", 7)
    return switch.Day(tmp_path / "hostile")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in its only place."""
    now = [1000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


class Queue:
    """As MiniStack has it: a message that is received is out of sight for half an hour."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = [
            {"id": str(number), "visible_at": 0.0, "receive_count": 0} for number in range(MESSAGES)
        ]
        self.module = SimpleNamespace(
            _queues_lock=threading.Lock(),
            _get_q=lambda _url: self.__dict__,
            _receive_messages_for_esm=self._receive,
        )

    def _receive(self, _url: str, most: int) -> list[dict[str, Any]]:
        found = [each for each in self.messages if each["visible_at"] <= time.time()][:most]
        for each in found:
            each["visible_at"] = time.time() + 1800
            each["receive_count"] += 1
        return found

    def all_received(self, clock: list[float]) -> list[str]:
        """The ids of what workers get and take out of the queue, in their order."""
        got: list[str] = []
        for _ in range(200):
            for message in self.module._receive_messages_for_esm(QUEUE, 3):
                got.append(message["id"])
                self.messages.remove(message)
            clock[0] += 0.5
        return got


def test_every_message_comes_some_twice_and_not_in_the_order_sent(
    day: switch.Day, clock: list[float]
) -> None:
    queue = Queue()
    events.disturb_queues(queue.module, day)
    got = queue.all_received(clock)
    assert set(got) == {str(number) for number in range(MESSAGES)}
    assert MESSAGES < len(got) < MESSAGES * 1.5
    assert got != sorted(got, key=int)
    assert queue.messages == []


def test_what_is_received_in_vain_comes_back_before_it_is_given_up(
    day: switch.Day, clock: list[float]
) -> None:
    queue = Queue()
    events.disturb_queues(queue.module, day)
    counts = []
    for _ in range(200):
        for message in queue.module._receive_messages_for_esm(QUEUE, 3):
            counts.append(message["receive_count"])
            queue.messages.remove(message)
        clock[0] += 0.5
    assert 1 < max(counts) <= 3


def test_a_good_day_changes_nothing(tmp_path: Path, clock: list[float]) -> None:
    queue = Queue()
    events.disturb_queues(queue.module, switch.Day(tmp_path / "hostile"))
    assert queue.all_received(clock) == [str(number) for number in range(MESSAGES)]


def test_a_function_is_told_of_every_object_of_some_twice(
    day: switch.Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr(events, "_later", lambda _seconds, work: work())
    s3 = SimpleNamespace(_deliver_event_to_lambda=told.append)
    events.disturb_notifications(s3, day)
    for number in range(MESSAGES):
        s3._deliver_event_to_lambda(number)
    assert set(told) == set(range(MESSAGES))
    assert MESSAGES < len(told) < MESSAGES * 1.5
