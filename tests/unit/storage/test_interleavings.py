"""Shelves count exactly, whatever happens in which order, and between which two steps of what."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hearback import ids
from hearback.storage import shelves, transactions
from hearback.storage.transactions import ConditionFailed, transact
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.storage.fake import Fake, Stuck
from tests.unit.storage.shelving import MILLISECOND, OWNER, START, Gone, Kept, fill, ids_of, world

LEAVES = ("a", "b", "c")


class Happenings:
    """What happens to a shelf, by numbers that Hypothesis chooses; the clocks of the writers differ."""

    def __init__(self, fake: Fake, kept: Kept) -> None:
        self.fake = fake
        self.kept = kept
        self.now = START + 12 * MILLISECOND
        self.stale = kept.tail()

    def happen(self, what: str, number: int) -> None:
        self.now += 300_000
        with suppress(Gone):
            getattr(self, what)(number)

    def add(self, number: int) -> None:
        self.kept.add(LEAVES[number % 3], self._clock(number))

    def add_several(self, number: int) -> None:
        self.kept.add(LEAVES[number % 3], self._clock(number), 1 + number % 5)

    def change(self, number: int) -> None:
        self.kept.change(self._one(number), LEAVES[number // 7 % 3])

    def remove(self, number: int) -> None:
        self.kept.change(self._one(number), None)

    def extend(self, _number: int) -> None:
        self.kept.extend()

    def widen(self, _number: int) -> None:
        self.kept.widen()

    def extend_by_a_stale_tail(self, _number: int) -> None:
        self.kept.extend(self.stale)

    def widen_by_a_stale_tail(self, _number: int) -> None:
        self.kept.widen(self.stale)

    def add_to_a_stale_tail(self, number: int) -> None:
        new = ids.child(OWNER, self._clock(number), b"xyz")
        write = shelves.add(self.kept.shelf, self.stale, new, "a", number % self.stale.slots)
        record = self.kept._record(new, "a", self.stale)
        try:
            transact([write, transactions.put("things", record)])
        except ConditionFailed:
            self.stale = self.kept.tail()

    def _clock(self, number: int) -> int:
        return self.now + (number % 11 - 5) * MILLISECOND

    def _one(self, number: int) -> str:
        found = ids_of(self.kept.records())
        if not found:
            raise Gone
        return found[number % len(found)]


KINDS = (
    ["add"] * 6
    + ["add_several", "change", "change", "remove", "extend", "widen"]
    + ["extend_by_a_stale_tail", "widen_by_a_stale_tail", "add_to_a_stale_tail"]
)
happenings = st.tuples(st.sampled_from(KINDS), st.integers(0, 1000))
gaps = st.lists(st.tuples(st.integers(0, 12), happenings), max_size=8)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(happenings, gaps), max_size=30))
def test_counts_are_exact_whatever_happens_between_two_steps_of_what_else_happens(
    story: list[tuple[tuple[str, int], list[tuple[int, tuple[str, int]]]]],
) -> None:
    with world() as (fake, kept):
        tale = Happenings(fake, kept)
        for (what, number), between in story:
            with in_the_gaps(fake, tale, between):
                tale.happen(what, number)
        end_well(kept)


@settings(max_examples=250, deadline=None)
@given(st.integers(0, 2), st.integers(4, 7), gaps)
def test_counts_are_exact_whatever_happens_while_a_block_is_closed(
    widened: int, number: int, between: list[tuple[int, tuple[str, int]]]
) -> None:
    with world() as (fake, kept):
        for _ in range(widened):
            kept.widen()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(shelves, "due", lambda _new_id: False)
            fill(kept, number)
            tale = Happenings(fake, kept)
            with in_the_gaps(fake, tale, between):
                tale.happen("extend", 0)
        end_well(kept)


def end_well(kept: Kept) -> None:
    for _ in range(3):
        kept.extend()
    kept.check()


@contextmanager
def in_the_gaps(fake: Fake, tale: Happenings, planned: list[tuple[int, tuple[str, int]]]) -> Iterator[None]:
    """Let each planned thing happen so many steps later, also within another such thing."""
    waiting = list(planned)
    steps = itertools.count()

    def between() -> None:
        step = next(steps)
        for due in [thing for thing in waiting if thing[0] == step]:
            waiting.remove(due)
            with suppress(Stuck):
                tale.happen(*due[1])

    fake.between = between
    yield
    fake.between = lambda: None
