"""The troubles of each call: a pure function of a seed, the call's name and its number.

A call is what the product asks for once: the SDK's attempts at it are one call, and so are all attempts at one
transaction, which bear the same token. Most troubles pass while the SDK is still trying. Some outlast it, and
then the product has to answer that it is busy, and its client to come again.
"""

from __future__ import annotations

from enum import StrEnum
from random import Random
from typing import NamedTuple

RATE = 1 / 15
"""The part of all calls that meet trouble."""

LASTING = 1 / 10
"""The part of the troubles that outlast every attempt."""

FOR_GOOD = 1_000
"""Attempts that nothing makes."""

LONGEST_LAG = 2.0
"""Seconds that an index may be behind: AWS promises none, and speaks of a fraction of a second."""


class Kind(StrEnum):
    """The kinds of trouble that happen to one attempt."""

    THROTTLED = "throttled"
    LIMITED = "over the account's limit"
    FAILED = "failed before it was done"
    LOST = "done, and its answer lost"
    CONFLICT = "met another transaction"
    HALF_DONE = "half done"
    EXPIRED = "signed by credentials that have ended"


class Trouble(NamedTuple):
    kind: Kind
    attempts: int
    """How many attempts at the call meet it, from the first on."""


_ALWAYS = (Kind.THROTTLED, Kind.FAILED, Kind.LOST)
_MORE = {
    "TransactWriteItems": (Kind.CONFLICT, Kind.CONFLICT, Kind.LIMITED),
    "PutItem": (Kind.CONFLICT, Kind.LIMITED),
    "UpdateItem": (Kind.CONFLICT, Kind.LIMITED),
    "DeleteItem": (Kind.CONFLICT, Kind.LIMITED),
    "BatchGetItem": (Kind.HALF_DONE, Kind.HALF_DONE, Kind.LIMITED),
    "BatchWriteItem": (Kind.HALF_DONE, Kind.HALF_DONE, Kind.LIMITED),
    "Query": (Kind.LIMITED,),
    "GetItem": (Kind.LIMITED,),
}
_ONCE = {Kind.HALF_DONE, Kind.LOST}
"""A batch always gets on, and not every answer in a row is lost."""
PRESIGNED = "presigned"
"""The name of every operation that a presigned address allows, whoever uses it."""


class Plan(NamedTuple):
    """All that goes wrong under one seed."""

    seed: int

    def next(self, service: str, operation: str, nth: int) -> Trouble | None:
        """The trouble of the `nth` call of this operation, if it has any."""
        dice = self._dice(service, operation, nth)
        if dice.random() >= RATE:
            return None
        if operation == PRESIGNED:
            return Trouble(dice.choice((Kind.EXPIRED, Kind.THROTTLED, Kind.FAILED)), 1)
        kind = dice.choice(_ALWAYS + _MORE.get(operation, ()))
        lasts = kind not in _ONCE and dice.random() < LASTING
        return Trouble(kind, FOR_GOOD if lasts else dice.choice((1, 1, 1, 2)))

    def lag(self, read: str, nth: int) -> float:
        """By how many seconds what the `nth` such read shows is behind; mostly by none."""
        dice = self._dice("lag", read, nth)
        return dice.uniform(0.1, LONGEST_LAG) if dice.random() < 0.3 else 0.0

    def twice(self, what: str, nth: int) -> float | None:
        """After how many seconds the `nth` event of this kind comes once more, if it does."""
        dice = self._dice("twice", what, nth)
        return dice.uniform(0.0, 2.0) if dice.random() < 0.15 else None

    def late(self, what: str, nth: int) -> float:
        """By how many seconds the `nth` event of this kind is late; mostly by none."""
        dice = self._dice("late", what, nth)
        return dice.uniform(0.1, 1.5) if dice.random() < 0.15 else 0.0

    def is_used_up(self, what: str, nth: int) -> bool:
        """Whether the `nth` receive of this kind finds no function free, and counts as a receive all the same."""
        return self._dice("used up", what, nth).random() < 0.08

    def order(self, what: str, nth: int) -> Random:
        """By which the messages of the `nth` receive are shuffled."""
        return self._dice("order", what, nth)

    def _dice(self, *of: object) -> Random:
        return Random(repr((self.seed, *of)))
