"""Ranges are cut where they should be, and counted without being fetched."""

from __future__ import annotations

import pytest
from hearback import clients
from hearback.storage import reads
from hearback.storage.items import key, text
from hearback.storage.reads import Range
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.storage.fake import Fake

keys = st.text("\x00 #a~é", min_size=1, max_size=4)
RUN = Range("things", "p")


@given(keys, keys)
def test_before_and_after_a_key_is_all_but_the_key(place: str, other: str) -> None:
    assert holds(RUN.after(place), other) == (other > place)
    assert holds(RUN.before(place), other) == (other < place)
    assert holds(RUN.upto(place), other) == (other <= place)
    assert RUN.beyond(place) == RUN.after(place)
    assert RUN.beyond(place, backwards=True) == RUN.before(place)


@given(keys, keys, keys, keys)
def test_a_range_is_never_made_longer(first: str, last: str, place: str, other: str) -> None:
    run = RUN._replace(first=first, last=last)
    for cut in (run.after(place), run.before(place), run.upto(place)):
        assert not holds(cut, other) or holds(run, other)


def holds(run: Range, sk: str) -> bool:
    return run.first <= sk <= run.last


@given(st.integers(0, 40), st.integers(1, 50), st.integers(0, 40), st.booleans())
def test_items_are_counted_up_to_a_bound(number: int, most: int, first: int, of_index: bool) -> None:
    fake = Fake()
    run = RUN._replace(first=f"{first:03d}")
    if of_index:
        run = run._replace(index_name="by-place", partition_attribute="who", sort_attribute="place")
    for index in range(number):
        fake.put(key("p", f"{index:03d}") | {"who": text("p"), "place": text(f"{index:03d}")})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clients, "dynamodb", lambda: fake)
        assert reads.count(run, most) == min(most, max(0, number - first))
        places = [run.place(item) for item in reads.every(run, 7, backwards=True)]
        assert places == [f"{index:03d}" for index in range(first, number)][::-1]
        keys_only, _ = reads.keys(run, 50)
        assert [set(item) for item in keys_only] == [{run.sort_attribute}] * len(places)


def test_an_empty_range_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "dynamodb", None)
    for run in (RUN._replace(first="b", last="a"), RUN._replace(partition="p" * 3000)):
        assert reads.query(run, 5) == ([], False)
        assert reads.count(run, 5) == 0
        assert list(reads.every(run)) == []


def test_what_is_done_at_once_comes_in_order() -> None:
    assert reads.at_once(str, range(40)) == list(map(str, range(40)))
    assert reads.at_once(str, []) == []
