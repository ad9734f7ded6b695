"""An endpoint's room in the queue: how many of its callbacks wait there for their next attempt.

SQS stops handing a queue's messages out once 120,000 are in flight, and a message that is hidden until the
next attempt is in flight. So a callback that has failed needs room to wait in the queue: `MOST` of one endpoint
have it, and the others are parked. A parked callback has no message. Its debt lies in the outbox where no sweep
looks, until a callback of its lane leaves the queue, or until the lane's own debt finds room, once a minute.
A callback that succeeds at once needs no room, and nobody counts it.

A lane is one of `LANES` parts of an endpoint, so that no single counter is written by all. The counter moves in
the transaction that moves the callback: no crash takes room away or makes some.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain, islice
from typing import Any

from hearback.callbacks import keys, owing, slowness, store
from hearback.callbacks.model import Admission, Callback
from hearback.callbacks.owing import Owed
from hearback.callbacks.schedule import State
from hearback.deadline import Deadline
from hearback.storage import owed, reads, transactions
from hearback.storage.items import get_number, number
from hearback.storage.transactions import ConditionFailed, Contended, Write, transact
from hearback.timestamps import SECOND

MOST = 1_000
"""Callbacks of one endpoint that wait in the queue: a hundred endpoints that are down at once leave it open."""

LANES = 8

AGAIN = 60 * SECOND
"""When a lane's debt looks for room again."""

FRESH = 600 * SECOND
"""How long the announcement of one parked callback is good for others."""

QUIET = 3_600 * SECOND
"""After so long without an announcement nobody is about to park: `FRESH`, a worker's time-out, the index's lag."""

PAGE = 25
"""Parked callbacks that are read at a time."""

LONGEST = 15.0
"""Seconds that letting in may take: other attempts wait in the same worker, which has a minute."""

KEPT = 30 * 24 * 3_600 * SECOND
"""How long a counter that nobody changes is kept. Only a debt that was given up holds room for longer."""


def after_attempt(before: Admission | None, state: State, room: bool) -> Admission | None:
    """The place where the callback waits once its attempt has ended in this state, if it waits."""
    if state is not State.WAITING:
        return None
    return Admission.ADMITTED if room or before is Admission.ADMITTED else Admission.PARKED


def lane(callback: Callback) -> str:
    return f"{slowness.endpoint(callback)}-{zlib.crc32(callback.id.encode()) % LANES}"


def has_room(callback: Callback) -> bool:
    """Whether the callback may wait in the queue, as far as can be told before its transaction."""
    return callback.admission is Admission.ADMITTED or _has_room(lane(callback))


def _has_room(of: str) -> bool:
    item = reads.get(keys.table(), keys.room(of))
    return item is None or get_number(item, "held") < _share()


def _share() -> int:
    return MOST // LANES


def counted(before: Callback, after: Callback, now: int) -> list[Write]:
    """The change of the lane's counter in the transaction of this change. Its condition fails where there is no room."""
    change = (after.admission is Admission.ADMITTED) - (before.admission is Admission.ADMITTED)
    if not change:
        return []
    condition = "attribute_not_exists(held) OR held < :most" if change > 0 else None
    values = {"by": number(change), "expires": number((now + KEPT) // SECOND)}
    values |= {"most": number(_share())} if change > 0 else {}
    key, step = keys.room(lane(after)), "SET expires = :expires ADD held :by"
    return [transactions.update(keys.table(), key, step, condition, **values)]


# ── Parked callbacks come back ──


def announce(of: str, now: int) -> None:
    """Owe the lane's work, before anything is parked in it."""
    known = owed.message_of(_debt(of))
    if known is not None and known["since"] + FRESH >= now:
        return
    with suppress(Contended):  # somebody else announces at this moment
        debt = owed.owe(_debt(of), owing.QUEUE, {"lane": of, "since": now}, now + AGAIN)
        transact([debt], patient=known is None)


def _debt(of: str) -> str:
    return f"lane#{of}"


def carry_on(message: Mapping[str, Any], now: int) -> None:
    """The lane's work, from minute to minute: let in what there is room for. It ends when the lane is quiet."""
    of = message["lane"]
    if not owed.again_at(_debt(of), now + AGAIN):
        return
    let_in(of, now, _share())
    if message["since"] + QUIET < now and not any(owed.parked(of, now + 2 * KEPT, 1)):
        owed.end(_debt(of), message)


def let_in(of: str, now: int, most: int, chance: float = 0.0) -> int:
    """Send up to `most` parked callbacks of the lane whose time has come, the earliest first, while there is room.

    `chance`, uniform in [0, 1], is where in the first page to begin: many who leave at the same moment do not
    all want the same one. How many were sent.
    """
    entered: list[Owed] = []
    deadline = Deadline.after(LONGEST)
    try:
        for message in _waiting(of, now, chance) if _has_room(of) else ():
            entered += _entered(message, now)
            if len(entered) >= most or deadline.passed:
                break
    except _Full:
        pass
    finally:
        owing.send(entered)
    return len(entered)


def _waiting(of: str, now: int, chance: float) -> Iterator[Mapping[str, Any]]:
    found = owed.parked(of, now, PAGE)
    page = list(islice(found, PAGE))
    first = int(chance * len(page))
    return chain(page[first:], page[:first], found)


class _Full(Exception):
    """The lane's last room was taken meanwhile."""


def _entered(message: Mapping[str, Any], now: int) -> list[Owed]:
    """The callback with its new message; none where it is not parked any more. Raises `_Full`."""
    before = store.read(message["project"], message["callback"])
    if before is None or before.admission is not Admission.PARKED:
        return []  # the index lags behind
    after = before._replace(admission=Admission.ADMITTED)
    changes = [store.replace(before, after), owing.owe(after, now + owing.PATIENCE)]
    try:
        transact([*changes, *counted(before, after, now)], patient=False)
    except ConditionFailed as failure:
        if len(changes) in failure.failed:
            raise _Full from None
        return []  # somebody else lets it in at this moment
    except Contended:
        return []  # or is at the counter: there are others, and the lane's debt comes by once a minute
    return [Owed(after, {**owing.message(after), "before": after.delivery.attempts})]
