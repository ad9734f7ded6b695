"""Reading a shelf's blocks: how many records of which leaf lie where (see `hearback.storage.shelves`)."""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from hearback.storage import reads, tally
from hearback.storage.items import Item, get_number, get_text
from hearback.storage.reads import Range
from hearback.storage.shelves import Shelf

_FIRST_PAGE = 60
"""Rows read at first, of some 200 bytes: most questions are about the first blocks."""
_LOOKS = 8


class Block(NamedTuple):
    """A run of records behind the id `start`, up to and including `end`; of the last block that is
    open, `end` is the greatest id that it has counted."""

    start: str
    end: str
    counts: dict[str, int]
    """By leaf."""

    def total(self, leaves: Collection[str] | None = None) -> int:
        """How many records it holds, of these leaves or (None) of all."""
        return sum(count for leaf, count in self.counts.items() if leaves is None or leaf in leaves)


class Directory(NamedTuple):
    """A shelf's blocks, in order."""

    blocks: list[Block]

    def total(self, leaves: Collection[str] | None = None) -> int:
        """How many records there are, of these leaves or (None) of all."""
        return sum(block.total(leaves) for block in self.blocks)

    def by_leaf(self) -> dict[str, int]:
        """How many records there are of each leaf."""
        leaves = {leaf for block in self.blocks for leaf in block.counts}
        return {leaf: self.total({leaf}) for leaf in leaves}


def read(shelf: Shelf) -> Directory:
    """All blocks of the shelf, read strongly: some 50 read units for a million records, a call per MB."""
    return Directory(list(each(shelf)))


def each(shelf: Shelf, backwards: bool = False) -> Iterator[Block]:
    """The shelf's blocks in order, read as they are taken (some 40 by the first call, of 3 read units)."""
    run = Range(shelf.table, shelf.partition)
    for start, rows in groupby(_rows(run, backwards), _start):
        yield _block(start, list(rows)) or _read_again(run, start)


class Reading:
    """The blocks of a shelf, in order or backwards, read as far as somebody went and no more than once."""

    def __init__(self, shelf: Shelf, backwards: bool = False) -> None:
        self._known: list[Block] = []
        self._rest = each(shelf, backwards)

    def __iter__(self) -> Iterator[Block]:
        yield from self._known
        for block in self._rest:
            self._known.append(block)
            yield block


def _rows(run: Range, backwards: bool) -> Iterator[Item]:
    rows, more = reads.query(run, _FIRST_PAGE, backwards)
    yield from rows
    if more:
        yield from reads.every(run.beyond(run.place(rows[-1]), backwards), backwards=backwards)


def _start(row: Item) -> str:
    return get_text(row, "sk").rpartition("#")[0]


def _read_again(run: Range, start: str) -> Block:
    for attempt in range(_LOOKS):
        rows = list(reads.every(run._replace(first=f"{start}#", last=f"{start}#{reads.HIGHEST}")))
        block = _block(start, rows)
        if block:
            return block
        time.sleep(random.uniform(0, 0.01 * 2**attempt))
    return Block(start, start, {})  # that is no change in progress: the shelf is retired


def _block(start: str, rows: Sequence[Item]) -> Block | None:
    """The block of these rows; None when a change came between the reading of one and of another.

    When row 0 has `newest`, it holds what the open rows held, whether or not they were seen too; when
    it has not, as many open rows must have been seen as the first of them says.
    """
    opened = [row for row in rows if get_text(row, "sk").startswith(f"{start}#+")]
    later = [row for row in rows if row not in opened]
    closed = [get_text(row, "newest") for row in later if "newest" in row]
    if closed:
        return Block(start, closed[0], tally.counts(later))
    spread = sum(get_number(row, "spread") for row in opened)
    if not spread or len(opened) < spread:
        return None
    return Block(start, max(get_text(row, "newest") for row in opened), tally.counts(rows))
