"""Many things done at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from hearback.errors import HearbackError

Result = TypeVar("Result")


def at_once(*works: Callable[[], Result]) -> list[Result]:
    """Do all of it at the same moment; what each gave."""
    gate = threading.Barrier(len(works))

    def wait_and(work: Callable[[], Result]) -> Result:
        gate.wait(10)
        return work()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(wait_and, works))


def unless_refused(work: Callable[[], Result]) -> Callable[[], Result | HearbackError]:
    """The work, or how the product refused it."""

    def attempt() -> Result | HearbackError:
        try:
            return work()
        except HearbackError as refusal:
            return refusal

    return attempt
