"""Feedback ids: the order of creation, in a number."""

from __future__ import annotations

from random import Random

from hearback import timestamps
from hearback.translation import feedback_ids
from hearback.translation.feedback_ids import DIGITS, LARGEST, FeedbackIds, largest_at, smallest_at, sort_key
from hypothesis import given
from hypothesis import strategies as st

LAST = timestamps.parse(f"{timestamps.LAST_YEAR}-12-31", end=True)
MILLISECOND = 1_000_000

instants = st.integers(0, LAST)
ids = st.integers(0, LARGEST)


def maker(seed: int = 0) -> FeedbackIds:
    return FeedbackIds(Random(seed).randrange)


@given(st.lists(instants, min_size=2).map(sorted), st.integers())
def test_ids_are_in_the_order_of_creation_to_the_millisecond(created: list[int], seed: int) -> None:
    make = maker(seed)
    made = [make.next(instant) for instant in created]
    assert made == sorted(set(made))


@given(instants, st.integers())
def test_ids_of_one_millisecond_grow(created: int, seed: int) -> None:
    make = maker(seed)
    made = [make.next(created) for _ in range(100)]
    assert made == list(range(made[0], made[0] + 100))


@given(instants, st.integers(), st.integers())
def test_an_id_is_where_a_range_of_times_looks_for_it(created: int, seed: int, within: int) -> None:
    made = maker(seed).next(created)
    assert smallest_at(created) <= made <= largest_at(created)
    assert smallest_at(created + MILLISECOND) > made
    assert largest_at(created - MILLISECOND) < made


@given(instants)
def test_every_time_that_can_be_told_has_an_id_that_lists_reach(created: int) -> None:
    assert 0 <= maker().next(created) <= LARGEST


def test_the_last_instant_that_can_be_told_has_one_too() -> None:
    assert maker().next(LAST) <= largest_at(LAST) <= LARGEST
    assert len(sort_key(LARGEST)) == DIGITS


@given(ids, ids)
def test_sort_keys_are_in_the_order_of_ids(one: int, other: int) -> None:
    assert (sort_key(one) < sort_key(other)) == (one < other)
    assert len(sort_key(one)) == DIGITS


def test_a_long_run_in_one_millisecond_stays_in_order() -> None:
    make = FeedbackIds(lambda below: below - 1)
    first = make.next(0)
    assert [make.next(0) for _ in range(10_000)] == list(range(first + 1, first + 10_001))
    assert first < 1 << feedback_ids.SEQUENCE_BITS
