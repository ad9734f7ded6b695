"""Owing a callback: what a state change puts into its own transaction, so that a crash loses neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from hearback import ids
from hearback.callbacks import items, keys
from hearback.callbacks.model import Callback, Kind, Receiver
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


def debt(callback_id: str, course: int) -> str:
    return f"{callback_id}#{course}"


def owe(callback: Callback, due: int) -> Write:
    """The debt of one course of attempts: settled when it is delivered or unreachable."""
    return owed.owe(debt(callback.id, callback.delivery.course), QUEUE, message(callback), due)


def writes(several: Iterable[Owed]) -> list[Write]:
    """Two writes for each: the callback, and the debt that the sweep sees to (`storage.owed`)."""
    found: list[Write] = []
    for each in several:
        put = transactions.put(keys.table(), items.callback_item(each.callback), "attribute_not_exists(pk)")
        found += [put, owe(each.callback, each.callback.created_at + PATIENCE)]
    return found


def send(several: Iterable[Owed]) -> None:
    """After the transaction: tell the worker now. What is not told, the sweep tells."""
    owed.send_all(QUEUE, [each.message for each in several])
