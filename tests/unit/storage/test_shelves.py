"""Shelves: what each step does, and what it leaves to others when it fails half-way."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hearback import ids
from hearback.deadline import Deadline
from hearback.storage import blocks, reads, shelves
from hearback.storage.reads import Range
from hearback.storage.shelves import Shelf, Tail
from hearback.storage.transactions import ConditionFailed, transact
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.storage.fake import Fake, refuse
from tests.unit.storage.shelving import MILLISECOND, OWNER, Gone, fill, ids_of, world

LATER = Deadline.after(3600)


def test_a_full_block_is_followed_by_the_next() -> None:
    with world() as (_, kept):
        made = fill(kept, 10)
        kept.extend()
        kept.check()
        found = blocks.read(kept.shelf).blocks
        assert found[0].start == OWNER
        assert len(found) >= 2
        assert found[-1].end == made[-1]


def test_who_dies_while_closing_a_block_keeps_nobody_from_adding() -> None:
    for calls in range(8):
        with world() as (fake, kept):
            fill(kept, 3)
            kept.widen()
            fill(kept, 3)
            die_after(fake, calls)
            with suppress(Died):
                kept.extend()
            fake.between = lambda: None
            fill(kept, 5)
            kept.extend()
            kept.check()


class Died(Exception):
    pass


def die_after(fake: Fake, calls: int) -> None:
    last = len(fake.calls) + calls

    def die() -> None:
        if len(fake.calls) >= last:
            raise Died

    fake.between = die


def test_a_writer_whose_clock_is_behind_is_not_kept_waiting() -> None:
    with world() as (fake, kept):
        newest = fill(kept, 9)[-1]
        kept.extend()
        before = len(fake.calls)
        (late,) = kept.add("a", 1_600_000_000_000 * MILLISECOND)
        assert late > newest
        assert len(fake.calls) - before <= 8
        kept.check()


def test_nothing_is_counted_where_the_owner_is_gone() -> None:
    with world() as (_, kept):
        fill(kept, 6)
        kept.widen()
        tail = kept.tail()
        kept.close()
        with pytest.raises(Gone):
            kept.add("a", 2 * 10**18)
        new = ids.child(OWNER, 2 * 10**18, b"abc")
        for slot in range(tail.slots):
            with pytest.raises(ConditionFailed):
                transact([shelves.add(kept.shelf, tail, new, "a", slot)])
        kept.extend(tail)
        kept.widen(tail)
        assert tail.start not in [block.start for block in blocks.read(kept.shelf).blocks]
        kept.change(kept.records()[-1]["sk"]["S"], "b")
        assert blocks.read(kept.shelf).blocks[-1] == (tail.start, tail.start, {})


def test_a_row_that_a_move_made_takes_no_new_record() -> None:
    with world() as (_, kept):
        (made,) = fill(kept, 1)
        tail = kept.tail()
        kept.close()
        kept.change(made, "b")
        new = ids.child(OWNER, 2 * 10**18, b"abc")
        with pytest.raises(ConditionFailed):
            transact([shelves.add(kept.shelf, tail, new, "a", 0)])


def test_erasing_leaves_nothing_and_can_be_gone_on_with() -> None:
    with world(block=1) as (fake, kept):
        fill(kept, 150)
        kept.close()
        for item in kept.records():
            kept.change(item["sk"]["S"], None)
        assert not shelves.erase(kept.shelf, Deadline.after(0))
        assert shelves.erase(kept.shelf, LATER)
        assert shelves.erase(kept.shelf, LATER)
        assert fake.items == {}


def test_writers_who_meet_spread_to_as_many_rows_as_they_need_and_sixteen_at_most() -> None:
    with world(block=100) as (fake, kept):
        for slots in (2, 4, 8, 16, 16):
            kept.widen()
            assert kept.tail().slots == slots
        fill(kept, 50)
        kept.check()
        rows = [
            item
            for item in fake.items.values()
            if "spread" not in item and int(item.get("made", {"N": 0})["N"])
        ]
        assert len(rows) > 4


def test_a_closed_block_is_one_row_however_many_it_was_spread_over() -> None:
    with world(block=8) as (_, kept):
        kept.widen()
        kept.widen()
        fill(kept, 9)
        kept.extend()
        start = f"{OWNER}#"
        rows = list(reads.every(Range("things", kept.shelf.partition, start, start + "\U0010ffff")))
        assert ids_of(rows) == [f"{OWNER}#0"]
        kept.check()


def test_widening_gives_up_at_once_when_it_meets_others() -> None:
    with world() as (fake, kept):
        tail = kept.tail()
        asked: list[bool] = []

        def meet() -> None:
            asked.append(True)
            refuse(["TransactionConflict"])

        fake.between = meet
        kept.widen(tail)
        assert asked == [True]
        fake.between = lambda: None
        assert kept.tail() == tail


# ── Small parts ──


@given(st.text("ab", min_size=1, max_size=3), st.integers(1, 16))
def test_a_tail_is_kept_as_a_map(start: str, slots: int) -> None:
    tail = Tail(start, slots)
    assert Tail.from_attribute(tail.to_attribute()) == tail
    assert 0 <= tail.slot() < slots


@given(st.integers(0, 2**47), st.binary(min_size=3, max_size=3), st.binary(min_size=3, max_size=3))
def test_an_id_made_behind_another_is_greater_and_hardly_later(now: int, one: bytes, other: bytes) -> None:
    first = ids.child("dataset", now * 1000, one)
    behind = shelves.behind(first, "")
    assert ids.child("dataset", behind, other) > first
    assert behind <= now * 1000 + 1000
    assert shelves.behind("", "no id") == 0


def test_some_sixteen_writers_of_a_block_look_after_it() -> None:
    made = [ids.child("dataset", index * 5_000_000, bytes(3)) for index in range(20_000)]
    assert 10 <= sum(map(shelves.due, made)) / 20 <= 24


def test_a_move_takes_another_row_only_after_having_met_others() -> None:
    assert {shelves.spare(0) for _ in range(50)} == {0}
    assert {shelves.spare(1) for _ in range(100)} == {0, 1}
    assert max(shelves.spare(40) for _ in range(400)) == 15


def test_moves_between_equal_leaves_change_nothing_and_several_are_one_write() -> None:
    shelf = Shelf("things", "s")
    assert shelves.shift(shelf, "1", {"a": -2, "b": 2})["Update"]["Key"]["sk"] == {"S": "1#0"}
    with world() as (_, kept):
        (made,) = fill(kept, 1)
        block = kept.records()[0]["block"]["S"]
        transact([shelves.move(kept.shelf, block, "a", "a")])
        assert blocks.read(kept.shelf).by_leaf() == {"a": 1}
        assert made
