"""A receiver that is down: how much of it the queue holds, whom that holds up, and what becomes of the rest."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from hearback.callbacks import admission
from hearback.callbacks.model import Admission
from hearback.settings import settings

from tests.functions import callbacks
from tests.functions.callbacks import now, owed, received, work
from tests.functions.gateway import app, invoke
from tests.unit.callbacks.receiver import Conversation, answering
from tests.unit.callbacks.receiver import Receiver as Server

delivery, servers = callbacks.delivery, callbacks.servers

MANY, ROOM = 30, 6


class Queue:
    """The callbacks' queue with its worker, and the time, which may pass quickly."""

    def __init__(self) -> None:
        self.later = 0
        """Nanoseconds."""
        self.most_in_flight = 0
        self._hidden: dict[str, str] = {}
        """Receipt handles of what waits for its next attempt, by message."""

    def time_ns(self) -> int:
        return time.time_ns() + self.later

    def work(self) -> None:
        """Until nothing is visible."""
        while records := (event := received())["Records"]:
            again = set(work(event))
            self._hidden |= {it["messageId"]: it["receiptHandle"] for it in records}
            for done in {it["messageId"] for it in records} - again:
                self._ask("delete_message", ReceiptHandle=self._hidden.pop(done))
            self.most_in_flight = max(self.most_in_flight, self.in_flight())

    def in_flight(self) -> int:
        name = "ApproximateNumberOfMessagesNotVisible"
        return int(self._ask("get_queue_attributes", AttributeNames=[name])["Attributes"][name])

    def wait_an_hour(self) -> None:
        self.later += 3_600_000_000_000
        for handle in self._hidden.values():
            self._ask("change_message_visibility", ReceiptHandle=handle, VisibilityTimeout=0)

    @staticmethod
    def _ask(operation: str, **request: Any) -> Any:
        return getattr(boto3.client("sqs"), operation)(QueueUrl=settings().callback_queue, **request)


@pytest.fixture
def queue(delivery: None, monkeypatch: pytest.MonkeyPatch) -> Queue:
    made = Queue()
    monkeypatch.setattr(admission, "MOST", ROOM)
    monkeypatch.setattr(admission, "LANES", 2)
    monkeypatch.setattr("hearback.wire.deliveries.time", made)
    monkeypatch.setattr(app("owed_sweep"), "time", made)
    return made


@pytest.fixture
def answers() -> list[str]:
    """What the receiver answers: the last of these."""
    return ["503 Busy"]


@pytest.fixture
def server(servers: ExitStack, answers: list[str]) -> Iterator[Server]:
    def behave(it: Conversation) -> None:
        answering(answers[-1])(it)

    with Server(behave) as listening:
        yield listening


def test_a_receiver_that_is_down_holds_no_more_than_its_room_in_the_queue_and_nobody_up(
    servers: ExitStack, server: Server, queue: Queue, answers: list[str]
) -> None:
    """And when it is up again all are delivered, each at its second attempt."""
    made = [owed(server.url(), number=number) for number in range(MANY)]
    queue.work()
    assert queue.most_in_flight == queue.in_flight() == ROOM
    assert Counter(now(each).admission for each in made) == {
        Admission.ADMITTED: ROOM,
        Admission.PARKED: MANY - ROOM,
    }
    other = servers.enter_context(Server(answering("204 No Content")))
    beside = owed(other.url(), project=118)
    queue.work()
    assert (str(now(beside).delivery.state), len(other.received)) == ("delivered", 1)
    queue.wait_an_hour()
    answers.append("204 No Content")
    queue.work()
    assert {str(now(each).delivery.state) for each in made} == {"delivered"}
    reached = Counter(request.headers["x-wsm-nonce"] for request in server.received)
    assert reached == {each.id: 2 for each in made}
    assert (queue.most_in_flight, queue.in_flight()) == (ROOM, 0)


def test_where_nobody_leaves_the_sweep_finds_the_room_and_the_functions_policies_allow_it(
    server: Server, queue: Queue, answers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [owed(server.url(), number=number) for number in range(MANY // 2)]
    queue.work()
    monkeypatch.setattr(admission, "MOST", MANY)
    answers.append("204 No Content")
    queue.later += 120_000_000_000
    assert invoke("owed_sweep", {})["sent"] == 2, "a message for each lane"
    queue.work()
    states = Counter(str(now(each).delivery.state) for each in made)
    assert states == {"delivered": MANY // 2 - ROOM, "waiting": ROOM}
    queue.wait_an_hour()
    queue.later += 3_600_000_000_000
    assert invoke("owed_sweep", {})["sent"] == 2 + ROOM, "the lanes', and what is overdue"
    queue.work()
    assert boto3.client("dynamodb").scan(TableName=settings().owed_table)["Items"] == []
