"""Lists: what a question asks for, from the runs that serve it best."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from hearback import ids
from hearback.deadline import Deadline
from hearback.jsonapi import sorting
from hearback.jsonapi.instants import MICROSECOND
from hearback.jsonapi.question import Question, not_a_cursor
from hearback.jsonapi.resource import Resource
from hearback.storage.items import Item
from hearback.storage.ordered import Count, Listing, Run

T = TypeVar("T")

MOST_SORTED = 10_000
"""Records that a list sorts by something else than their ids (or their creation, which is the same)."""

_COUNTED_PAST = 1_000
_ID = re.compile(r"[0-9a-f-]{16,36}")
"""The place of a record in its list: a UUID, or the digits of a member."""


class Listed(NamedTuple, Generic[T]):
    """A page of a list. `after`: the cursor of the next one, where that must be asked for by one."""

    records: list[T]
    more: bool
    after: str | None
    counted: Count | None


class Source(NamedTuple, Generic[T]):
    """Where a list is read from.

    `runs` are in the order of ids; `read` makes a record of an item, or leaves it out as none of the
    caller's. `exact`: the runs hold what the caller sees and nothing else. `served`: the filters that
    they serve already. `by_creation`: whether the order of ids is that of `created_at`.
    """

    runs: Iterable[Run]
    read: Callable[[Item], T | None]
    exact: bool = True
    served: Sequence[str] = ()
    by_creation: bool = True
    heavy: bool = False
    """Whether a record may be some hundred kilobytes."""


def listed(resource: Resource, question: Question, source: Source[T], deadline: Deadline) -> Listed[T]:
    """The page that is asked for.

    Raises `TooDeep` when it takes more reading than one request can do; a page by cursor is then just
    shorter, and tells where to go on.
    """
    times = ("created_at",) if source.by_creation else ()
    test = question.residual(source.served, times)
    read = source.read

    def keep(item: Item) -> T | None:
        record = read(item)
        return record if record is not None and (test is None or test(record)) else None

    filtered = test is not None or not source.exact
    runs = _within_times(source.runs, question) if source.by_creation else source.runs
    natural = _is_natural(question, source)
    backwards = natural and bool(question.sort) and question.sort[0].descending
    listing = Listing(runs, keep, deadline, filtered, backwards, source.heavy)
    if natural:
        return _in_order(question, listing)
    return sorted_(resource, question, listing.everything(MOST_SORTED))


def _is_natural(question: Question, source: Source[T]) -> bool:
    """Whether the sort goes along the ids, one way or the other."""
    by = question.sort[0].name if question.sort else "id"
    return by == "id" or (by == "created_at" and source.by_creation)


def _within_times(runs: Iterable[Run], question: Question) -> Iterator[Run]:
    """The runs, less what was created before or after the times asked for: ids tell that exactly."""
    lowest, highest = question.range("created_at")
    for run in runs:
        first, last = run.range.first, run.range.last
        if lowest is not None:
            first = max(first, ids.earliest(lowest))
        if highest is not None:
            last = min(last, ids.earliest(highest // MICROSECOND * MICROSECOND + MICROSECOND))
        yield run._replace(range=run.range._replace(first=first, last=last))


def _in_order(question: Question, listing: Listing[T]) -> Listed[T]:
    asked = question.page
    after = None if asked.after is None else _position(asked.after)
    page = listing.page(asked.size, asked.offset, after)
    count = listing.count(asked.offset, _COUNTED_PAST, page) if question.counted else None
    by_cursor = asked.after is not None or page.cut
    cursor = question.cursor((page.cursor,)) if page.more and page.cursor and by_cursor else None
    return Listed(page.items, page.more, cursor, count)


def of_records(resource: Resource, question: Question, records: Iterable[T]) -> Listed[T]:
    """The page of a list whose records are known by their ids."""
    test = question.residual()
    return sorted_(resource, question, [record for record in records if test is None or test(record)])


def sorted_(resource: Resource, question: Question, records: Sequence[T]) -> Listed[T]:
    """The page of a list that is at hand as a whole."""
    asked = question.page
    found = sorting.sort(records, resource, question.sort)
    if asked.after:
        is_behind = sorting.behind(asked.after, resource, question.sort)
        if is_behind is None:
            raise not_a_cursor()
        found = list(filter(is_behind, found))
    end = asked.offset + asked.size
    more, counted = len(found) > end, min(len(found), asked.offset + _COUNTED_PAST)
    cursor = None
    if more and asked.after is not None:
        cursor = question.cursor(sorting.position(found[end - 1], resource, question.sort))
    count = Count(counted, len(found) > counted) if question.counted else None
    return Listed(found[asked.offset : end], more, cursor, count)


def _position(position: tuple[Any, ...]) -> str | None:
    """The id behind which a list by ids goes on: None for the beginning."""
    if not position:
        return None
    if len(position) != 1 or not isinstance(position[0], str) or not _ID.fullmatch(position[0]):
        raise not_a_cursor()
    return position[0]
