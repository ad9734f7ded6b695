"""What a command takes from outside of itself, so that tests can stand in for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import httpx


def _home() -> Path:
    return Path(click.get_app_dir("hearback"))


@dataclass(frozen=True)
class Edge:
    """The network, the clock, the environment, and the user's folder for configuration."""

    transport: httpx.BaseTransport | None = None
    """None is the real network."""
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    environ: Mapping[str, str] = field(default_factory=lambda: environ)
    home: Path = field(default_factory=_home)
