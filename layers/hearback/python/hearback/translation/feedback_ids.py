"""Feedback ids: decimal, in the order of creation, unique without a shared counter.

An id is 63 bits: 42 of milliseconds since 1970 (to the year 2109), the instant at which the entry
was created, and 21 that tell apart what was created in one millisecond. An import that restores
an entry with its original creation time so gives it an id of that time: the order of ids is the
order of creation everywhere, and a range of creation times is a range of ids.
"""

from __future__ import annotations

from collections.abc import Callable

SEQUENCE_BITS = 21
_SEQUENCES = 1 << SEQUENCE_BITS
_MILLISECOND = 1_000_000

DIGITS = 19
"""Of an id as a sort key: zero-padded, so that the order of strings is the order of numbers."""

LARGEST: int = 10**DIGITS - 1
"""Past every id, also those of times after May 2109, which a 64th bit tells."""


class FeedbackIds:
    """Makes ids that grow even within one millisecond.

    `chance` gives a random number below its argument: where a millisecond's sequence starts, so
    that two makers rarely meet; if they do, the write of the later is refused and tried with the
    next id.
    """

    def __init__(self, chance: Callable[[int], int]) -> None:
        self._chance = chance
        self._millisecond = -1
        self._sequence = 0

    def leap(self) -> None:
        """Go on somewhere else: an id was taken, and those behind it may be too."""
        self._millisecond = -1

    def next(self, created: int) -> int:
        """An id for an entry created at this instant (ns)."""
        millisecond = created // _MILLISECOND
        if millisecond == self._millisecond:
            self._sequence = (self._sequence + 1) % _SEQUENCES
        else:
            self._millisecond = millisecond
            # In the lower half, so that a long run in one millisecond stays in order.
            self._sequence = self._chance(_SEQUENCES // 2)
        return millisecond << SEQUENCE_BITS | self._sequence


def smallest_at(created: int) -> int:
    """The smallest id that an entry created at or after this instant can have."""
    return max(0, created // _MILLISECOND) << SEQUENCE_BITS


def largest_at(created: int) -> int:
    """The largest id that an entry created at or before this instant can have."""
    last: int = (created // _MILLISECOND << SEQUENCE_BITS) + _SEQUENCES - 1
    return min(LARGEST, last)


def sort_key(feedback_id: int) -> str:
    return f"{feedback_id:0{DIGITS}d}"
