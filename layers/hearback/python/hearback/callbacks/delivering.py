"""Delivering: one message of the queue is one receive of one callback, and at most one attempt.

An attempt is begun in a transaction (state, number, its row in the log) before anything is sent, so that
a crash leaves a trace; and ended in another one, with the debt if it is the last. The queue counts the
receives: a failed attempt's message becomes visible again after its back-off, and after the fifth it
rests with the dead letters. Should the worker die at the fifth, the debt is still there: the sweep sends a
message anew, and who receives it finds five attempts and gives the callback up.

Callbacks of a slow endpoint go to a queue of their own (`slowness`), so that they wait for each other and
hold nobody else up; being handed over is no attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from hearback.callbacks import (
    admission,
    items,
    keys,
    owing,
    receivers,
    schedule,
    secrets,
    sending,
    signing,
    slowness,
    store,
    targets,
)
from hearback.callbacks.connecting import Reach
from hearback.callbacks.model import Admission, Attempted, Callback, Kind
from hearback.callbacks.schedule import BackOff, State
from hearback.callbacks.secrets import Secrets
from hearback.callbacks.sending import Attempt
from hearback.errors import Conflict, HearbackError
from hearback.settings import settings
from hearback.storage import owed, transactions, troubles
from hearback.storage.transactions import ConditionFailed, Write, transact
from hearback.timestamps import SECOND

OVERDUE = 480 * SECOND
"""When an attempt that began is missed: later than its message is visible again."""

ALIVE = 60 * SECOND
"""How long a worker may be at an attempt: the function's time-out."""

EARLY = 5 * SECOND
"""What clocks, and the queue's whole seconds, make a message come before its time."""

REPLAY = 10 * SECOND
"""A message sent so much later than its callback became unreachable was sent by a person."""

_TRIES = 10

Acknowledge = Callable[[int, str, int, int], None]
"""Project, task, round, now: what the success of a delivery's callback means for its task."""


class Again(Exception):
    """The message is to be visible again in `seconds`: for the next attempt, or to rest with the dead letters."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"to be visible again in {seconds} s")
        self.seconds = seconds


class Received(NamedTuple):
    """A message of a queue, as far as it matters here."""

    message: Mapping[str, Any]
    receives: int
    """How often the queue has handed it out, this time included."""
    sent_at: int
    slow: bool = False
    """Whether it came through the queue of slow endpoints."""

    @property
    def receive(self) -> int:
        """The same, with the receives of the message for which it stands."""
        before: int = self.message.get("before", 0)
        return before + self.receives


def deliver(received: Received, acknowledge: Acknowledge, now: int, chance: float) -> None:
    """Make the attempt that is due. Raises `Again` where the message is still needed.

    `chance`, uniform in [0, 1], spreads the next attempt.
    """
    if "lane" in received.message:  # no callback's message, but its endpoint's
        admission.carry_on(received.message, now)
        return
    begun = _taken(received, now, chance)
    if begun is not None:
        _end(begun, _send(begun), acknowledge, chance)


# ── Begin ──


def _taken(received: Received, now: int, chance: float) -> Callback | None:
    """The callback with its attempt begun; None where this message has none to make."""
    for _ in range(_TRIES):
        callback = store.read(received.message["project"], received.message["callback"])
        if callback is None or _is_done_with(callback, received, now):
            return None
        with suppress(ConditionFailed):  # somebody else was faster: look again
            return _begin(callback, received, now, chance)
    raise HearbackError("The callback keeps changing.", received.message["callback"])


def _is_done_with(callback: Callback, received: Received, now: int) -> bool:
    """Whether there is nothing to do for this message; what can be done without an attempt is done."""
    if callback.delivery.course != received.message["course"] or callback.delivery.state is State.DELIVERED:
        return True
    if callback.delivery.state is State.UNREACHABLE:
        _rest(callback, received, now)
        return True
    if callback.admission is Admission.PARKED or _is_second(callback, received, now):
        return True
    if not received.slow and slowness.is_slow(callback, now):
        message = {**received.message, "before": received.receive - 1}
        owed.send("slow_callback", message, group=slowness.endpoint(callback))
        return True
    return False


def _rest(callback: Callback, received: Received, now: int) -> None:
    """The message of an unreachable callback goes to the dead letters, unless it comes from there."""
    if received.sent_at > callback.updated_at + REPLAY:
        with suppress(Conflict):  # somebody else has done it at this moment
            owing.send([owing.start_again(callback, now)])
    elif received.receives > 1:
        raise Again(0)


def _is_second(callback: Callback, received: Received, now: int) -> bool:
    """Whether another message sees to the callback, which is being sent, or waits for its time.

    The queue may hand out a message twice, and the sweep sends one that is only late. Of the one that
    follows an attempt, the receives are more than the attempts.
    """
    if received.receive > callback.delivery.attempts:
        return False
    if callback.delivery.state is State.SENDING:
        return now < callback.updated_at + ALIVE
    return callback.next_at is not None and now < callback.next_at - EARLY


def _begin(callback: Callback, received: Received, now: int, chance: float) -> Callback | None:
    """Raises `ConditionFailed` when the callback has changed meanwhile."""
    step = schedule.begin(callback.delivery, received.message["course"], received.receive)
    crashed = [_log(callback, _crashed(callback, number, now)) for number in step.crashed]
    after = callback._replace(delivery=step.delivery, updated_at=now, next_at=None)
    if step.number is None:
        after = after._replace(outcome="crashed", admission=None)
        room = admission.counted(callback, after, now)
        transact([store.replace(callback, after), *crashed, owing.settle(after), *room])
        _leave(callback, after, now, chance)
        if received.receives > 1:  # else it is the sweep's: the one that died rests already
            raise Again(0)
        return None
    begun = Attempted(step.delivery.course, step.number, now, None, None, "begun", None, None)
    log = [*crashed, _log(callback, begun)]
    transact([store.replace(callback, after), *log, owing.owe(after, now + OVERDUE)])
    return after


def _log(callback: Callback, attempted: Attempted) -> Write:
    return transactions.put(keys.table(), items.attempt_item(callback.id, attempted))


def _crashed(before: Callback, attempt: int, now: int) -> Attempted:
    """An attempt that died: when it began, or when that was noticed if it had not come so far."""
    at = before.updated_at if attempt == before.delivery.attempts else now
    return Attempted(before.delivery.course, attempt, at, None, None, "crashed", None, None)


# ── Send ──


def _send(callback: Callback) -> Attempt:
    try:
        target = targets.parse(callback.receiver.url, plain_http=settings().callback_http == "true")
        by, signing_secret = _authentication(callback)
        at = callback.updated_at // SECOND
        request = signing.sign(target, callback.body.encode(), callback.id, at, by, signing_secret)
    except HearbackError as error:
        return Attempt(None, "settings", error.message, 0, "", None)
    return sending.send(request, Reach(allowed=targets.networks(settings().callback_networks)))


def _authentication(callback: Callback) -> tuple[signing.Authentication | None, str | None]:
    receiver = callback.receiver
    found = Secrets()
    if receiver.secret_version:
        found = secrets.read(callback.project_id, receiver.secret_version).get(callback.kind, Secrets())
    return receivers.authenticator(receiver, found), found.signing_secret


# ── End ──


def _end(begun: Callback, attempt: Attempt, acknowledge: Acknowledge, chance: float) -> None:
    """Keep what came of the attempt; the debt ends with the last one.

    The task hears of it first: a crash in between only tells the receiver, and the task, once more.
    """
    now = begun.updated_at + attempt.milliseconds * 1_000_000
    slowness.note(begun, attempt.milliseconds, now)
    if attempt.succeeded and begun.kind is Kind.DELIVERY:
        acknowledge(begun.project, begun.task_id, begun.round, now)
    seconds = schedule.delay(begun.delivery.attempts, chance, attempt.retry_after, _back_off())
    current = begun
    for _ in range(_TRIES):
        room = attempt.succeeded or admission.has_room(current)
        after = _after(current, begun, attempt, now + seconds * SECOND, room)
        if after.admission is Admission.PARKED:
            admission.announce(admission.lane(after), now)
        try:
            transact([_log(begun, _ended(begun, attempt)), *_progress(current, after, now)])
        except ConditionFailed:
            current = store.read(begun.project, begun.id) or begun
            continue
        _leave(current, after, now, chance)
        return _answer(after, seconds)
    raise HearbackError("The callback keeps changing.", begun.id)


def _leave(before: Callback, after: Callback, now: int, chance: float) -> None:
    """Let another callback of the endpoint enter, where this one has left the queue; if not now, the lane's debt does."""
    if before.admission is Admission.ADMITTED and after.admission is None:
        with suppress(*troubles.UNDONE):
            admission.let_in(admission.lane(before), now, 1, chance)


def _answer(after: Callback, seconds: int) -> None:
    """Raises `Again` where the message is still needed: to wait for its time, or to rest with the dead letters."""
    if after.delivery.state is State.WAITING and after.admission is not Admission.PARKED:
        raise Again(seconds)
    if after.delivery.state is State.UNREACHABLE:
        raise Again(0)


def _back_off() -> BackOff:
    return BackOff(first=float(settings().callback_back_off))


def _after(current: Callback, begun: Callback, attempt: Attempt, next_at: int, room: bool) -> Callback:
    """What the attempt makes of the callback, which may have changed since it began."""
    course, number = begun.delivery.course, begun.delivery.attempts
    delivery = schedule.finish(current.delivery, course, number, attempt.succeeded)
    if delivery == current.delivery:
        return current
    return current._replace(
        delivery=delivery,
        updated_at=begun.updated_at + attempt.milliseconds * 1_000_000,
        outcome=attempt.error or str(attempt.status),
        next_at=next_at if delivery.state is State.WAITING else None,
        admission=admission.after_attempt(current.admission, delivery.state, room),
    )


def _ended(begun: Callback, attempt: Attempt) -> Attempted:
    return Attempted(
        course=begun.delivery.course,
        number=begun.delivery.attempts,
        at=begun.updated_at,
        milliseconds=attempt.milliseconds,
        status=attempt.status,
        error=attempt.error,
        detail=attempt.detail or None,
        answer=attempt.answer or None,
    )


def _progress(before: Callback, after: Callback, now: int) -> list[Write]:
    """The callback, its debt and its endpoint's room, where the attempt moved them."""
    if after.delivery == before.delivery:
        return []
    return [store.replace(before, after), _debt(after), *admission.counted(before, after, now)]


def _debt(after: Callback) -> Write:
    if after.next_at is None:
        return owing.settle(after)
    if after.admission is Admission.PARKED:
        return owing.park(after, admission.lane(after), after.next_at)
    return owing.owe(after, after.next_at + OVERDUE)
