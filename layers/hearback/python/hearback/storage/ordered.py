"""Pages of several ordered runs of items, cheaply and honestly.

A *listing* is what a list request selects: runs of items (ranges of a partition or of an index, each
in the order of ids), and what turns an item into a record or leaves it out.

    page by cursor, first page   the items shown, and 8 or more of each run that is due there
    page by offset               the blocks before it (3 read units for the first 40 of a shelf, then
                                 about 50 for each 1,000), one block's keys, and the items shown
    a filter that no run serves  every item before and between: up to `MOST_ROWS`
    count                        the blocks; else as the page
    everything, to be sorted     as many items as there are, up to a bound of the caller's

So where blocks are known an offset costs about the same at a thousand rows and at a million; where
they are not, the bound is told with an error or a cursor, and no result is cut in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

from hearback.deadline import Deadline
from hearback.errors import TooDeep
from hearback.storage import merge, shelves
from hearback.storage.items import Item
from hearback.storage.reads import Range
from hearback.storage.seeking import Found, Seeker, TooMuch, ahead
from hearback.storage.shelves import Shelf

MOST_ROWS = 20_000
"""Items that one page, count or sorted list may read."""

MOST_TEXT = 8_000_000
"""Characters of the items that one page, count or sorted list may read, where items may be large."""

MOST_RUNS = 1_000
"""Runs that may be read backwards: that opens all of them."""


_FEW = 50
"""Items before a page of which not the keys alone are read first."""

T = TypeVar("T")


class Run(NamedTuple):
    """A range of items, and where they are counted.

    Runs come in the order of their `range.first`: give the greatest id that is known to be below all
    items of the run (a dataset's id for its entries), and a run behind the page is not read.
    """

    range: Range
    shelf: Shelf | None = None
    """None for what is counted nowhere: sparse indexes, foreign ids."""
    leaves: tuple[str, ...] | None = None
    """Which leaves of the shelf the range holds; None: all."""


class Page(NamedTuple, Generic[T]):
    items: list[T]
    more: bool
    cursor: str | None
    """Where the next page begins; None at the end."""
    scanned: int
    """Items read for it, those before and between included."""
    cut: bool = False
    """Whether the bound of one request came before the page was full; then `more` is a guess."""


class Count(NamedTuple):
    total: int
    more: bool


def merged(runs: Iterable[Run], wanted: int, backwards: bool = False) -> Iterator[Item]:
    """The runs' items in the order of ids, each id once; about `wanted` will be taken.

    See `merge.merged`. Raises `TooDeep` when too many runs are to be read backwards.
    """
    return merge.merged((run.range for run in _Remembered(runs, backwards)), wanted, backwards)


class _Bound(Exception):
    """As much has been read as one request may."""


class Listing(Generic[T]):
    """What is listed. Runs and blocks that one call has read the next does not read again.

    `runs` may be lazy, and is then taken no further than needed; all have the same sort attribute.
    `filtered` says that `keep` may leave items out, so that no count knows what is left; `heavy`, that
    items may be large, so that their size is bounded as their number is.
    """

    def __init__(
        self,
        runs: Iterable[Run],
        keep: Callable[[Item], T | None],
        deadline: Deadline,
        filtered: bool = False,
        backwards: bool = False,
        heavy: bool = False,
    ) -> None:
        self._runs = _Remembered(runs, backwards)
        self._heavy = heavy
        self._keep = keep
        self._deadline = deadline
        self._filtered = filtered
        self._backwards = backwards
        self._seeker = Seeker(self._runs, deadline, backwards)

    # ── What callers ask ──

    def page(self, size: int, offset: int = 0, after: str | None = None) -> Page[T]:
        """`size` records behind the `offset` first ones, of those behind the cursor `after`.

        Raises `TooDeep` when an offset takes too much reading. A page without an offset that meets the
        bound holds what was found (`cut`), with the cursor where it stopped.
        """
        try:
            ranges, skip = self._sought(offset, after)
        except (_Bound, TooMuch):
            raise _too_deep() from None
        found: list[T] = []
        place, scanned = after, 0
        try:
            for place_read, record in self._walk(ranges, size + skip + 1):
                scanned += 1
                if record is not None and skip:
                    skip -= 1
                elif record is not None and len(found) == size:
                    return Page(found, True, place, scanned)
                elif record is not None:
                    found.append(record)
                place = place_read
        except _Bound:
            if offset:
                raise _too_deep() from None
            return Page(found, True, place, scanned, cut=True)
        return Page(found, False, None, scanned)

    def count(self, offset: int = 0, limit: int = 1_000, beyond: Page[T] | None = None) -> Count:
        """How many records there are, counted up to `limit` past the offset, and whether there are more.

        `beyond`: the page of that offset, if it has been read (without a cursor): what it shows is not
        read again. Raises `TooDeep`.
        """
        top = offset + limit
        if beyond and not beyond.cut and (beyond.items or not offset):
            shown = offset + len(beyond.items)
            if not beyond.more or shown >= top:
                return Count(min(shown, top), beyond.more or shown > top)
            if self._filtered:
                return self._count_walking(shown, beyond.cursor, top)
        return self._count_walking(0, None, top) if self._filtered else self._count_known(top)

    def everything(self, most: int) -> list[T]:
        """All records, in order. Raises `TooDeep` when they are more than `most`, which is at most
        `MOST_ROWS`, or when more than that has to be read to find them."""
        if not self._filtered and self._count_known(most).more:
            raise _too_many(most)
        try:
            records = (record for _, record in self._walk(self._ranges(None), most + 1))
            found = list(islice((record for record in records if record is not None), most + 1))
        except _Bound:
            raise _too_many(most) from None
        if len(found) > most:
            raise _too_many(most)
        return found

    # ── How ──

    def _count_known(self, top: int) -> Count:
        try:
            total = self._seeker.total(top)
        except TooMuch:
            raise _too_deep() from None
        return Count(min(total, top), total > top)

    def _count_walking(self, found: int, cursor: str | None, top: int) -> Count:
        try:
            for _, record in self._walk(self._ranges(cursor), top - found + 1):
                if record is not None and found == top:
                    return Count(top, True)
                found += record is not None
        except _Bound:
            raise _too_deep() from None
        return Count(found, False)

    def _sought(self, offset: int, cursor: str | None) -> tuple[Iterator[Range], int]:
        """The ranges behind the cursor and (about) the offset, and how many records are yet to be skipped."""
        if self._filtered or offset <= _FEW:
            return self._ranges(cursor), offset
        found = self._seeker.seek(offset, cursor) if offset >= shelves.BLOCK else Found(offset)
        if found.skip <= _FEW:
            return self._ranges(cursor, found), found.skip
        last = self._skipped(self._ranges(cursor, found), found.skip)
        if last is None:
            return iter(()), 0
        return (run.beyond(last, self._backwards) for run in self._ranges(cursor, found)), 0

    def _skipped(self, ranges: Iterator[Range], number: int) -> str | None:
        """Where the first so many items end, of which the keys alone are read; None when there are fewer."""
        keys = merge.merged(ranges, number, self._backwards, keys_only=True)
        for index, item in enumerate(keys, 1):
            if index == number:
                return self._place_of()(item)
            self._look(index)
        return None

    def _walk(self, ranges: Iterator[Range], wanted: int) -> Iterator[tuple[str, T | None]]:
        """Each item's place with its record, if it is one; raises `_Bound`."""
        place_of, text = None, 0
        for index, item in enumerate(merge.merged(ranges, wanted, self._backwards)):
            self._look(index)
            if text > MOST_TEXT:
                raise _Bound
            text += _text(item) if self._heavy else 0
            place_of = place_of or self._place_of()
            yield place_of(item), self._keep(item)

    def _look(self, index: int) -> None:
        if index >= MOST_ROWS or (index and self._deadline.passed):
            raise _Bound

    def _place_of(self) -> Callable[[Item], str]:
        """What tells an item's place."""
        return next(iter(self._runs)).range.place

    def _ranges(self, cursor: str | None, found: Found | None = None) -> Iterator[Range]:
        """What is left of the runs' ranges behind a cursor and a place that was found."""
        for opened, run in enumerate(self._runs):
            if opened and self._deadline.passed:
                raise _Bound
            left = run.range if cursor is None else run.range.beyond(cursor, self._backwards)
            if found is None or found.place is None:
                yield left
            elif left not in found.finished:
                yield ahead(left, found.place, self._backwards)


def _text(item: Item) -> int:
    return sum(len(value["S"]) for value in item.values() if "S" in value)


class _Remembered:
    """Runs as they come, and again as they came."""

    def __init__(self, runs: Iterable[Run], backwards: bool) -> None:
        self._source = iter(runs)
        self._known: list[Run] = []
        self._backwards = backwards

    def __iter__(self) -> Iterator[Run]:
        index = 0
        while index < len(self._known) or self._another():
            yield self._known[index]
            index += 1

    def _another(self) -> bool:
        run = next(self._source, None)
        if run is None:
            return False
        if self._backwards and len(self._known) == MOST_RUNS:
            raise _too_deep()
        self._known.append(run)
        return True


def _too_deep() -> TooDeep:
    return TooDeep(
        "So much would have to be read that one request cannot.",
        "Go on from the cursor of a page that is not as deep, or narrow the filter.",
    )


def _too_many(most: int) -> TooDeep:
    return TooDeep(
        f"More than {most} would have to be put in order, or too many others left out.",
        "Narrow the filter, or take them in the order of their ids.",
    )
