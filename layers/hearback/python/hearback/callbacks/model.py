"""Callbacks as they are kept: whom they go to, what they say, and how far they are."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from hearback.callbacks.schedule import Delivery


class Kind(StrEnum):
    """What a callback tells."""

    CREATION = "creation"
    DELIVERY = "delivery"
    ARCHIVAL = "archival"


class Admission(StrEnum):
    """The place where a callback waits for its next attempt; one that has not failed yet waits nowhere."""

    ADMITTED = "admitted"
    """Its message is in the queue, hidden until then."""
    PARKED = "parked"
    """It has no message: the endpoint's room in the queue is full, so it waits in the outbox."""


FIELDS = {
    "none": (None, None),
    "basic": ("user", "password"),
    "access_key": (None, "key"),
    "token": (None, "token"),
    "hmac": ("key_id", "secret"),
}
"""By mode: the field that names who authenticates, and the one that proves it."""


class Receiver(NamedTuple):
    """Whom callbacks of a kind go to, without any secret.

    `mode` is none, basic, access_key, token or hmac; `user` names who authenticates (a user, or a key id).
    `secret_version` finds the secrets, if there are any.
    """

    url: str
    mode: str = "none"
    user: str | None = None
    has_secret: bool = False
    has_signing_secret: bool = False
    secret_version: str | None = None

    def to_json(self) -> dict[str, Any]:
        return self._asdict()

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Receiver:
        return cls(**value)


class Callback(NamedTuple):
    """One thing that is told to one receiver, until they have it or are given up."""

    id: str
    """The delivery id: the same on every attempt."""
    organization_id: str
    project: int
    project_id: str
    kind: Kind
    task_id: str
    round: int
    receiver: Receiver
    body: str
    created_at: int
    updated_at: int
    delivery: Delivery = Delivery()
    next_at: int | None = None
    """When it is tried again (ns), about."""
    outcome: str | None = None
    """Status or error of the last attempt."""
    admission: Admission | None = None


class Attempted(NamedTuple):
    """One attempt as it is kept; `error` is `crashed` for one that never ended."""

    course: int
    number: int
    at: int
    milliseconds: int | None
    status: int | None
    error: str | None
    detail: str | None
    answer: str | None


class Logged(NamedTuple):
    callback: Callback
    attempts: list[Attempted]
    """Oldest first; empty in a list."""


def shown(value: dict[str, Any]) -> dict[str, Any]:
    """What is told of a kept receiver."""
    receiver = Receiver.from_json(value)
    told: dict[str, Any] = {"mode": receiver.mode, "has_secret": receiver.has_secret}
    user_field = FIELDS[receiver.mode][0]
    if user_field:
        told[user_field] = receiver.user
    return {
        "url": receiver.url,
        "authentication": told,
        "has_signing_secret": receiver.has_signing_secret,
    }
