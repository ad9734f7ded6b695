"""Tables and indexes as they were a moment ago, to every read that does not ask for consistency.

MiniStack keeps one copy of an item, from which it answers everything. Here the changes of the last seconds are
remembered, and a read may be answered from a view in which they are undone.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from local.hostile.plan import LONGEST_LAG
from local.hostile.switch import Day

Table = dict[str, Any]
Place = tuple[Any, Any]
"""The place of an item in its table: its partition key, and its sort key."""


class Change(NamedTuple):
    at: float
    table: str
    place: Place
    before: dict[str, Any] | None
    """The item as it was; None where there was none."""


class History:
    """The changes of the last seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changes: deque[Change] = deque()

    def note(self, table: str, place: Place, before: dict[str, Any] | None) -> None:
        now = self._clock()
        while self._changes and self._changes[0].at < now - LONGEST_LAG:
            self._changes.popleft()
        self._changes.append(Change(now, table, place, before))

    def since(self, table: str, lag: float) -> dict[Place, dict[str, Any] | None]:
        """The items that have changed in the last `lag` seconds, as they were before."""
        then: dict[Place, dict[str, Any] | None] = {}
        first = self._clock() - lag
        for change in reversed(self._changes):
            if change.at < first:
                break
            if change.table == table:
                then[change.place] = change.before
        return then


def as_it_was(table: Table, then: dict[Place, dict[str, Any] | None]) -> Table:
    """The table with these items as they were before, in a view that shares all the others.

    The view has no membership of indexes, which MiniStack then derives from the items.
    """
    items = dict(table["items"])
    for partition in {partition for partition, _ in then}:
        items[partition] = dict(items.get(partition, {}))
    for (partition, sort), before in then.items():
        if before is None:
            items[partition].pop(sort, None)
        else:
            items[partition][sort] = before
    return {**table, "items": items}


def let_lag(dynamodb: Any, day: Day) -> None:
    """Teach MiniStack's DynamoDB module to remember, and to answer from memory."""
    history = History()
    _remember(dynamodb, history)
    for operation in ("_query", "_scan", "_get_item"):
        setattr(dynamodb, operation, _lagging(dynamodb, getattr(dynamodb, operation), history, day))


def _remember(dynamodb: Any, history: History) -> None:
    """Everything that changes an item tells a stream of it, whether the table has one or not."""
    emit = dynamodb._emit_stream_event

    def emitted(table_name: str, event: str, old: Any, new: Any, **more: Any) -> Any:
        table = dynamodb._tables.get(table_name)
        if table is not None:
            place = dynamodb._resolve_table_key_values(table, new or old, allow_extra=True)[:2]
            history.note(table_name, place, old)
        return emit(table_name, event, old, new, **more)

    dynamodb._emit_stream_event = emitted


def _lagging(dynamodb: Any, read: Callable[[Any], Any], history: History, day: Day) -> Callable[[Any], Any]:
    def lagged(data: Any) -> Any:
        if day.plan is None or data.get("ConsistentRead"):
            return read(data)
        name = dynamodb._normalize_table_name(data.get("TableName"))
        kind = data.get("IndexName") or "table"
        then = history.since(name, day.plan.lag(kind, day.nth("lag", kind)))
        table = dynamodb._tables.get(name)
        if table is None or not then:
            return read(data)
        view = as_it_was(table, then)
        view.pop(dynamodb._INDEX_MEMBERS, None)
        dynamodb._tables[name] = view  # nothing else runs meanwhile: MiniStack answers one request at a time
        try:
            return read(data)
        finally:
            dynamodb._tables[name] = table

    return lagged
