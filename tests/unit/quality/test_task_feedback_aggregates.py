"""What reviews add up to: counts of entries, and of different tasks, for any range of days."""

from __future__ import annotations

import zlib
from collections import Counter
from itertools import combinations_with_replacement
from typing import Any

import pytest
from hearback.quality import aggregates, store
from hearback.quality.model import Entry, Kind, Review, Reviewed, Severity, Standing
from hearback.quality.store import Row
from hearback.storage.transactions import MOST_WRITES
from hypothesis import given
from hypothesis import strategies as st

DAYS = [f"2026-11-{number:02}" for number in range(20, 26)]
NOON = 1_795_176_000_000_000_000
"""2026-11-20."""

STANDINGS = st.builds(Standing, st.sampled_from(DAYS), st.booleans())
TASKS = st.lists(st.dictionaries(st.integers(1, 5), STANDINGS, max_size=4), max_size=6)


@pytest.fixture(autouse=True)
def _table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "table", lambda: "feedback")


def entry(number: int = 0, **said: Any) -> Entry:
    return Entry(f"{number:024x}", Kind.FIELD, "Extra Metadata", NOON, NOON, "rita", **said)


def review(*entries: Entry, **more: Any) -> Review:
    return Review(117, "a" * 24, 2, "acme", NOON, entries, **more)


# ── Entries ──


def test_an_entry_counts_for_each_of_its_values_and_once_more_when_it_is_final() -> None:
    found = aggregates.of_review(
        review(
            entry(1, output="car", severity=Severity.MINOR, submitter="anna"),
            entry(2, field="mood", submitter="anna", finalized_at=NOON),
        )
    )
    by_name = Counter({name: count for (_, name), count in found.items() if count})
    assert by_name == {
        "entries=": 2,
        "error_type=Extra Metadata": 2,
        "severity=minor": 1,
        "severity=": 1,
        "output=car": 1,
        "output=mood": 1,
        "round=2": 2,
        "submitter=anna": 2,
        "entries!": 1,
        "error_type!Extra Metadata": 1,
        "severity!": 1,
        "output!mood": 1,
        "round!2": 1,
        "submitter!anna": 1,
    }
    assert {row.day for row, _ in found} == {"2026-11-20"}
    kinds = {name.partition("=")[0]: row.kind for row, name in found if "=" in name}
    assert {name for name, kind in kinds.items() if kind == "all"} == {
        "entries",
        "error_type",
        "severity",
        "round",
    }


def test_what_was_never_there_counts_for_nothing() -> None:
    assert aggregates.of_review(None) == Counter()
    assert aggregates.of_task(None) == Counter()
    assert aggregates.standing(None) is None
    assert aggregates.standing(review()) is None


def test_a_review_that_found_nothing_makes_its_task_reviewed_and_not_faulty() -> None:
    assert aggregates.standing(review(found_nothing=True)) == ("2026-11-20", False)
    assert aggregates.standing(review(entry(), found_nothing=True)) == ("2026-11-20", True)


def test_groups_are_the_values_of_one_dimension() -> None:
    counts = Counter(
        {"output=a!": 1, "output=a": 2, "output!a": 1, "output=": 3, "output=gone": 0, "outputs=x": 9}
    )
    assert set(aggregates.groups(counts, "output")) == {("a!", 1, 0), ("a", 2, 1), ("", 3, 0)}


# ── Tasks ──


@given(TASKS)
def test_of_any_days_the_different_tasks_are_counted_each_once(tasks: list[dict[int, Standing]]) -> None:
    by_day: dict[str, Counter[str]] = {day: Counter() for day in DAYS}
    for rounds in tasks:
        for (row, name), count in aggregates.of_task(Reviewed(117, "", "acme", rounds)).items():
            by_day[row.day][name] += count
    for first, last in combinations_with_replacement(DAYS, 2):
        total: Counter[str] = Counter()
        for day, counts in by_day.items():
            if first <= day <= last:
                total.update(counts)
        some = [[each for each in rounds.values() if first <= each.day <= last] for rounds in tasks]
        assert aggregates.different(total, "tasks", first) == sum(map(bool, some))
        faulty = sum(any(each.faulty for each in rounds) for rounds in some)
        assert aggregates.different(total, "faulty", first) == faulty


# ── Writing ──


def moved(names: list[str]) -> aggregates.Counts:
    entries = [entry(number, output=name, finalized_at=NOON) for number, name in enumerate(names)]
    return aggregates.of_review(review(*entries))


ALIKE = [
    name
    for number in range(6_000)
    if zlib.crc32((name := f"output {number}").encode()) % aggregates.BUCKETS == 3
]
"""Values that all want the same row."""


@pytest.mark.parametrize("names", [ALIKE[:500], [f"output {number}" for number in range(500)], ["car"], []])
def test_any_change_fits_one_transaction_which_writes_each_row_once(names: list[str]) -> None:
    writes = [write["Update"] for write in aggregates.writes(117, "a" * 24, moved(names))]
    assert len(writes) < MOST_WRITES // 2
    assert len({str(write["Key"]) for write in writes}) == len(writes)
    found: Counter[str] = Counter()
    for write in writes:
        assert len(write["ExpressionAttributeNames"]) <= aggregates.MOST_IN_UPDATE
        assert len(write["UpdateExpression"]) <= 4096
        for alias, name in write["ExpressionAttributeNames"].items():
            found[name] += int(write["ExpressionAttributeValues"][f":v{alias[1:]}"]["N"])
    assert found == Counter({name: count for (_, name), count in moved(names).items()})


def test_what_does_not_change_is_not_written() -> None:
    row = Row("all", DAYS[0])
    assert aggregates.writes(117, "a" * 24, Counter({(row, "entries="): 0})) == []


def test_counts_of_different_tasks_go_to_different_partitions() -> None:
    found = {
        aggregates.writes(117, f"{number:024x}", moved(["car"]))[0]["Update"]["Key"]["pk"]["S"]
        for number in range(50)
    }
    assert found == {f"quality#117#{shard}" for shard in range(store.SHARDS)}
