"""Waiting for work that the service does in the background."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hearback_cli.edge import Edge

_FIRST = 0.2
_LONGEST = 3.0


def until(edge: Edge, look: Callable[[], dict[str, Any]], is_over: Callable[[dict[str, Any]], bool]) -> Any:
    """What `look` shows once it is over: looked at often in the beginning, and ever more rarely."""
    pause = _FIRST
    while not is_over(shown := look()):
        edge.sleep(pause)
        pause = min(_LONGEST, pause * 1.3)
    return shown
