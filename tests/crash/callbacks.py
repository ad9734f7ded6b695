"""A task whose delivery is called back: its world, and the queues and workers that callbacks go through."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
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
from hearback.tasks.projects import TaskProject

from tests.crash import apart
from tests.crash.apart import Apart
from tests.crash.translation import ADMIN, NOW, SECOND
from tests.unit.callbacks.receiver import Conversation, Receiver, answering

QUEUES = ("callback", "slow_callback")
HIDDEN = 400 * SECOND
"""What passes between two receives of a message: more than it is hidden when its worker has died."""

clock = [NOW]


def tick(by: int = HIDDEN) -> int:
    """A later time than ever before."""
    clock[0] += by
    return clock[0]


@dataclass
class World:
    """A project, a task that is completed, and a receiver that answers as it is told to."""

    project: TaskProject
    task_id: str
    server: Receiver
    answer: str = "204 No Content"
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
            elif not self._deliver(json.loads(message["Body"]), receives, queue):
                continue
            clients.sqs().delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return "Messages" in answer

    def _deliver(self, message: dict[str, Any], receives: int, queue: str) -> bool:
        """Whether the message is done with."""
        now = tick()
        try:
            received = Received(message, receives, now - 1, queue != "callback")
            delivering.deliver(received, tasks.acknowledge, now, 0.5)
        except Again:
            return False
        return True

    def settle(self) -> None:
        """Workers work and the sweep sweeps until nothing is sent and nothing is owed."""
        for _ in range(200):
            while any([self.work(queue) for queue in QUEUES]):
                pass
            if not self.debts():
                return
            owed.sweep(tick(3600 * SECOND), SECOND)
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


def new_world(server: Receiver, answer: str = "204 No Content") -> World:
    """Make it: in the tables that are in the settings."""
    receiver = {"url": server.url(), "authentication": {"mode": "token", "token": "planted"}}
    described = {"name": "P", "input_schema": {}, "answer_schema": {}, "delivery_callback": receiver}
    made = dataset_projects.create(ADMIN, described, NOW)
    project = projects.find(ADMIN, str(made.task_project_id))
    task = tasks.create(project, tasks.Draft({"url": "x"}, submit=True), NOW)
    return World(project, task.id, server, answer)


def remembered(resources: Apart, prepare: Callable[[], World]) -> Callable[[], World]:
    """The same world each time, with empty queues, a receiver that has heard nothing, and cold caches.

    What `prepare` sent is sent again.
    """
    tables = [settings().task_table, settings().callback_table, settings().owed_table]
    sent: list[tuple[str, str]] = []
    _purge()
    once = apart.remembered(resources, prepare, tables)
    first = once()
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
        first.server.received.clear()
        world.dead = []
        return world

    return again


def _purge() -> None:
    for queue in QUEUES:
        clients.sqs().purge_queue(QueueUrl=getattr(settings(), f"{queue}_queue"))


def answering_as(told: list[str]) -> Callable[[Conversation], None]:
    """The receiver that answers with the last of these."""
    return lambda it: answering(told[-1])(it)


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
