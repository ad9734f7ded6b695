"""Trying again while others write the same items: in order, with pauses, as long as there is time."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

PATIENCE = 10.0
"""Seconds that a caller waits for its turn: a third of what the gateway gives a request."""

_FIRST, _LONGEST = 0.01, 0.5
"""Bounds of the pauses, in seconds: the first is some writes long, the longest still gives many turns."""


def attempts(patience: float = PATIENCE) -> Iterator[int]:
    """Number attempts from 0, with a random pause before each but the first; ends when the time is over.

    The pause's bound doubles each time, so callers that meet again and again spread by themselves. A slow
    machine makes fewer attempts, and at least two; it is never refused for being slow at one of them.
    """
    deadline = time.monotonic() + patience
    attempt = 0
    while attempt < 2 or time.monotonic() < deadline:
        yield attempt
        time.sleep(random.uniform(0, min(_LONGEST, _FIRST * 2 ** min(attempt, 10))))
        attempt += 1
