"""What the quality report adds up: counts by day, moved in the transactions that write the reviews.

A review counts, with all that it says, on the day on which it began: so errors stand beside the tasks
that they were found in, and a change moves rows of that one day, however long the review goes on. A day's
counts are attributes of a few rows in each shard:

    entries=              entries; `entries!` those of them that are final
    <dimension>=<value>   the same for each value, `<dimension>!<value>`; no value is the empty one
    tasks<<day>           tasks reviewed, by the day before this one on which they were reviewed too, or
    faulty<<day>          … found faulty; where there was none, the empty one

A task that is reviewed on several days counts on each. How many different ones there were from one day to
another are those whose last day before was before the first: so the report can tell it without a list.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice

from hearback.quality import store
from hearback.quality.model import Entry, Review, Reviewed, Standing
from hearback.quality.store import SHARDS, Row
from hearback.storage import reads
from hearback.storage.reads import Range
from hearback.storage.transactions import Write

DIMENSIONS = ("error_type", "severity", "output", "round", "submitter")
SPREAD = ("output", "submitter")
"""These may have any number of values, so their rows are apart from those that every report reads …"""

BUCKETS = 8
"""… and spread, by value: an update is billed for the row's size."""

MOST_IN_UPDATE = 120
"""Counts of one update: DynamoDB takes 300 operators and 4 KB of expression."""

Counts = Counter[tuple[Row, str]]


def day(now: int) -> str:
    return datetime.fromtimestamp(now // 1_000_000_000, UTC).strftime("%Y-%m-%d")


# ── What counts ──


def of_review(review: Review | None) -> Counts:
    """What its entries count for."""
    counts: Counts = Counter()
    if review is None:
        return counts
    began = day(review.began_at)
    for entry in review.entries:
        for dimension, value in _values(entry, review.round):
            row = _row(dimension, value, began)
            counts[row, f"{dimension}={value}"] += 1
            counts[row, f"{dimension}!{value}"] += entry.is_final
    return counts


def _values(entry: Entry, round: int) -> Iterator[tuple[str, str]]:
    yield "entries", ""
    yield "error_type", entry.error_type
    yield "severity", entry.severity or ""
    yield "output", entry.output or entry.field or ""
    yield "round", str(round)
    yield "submitter", entry.submitter or ""


def _row(dimension: str, value: str, day: str) -> Row:
    if dimension not in SPREAD:
        return Row("all", day)
    return Row(dimension, day, zlib.crc32(value.encode()) % BUCKETS)


def standing(review: Review | None) -> Standing | None:
    if review is None or not review.counts:
        return None
    return Standing(day(review.began_at), bool(review.entries))


def of_task(reviewed: Reviewed | None) -> Counts:
    """What a task counts for, on each of its days."""
    rounds = reviewed.rounds.values() if reviewed else ()
    days = {
        "tasks": {each.day for each in rounds},
        "faulty": {each.day for each in rounds if each.faulty},
    }
    counts: Counts = Counter()
    for name, its_days in days.items():
        before = ""
        for on in sorted(its_days):
            counts[Row("all", on), f"{name}<{before}"] += 1
            before = on
    return counts


# ── Writing ──


def writes(project: int, task_id: str, moved: Counts) -> list[Write]:
    """The counters' updates. `task_id` chooses the shard."""
    shard = zlib.crc32(task_id.encode()) % SHARDS
    by_row: dict[Row, dict[str, int]] = defaultdict(dict)
    for (row, name), by in moved.items():
        if by:
            by_row[row][name] = by
    return [
        store.add(store.count_key(project, shard, part), some)
        for row, by_name in sorted(by_row.items())
        for part, some in _parts(row, by_name)
    ]


def _parts(row: Row, by_name: Mapping[str, int]) -> Iterator[tuple[Row, dict[str, int]]]:
    """No transaction writes an item twice: what one update does not hold goes to another row of that day."""
    names = iter(by_name.items())
    while some := dict(islice(names, MOST_IN_UPDATE)):
        yield row, some
        row = row._replace(bucket=row.bucket + BUCKETS)


# ── Reading ──


def read(project: int, dimension: str, first: str, last: str) -> dict[str, Counter[str]]:
    """The counts of each day from `first` to `last` (YYYY-MM-DD), both included: by name."""
    kinds = ("all", dimension) if dimension in SPREAD else ("all",)
    runs = [run for kind in kinds for run in store.counts(project, kind, first, last)]
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for rows in reads.at_once(_rows, runs):
        for on, counts in rows:
            found[on].update(counts)
    return dict(found)


def _rows(run: Range) -> list[tuple[str, dict[str, int]]]:
    return [store.counted(item) for item in reads.every(run)]


def groups(counts: Counter[str], dimension: str) -> Iterable[tuple[str, int, int]]:
    """Each value of the dimension, how many entries have it, and how many of them are final."""
    sign = f"{dimension}="
    for name in [name for name in counts if name.startswith(sign)]:
        value = name.removeprefix(sign)
        if counts[name]:
            yield value, counts[name], counts[f"{dimension}!{value}"]


def different(counts: Counter[str], name: str, since: str) -> int:
    """How many different tasks the days from `since` on count, if these are their counts together."""
    sign = f"{name}<"
    return sum(
        count for each, count in counts.items() if each.startswith(sign) and each.removeprefix(sign) < since
    )
