"""What was begun, so that the same command goes on with it after an interruption.

A note is kept for each piece of work, under a fingerprint of who asked which service for what, and of the
file's content. It stays when the work is done: the command, run once more, says so and does not repeat it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hearback_cli import files
from hearback_cli.edge import Edge

_KEPT = 90 * 24 * 3600
"""Seconds: as long as the service remembers an import."""


class Note:
    """What is remembered of one piece of work."""

    def __init__(self, edge: Edge, fingerprint: str) -> None:
        self._edge = edge
        self._path = edge.home / "begun" / f"{fingerprint}.json"

    def read(self) -> dict[str, Any]:
        """Nothing, if the work was never begun, or long ago."""
        found = files.read(self._path)
        return found if found.get("begun", 0) > self._edge.now() - _KEPT else {}

    def write(self, **content: Any) -> dict[str, Any]:
        found = {**content, "begun": self._edge.now()}
        files.write(self._path, found)
        _forget_old(self._path.parent, self._edge.now() - _KEPT)
        return found

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)


def _forget_old(folder: Path, before: float) -> None:
    for path in folder.glob("*.json"):
        if files.read(path).get("begun", 0) < before:
            path.unlink(missing_ok=True)
