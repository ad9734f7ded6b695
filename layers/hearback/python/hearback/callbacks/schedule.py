"""When a delivery is tried again, and the states it goes through.

    owed ──begin──▶ sending ──finish──▶ delivered
                     ▲   │
              begin  │   ├──▶ waiting       failed, and will be tried again
                     └───┤
                         └──▶ unreachable   failed or crashed for the fifth time
    delivered, unreachable ──redeliver──▶ owed, in a new course of five attempts

Nothing here reads a clock or remembers anything: whoever keeps deliveries stores what these return.
"""

from __future__ import annotations

import math
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import NamedTuple

from hearback.errors import Conflict

ATTEMPTS = 5
"""Attempts in a course, equal to the queue's `maxReceiveCount`."""


class BackOff(NamedTuple):
    """Bounds of the wait after a failed attempt, in seconds.

    The wait after attempt n is `first` × `factor`ⁿ⁻¹, at most `most`, or as little as half of it: up to 1,
    4, 16 and 60 minutes, which outlasts a receiver's restart, its deployment, and an outage of half an hour.
    """

    first: float = 60
    factor: float = 4
    most: float = 3_600


USUAL = BackOff()


def delay(attempt: int, chance: float, retry_after: int | None = None, bounds: BackOff = USUAL) -> int:
    """Seconds to wait after failed attempt number `attempt` (from 1), half of it by chance.

    `chance` is uniform in [0, 1]. What the receiver asked for (`retry_after`, seconds) is the least it
    gets, up to `most`, and still spread a little: it asked everybody for the same.
    """
    wait = min(bounds.first * bounds.factor ** (attempt - 1), bounds.most) * (1 + chance) / 2
    asked = min(retry_after or 0, bounds.most) * (1 + chance / 10)
    return math.ceil(max(wait, asked))


def retry_after(value: str, now: int) -> int | None:
    """Seconds that a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds or a date); None if unreadable.

    `now` is in seconds since 1970.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return int(value[:10])
    try:
        date = parsedate_to_datetime(value)
        return max(0, int(date.replace(tzinfo=date.tzinfo or UTC).timestamp()) - now)
    except (ValueError, OverflowError):
        return None


class State(StrEnum):
    OWED = "owed"
    SENDING = "sending"
    WAITING = "waiting"
    DELIVERED = "delivered"
    UNREACHABLE = "unreachable"

    @property
    def finished(self) -> bool:
        return self in {State.DELIVERED, State.UNREACHABLE}


class Delivery(NamedTuple):
    """How far a delivery is: the number of the last attempt begun, within its course (from 1)."""

    state: State = State.OWED
    attempts: int = 0
    course: int = 1


class Step(NamedTuple):
    """What follows: the delivery from now on, the attempt to make (None: nothing to send, the message
    is done with), and the numbers of attempts to be logged as crashed."""

    delivery: Delivery
    number: int | None
    crashed: tuple[int, ...]


def begin(delivery: Delivery, course: int, receive: int) -> Step:
    """A worker received the delivery's message, of this course, for the `receive`-th time (from 1).

    Receives that left no trace died before they could: they count as attempts that crashed, and so does
    one that is still sending. Should that one be alive after all (the queue may hand a message out
    twice), its success still counts: see `finish`.
    """
    if course != delivery.course or delivery.state.finished:
        return Step(delivery, None, ())
    number = max(delivery.attempts + 1, receive)
    if number > ATTEMPTS:
        return give_up(delivery)
    return Step(delivery._replace(state=State.SENDING, attempts=number), number, _crashed(delivery, number))


def finish(delivery: Delivery, course: int, number: int, succeeded: bool) -> Delivery:
    """The attempt has ended. A success counts however late, a failure only if none was begun since."""
    if course != delivery.course:
        return delivery
    if succeeded:
        return delivery._replace(state=State.DELIVERED)
    if delivery.state is not State.SENDING or number != delivery.attempts:
        return delivery
    return delivery._replace(state=State.WAITING if number < ATTEMPTS else State.UNREACHABLE)


def give_up(delivery: Delivery) -> Step:
    """The message has been received for the last time, and nobody is at work on it any more."""
    if delivery.state.finished:
        return Step(delivery, None, ())
    unreachable = delivery._replace(state=State.UNREACHABLE, attempts=ATTEMPTS)
    return Step(unreachable, None, _crashed(delivery, ATTEMPTS + 1))


def redeliver(delivery: Delivery, is_parked: bool = False) -> Delivery:
    """Start anew, with five attempts. Raises `Conflict` while the delivery is under way, which a parked one is not."""
    if not (delivery.state.finished or is_parked):
        raise Conflict(
            f"The callback is {delivery.state}: only a delivered or unreachable one is sent again."
        )
    return Delivery(course=delivery.course + 1)


def _crashed(delivery: Delivery, until: int) -> tuple[int, ...]:
    """The attempts before number `until` that began, or should have, and have no end."""
    ended = delivery.attempts - (delivery.state is State.SENDING)
    return tuple(range(ended + 1, until))
