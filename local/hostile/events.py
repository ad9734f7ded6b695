"""Messages and notifications as AWS delivers them on a bad day: late, twice, in another order, in vain."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from local.hostile.plan import Plan
from local.hostile.switch import Day

Message = dict[str, Any]

_FEW = 2
"""Receives that are used up in vain at most: the product's own failures have the other three of five."""

_BACK = 1.0
"""Seconds until a message comes back for which no function was free. On AWS, the queue's visibility time-out."""


def disturb_queues(sqs: Any, day: Day) -> None:
    """Teach MiniStack's event sources to receive as AWS's do."""
    receive = sqs._receive_messages_for_esm

    def received(queue_url: str, most: int) -> list[Message]:
        if day.plan is None:
            return list(receive(queue_url, most))
        queue = _Queue(queue_url.rpartition("/")[2].rpartition("-")[0], day, day.plan)
        with sqs._queues_lock:
            queue.mix(sqs._get_q(queue_url)["messages"])
        found = list(receive(queue_url, most))
        if found and queue.is_in_vain(found):
            give_back(found, time.time() + _BACK)
            return []
        with sqs._queues_lock:
            sqs._get_q(queue_url)["messages"] += queue.copies(found)
        return found

    sqs._receive_messages_for_esm = received


class _Queue(NamedTuple):
    name: str
    day: Day
    plan: Plan

    def mix(self, messages: list[Message]) -> None:
        """Bring them out of order, and let some of the new ones be late."""
        if not messages:
            return
        self.plan.order(self.name, self.day.nth("order", self.name)).shuffle(messages)
        for message in messages:
            if not message.get("is_known"):
                message["is_known"] = True
                message["visible_at"] += self.plan.late(self.name, self.day.nth("late", self.name))

    def is_in_vain(self, found: list[Message]) -> bool:
        """Whether no function is free for what was received."""
        nth = self.day.nth("receive", self.name)
        few = all(message["receive_count"] <= _FEW for message in found)
        return few and self.plan.is_used_up(self.name, nth)

    def copies(self, found: list[Message]) -> list[Message]:
        """Of the messages that come twice."""
        fresh = [message for message in found if not message.get("is_copy")]
        after = [self.plan.twice(self.name, self.day.nth("twice", self.name)) for _ in fresh]
        now = time.time()
        pairs = zip(fresh, after, strict=True)
        return [copy_of(message, now + seconds) for message, seconds in pairs if seconds is not None]


def give_back(messages: list[Message], visible_at: float) -> None:
    """To the queue. The receive counts."""
    for message in messages:
        message["visible_at"] = visible_at


def copy_of(message: Message, visible_at: float) -> Message:
    """The same message once more, from a server that has not heard that it was received."""
    fresh = {"receipt_handle": None, "visible_at": visible_at, "receive_count": 0, "first_receive_at": None}
    return {**message, **fresh, "is_copy": True}


def disturb_notifications(s3: Any, day: Day) -> None:
    """Teach MiniStack's S3 to tell a function late, and twice. An invocation that is throttled is a late one."""
    deliver = s3._deliver_event_to_lambda

    def delivered(*event: Any) -> None:
        plan = day.plan
        if plan is None:
            deliver(*event)
            return
        nth = day.nth("notification")
        after = plan.twice("notification", nth)
        if after is not None:
            _later(after, lambda: deliver(*event))
        _later(plan.late("notification", nth), lambda: deliver(*event))

    s3._deliver_event_to_lambda = delivered


def _later(seconds: float, work: Callable[[], None]) -> None:
    """In the context of now: of it, MiniStack takes the account."""
    timer = threading.Timer(seconds, contextvars.copy_context().run, (work,))
    timer.daemon = True
    timer.start()
