"""Callbacks and their attempts as items of their table."""

from __future__ import annotations

from typing import Any

from hearback.callbacks import keys
from hearback.callbacks.model import Admission, Attempted, Callback, Kind, Receiver
from hearback.callbacks.schedule import Delivery, State
from hearback.storage import codec
from hearback.storage.codec import JSON, NUMBER, TEXT, Codec, enum
from hearback.storage.items import Item, number, text

_RECEIVER = codec.Kind(
    lambda receiver: JSON.write(receiver.to_json()), lambda value: Receiver.from_json(JSON.read(value))
)

_CALLBACK = Codec(
    Callback,
    {"id": TEXT, "organization_id": TEXT, "project": NUMBER, "project_id": TEXT, "kind": enum(Kind)}
    | {"task_id": TEXT, "round": NUMBER, "receiver": _RECEIVER, "body": TEXT, "outcome": TEXT}
    | {"created_at": NUMBER, "updated_at": NUMBER, "next_at": NUMBER, "admission": enum(Admission)},
)

ATTEMPT = Codec(
    Attempted,
    {"course": NUMBER, "number": NUMBER, "at": NUMBER, "milliseconds": NUMBER, "status": NUMBER}
    | {"error": TEXT, "detail": TEXT, "answer": TEXT},
)


def callback_item(callback: Callback) -> Item:
    return keys.callback(callback.project, callback.id) | attributes(callback)


def attributes(callback: Callback) -> Item:
    """All of it but the key."""
    delivery = callback.delivery
    return _CALLBACK.to_item(callback) | {
        "state": text(delivery.state),
        "attempts": number(delivery.attempts),
        "course": number(delivery.course),
        "of_state": text(f"{callback.project}#{delivery.state}"),
    }


def callback_from(item: Item) -> Callback:
    delivery = Delivery(State(item["state"]["S"]), int(item["attempts"]["N"]), int(item["course"]["N"]))
    return _CALLBACK.from_item(item)._replace(delivery=delivery)


def attempt_item(callback_id: str, attempted: Attempted) -> Item:
    return keys.attempt(callback_id, attempted.course, attempted.number) | ATTEMPT.to_item(attempted)


def attempt_from(item: Item) -> Attempted:
    return ATTEMPT.from_item(item)


def seen(delivery: Delivery) -> dict[str, Any]:
    """The values with which a condition recognizes how far a delivery was (`UNCHANGED`)."""
    return {
        "state": text(delivery.state),
        "attempts": number(delivery.attempts),
        "course": number(delivery.course),
        "names": {"#state": "state"},
    }


UNCHANGED = "#state = :state AND attempts = :attempts AND course = :course"
