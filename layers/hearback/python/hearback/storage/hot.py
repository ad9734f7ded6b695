"""What is asked for many times a second is read only some times a second.

One item gives some 3,000 strong reads a second. What every vote on one viral content asks for (its
client's key and configuration, whether the content is known) would pass that; what it writes is spread
(`content/counts.py`). So a process that has read the same thing `MOST_READS` times within a second
answers from its memory until that second is over. Below that rate every read is a read.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from hearback.timestamps import SECOND

Value = TypeVar("Value")

MOST_READS = 10
"""Of one thing, in one process and second: 10,000 votes a second keep some 250 processes busy, which
then read each thing 2,500 times a second."""

_second = 0
_read: dict[Hashable, tuple[int, Any]] = {}


def read(name: Hashable, now: int, load: Callable[[], Value]) -> Value:
    """What `load` gives, or gave a moment ago. What it raises is never remembered."""
    global _second  # noqa: PLW0603 - one memory for the process
    if now // SECOND != _second:
        _second = now // SECOND
        _read.clear()
    times, value = _read.get(name, (0, None))
    if times < MOST_READS:
        value = load()
        _read[name] = times + 1, value
    found: Value = value
    return found


def forget() -> None:
    """Read everything anew."""
    _read.clear()
