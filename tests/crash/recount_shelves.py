"""Counts a shelf anew from its records: by the rules of `hearback.storage.shelves`, not by its code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from hearback.dataset import items
from hearback.dataset.model import Entry, NoteFeed
from hearback.storage.items import Item, get_number, get_text
from hearback.storage.shelves import Tail

_END = "\U0010ffff"


class Kept(NamedTuple):
    """A shelf in use."""

    name: str
    first: str
    """The start of its first block."""
    tail: Tail
    records: Sequence[Any]
    """What must be counted there."""


def faults_of_shelf(kept: Kept, rows: list[Item]) -> Iterator[str]:
    """Everything in which the rows of a shelf disagree with its records, and with its tail."""
    blocks = {
        start: {_slot(row): row for row in of} for start, of in groupby(sorted(rows, key=_place), _start)
    }
    starts = [*blocks]
    if not starts or starts[0] != kept.first or starts[-1] != kept.tail.start:
        yield f"{kept.name}: its blocks begin at {starts}, not from {kept.first} to {kept.tail.start}"
        return
    for start, end in pairwise([*starts, _END]):
        inside = [record for record in kept.records if start < record.id <= end]
        for fault in _faults_of_block(blocks[start], end, kept.tail, inside):
            yield f"{kept.name}, block {start}: {fault}"
        for record in inside:
            if record.block != start:
                yield f"{kept.name}: {record.id} believes itself in block {record.block}, not {start}"


def _faults_of_block(rows: dict[str, Item], end: str, tail: Tail, inside: list[Any]) -> Iterator[str]:
    opened = {slot: row for slot, row in rows.items() if slot.startswith("+")}
    if end == _END:
        if set(opened) != {f"+{slot:x}" for slot in range(tail.slots)}:
            yield f"its open rows are {sorted(opened)}, and its tail has {tail.slots} slots"
        elif get_number(opened["+0"], "spread") != tail.slots:
            yield f"its readers look for {get_number(opened['+0'], 'spread')} rows, not {tail.slots}"
        newest = max((get_text(row, "newest") for row in opened.values()), default="")
        if any(record.id > newest for record in inside):
            yield f"it has counted up to {newest} only"
    elif opened or get_text(rows.get("0", {}), "newest") != end:
        yield f"it is not closed at {end}: {sorted(rows)}"
    counted: Counter[str] = Counter()
    for row in rows.values():
        counted.update({name[1:]: int(count["N"]) for name, count in row.items() if name.startswith("=")})
    wanted = Counter(map(leaf_of, inside))
    counted = Counter({leaf: count for leaf, count in counted.items() if count})
    if counted != wanted:
        yield f"it counts {dict(counted)}, and there are {dict(wanted)}"


def leaf_of(record: Any) -> str:
    if isinstance(record, Entry):
        return items.leaf_of(record)
    return record.status if isinstance(record, NoteFeed) else "all"


def _place(row: Item) -> tuple[str, str]:
    return _start(row), _slot(row)


def _start(row: Item) -> str:
    return get_text(row, "sk").rpartition("#")[0]


def _slot(row: Item) -> str:
    return get_text(row, "sk").rpartition("#")[2]
