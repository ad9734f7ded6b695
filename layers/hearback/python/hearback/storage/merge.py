"""Several ordered ranges read as one, in the order of their sort keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush, heapreplace

from hearback.storage import reads
from hearback.storage.items import Item
from hearback.storage.reads import Range

_OPENED_AT_ONCE = 16
_LARGEST_PAGE = 1024
_SMALLEST_PAGE = 8
_MOST_AT_ONCE = 20_000
"""Items of all first pages together, so that many ranges do not fill the memory."""


class Descending(str):
    """Text that sorts the other way round."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)


def merged(
    ranges: Iterable[Range], wanted: int, backwards: bool = False, keys_only: bool = False
) -> Iterator[Item]:
    """The ranges' items in the order of their sort keys; `wanted` is about how many the caller will take.

    An item that two ranges hold is given once: an index moves it from one to the other in two steps.

    The ranges come in the order of their `first`, and may come lazily: one is opened when the merge
    reaches it, at most 15 ahead of that (`backwards`: all at the start). Ranges that are opened
    together are read at once, each a page that fits an even share of what is wanted; what is behind
    it only when the merge gets there. Raises `ValueError` when the ranges are not in order.
    """
    last = ""
    for place, item in _Merge(ranges, wanted, backwards, keys_only):
        if place != last:
            yield item
        last = place


class _Merge:
    def __init__(self, ranges: Iterable[Range], wanted: int, backwards: bool, keys_only: bool) -> None:
        self._ranges = iter(ranges)
        self._pending = next(self._ranges, None)
        self._left = wanted
        self._backwards = backwards
        self._read = reads.keys if keys_only else reads.query
        self._ahead = 1
        self._opened = 0
        self._heap: list[tuple[str, int, Item, Iterator[tuple[str, Item]]]] = []

    def __iter__(self) -> Iterator[tuple[str, Item]]:
        while True:
            while self._is_due():
                self._open(self._next_ranges())
            if not self._heap:
                return
            place, number, item, stream = self._heap[0]
            self._left -= 1
            yield place, item
            following = next(stream, None)
            if following is None:
                heappop(self._heap)
            else:
                heapreplace(self._heap, (following[0], number, following[1], stream))

    def _is_due(self) -> bool:
        """Whether the next range may hold an item that comes before all that are at hand."""
        if self._pending is None:
            return False
        return not self._heap or self._backwards or self._pending.first <= self._heap[0][0]

    def _next_ranges(self) -> list[Range]:
        """Those that are due, and ever more ahead: many that hold little would take long one by one."""
        taken: list[Range] = []
        while self._pending and (len(taken) < self._ahead or self._is_due_with(taken[0])):
            taken.append(self._pending)
            self._pending = next(self._ranges, None)
            if self._pending and self._pending.first < taken[-1].first:
                raise ValueError("The ranges are not in order.")
        self._ahead = min(_OPENED_AT_ONCE, 2 * self._ahead)
        return taken

    def _is_due_with(self, first: Range) -> bool:
        """Whether the next range is due when `first` is."""
        assert self._pending is not None
        return self._backwards or self._pending.first <= (self._heap[0][0] if self._heap else first.first)

    def _open(self, ranges: list[Range]) -> None:
        size = self._size(len(self._heap) + len(ranges))
        pages = reads.at_once(lambda run: self._page(run, size), ranges)
        for run, (items, more) in zip(ranges, pages, strict=True):
            stream = self._stream(run, items, more, size)
            first = next(stream, None)
            if first is not None:
                heappush(self._heap, (self._key(first[0]), self._opened, first[1], stream))
            self._opened += 1

    def _stream(self, run: Range, items: list[Item], more: bool, size: int) -> Iterator[tuple[str, Item]]:
        while True:
            for item in items:
                yield self._key(run.place(item)), item
            if not more:
                return
            if items:
                run = run.beyond(run.place(items[-1]), self._backwards)
            # More than was wanted is taken in ever larger pages.
            size = self._size(len(self._heap)) if self._left > 0 else min(2 * size, _LARGEST_PAGE)
            items, more = self._page(run, size)

    def _page(self, run: Range, size: int) -> tuple[list[Item], bool]:
        return self._read(run, size, self._backwards)

    def _size(self, streams: int) -> int:
        """How much to read of one of so many ranges: alone, what is wanted; else a bit more than its share."""
        share = self._left if streams == 1 else self._left // streams * 5 // 4 + 4
        most = min(_LARGEST_PAGE, _MOST_AT_ONCE // streams)
        return max(_SMALLEST_PAGE if streams > 1 else 1, min(most, share))

    def _key(self, place: str) -> str:
        return Descending(place) if self._backwards else place
