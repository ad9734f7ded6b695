"""Several shelves to list, and the listing of a test."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from hearback import clients, ids
from hearback.deadline import Deadline
from hearback.storage import blocks, merge, ordered, reads, shelves
from hearback.storage.items import Item, get_text, key, text
from hearback.storage.ordered import Listing, Run
from hearback.storage.reads import Range

from tests.unit.storage.fake import Fake
from tests.unit.storage.shelving import Kept, ids_of

WHENEVER = Deadline(math.inf)
LEAVES = ("a", "b", "c")
START = 1_700_000_000_000_000_000
STEP = 1_000_000


class World:
    """Several shelves whose records are created in turn and at once, and some that nobody counts."""

    def __init__(self, fake: Fake) -> None:
        self.fake = fake
        self.now = START
        self.shelves: list[Kept] = []
        self.foreign = Range("things", "foreign")

    def open(self) -> None:
        self.now += STEP
        kept = Kept(ids.child("the project", self.now, bytes(3)))
        kept.open()
        self.shelves.append(kept)

    def fill(self, which: int, leaf: str, number: int) -> None:
        for _ in range(number):
            self.now += STEP
            self.shelves[which % len(self.shelves)].add(leaf, self.now)

    def change(self, which: int, one: int, leaf: str | None) -> None:
        kept = self.shelves[which % len(self.shelves)]
        found = ids_of(kept.records())
        if found:
            kept.change(found[one % len(found)], leaf)

    def invent(self, number: int) -> None:
        """A foreign id, anywhere among the others'."""
        its_id = ids.child("nobody", START + number * STEP // 3, bytes(3))
        self.fake.put(key("foreign", its_id) | {"leaf": text("a")})

    def happen(self, what: str, which: int, number: int) -> None:
        if what == "open":
            self.open()
        elif what == "fill":
            self.fill(which, LEAVES[number % 3], 1 + number % 9)
        elif what == "change":
            self.change(which, number, LEAVES[number % 3])
        elif what == "remove":
            self.change(which, number, None)
        else:
            self.invent(number)

    def runs(self, leaves: Sequence[str] | None) -> list[Run]:
        """Of all shelves: the records themselves, or their index by leaf; and the foreign ones, if any."""
        runs = [Run(self.foreign)] if any(pk == "foreign" for pk, _ in self.fake.items) else []
        for kept in self.shelves:
            if leaves is None:
                runs.append(Run(kept.range, kept.shelf))
            else:
                runs += [Run(kept.leaf_range(leaf), kept.shelf, (leaf,)) for leaf in leaves]
        return runs

    def all(self, runs: Sequence[Run]) -> list[str]:
        return sorted({get_text(item, "sk") for run in runs for item in reads.every(run.range)})


@contextmanager
def world(block: int = 4) -> Iterator[World]:
    fake = Fake()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clients, "dynamodb", lambda: fake)
        patch.setattr(shelves, "BLOCK", block)
        patch.setattr(blocks, "_FIRST_PAGE", 3)
        patch.setattr(ordered, "_FEW", 1)
        patch.setattr(merge, "_SMALLEST_PAGE", 2)
        patch.setattr(reads, "at_once", lambda work, arguments: list(map(work, arguments)))
        made = World(fake)
        made.open()
        yield made


def listing(
    runs: Sequence[Run], keep: Callable[[Item], str | None] | None = None, **more: Any
) -> Listing[str]:
    return Listing(
        iter(runs), keep or (lambda item: get_text(item, "sk")), WHENEVER, filtered=bool(keep), **more
    )


def odd_id(its_id: str) -> bool:
    return int(its_id[9:13], 16) % 2 == 1


def odd(item: Item) -> str | None:
    its_id = get_text(item, "sk")
    return its_id if odd_id(its_id) else None


def nothing(_item: Item) -> str | None:
    return None
