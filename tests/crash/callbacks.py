"""A task whose delivery is called back: its world, and the queues and workers that callbacks go through."""

from __future__ import annotations

import json
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from hearback import clients
from hearback.callbacks import delivering, items, keys, secrets
from hearback.callbacks.delivering import Again, Received
from hearback.callbacks.model import Attempted, Callback
from hearback.callbacks.schedule import ATTEMPTS, State
from hearback.dataset import projects as dataset_projects
from hearback.settings import settings
from hearback.storage import owed, reads
from hearback.tasks import projects, tasks
from hearback.tasks.drafts import Draft
from hearback.tasks.projects import TaskProject

from tests.crash import apart
from tests.crash.apart import Apart
from tests.crash.translation import ADMIN, NOW, SECOND
from tests.unit.callbacks.receiver import Conversation, Receiver, answering

QUEUES = ("callback", "slow_callback")
PATIENCE = 3600 * SECOND
"""After which whatever is owed is overdue."""
HIDDEN = 400 * SECOND
"""What passes between two receives of a message: more than it is hidden when its worker has died."""

clock = [(0, NOW)]
"""The times that it has been, each beside this machine's own (ms) when it began."""


def tick(by: int = HIDDEN) -> int:
    """A later time than ever before."""
    clock.append((time.time_ns() // 1_000_000, clock[-1][1] + by))
    return clock[-1][1]


def time_of(machine: int) -> int:
    """What time it was when it was this on the machine (ms), which stamps the queues' messages."""
    return clock[bisect_left(clock, (machine,)) - 1][1]


@dataclass
class World:
    """A project, a task that is completed, and a receiver."""

    project: TaskProject
    task_id: str
    server: Receiver
    dead: list[dict[str, Any]] = field(default_factory=list)
    """Messages that rest with the dead letters."""

    # ── What happens ──

    def approve(self) -> None:
        tasks.approve(self.project, self.task_id, tick(1))

    def work(self, queue: str = "callback") -> bool:
        """A worker does the next message of the queue, if there is one: only what is done with is deleted."""
        url = getattr(settings(), f"{queue}_queue")
        answer = clients.sqs().receive_message(
            QueueUrl=url, MaxNumberOfMessages=1, VisibilityTimeout=0, AttributeNames=["All"]
        )
        for message in answer.get("Messages", []):
            receives = int(message["Attributes"]["ApproximateReceiveCount"])
            if receives > ATTEMPTS:
                self.dead.append(json.loads(message["Body"]))
            elif not self._deliver(message, receives, queue):
                continue
            _delete(url, message["ReceiptHandle"])
        return "Messages" in answer

    def _deliver(self, message: Any, receives: int, queue: str) -> bool:
        """Whether the message is done with."""
        sent_at = time_of(int(message["Attributes"]["SentTimestamp"]))
        received = Received(json.loads(message["Body"]), receives, sent_at, queue != "callback")
        try:
            delivering.deliver(received, tasks.acknowledge, tick(), 0.5)
        except Again:
            return False
        return True

    @staticmethod
    def lose_messages() -> None:
        """As if whoever owed something had died before it was sent."""
        _purge()

    def settle(self) -> None:
        """Workers work and the sweep sweeps until nothing is sent and nothing is owed."""
        for _ in range(200):
            while any(self.work(queue) for queue in QUEUES):
                pass
            if not self.debts():
                return
            owed.sweep(tick(PATIENCE), SECOND)
        raise AssertionError("the work goes on and on")

    # ── What is known ──

    @staticmethod
    def debts() -> list[dict[str, Any]]:
        return apart.items(settings().owed_table)

    def callbacks(self) -> list[Callback]:
        run = keys.callbacks(self.project.number)
        return [items.callback_from(item) for item in reads.every(run)]

    @staticmethod
    def log(callback: Callback) -> list[Attempted]:
        return [items.attempt_from(item) for item in reads.every(keys.attempts(callback.id))]

    def state(self) -> str:
        return str(tasks.get(self.project, self.task_id).state)

    @property
    def nonces(self) -> Counter[str]:
        """How often each callback has reached the receiver."""
        return Counter(received.headers["x-wsm-nonce"] for received in self.server.received)


def new_world(server: Receiver) -> World:
    """Make it: in the tables that are in the settings."""
    receiver = {"url": server.url(), "authentication": {"mode": "token", "token": "planted"}}
    described = {"name": "P", "input_schema": {}, "answer_schema": {}, "delivery_callback": receiver}
    made = dataset_projects.create(ADMIN, described, NOW)
    project = projects.find(ADMIN, str(made.task_project_id))
    task = tasks.create(project, Draft({"url": "x"}, submit=True), NOW)
    return World(project, task.id, server)


def remembered(resources: Apart, prepare: Callable[[], World]) -> Callable[[], World]:
    """The same world each time: what `prepare` sent is sent again, the receiver has heard what it had then,
    and caches are cold."""
    tables = [settings().task_table, settings().callback_table, settings().owed_table]
    sent: list[tuple[str, str]] = []
    _purge()
    once = apart.remembered(resources, prepare, tables)
    first = once()
    heard, dead = list(first.server.received), list(first.dead)
    for queue in QUEUES:
        url = getattr(settings(), f"{queue}_queue")
        answer = clients.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        sent += [(url, message["Body"]) for message in answer.get("Messages", [])]

    def again() -> World:
        world = once()
        _purge()
        for url, body in sent:
            clients.sqs().send_message(QueueUrl=url, MessageBody=body)
        secrets.read.cache_clear()
        first.server.received[:] = heard
        world.dead = list(dead)
        return world

    return again


def _delete(url: str, handle: str) -> None:
    """Take a message out of its queue. SQS says nothing if it is gone already; the local stack complains."""
    with suppress(clients.sqs().exceptions.ReceiptHandleIsInvalid):
        clients.sqs().delete_message(QueueUrl=url, ReceiptHandle=handle)


def _purge() -> None:
    for queue in QUEUES:
        clients.sqs().purge_queue(QueueUrl=getattr(settings(), f"{queue}_queue"))


def answering_as(told: list[str]) -> Callable[[Conversation], None]:
    """The receiver that answers with what is the last of these then."""

    def behave(it: Conversation) -> None:
        answering(told[-1])(it)

    return behave


# ── What must be true ──


def owes_what_it_must(world: World) -> None:
    """A task is delivered together with its callback and its debt, or not at all."""
    callbacks = world.callbacks()
    delivered = world.state() in ("delivered", "acknowledged")
    assert len(callbacks) == delivered
    open_ones = [callback for callback in callbacks if not callback.delivery.state.finished]
    assert len(world.debts()) == len(open_ones)


def accounts_for_every_attempt(world: World) -> None:
    """Each attempt up to the last is in the log, and none reached the receiver that is not."""
    owes_what_it_must(world)
    for callback in world.callbacks():
        log = world.log(callback)
        numbers = [each.number for each in log if each.course == callback.delivery.course]
        assert numbers == list(range(1, callback.delivery.attempts + 1))
        assert max(numbers, default=0) <= ATTEMPTS
        assert world.nonces[callback.id] <= len(log)
        ended = [each for each in log if each.status]
        assert len(ended) <= world.nonces[callback.id]


def outcome(world: World) -> object:
    """What became of it; the same however often it was disturbed."""
    accounts_for_every_attempt(world)
    assert world.debts() == []
    found = []
    for callback in world.callbacks():
        log = world.log(callback)
        assert "begun" not in [each.error for each in log]
        if callback.delivery.state is State.DELIVERED:
            assert world.nonces[callback.id] >= 1
        else:
            assert callback.delivery.attempts == ATTEMPTS
            assert world.dead
        for letter in world.dead:
            assert letter.keys() <= {"project", "callback", "course", "before"}
        found.append((callback.delivery.state, callback.delivery.course))
    assert set(world.nonces) <= {callback.id for callback in world.callbacks()}
    return world.state(), found
