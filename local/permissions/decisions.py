"""Denied calls and used rights: two files beside the emulator's log, one JSON object a line."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

DENIED = "denied.jsonl"
USED = "used-rights.jsonl"


@dataclass(frozen=True)
class Decision:
    """A call that somebody wanted to make."""

    principal: str
    """The ARN of the role's session: `arn:aws:sts::{account}:assumed-role/{role}/{function}`."""
    action: str
    resource: str

    @property
    def role(self) -> str:
        return self.principal.split("/")[1]

    @property
    def in_short(self) -> Decision:
        """The same of any object in a folder of a bucket; there are too many objects to note each."""
        bucket, *folders = self.resource.split("/")
        if not bucket.startswith("arn:aws:s3:::") or len(folders) < 2:
            return self
        return Decision(self.principal, self.action, f"{bucket}/{folders[0]}/*")


class Decisions:
    """Notes decisions in the files of `home`; a right that was used before is not noted again."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._used: set[Decision] = set()

    def used(self, decision: Decision) -> None:
        short = decision.in_short
        if short not in self._used:
            self._used.add(short)
            _append(self._home / USED, short)

    def denied(self, decision: Decision) -> None:
        print(
            f"DENIED {decision.principal}: {decision.action} on {decision.resource}",
            file=sys.stderr,
            flush=True,
        )
        _append(self._home / DENIED, decision)


def used_in(home: Path) -> list[Decision]:
    """The rights that were used since the stack was started."""
    return _read(home / USED)


def take_denied(home: Path) -> list[Decision]:
    """The denials since they were taken last."""
    taken = home / f"{DENIED}.taken"
    try:
        os.replace(home / DENIED, taken)
    except FileNotFoundError:
        return []
    return _read(taken)


def forget(home: Path) -> None:
    """Begin without the decisions of an earlier start."""
    for name in (DENIED, USED):
        (home / name).unlink(missing_ok=True)


def _append(path: Path, decision: Decision) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(decision)) + "\n")


def _read(path: Path) -> list[Decision]:
    if not path.exists():
        return []
    return [Decision(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
