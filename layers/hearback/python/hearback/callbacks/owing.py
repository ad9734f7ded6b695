"""Owing a callback: what a state change puts into its own transaction, so that a crash loses neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from hearback import ids
from hearback.callbacks import items, keys, schedule, slowness, store
from hearback.callbacks.model import Admission, Callback, Kind, Receiver
from hearback.errors import Conflict
from hearback.storage import owed, transactions
from hearback.storage.transactions import Write
from hearback.timestamps import SECOND

QUEUE = "callback"
PATIENCE = 60 * SECOND
"""When the sweep tells the worker what its sender did not."""


class Owed(NamedTuple):
    """A callback to be, with the message that its worker needs."""

    callback: Callback
    message: Mapping[str, Any]


class Subject(NamedTuple):
    """What a callback is about."""

    organization_id: str
    project: int
    project_id: str
    task_id: str
    round: int


def callback(subject: Subject, kind: Kind, receiver: Receiver, body: str, now: int) -> Owed:
    """A new callback. Its transaction is tried again with another one, and carried out once."""
    name = f"{kind}#{subject.task_id}#{subject.round}#{now}"
    callback = Callback(
        id=ids.uuid7(now, blake2b(name.encode(), digest_size=10).digest()),
        **subject._asdict(),
        kind=kind,
        receiver=receiver,
        body=body,
        created_at=now,
        updated_at=now,
    )
    return Owed(callback, message(callback))


def message(callback: Callback) -> dict[str, Any]:
    """Ids, and no payload: what a dead letter holds is nobody's secret."""
    return {"project": callback.project, "callback": callback.id, "course": callback.delivery.course}


def owe(callback: Callback, due: int) -> Write:
    """The debt of one course of attempts: settled when it is delivered or unreachable."""
    return owed.owe(_debt(callback), QUEUE, message(callback), due)


def park(callback: Callback, lane: str, due: int) -> Write:
    """The same debt where no sweep looks: from `due` (ns) on its lane lets it in (`admission`)."""
    return owed.park(_debt(callback), QUEUE, message(callback), lane, due)


def settle(callback: Callback) -> Write:
    return owed.settle(_debt(callback))


def _debt(callback: Callback) -> str:
    return f"{callback.id}#{callback.delivery.course}"


def writes(several: Iterable[Owed]) -> list[Write]:
    """Two writes for each: the callback, and the debt that the sweep sees to (`storage.owed`)."""
    found: list[Write] = []
    for each in several:
        put = transactions.put(keys.table(), items.callback_item(each.callback), "attribute_not_exists(pk)")
        found += [put, owe(each.callback, each.callback.created_at + PATIENCE)]
    return found


def send(several: Sequence[Owed]) -> None:
    """After the transaction: tell the worker now. What is not told, the sweep tells."""
    groups = [slowness.endpoint(each.callback) for each in several]
    with suppress(BotoCoreError, ClientError):
        owed.send_all(QUEUE, [each.message for each in several], groups)


def start_again(callback: Callback, now: int, receiver: Receiver | None = None) -> Owed:
    """Owe it once more, for five attempts, to the receiver it had or to another one.

    Raises `Conflict` while it is under way. A parked one is not: its debt is the new one's from here on.
    """
    is_parked = callback.admission is Admission.PARKED
    after = callback._replace(
        delivery=schedule.redeliver(callback.delivery, is_parked),
        admission=None,
        receiver=receiver or callback.receiver,
        updated_at=now,
        next_at=None,
        outcome=None,
    )
    writes = [store.replace(callback, after), owe(after, now + PATIENCE)]
    try:
        transactions.transact([*writes, settle(callback)] if is_parked else writes)
    except transactions.ConditionFailed:
        raise Conflict("The callback changed at the same moment; try again.", callback.id) from None
    return Owed(after, message(after))
