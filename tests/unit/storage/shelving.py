"""A shelf of records as a domain keeps one, by the rules of `hearback.storage.shelves`."""

from __future__ import annotations

import itertools
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from hearback import clients, ids
from hearback.storage import blocks, reads, shelves
from hearback.storage.items import Item, get_text, key, text
from hearback.storage.reads import Range
from hearback.storage.shelves import Shelf, Tail
from hearback.storage.transactions import ConditionFailed, Contended, delete, put, transact, update

from tests.unit.storage.fake import Fake

TABLE = "things"
BY_LEAF = "by-leaf"
_TRIES = 200
MILLISECOND = 1_000_000
START = 1_700_000_000_000 * MILLISECOND
OWNER = ids.child("the project", START, b"abc")


class Gone(Exception):
    """The owner or the record is."""


@dataclass
class Kept:
    """A shelf, its owner and its records."""

    owner_id: str
    table: str = TABLE
    chance: random.Random = field(default_factory=lambda: random.Random(0))

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.table, self.owner_id)

    @property
    def owner(self) -> Item:
        return key("owners", self.owner_id)

    @property
    def range(self) -> Range:
        """All records, read strongly."""
        return Range(self.table, f"records#{self.owner_id}", first=self.owner_id)

    def leaf_range(self, leaf: str) -> Range:
        partition = f"{self.owner_id}#{leaf}"
        return Range(self.table, partition, self.owner_id, index_name=BY_LEAF, partition_attribute="leaf")

    def open(self) -> None:
        tail, writes = shelves.opened(self.shelf, self.owner_id)
        item = self.owner | {"tail": tail.to_attribute()}
        transact([put(self.table, item, "attribute_not_exists(pk)"), *writes])

    def tail(self) -> Tail:
        item = reads.get(self.table, self.owner)
        if item is None:
            raise Gone
        return Tail.from_attribute(item["tail"])

    def add(self, leaf: str, now: int, number: int = 1) -> list[str]:
        """Create records; their ids."""
        floor = ""
        for _ in range(_TRIES):
            tail = self.tail()
            new = self._new_ids(max(now, shelves.behind(floor)), number)
            count = shelves.add(self.shelf, tail, new[-1], leaf, tail.slot(), number, new[0])
            records = [put(self.table, self._record(its_id, leaf, tail)) for its_id in new]
            try:
                transact([count, *records], patient=False)
            except Contended:
                self.widen(tail)
            except ConditionFailed:
                floor = self.extend(tail)
            else:
                if any(map(shelves.due, new)):
                    self.extend(tail)
                return new
        raise AssertionError("no place for a record")

    def _new_ids(self, now: int, number: int) -> list[str]:
        made = (ids.child(self.owner_id, now + 1000 * n, self.chance.randbytes(3)) for n in range(number))
        return sorted(made)  # an id is made later than its parent, so several may be of the same instant

    def _record(self, its_id: str, leaf: str, tail: Tail) -> Item:
        more = {"leaf": text(f"{self.owner_id}#{leaf}"), "now": text(leaf), "block": text(tail.start)}
        return key(f"records#{self.owner_id}", its_id) | more

    def change(self, its_id: str, leaf: str | None) -> None:
        """Give a record another leaf, or (None) remove it."""
        its_key = key(f"records#{self.owner_id}", its_id)
        for attempt in itertools.count():
            item = reads.get(self.table, its_key)
            if item is None:
                raise Gone
            before = get_text(item, "now")
            if before == leaf:
                return
            same = {"names": {"#now": "now"}, "seen": text(before)}
            if leaf is None:
                write = delete(self.table, its_key, "#now = :seen", **same)
            else:
                values = {"leaf": text(f"{self.owner_id}#{leaf}"), "new": text(leaf)}
                write = update(
                    self.table, its_key, "SET #now = :new, leaf = :leaf", "#now = :seen", **values, **same
                )
            slot = shelves.spare(attempt)
            move = shelves.move(self.shelf, get_text(item, "block"), before, leaf, slot)
            try:
                transact([write, move], patient=False)
            except (Contended, ConditionFailed):
                continue
            return

    def extend(self, tail: Tail | None = None) -> str:
        return shelves.extend(self.shelf, tail or self.tail(), self.owner, "tail")

    def widen(self, tail: Tail | None = None) -> None:
        shelves.widen(self.shelf, tail or self.tail(), self.owner, "tail")

    def close(self) -> None:
        """Delete the owner."""
        while True:
            tail = self.tail()
            gone = delete(self.table, self.owner, "tail = :seen", seen=tail.to_attribute())
            try:
                transact([gone, *shelves.retired(self.shelf, tail)])
            except ConditionFailed:
                continue
            return

    def records(self) -> list[Item]:
        return list(reads.every(self.range))

    def check(self) -> None:
        """Every count is that of the records in its block's range, and every record knows its block."""
        found = blocks.read(self.shelf).blocks
        records = self.records()
        assert [block.end for block in found[:-1]] == [block.start for block in found[1:]]
        assert blocks.read(self.shelf).by_leaf().items() >= Counter(map(leaf_of, records)).items()
        for block in found:
            inside = [item for item in records if block.start < get_text(item, "sk") <= block.end]
            assert without_zeros(block.counts) == Counter(map(leaf_of, inside))
            assert {get_text(item, "block") for item in inside} <= {block.start}
        assert sum(block.total() for block in found) == len(records)
        rows = {get_text(row, "sk") for row in reads.every(Range(self.table, self.shelf.partition))}
        tail = self.tail()
        opened = {f"{tail.start}#+{slot:x}" for slot in range(tail.slots)}
        assert {row for row in rows if "#+" in row} == opened


def leaf_of(item: Item) -> str:
    return get_text(item, "now")


def without_zeros(counts: dict[str, int]) -> dict[str, int]:
    return {leaf: count for leaf, count in counts.items() if count}


def ids_of(items: Iterable[Item]) -> list[str]:
    return [get_text(item, "sk") for item in items]


@contextmanager
def world(block: int = 4) -> Iterator[tuple[Fake, Kept]]:
    """An empty shelf with tiny blocks."""
    fake = Fake()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clients, "dynamodb", lambda: fake)
        patch.setattr(shelves, "BLOCK", block)
        patch.setattr(blocks, "_FIRST_PAGE", 3)
        patch.setattr(time, "sleep", lambda _seconds: None)
        patch.setattr(reads, "at_once", lambda work, arguments: list(map(work, arguments)))
        kept = Kept(OWNER)
        kept.open()
        yield fake, kept


def fill(kept: Kept, number: int, leaf: str = "a") -> list[str]:
    """Create records, one by one."""
    return [kept.add(leaf, START + (index + 5) * MILLISECOND)[0] for index in range(number)]
