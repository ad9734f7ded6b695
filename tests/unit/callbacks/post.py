"""Queues, a table and a clock in memory, for callbacks to go through: years in a second.

The queues do as SQS does: a message that was received is hidden for a while, and rests with the dead
letters after five receives.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hearback.callbacks import delivering, items, keys, owing, store
from hearback.callbacks.delivering import Again, Received
from hearback.callbacks.model import Attempted, Callback, Kind, Receiver
from hearback.callbacks.owing import Subject
from hearback.callbacks.sending import Attempt
from hearback.callbacks.signing import Request
from hearback.settings import settings
from hearback.storage import owed, reads
from hearback.storage.transactions import transact
from hearback.timestamps import SECOND

from tests.unit.storage.fake import Fake

VISIBILITY = 360 * SECOND
RECEIVES = 5
GOOD = Attempt(204, None, "", 30, "", None)
BUSY = Attempt(503, None, "", 30, "busy", None)
HANGING = Attempt(None, "timeout", "The attempt's time was over.", 10_000, "", None)


class Died(BaseException):
    """The process did."""


@dataclass
class Message:
    body: str
    sent_at: int
    visible_at: int
    group: str | None
    receives: int = 0


@dataclass
class Post:
    table: Fake
    now: int = 1_700_000_000 * SECOND
    answers: Callable[[Request], Attempt] = lambda _: GOOD
    """What the receiver says."""
    sent: list[Request] = field(default_factory=list)
    """What reached it."""
    acknowledged: list[tuple[int, str, int]] = field(default_factory=list)
    queues: dict[str, list[Message]] = field(default_factory=lambda: {"callback": [], "slow_callback": []})
    dead: list[dict[str, Any]] = field(default_factory=list)
    id: str = ""
    """Of the callback that was owed last."""
    between: Callable[[], None] = lambda: None
    """Happens before each call of the table."""

    # ── DynamoDB ──

    def __getattr__(self, operation: str) -> Any:
        call = getattr(self.table, operation)

        def made(**request: Any) -> Any:
            self.between()
            return call(**request)

        return made

    # ── SQS ──

    def send_message(self, **message: Any) -> None:
        (name,) = [
            name for name in self.queues if message["QueueUrl"] == getattr(settings(), f"{name}_queue")
        ]
        made = Message(message["MessageBody"], self.now, self.now, message.get("MessageGroupId"))
        self.queues[name].append(made)

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> None:  # noqa: N803
        for entry in Entries:
            self.send_message(QueueUrl=QueueUrl, **entry)

    # ── The network ──

    def send(self, request: Request, *_: object) -> Attempt:
        attempt = self.answers(request)
        self.sent.append(request)
        return attempt

    # ── What happens ──

    def owe(self, url: str = "https://receiver.example/done", send: bool = True, **more: Any) -> Callback:
        """A callback that is owed, and what its cause sends afterwards."""
        self.now += 1_000_000
        subject = Subject("acme", 117, "project-1", "51e77305ff1d8131a4000011", 1)
        made = owing.callback(subject, Kind.DELIVERY, Receiver(url, **more), '{"task":{}}', self.now)
        transact(owing.writes([made]))
        if send:
            owing.send([made])
        self.id = made.callback.id
        return made.callback

    def work(self, queue: str = "callback") -> Again | None:
        """A worker does the next message of the queue."""
        message = next(self._visible(queue))
        self._receive(message)
        try:
            self.deliver(message, queue)
        except Again as again:
            message.visible_at = self.now + again.seconds * SECOND
            return again
        if message in self.queues[queue]:
            self.queues[queue].remove(message)
        return None

    def deliver(self, message: Message, queue: str = "callback", chance: float = 0.5) -> None:
        received = Received(json.loads(message.body), message.receives, message.sent_at, queue != "callback")
        delivering.deliver(received, self._acknowledge, self.now, chance)

    def _receive(self, message: Message) -> None:
        message.receives += 1
        message.visible_at = self.now + VISIBILITY

    def _visible(self, queue: str) -> Iterator[Message]:
        for message in list(self.queues[queue]):
            if message.visible_at > self.now:
                continue
            if message.receives < RECEIVES:
                yield message
            else:
                self.queues[queue].remove(message)
                self.dead.append(json.loads(message.body))

    def has_work(self, queue: str = "callback") -> bool:
        return any(True for _ in self._visible(queue))

    def work_all(self) -> None:
        """Whatever can be done at this moment."""
        while names := [name for name in self.queues if self.has_work(name)]:
            self.work(names[0])

    def wait(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)

    def settle(self) -> None:
        """Hours go by: the workers work, and the sweep sweeps, until nothing is owed."""
        for _ in range(1_000):
            self.work_all()
            if not self.debts and not any(self.queues.values()):
                return
            self.wait(60)
            owed.sweep(self.now, 600 * SECOND)
        raise AssertionError("it goes on and on")

    def _acknowledge(self, project: int, task_id: str, round: int, _now: int) -> None:
        self.acknowledged.append((project, task_id, round))

    # ── What is known ──

    @property
    def callback(self) -> Callback:
        found = store.read(117, self.id)
        assert found
        return found

    @property
    def state(self) -> str:
        return str(self.callback.delivery.state)

    @property
    def log(self) -> list[Attempted]:
        return [items.attempt_from(item) for item in reads.every(keys.attempts(self.id))]

    @property
    def said(self) -> list[tuple[int, str]]:
        """Of each attempt its number and what came of it."""
        return [(each.number, each.error or str(each.status)) for each in self.log]

    @property
    def debts(self) -> list[dict[str, Any]]:
        """Of callbacks: a lane's own is over an hour after its last callback's."""
        return [
            item
            for (pk, sk), item in self.table.items.items()
            if pk.startswith("owed#") and not sk.startswith("lane#")
        ]


def failing(post: Post) -> None:
    """From now on the receiver does."""
    post.answers = lambda _: BUSY


def dies_at(post: Post, call: int) -> Callable[[], None]:
    """A worker does the next message, and dies before its call of this number."""
    left = [call]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Died

    def work() -> None:
        left[0] = call
        post.between = count
        with pytest.raises(Died):
            post.work()
        post.between = lambda: None

    return work
