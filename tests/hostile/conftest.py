"""What the tests of a bad day find: a stack of their own, hostile under a seed, and a client that tries again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from local.hostile import switch
from local.lifecycle import stack_in
from local.permissions.decisions import take_denied
from local.server import free_port
from local.stack import Stack
from tests.hostile.patient import Patient

SEED = 7
"""Of `make test`; HOSTILE=8 is another day."""


@pytest.fixture(scope="session")
def seed() -> int:
    return switch.wanted() or SEED


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stack has its files, with the record of what was done to it (`hostile.log`)."""
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="package")
def stack(seed: int, home: Path) -> Iterator[Stack]:
    """The whole product, hostile from the first request on. How to repeat it stands in a failure's output."""
    before = dict(os.environ)
    try:
        with stack_in(home, port=free_port(), keep=False, say=print, hostile=seed) as (running, _):
            yield running
            assert take_denied(home) == [], "a role lacks a right"
    finally:
        os.environ.clear()
        os.environ |= before


@pytest.fixture(autouse=True)
def _told(seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    """A failure shows what a test has printed."""
    print(f"HOSTILE={seed} repeats this day")  # noqa: T201


@pytest.fixture(scope="session")
def http() -> Iterator[requests.Session]:
    with Patient() as session:
        session.trust_env = False
        yield session
