"""Several ranges read as one: in order, whole, and no more of them than is taken."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

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
        found = [key(run.partition, sk) for sk in (inside[::-1] if backwards else inside)[:limit]]
        read.append(len(found))
        return found, len(found) == limit  # as DynamoDB does, also when nothing is behind

    monkeypatch.setattr(reads, "query", query)
    return read


def runs(table: Table, first: str = "\x00", last: str = "\U0010ffff") -> list[Range]:
    return [Range("things", partition, first, last) for partition in table]


def bounded(table: Table) -> list[Range]:
    """The same, each from its first item on, in the order of these."""
    found = [Range("things", partition, first=(part or ["\x00"])[0]) for partition, part in table.items()]
    return sorted(found, key=lambda run: run.first)


def places(items: Iterable[Item]) -> list[str]:
    return [item["sk"]["S"] for item in items]


@given(tables, st.integers(1, 100))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_item_comes_once_and_in_order(table: Table, wanted: int) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        keep(table, monkeypatch)
        found = places(merged(runs(table), wanted))
    assert found == sorted({sk for part in table.values() for sk in part})


@given(tables, st.integers(0, 60), st.integers(0, 60))
def test_only_what_is_inside_the_range_comes_both_ends_included(table: Table, first: int, last: int) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        keep(table, monkeypatch)
        found = places(merged(runs(table, f"{first:03d}", f"{last:03d}"), 10))
    assert found == sorted({sk for part in table.values() for sk in part if first <= int(sk) <= last})


def test_a_first_page_reads_little_more_than_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {f"p{part}": [f"{number:05d}" for number in range(part, 8_000, 4)] for part in range(4)}
    read = keep(table, monkeypatch)
    assert len(list(islice(merged(runs(table), 100), 100))) == 100
    assert sum(read) <= 160
    assert len(read) == 4


@given(tables, st.integers(1, 100))
def test_backwards_they_come_the_other_way_round(table: Table, wanted: int) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        keep(table, monkeypatch)
        found = places(merged(runs(table), wanted, backwards=True))
    assert found == sorted({sk for part in table.values() for sk in part}, reverse=True)


@given(tables, st.integers(1, 100), st.booleans())
def test_ranges_that_begin_one_after_the_other_are_opened_in_turn(
    table: Table, wanted: int, backwards: bool
) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        keep(table, monkeypatch)
        found = places(merged(iter(bounded(table)), wanted, backwards))
    assert found == sorted({sk for part in table.values() for sk in part}, reverse=backwards)


def test_a_range_behind_what_is_taken_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {f"p{part}": [f"{part:02d}-{number:03d}" for number in range(200)] for part in range(50)}
    read = keep(table, monkeypatch)
    assert places(islice(merged(bounded(table), 100), 100)) == table["p0"][:100]
    assert read == [100]


def test_many_short_ranges_are_read_at_once_and_not_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {f"p{part}": [f"{part:03d}-0", f"{part:03d}-1"] for part in range(200)}
    keep(table, monkeypatch)
    together: list[int] = []
    at_once = reads.at_once

    def counted(work: Any, arguments: Any) -> Any:
        together.append(len(arguments))
        return at_once(work, arguments)

    monkeypatch.setattr(reads, "at_once", counted)
    assert len(list(islice(merged(bounded(table), 300), 300))) == 300
    assert sum(together) <= 150 + 16
    assert together[:6] == [1, 2, 4, 8, 16, 16]


def test_more_than_was_wanted_is_read_in_ever_larger_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    read = keep({"p": [f"{number:05d}" for number in range(3_000)]}, monkeypatch)
    assert len(list(merged([Range("things", "p")], 10))) == 3_000
    assert read == [10, 20, 40, 80, 160, 320, 640, 1024, 706]


def test_ranges_out_of_order_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    keep({"p": ["1"], "q": ["0"]}, monkeypatch)
    with pytest.raises(ValueError, match="order"):
        list(merged([Range("things", "p", "1"), Range("things", "q", "0")], 5))


def test_no_ranges_hold_nothing() -> None:
    assert list(merged([], 25)) == []
