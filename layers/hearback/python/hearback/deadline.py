"""When to stop: the one way in which every bounded piece of work knows that its time is over."""

from __future__ import annotations

import time
from typing import NamedTuple


class Deadline(NamedTuple):
    """An instant of the monotonic clock, in seconds."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(time.monotonic() + seconds)

    @property
    def remaining(self) -> float:
        """Seconds left; never negative."""
        return max(0.0, self.at - time.monotonic())

    @property
    def passed(self) -> bool:
        return time.monotonic() >= self.at

    def within(self, seconds: float) -> Deadline:
        """This one, or `seconds` from now if that comes first."""
        return min(self, Deadline.after(seconds))

    def earlier(self, seconds: float) -> Deadline:
        """The same deadline with a reserve of `seconds` for what comes after."""
        return Deadline(self.at - seconds)
