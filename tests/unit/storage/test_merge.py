"""Several ranges read as one: in order, whole, and no more of them than is taken."""

from __future__ import annotations

from itertools import islice

import pytest
from hearback.storage import reads
from hearback.storage.items import Item, key
from hearback.storage.merge import merged
from hearback.storage.reads import Range
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Table = dict[str, list[str]]
"""Partition → its sort keys, in order."""

tables = st.lists(st.lists(st.integers(0, 60), unique=True).map(sorted), max_size=5).map(
    lambda parts: {f"p{index}": [f"{number:03d}" for number in part] for index, part in enumerate(parts)}
)


def keep(table: Table, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let reads come from `table`; how many items each of them read."""
    read: list[int] = []

    def query(run: Range, limit: int, backwards: bool = False) -> tuple[list[Item], bool]:
        assert limit >= 1
        inside = [sk for sk in table[run.partition] if run.first <= sk <= run.last]
        found = [key(run.partition, sk) for sk in inside[:limit]]
        read.append(len(found))
        return found, len(found) == limit  # as DynamoDB does, also when nothing is behind

    monkeypatch.setattr(reads, "query", query)
    return read


def runs(table: Table, first: str = "\x00", last: str = "\U0010ffff") -> list[Range]:
    return [Range("things", partition, first, last) for partition in table]


@given(tables, st.integers(1, 100))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_item_comes_once_and_in_order(table: Table, wanted: int) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        keep(table, monkeypatch)
        found = [item["sk"]["S"] for item in merged(runs(table), wanted)]
    assert found == sorted({sk for part in table.values() for sk in part})


@given(tables, st.integers(0, 60), st.integers(0, 60))
def test_only_what_is_inside_the_range_comes_both_ends_included(table: Table, first: int, last: int) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        keep(table, monkeypatch)
        found = [item["sk"]["S"] for item in merged(runs(table, f"{first:03d}", f"{last:03d}"), 10)]
    assert found == sorted({sk for part in table.values() for sk in part if first <= int(sk) <= last})


def test_a_first_page_reads_little_more_than_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {f"p{part}": [f"{number:05d}" for number in range(part, 8_000, 4)] for part in range(4)}
    read = keep(table, monkeypatch)
    assert len(list(islice(merged(runs(table), 100), 100))) == 100
    assert sum(read) <= 160
    assert len(read) == 4


def test_no_ranges_hold_nothing() -> None:
    assert list(merged([], 25)) == []
