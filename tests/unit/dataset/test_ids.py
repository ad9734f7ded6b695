"""Ids of records: in the order of their making, above their parents', and telling where they lie."""

from __future__ import annotations

import pytest
from hearback import ids
from hearback.dataset import members
from hypothesis import given
from hypothesis import strategies as st

MILLISECOND = 1_000_000
instants = st.integers(1_600_000_000, 2_500_000_000).flatmap(
    lambda second: st.integers(0, 10**9 - 1).map(lambda rest: second * 10**9 + rest)
)
chance = st.binary(min_size=3, max_size=3)
parents = st.builds(lambda now, few: ids.child("acme", now, few), instants, chance)
each_chance = {"few": chance, "others": chance}


@given(parent=st.text() | parents, now=instants, few=chance)
def test_a_child_is_a_version_7_uuid(parent: str, now: int, few: bytes) -> None:
    made = ids.child(parent, now, few)
    assert ids.is_uuid(made)
    assert made[14] == "7"
    assert made[19] in "89ab"


@given(parent=parents, now=instants, few=chance)
def test_a_child_tells_its_parents_tag(parent: str, now: int, few: bytes) -> None:
    assert ids.parents_tag(ids.child(parent, now, few)) == ids.tag(parent)


@given(now=instants, later=st.integers(1_000, 10**15), **each_chance)
def test_children_of_different_microseconds_are_in_order(
    now: int, later: int, few: bytes, others: bytes
) -> None:
    assert ids.child("acme", now, few) < ids.child("acme", now + later, others)


@given(parent=parents, now=instants, **each_chance)
def test_a_child_is_above_its_parent_whatever_the_clock_says(
    parent: str, now: int, few: bytes, others: bytes
) -> None:
    child = ids.child(parent, now, few)
    assert parent < child < ids.child(child, now, others)


def test_a_clock_that_is_behind_does_not_put_a_child_far_ahead() -> None:
    parent = ids.child("acme", 10**18, b"abc")
    assert 0 < ids.instant(ids.child(parent, 0, b"abc")) - ids.instant(parent) <= 2 * MILLISECOND


@given(now=instants, few=chance)
def test_an_id_tells_its_instant_to_the_microsecond(now: int, few: bytes) -> None:
    told = ids.instant(ids.child("acme", now, few))
    assert told % 1_000 == 0
    assert 0 <= now - told < 2_000


@given(now=instants, later=st.integers(0, 10**12), **each_chance)
def test_the_order_of_ids_is_that_of_their_instants(now: int, later: int, few: bytes, others: bytes) -> None:
    first, second = ids.child("acme", now, few), ids.child("acme", now + later, others)
    assert ids.instant(first) <= ids.instant(second)
    if ids.instant(first) < ids.instant(second):
        assert first < second


@given(now=instants, away=st.integers(-3 * MILLISECOND, 3 * MILLISECOND), few=chance)
def test_the_earliest_id_of_an_instant_is_below_all_of_it_and_above_what_came_before(
    now: int, away: int, few: bytes
) -> None:
    made = ids.child("acme", now, few)
    assert (ids.earliest(now + away) < made) is (ids.instant(made) >= now + away)


def test_before_time_began_everything_is_later() -> None:
    assert ids.earliest(-1) == ids.earliest(0) < ids.child("acme", 0, b"\0\0\0")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2",
        "0198A1B2-C3D4-7E5F-8A6B-7C8D9E0F1A2B",
        "{0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b}",
        "0198a1b2c3d47e5f8a6b7c8d9e0f1a2b",
        "0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b\n",
    ],
)
def test_other_texts_are_no_ids(text: str) -> None:
    assert not ids.is_uuid(text)


@given(now=instants, later=st.integers(MILLISECOND, 10**15))
def test_members_have_numbers_in_the_order_of_time_that_every_json_reader_keeps(now: int, later: int) -> None:
    first, second = members.new_id(now), members.new_id(now + later)
    assert 0 < first < second < 2**53
    assert len(str(second)) <= members.MOST_DIGITS
