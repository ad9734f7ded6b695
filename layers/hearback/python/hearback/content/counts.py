"""Counters of a content: votes either way and flags, exact, and spread so that no item is everybody's.

They move in the transaction that moves the vote or the flag. The author's digest chooses the part, so a
user's change of mind takes from the part to which it gives.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hearback.content import keys
from hearback.content.model import Author, Content, Vote
from hearback.settings import settings
from hearback.storage import transactions
from hearback.storage.items import Item, get_number, number


class Counts(NamedTuple):
    positive: int = 0
    negative: int = 0
    flags: int = 0


_OF_A_VOTE = {None: Counts(), Vote.POSITIVE: Counts(positive=1), Vote.NEGATIVE: Counts(negative=1)}
ONE_FLAG = Counts(flags=1)


def replacing(before: Vote | None, after: Vote | None) -> Counts:
    """What a user's vote adds to the counts when it was `before` and is `after`."""
    return Counts(*(new - old for old, new in zip(_OF_A_VOTE[before], _OF_A_VOTE[after], strict=True)))


def move(content: Content, author: Author, by: Counts) -> transactions.Write:
    part = keys.count(content, author.part(keys.COUNT_PARTS))
    moved = {name: number(change) for name, change in by._asdict().items() if change}
    changes = ", ".join(f"{name} :{name}" for name in moved)
    return transactions.update(settings().content_table, part, f"ADD {changes}", None, **moved)


def parts(content: Content) -> list[Item]:
    """The keys of the content's counters."""
    return [keys.count(content, part) for part in range(keys.COUNT_PARTS)]


def total(items: Iterable[Item]) -> Counts:
    read = [[get_number(item, name) for name in Counts._fields] for item in items]
    return Counts(*map(sum, zip(*read, strict=True)))
