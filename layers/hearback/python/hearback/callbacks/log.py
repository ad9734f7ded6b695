"""The log of a project's callbacks: what was told to whom, every attempt, and telling it again."""

from __future__ import annotations

from typing import NamedTuple

from hearback.callbacks.model import Callback
from hearback.deadline import Deadline


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


class Again(NamedTuple):
    """How many callbacks are sent again, and whether there was no time for all of them."""

    number: int
    more: bool


def page(project: int, state: str | None, since: int | None, number: int, size: int) -> list[Logged]:
    """A page of the callbacks made since an instant (ns), newest first."""
    raise NotImplementedError


def get(project: int, callback_id: str) -> Logged:
    """Raises `NotFound`."""
    raise NotImplementedError


def redeliver(project: int, callback_id: str, now: int) -> Logged:
    """Send it again. Raises `NotFound`, and `Conflict` while it is under way."""
    raise NotImplementedError


def redeliver_all(project: int, since: int | None, now: int, deadline: Deadline) -> Again:
    """Send all unreachable ones again that were made since an instant (ns)."""
    raise NotImplementedError
