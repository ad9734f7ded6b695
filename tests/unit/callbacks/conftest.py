"""What the process does on the network, as Python itself reports it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hearback import clients
from hearback.callbacks import admission, sending
from hearback.settings import Settings, settings

from tests.unit.callbacks import room
from tests.unit.callbacks.post import Post
from tests.unit.storage.fake import Fake

_watchers: list[list[Any]] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        for watcher in _watchers:
            watcher.append(arguments[1])


sys.addaudithook(_watch)


@pytest.fixture
def connects() -> Iterator[list[Any]]:
    """The addresses of every connection tried since the test began."""
    watcher: list[Any] = []
    _watchers.append(watcher)
    yield watcher
    _watchers.remove(watcher)


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """A post office of one's own; receivers answer as the test says, and nothing leaves the process."""
    with mailed(monkeypatch) as made:
        yield made


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "MOST", room.ROOM)
    monkeypatch.setattr(admission, "LANES", 1)


@contextmanager
def mailed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    made = Post(Fake())
    for name in Settings._fields:
        monkeypatch.setenv(f"HEARBACK_{name.upper()}", f"the-{name}")
    monkeypatch.setenv("HEARBACK_CALLBACK_BACK_OFF", "60")
    monkeypatch.setenv("HEARBACK_CALLBACK_NETWORKS", "")
    monkeypatch.setenv("HEARBACK_CALLBACK_HTTP", "false")
    monkeypatch.setenv("HEARBACK_AWS_ENDPOINT", "")
    monkeypatch.setattr(clients, "dynamodb", lambda: made)
    monkeypatch.setattr(clients, "sqs", lambda: made)
    monkeypatch.setattr(sending, "send", made.send)
    settings.cache_clear()
    yield made
    settings.cache_clear()
