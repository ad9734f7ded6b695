"""Where an offset lies: sums over blocks say how much is before a place, at the least and at the most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import NamedTuple

from hearback.deadline import Deadline
from hearback.storage import reads
from hearback.storage.blocks import Block, Reading
from hearback.storage.merge import Descending
from hearback.storage.reads import HIGHEST, Range
from hearback.storage.shelves import Shelf

Counted = tuple[Range, Shelf | None, tuple[str, ...] | None]
"""A range, where it is counted, and as which leaves (None: all): see `ordered.Run`."""

MOST_UNCOUNTED = 20_000
"""Items without blocks that may be counted for one question. DynamoDB counts them; nothing travels."""

MOST_CUT = 100_000
"""Items in the blocks that a place cuts in two, one of each shelf, which are counted likewise."""

_MOST_AT_ONCE = 64
"""Runs of which the blocks are read together."""

UNKNOWN = 2**62
"""More than any offset: how many there may be where nobody has looked."""


class Part(NamedTuple):
    """What one block says of one range.

    A place is the gap right behind the id that names it. Places compare in the direction of reading.
    """

    of: Range
    range: Range
    """What of it is in the block."""
    near: str
    """The place at which reading meets the part."""
    far: str
    """The place at which reading leaves it."""
    most: int
    """How many items it holds: at most, or (`exact`) just so many."""
    exact: bool


def directed(place: str, backwards: bool) -> str:
    """A place as it compares in the direction of reading (ranges compare keys forwards: `str` it first)."""
    return Descending(place) if backwards else place


def passed(run: Range, place: str, backwards: bool) -> Range:
    """What reading has met of the range when it is at a place."""
    return run.after(str(place)) if backwards else run.upto(str(place))


def ahead(run: Range, place: str, backwards: bool) -> Range:
    """What reading has yet to meet of it."""
    return run.upto(str(place)) if backwards else run.after(str(place))


def parts(
    run: Range, blocks: Iterable[Block], leaves: Collection[str] | None, enough: int, backwards: bool
) -> list[Part]:
    """What the blocks, which come in the direction of reading, say of a range that holds these leaves.

    Reads no further than needed to know of more than `enough` items; the last part is then the rest.
    """
    found: list[Part] = []
    known = 0
    for block in blocks:
        part = _part(run, block, block.total(leaves), backwards)
        if part.most and not part.range.is_empty:
            found.append(part)
            known += part.most if part.exact else 0
        if known > enough:
            return [*found, _rest(run, part.far, backwards)]
    return found


def _part(run: Range, block: Block, most: int, backwards: bool) -> Part:
    start, end = max(block.start, reads.just_below(run.first)), min(block.end, run.last)
    near, far = (directed(place, backwards) for place in ((end, start) if backwards else (start, end)))
    exact = (start, end) == (block.start, block.end)
    return Part(run, run.after(start).upto(end), near, far, most, exact)


def _rest(run: Range, near: str, backwards: bool) -> Part:
    far = directed("" if backwards else HIGHEST, backwards)
    return Part(run, ahead(run, near, backwards), near, far, UNKNOWN, exact=False)


def boundary(parts: Sequence[Part], offset: int) -> str | None:
    """The farthest place before which there are surely no more than `offset` items."""
    farthest, total = None, 0
    for near, there in groupby(sorted(parts, key=attrgetter("near")), attrgetter("near")):
        if total > offset:
            break
        farthest = near
        total += sum(part.most for part in there)
    return farthest


def reached(parts: Sequence[Part], place: str) -> int:
    """How many items there are before a place, at the most."""
    return sum(part.most for part in parts if part.near < place)


class Before(NamedTuple):
    """What is before a place: so many items, and those of ranges that only counting tells."""

    known: int
    unknown: list[Range]
    at_most: int
    """How many items the unknown ones are, at the most."""


def before(parts: Sequence[Part], place: str, backwards: bool) -> Before:
    met = [part for part in parts if part.near < place]
    whole = [part for part in met if part.exact and not place < part.far]
    others = [part for part in met if not part.exact or place < part.far]
    return Before(
        sum(part.most for part in whole),
        [passed(part.range, place, backwards) for part in others],
        sum(part.most for part in others),
    )


class TooMuch(Exception):
    """More would have to be read than one request may."""


class Found(NamedTuple):
    """Where an offset is: so many items behind a place (None: behind the start)."""

    skip: int
    place: str | None = None
    finished: frozenset[Range] = frozenset()
    """Of the runs' ranges behind the cursor, those that hold nothing behind the place."""


@dataclass
class _Gathered:
    """What is known so far, of all runs up to `bound`: the next one holds nothing below it."""

    parts: list[Part] = field(default_factory=list)
    uncounted: list[Range] = field(default_factory=list)
    counted: set[Range] = field(default_factory=set)
    bound: str | None = None


class Seeker:
    """Answers for runs, in the order of their `first`, from the blocks that count them.

    `runs` is iterated anew, and no further than needed, for each question; blocks are read once.
    """

    def __init__(self, runs: Iterable[Counted], deadline: Deadline, backwards: bool) -> None:
        self._runs = runs
        self._deadline = deadline
        self._backwards = backwards
        self._readings: dict[Shelf, Reading] = {}

    def seek(self, offset: int, cursor: str | None) -> Found:
        """Where the `offset` first items behind the cursor end. Raises `TooMuch`."""
        gathered = _Gathered()
        for gathered in self._gather(offset, cursor):
            if gathered.bound is not None and reached(gathered.parts, gathered.bound) > offset:
                break
        sure = offset
        while (place := boundary(gathered.parts, sure)) is not None:
            uncounted = self._count([passed(run, place, self._backwards) for run in gathered.uncounted])
            skip = offset - uncounted - self._before(gathered.parts, place)
            if skip >= 0:
                behind = {part.of for part in gathered.parts if place < part.far}
                return Found(skip, place, frozenset(gathered.counted - behind))
            # Uncounted items, or ones that came meanwhile, are in the way: a place before is taken.
            sure = min(sure + skip, offset - uncounted)
        return Found(offset)

    def total(self, top: int) -> int:
        """How many items there are, if they are at most `top`; else some number above. Raises `TooMuch`."""
        gathered = _Gathered()
        known = 0
        for gathered in self._gather(top, None):
            known = sum(part.most for part in gathered.parts if part.exact)
            if known > top:
                return known
        unknown = [part.range for part in gathered.parts if not part.exact] + gathered.uncounted
        return known + self._count(unknown, top + 1 - known)

    def _gather(self, enough: int, cursor: str | None) -> Iterator[_Gathered]:
        """Ever more knowledge, as far as somebody who asks for `enough` items needs it."""
        gathered, runs, size = _Gathered(), iter(self._runs), 1
        following = next(runs, None)
        while following:
            chunk = [following, *islice(runs, size - 1)]
            following = next(runs, None)
            self._look_up(chunk, gathered, enough, cursor)
            gathered.bound = following[0].first if following and not self._backwards else None
            yield gathered
            if self._deadline.passed:
                raise TooMuch
            size = min(_MOST_AT_ONCE, 2 * size)

    def _look_up(self, runs: Sequence[Counted], gathered: _Gathered, enough: int, cursor: str | None) -> None:
        by_shelf: dict[Shelf, list[tuple[Range, tuple[str, ...] | None]]] = defaultdict(list)
        for whole, shelf, leaves in runs:
            run = whole if cursor is None else whole.beyond(cursor, self._backwards)
            if shelf is None:
                gathered.uncounted.append(run)
            else:
                by_shelf[shelf].append((run, leaves))
                gathered.counted.add(run)

        def look_up(shelf: Shelf) -> list[list[Part]]:
            reading = self._readings.setdefault(shelf, Reading(shelf, self._backwards))
            return [parts(run, reading, leaves, enough, self._backwards) for run, leaves in by_shelf[shelf]]

        for of_shelf in reads.at_once(look_up, list(by_shelf)):
            gathered.parts += chain.from_iterable(of_shelf)

    def _before(self, parts: Sequence[Part], place: str) -> int:
        """How many counted items are before a place."""
        known, unknown, at_most = before(parts, place, self._backwards)
        if at_most > MOST_CUT:
            raise TooMuch
        return known + sum(reads.at_once(lambda run: reads.count(run, MOST_CUT), unknown))

    def _count(self, ranges: Sequence[Range], wanted: int = UNKNOWN) -> int:
        """How many items the ranges hold, or some number from `wanted` on."""
        most = min(wanted, MOST_UNCOUNTED + 1)
        found = 0
        for start in range(0, len(ranges), _MOST_AT_ONCE):
            some = ranges[start : start + _MOST_AT_ONCE]
            found += sum(reads.at_once(lambda run: reads.count(run, most), some))
            if found >= wanted:
                return found
            if found > MOST_UNCOUNTED or self._deadline.passed:
                raise TooMuch
        return found
