"""Delivering: one message of the queue is one receive of one callback, and at most one attempt.

An attempt is begun in a transaction (state, number, its row in the log) before anything is sent, so that
a crash leaves a trace; and ended in another one, with the debt if it is the last. The queue counts the
receives: a failed attempt's message becomes visible again after its back-off, and after the fifth it
rests with the dead letters. Should the worker die at the fifth, the debt is still there: the sweep sends a
message anew, and who receives it finds five attempts and gives the callback up.

An endpoint that did not answer in time is slow for some minutes. Its callbacks go to a queue of their
own, so that they wait for each other and hold nobody else up; being handed over is no attempt.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from hearback.callbacks import items, keys, owing, receivers, schedule, secrets, sending, signing, targets
from hearback.callbacks.connecting import Reach
from hearback.callbacks.model import Attempted, Callback, Kind
from hearback.callbacks.schedule import State
from hearback.callbacks.secrets import Secrets
from hearback.callbacks.sending import Attempt
from hearback.callbacks.targets import Target
from hearback.errors import HearbackError
from hearback.settings import settings
from hearback.storage import owed, reads, transactions
from hearback.storage.items import number
from hearback.storage.transactions import ConditionFailed, Write, transact
from hearback.timestamps import SECOND

OVERDUE = 480 * SECOND
"""When an attempt that began is missed: later than its message is visible again."""

SLOW_FOR = 300 * SECOND
_TRIES = 10

Acknowledge = Callable[[int, str, int, int], None]
"""Project, task, round, now: what the success of a delivery's callback means for its task."""


class Again(Exception):
    """The attempt failed, and there is another one: the message is to be visible again in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"to be tried again in {seconds} s")
        self.seconds = seconds


class Received(NamedTuple):
    """A message of a queue, as far as it matters here."""

    message: Mapping[str, Any]
    receive: int
    """How often it was received, this time included."""
    slow: bool
    """Whether it came through the queue of slow endpoints."""


def deliver(received: Received, acknowledge: Acknowledge, now: int) -> None:
    """Make the attempt that is due. Raises `Again` where another one will be."""
    callback = read(received.message["project"], received.message["callback"])
    if callback is None:
        return
    target = targets.parse(callback.receiver.url, plain_http=True)
    if not received.slow and _is_slow(target, now):
        owed.send("slow_callback", received.message)
        return
    begun = _begin(callback, received, now)
    if begun is None:
        return
    attempt = _send(begun, target)
    _end(begun, attempt, acknowledge)


def read(project: int, callback_id: str) -> Callback | None:
    item = reads.get(keys.table(), keys.callback(project, callback_id))
    return items.callback_from(item) if item else None


def _is_slow(target: Target, now: int) -> bool:
    item = reads.get(keys.table(), keys.health(target))
    return item is not None and int(item["slow_until"]["N"]) > now


# ── Begin ──


def _begin(callback: Callback, received: Received, now: int) -> Callback | None:
    """The callback with its attempt begun; None where there is nothing to send."""
    for _ in range(_TRIES):
        step = schedule.begin(callback.delivery, received.message["course"], received.receive)
        if step.delivery == callback.delivery:
            return None
        after = callback._replace(delivery=step.delivery, updated_at=now, next_at=None)
        if step.number is None:
            after = after._replace(outcome="crashed")
        writes = [
            _moved(callback, after),
            *(_log(callback, _crashed(after, lost, now)) for lost in step.crashed),
        ]
        if step.number is None:
            writes.append(owed.settle(owing.debt(callback.id, step.delivery.course)))
        else:
            writes.append(_log(callback, _begun(after, step.number, now)))
            writes.append(owing.owe(after, now + OVERDUE))
        try:
            transact(writes)
        except ConditionFailed:
            callback = read(callback.project, callback.id) or callback
            continue
        return None if step.number is None else after
    raise HearbackError("The callback keeps changing.", callback.id)


def _moved(before: Callback, after: Callback) -> Write:
    """The callback's next form, unless it has another one by now."""
    item = items.callback_item(after)
    return transactions.put(keys.table(), item, items.UNCHANGED, **items.seen(before.delivery))


def _log(callback: Callback, attempted: Attempted) -> Write:
    return transactions.put(keys.table(), items.attempt_item(callback.id, attempted))


def _begun(callback: Callback, attempt: int, now: int) -> Attempted:
    return Attempted(callback.delivery.course, attempt, now, None, None, "begun", None, None)


def _crashed(callback: Callback, attempt: int, now: int) -> Attempted:
    return Attempted(callback.delivery.course, attempt, now, None, None, "crashed", None, None)


# ── Send ──


def _send(callback: Callback, target: Target) -> Attempt:
    try:
        request = signing.sign(
            target,
            callback.body.encode(),
            callback.id,
            time.time_ns() // SECOND,
            *_authentication(callback),
        )
    except HearbackError as error:
        return Attempt(None, "target", error.message, 0, "", None)
    attempt = sending.send(request, Reach(allowed=targets.networks(settings().callback_networks)))
    if attempt.error in ("timeout", "connect"):
        _mark_slow(target)
    return attempt


def _authentication(callback: Callback) -> tuple[signing.Authentication | None, str | None]:
    receiver = callback.receiver
    found = Secrets()
    if receiver.secret_version:
        found = secrets.read(callback.project_id, receiver.secret_version).get(callback.kind, Secrets())
    return receivers.authenticator(receiver, found), found.signing_secret


def _mark_slow(target: Target) -> None:
    now = time.time_ns()
    expires = (now + SLOW_FOR) // SECOND
    item = keys.health(target) | {"slow_until": number(now + SLOW_FOR), "expires": number(expires)}
    transact([transactions.put(keys.table(), item)])


# ── End ──


def _end(begun: Callback, attempt: Attempt, acknowledge: Acknowledge) -> None:
    """Keep what came of the attempt; the debt ends with the last one.

    The task hears of it first: a crash in between only tells the receiver, and the task, once more.
    """
    now = time.time_ns()
    if attempt.succeeded and begun.kind is Kind.DELIVERY:
        acknowledge(begun.project, begun.task_id, begun.round, now)
    seconds = schedule.delay(begun.delivery.attempts, random.random(), attempt.retry_after)
    for _ in range(_TRIES):
        current = read(begun.project, begun.id) or begun
        delivery = schedule.finish(
            current.delivery, begun.delivery.course, begun.delivery.attempts, attempt.succeeded
        )
        outcome = str(attempt.status) if attempt.error is None else attempt.error
        after = current
        if delivery != current.delivery:
            next_at = now + seconds * SECOND if delivery.state is State.WAITING else None
            after = current._replace(delivery=delivery, updated_at=now, outcome=outcome, next_at=next_at)
        try:
            transact([_log(begun, _ended(begun, attempt, now)), *_progress(current, after, now, seconds)])
        except ConditionFailed:
            continue
        if delivery.state in (State.WAITING, State.UNREACHABLE):
            raise Again(seconds)
        return
    raise HearbackError("The callback keeps changing.", begun.id)


def _ended(begun: Callback, attempt: Attempt, now: int) -> Attempted:
    return Attempted(
        course=begun.delivery.course,
        number=begun.delivery.attempts,
        at=now - attempt.milliseconds * 1_000_000,
        milliseconds=attempt.milliseconds,
        status=attempt.status,
        error=attempt.error,
        detail=attempt.detail or None,
        answer=attempt.answer or None,
    )


def _progress(before: Callback, after: Callback, now: int, seconds: int) -> list[Write]:
    """The callback and its debt, where the attempt moved them."""
    if after.delivery == before.delivery:
        return []
    if after.delivery.state is State.WAITING:
        return [_moved(before, after), owing.owe(after, now + seconds * SECOND + OVERDUE)]
    return [_moved(before, after), owed.settle(owing.debt(after.id, after.delivery.course))]
