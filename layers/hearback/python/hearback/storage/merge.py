"""Several ordered ranges read as one, in the order of their sort keys."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from hearback.storage import reads
from hearback.storage.items import Item
from hearback.storage.reads import Range

_THREADS = 16
_LARGEST_PAGE = 1000
_SMALLEST_PAGE = 8
_MOST_AT_ONCE = 20_000
"""Items of all first pages together, so that many ranges do not fill the memory."""


def merged(runs: Sequence[Range], wanted: int) -> Iterator[Item]:
    """The ranges' items in the order of `sk`; `wanted` is about how many the caller will take.

    An item that two ranges hold is given once: an index moves it from one to the other in two steps.

    The ranges' first pages are read at once, each of a size that fits an even share of what is
    wanted; what is behind them only when the merge gets there.
    """
    if not runs:
        return
    share = wanted // len(runs)
    most = min(_LARGEST_PAGE, max(_SMALLEST_PAGE, _MOST_AT_ONCE // len(runs)))
    size = min(most, max(_SMALLEST_PAGE, share + share // 4 + 4))
    if len(runs) == 1:
        yield from reads.every(runs[0], min(_LARGEST_PAGE, wanted))
        return
    with ThreadPoolExecutor(min(_THREADS, len(runs))) as threads:
        firsts = list(threads.map(lambda run: reads.query(run, size), runs))
    streams = [_rest(run, items, more, size) for run, (items, more) in zip(runs, firsts, strict=True)]
    last = ""
    for item in heapq.merge(*streams, key=_sort_key):
        if _sort_key(item) != last:
            yield item
        last = _sort_key(item)


def _rest(run: Range, items: list[Item], more: bool, size: int) -> Iterator[Item]:
    yield from items
    if more and items:
        yield from reads.every(run.after(items[-1]["sk"]["S"]), size)


def _sort_key(item: Item) -> str:
    sort_key: str = item["sk"]["S"]
    return sort_key
