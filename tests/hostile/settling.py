"""Time that passes: what was owed is sent again, as the sweep does every minute, until nothing is owed."""

from __future__ import annotations

import time
from collections.abc import Callable

from hearback.settings import settings
from hearback.storage import owed

from tests.crash.apart import items

PATIENCE = 60.0
"""Seconds in which everything is over."""
_SOON = 6.0
"""Seconds in which work is done whose message arrived."""


def settled(owes: Callable[[str], bool]) -> None:
    """Wait until no debt is left whose message `owes` is true of."""
    began = time.monotonic()
    swept, later = began, time.time_ns()
    while left := [each for each in _debts() if owes(each)]:
        now = time.monotonic()
        assert now - began < PATIENCE, f"still owed: {left[:5]}"
        if now - swept > _SOON:
            swept, later = now, later + 10**15
            owed.sweep(later, 1)
        time.sleep(0.3)


def _debts() -> list[str]:
    return [item["message"]["S"] for item in items(settings().owed_table)]
