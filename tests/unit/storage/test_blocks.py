"""Blocks are read as they are, or were a moment ago, and never half of each."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hearback.storage import blocks, reads, shelves
from hearback.storage.blocks import Block, Reading
from hearback.storage.items import get_text
from hearback.storage.reads import Range
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.storage.fake import Fake, Item
from tests.unit.storage.shelving import OWNER, Kept, fill, without_zeros, world

CHANGES: dict[str, Callable[[Kept], Any]] = {
    "closed": Kept.extend,
    "widened": Kept.widen,
    "retired": Kept.close,
    "added to": lambda kept: kept.add("b", 2 * 10**18),
    "moved in": lambda kept: kept.change(get_text(kept.records()[0], "sk"), "b"),
}


@given(st.integers(0, 2), st.integers(1, 6), st.sampled_from(sorted(CHANGES)), st.booleans(), st.randoms())
def test_a_block_read_while_it_changes_is_the_one_before_or_the_one_after_or_read_again(
    widened: int, number: int, change: str, moved: bool, chance: random.Random
) -> None:
    with world(block=4) as (fake, kept):
        for _ in range(widened):
            kept.widen()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(shelves, "due", lambda _new_id: False)
            fill(kept, number)
        if moved:
            kept.change(get_text(kept.records()[0], "sk"), "c")
        before = rows(fake, kept)
        CHANGES[change](kept)
        after = rows(fake, kept)
    found = block(torn(before, after, chance))
    assert found in (None, block(before), block(after))
    assert block(before) is not None


def rows(fake: Fake, kept: Kept) -> dict[str, Item]:
    """The first block's, by their sort keys."""
    start = f"{OWNER}#"
    found = reads.every(Range("things", kept.shelf.partition, start, start + reads.HIGHEST))
    return {get_text(row, "sk"): row for row in found}


def torn(before: dict[str, Item], after: dict[str, Item], chance: random.Random) -> dict[str, Item]:
    """Of each row either form, or none where it is not."""
    forms = {sk: chance.choice((before, after)).get(sk) for sk in sorted(before | after)}
    return {sk: form for sk, form in forms.items() if form is not None}


def block(of: dict[str, Item]) -> Block | None:
    found = blocks._block(OWNER, list(of.values()))
    return found and found._replace(counts=without_zeros(found.counts))


@given(st.integers(0, 30), st.lists(st.integers(0, 12), max_size=6))
def test_a_reading_goes_on_where_it_stopped_and_reads_nothing_twice(number: int, steps: list[int]) -> None:
    with world(block=3) as (fake, kept):
        fill(kept, number)
        whole = blocks.read(kept.shelf).blocks
        assert list(blocks.each(kept.shelf, backwards=True)) == whole[::-1]
        reading = Reading(kept.shelf)
        for step in steps:
            assert [block for block, _ in zip(reading, range(step), strict=False)] == whole[:step]
        assert list(reading) == whole
        calls = len(fake.calls)
        assert list(reading) == whole
        assert len(fake.calls) == calls


def test_totals_are_of_all_leaves_or_of_some() -> None:
    with world(block=3) as (_, kept):
        for leaf in "aabcabba":
            kept.add(leaf, 2 * 10**18)
        found = blocks.read(kept.shelf)
        assert (found.total(), found.total({"a"}), found.total(("b", "c"))) == (8, 4, 4)
        assert found.by_leaf() == {"a": 4, "b": 3, "c": 1}
