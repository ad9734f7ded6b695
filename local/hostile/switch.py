"""When the bad day begins: a file, which says under which seed."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from local.hostile.plan import Plan


def wanted() -> int | None:
    """The seed that the environment names (`HOSTILE=7`), if it does."""
    return int(os.environ["HOSTILE"]) if os.environ.get("HOSTILE") else None


def turn_on(place: Path, seed: int) -> None:
    """From now on, until MiniStack ends."""
    partial = place.with_suffix(".partial")
    partial.write_text(str(seed), encoding="utf-8")
    os.replace(partial, place)


class Day:
    """The plan once it is on, the numbers of what it was asked about, and the record of what it did."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._record = place.with_suffix(".log")
        self._plan: Plan | None = None
        self._seen: Counter[tuple[str, ...]] = Counter()

    @property
    def plan(self) -> Plan | None:
        """None while the day is still a good one."""
        if self._plan is None and self._place.exists():
            self._plan = Plan(int(self._place.read_text(encoding="utf-8")))
        return self._plan

    def nth(self, *of: str) -> int:
        """The number of this question among those of its name, from 1 on."""
        self._seen[of] += 1
        return self._seen[of]

    def write(self, line: str) -> None:
        """Keep what was done, for a reader who wonders."""
        with self._record.open("a", encoding="utf-8") as record:
            record.write(f"{line}\n")
