"""What the quality report adds up: counts by day, moved in the transactions that write the reviews.

A day's counts are one item per shard, with an attribute for each value of each dimension. An entry counts
on the day on which it was made; a review on the day of its first entry, or of its finding nothing.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from hearback.quality import store
from hearback.quality.model import Entry, Review
from hearback.storage import reads, transactions
from hearback.storage.items import number
from hearback.storage.transactions import Write

SHARDS = 4
MOST_IN_UPDATE = 120
"""Counts of one update: DynamoDB takes 300 operators and 4 KB of expression."""

DIMENSIONS = ("error_type", "severity", "output", "round", "submitter")
NOTHING = "none"

Counts = dict[str, Counter[str]]
"""By day: how much each count changes. `tasks`, `faulty`, `<dimension>=<value>`, and with `!` finalized ones."""


def day(now: int) -> str:
    return datetime.fromtimestamp(now // 1_000_000_000, UTC).strftime("%Y-%m-%d")


def of(review: Review | None) -> Counter[tuple[str, str]]:
    """All that a review counts for, by day and name."""
    counts: Counter[tuple[str, str]] = Counter()
    if review is None:
        return counts
    made = day(review.created_at)
    counts[made, "tasks"] += 1
    counts[made, "faulty"] += bool(review.entries)
    for entry in review.entries:
        on = day(entry.created_at)
        for name in _names(entry, review.round):
            counts[on, name] += 1
            counts[on, name + "!"] += entry.is_final
    return counts


def _names(entry: Entry, round: int) -> list[str]:
    values = {
        "error_type": entry.error_type,
        "severity": entry.severity or NOTHING,
        "output": entry.output or entry.field or NOTHING,
        "round": str(round),
        "submitter": entry.submitter or NOTHING,
    }
    return ["entries", *(f"{dimension}={value}" for dimension, value in values.items())]


def writes(before: Review | None, after: Review) -> list[Write]:
    """The counters' updates for a review that changed."""
    moved = of(after)
    moved.subtract(of(before))
    by_day: dict[str, dict[str, int]] = defaultdict(dict)
    for (on, name), by in moved.items():
        if by:
            by_day[on][name] = by
    first = zlib.crc32(after.task_id.encode()) % SHARDS
    found = []
    for on, by_name in sorted(by_day.items()):
        names = iter(by_name.items())
        shard = first
        while part := dict(islice(names, MOST_IN_UPDATE)):
            found.append(_add(store.day_key(after.project, on, shard), part))
            shard += SHARDS  # a row more of that day: no transaction writes one twice
    return found


def _add(row: dict[str, dict[str, str]], by_name: Mapping[str, int]) -> Write:
    names = {f"#{index}": name for index, name in enumerate(by_name)}
    values: dict[str, Any] = {f"v{index}": number(by) for index, by in enumerate(by_name.values())}
    change = "ADD " + ", ".join(f"{alias} :v{alias[1:]}" for alias in names)
    return transactions.update(store.table(), row, change, names=names, **values)


def read(project: int, first: str, last: str) -> dict[str, Counter[str]]:
    """The counts of each day from `first` to `last` (YYYY-MM-DD), both included."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for item in reads.every(store.days(project, first, last)):
        on = item["sk"]["S"].partition("#")[0]
        found[on].update({name: int(value["N"]) for name, value in item.items() if "N" in value})
    return dict(found)
