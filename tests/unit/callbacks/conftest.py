"""What the process does on the network, as Python itself reports it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

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
