"""Owing a callback: what a state change puts into its own transaction, so that a crash loses neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from hearback.callbacks.model import Callback, Kind, Receiver
from hearback.storage.transactions import Write


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
    """A new callback. Its id follows from kind, task and round: owed twice, it is still one."""
    raise NotImplementedError


def writes(several: Iterable[Owed]) -> list[Write]:
    """Two writes for each: the callback, and the debt that the sweep sees to (`storage.owed`)."""
    raise NotImplementedError


def send(several: Iterable[Owed]) -> None:
    """After the transaction: tell the worker now. What is not told, the sweep tells."""
    raise NotImplementedError
