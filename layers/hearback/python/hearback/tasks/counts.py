"""How many tasks of a project are in which state, and what happened on which day.

Both move in the transactions that write the tasks, so they are exact; each is spread over a few items,
so that writers seldom meet on one.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hearback.storage import reads, transactions
from hearback.storage.transactions import Write
from hearback.tasks import keys
from hearback.tasks.model import State

EVENTS = ("created", "submitted", "approved", "delivered", "rejected", "deleted")


class Moves(NamedTuple):
    """What a transaction does to a project's counters: tasks by state, and events of today."""

    states: Mapping[State, int]
    events: Mapping[str, int]

    @classmethod
    def of(cls, before: State | None, after: State | None, *events: str) -> Moves:
        """One task's."""
        states: Counter[State] = Counter()
        if before is not None:
            states[before] -= 1
        if after is not None:
            states[after] += 1
        return cls({state: by for state, by in states.items() if by}, Counter(events))


def writes(project: int, moves: Moves, day: str, chance: str) -> list[Write]:
    """The counters' updates; `chance` is what chooses the shard: an id."""
    shard = zlib.crc32(chance.encode()) % keys.COUNT_SHARDS
    found = []
    if moves.states:
        by_name = {_name(state): by for state, by in moves.states.items()}
        found.append(transactions.add(keys.table(), keys.count(project, shard), by_name))
    if moves.events:
        found.append(transactions.add(keys.table(), keys.day_count(project, day, shard), moves.events))
    return found


def _name(state: State) -> str:
    return state.replace(" ", "_")


def by_state(project: int) -> dict[State, int]:
    totals = _totals(keys.counts(project))
    return {state: totals[_name(state)] for state in State}


def by_event(project: int, first: str, last: str) -> dict[str, int]:
    """What happened from one day to another, both included (YYYY-MM-DD)."""
    totals = _totals(keys.day_counts(project, first, last))
    return {event: totals[event] for event in EVENTS}


def _totals(run: reads.Range) -> Counter[str]:
    totals: Counter[str] = Counter()
    for item in reads.every(run):
        totals.update(_numbers(item.items()))
    return totals


def _numbers(attributes: Iterable[tuple[str, Mapping[str, str]]]) -> dict[str, int]:
    return {name: int(value["N"]) for name, value in attributes if "N" in value}
