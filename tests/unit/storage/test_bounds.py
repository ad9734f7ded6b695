"""Listings cost what they show; what takes more is told with an error or a cursor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hearback.deadline import Deadline
from hearback.errors import TooDeep
from hearback.storage import ordered, seeking
from hearback.storage.items import get_text
from hearback.storage.ordered import Count, Listing, Run

from tests.unit.storage.ordering import WHENEVER, listing, nothing, odd, world

# ── Bounds are told ──


def test_a_filtered_page_that_meets_the_bound_says_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordered, "MOST_ROWS", 10)
    with world() as made:
        made.fill(0, "a", 25)
        runs = made.runs(None)
        every = made.all(runs)
        page = listing(runs, nothing).page(5)
        assert page == ordered.Page([], True, every[9], 10, cut=True)
        page = listing(runs, nothing).page(5, after=every[19])
        assert (page.more, page.cursor, page.cut) == (False, None, False)
        with pytest.raises(TooDeep):
            listing(runs, nothing).page(5, offset=1)
        with pytest.raises(TooDeep):
            listing(runs, nothing).count()
        with pytest.raises(TooDeep):
            listing(runs, nothing).count(beyond=ordered.Page([], True, every[9], 10, cut=True))
        with pytest.raises(TooDeep):
            listing(runs, nothing).everything(5)


def test_a_deadline_ends_a_page_at_a_cursor_and_an_offset_with_an_error() -> None:
    with world() as made:
        made.fill(0, "a", 25)
        every = made.all(made.runs(None))

        def short() -> Listing[str]:
            return Listing(made.runs(None), odd, Deadline.after(0), filtered=True)

        page = short().page(20)
        assert (page.cursor, page.cut) == (every[0], True)
        with pytest.raises(TooDeep):
            short().page(20, offset=1)
        with pytest.raises(TooDeep):
            Listing(made.runs(None), odd, Deadline.after(0)).page(1, offset=20)


def test_what_is_counted_nowhere_is_counted_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    with world() as made:
        for number in range(30):
            made.invent(number)
        made.fill(0, "a", 30)
        runs = made.runs(None)
        assert listing(runs).count() == Count(60, False)
        assert listing(runs).count(0, 59) == Count(59, True)
        assert listing(runs).page(3, 40).items == made.all(runs)[40:43]
        monkeypatch.setattr(seeking, "MOST_UNCOUNTED", 10)
        assert listing(runs).count(0, 20) == Count(20, True)
        with pytest.raises(TooDeep):
            listing(runs).count()
        with pytest.raises(TooDeep):
            listing(runs).page(3, 40)


def test_blocks_that_a_place_cuts_are_counted_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeking, "MOST_CUT", 5)
    with world(block=20) as made:
        for _ in range(4):
            made.open()
        for _ in range(30):
            for which in range(5):
                made.fill(which, "a", 1)
        with pytest.raises(TooDeep):
            listing(made.runs(None)).page(1, 140)


def test_backwards_too_many_runs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordered, "MOST_RUNS", 3)
    with world() as made:
        for _ in range(3):
            made.open()
        with pytest.raises(TooDeep):
            listing(made.runs(None), backwards=True).page(1)
        assert listing(made.runs(None)[:3], backwards=True).page(1).items == []


# ── Costs ──


def test_the_first_page_of_many_shelves_reads_the_first_of_them() -> None:
    with world(block=100) as made:
        for _ in range(40):
            made.open()
            made.fill(-1, "a", 30)
        taken: list[Run] = []

        def lazily() -> Iterator[Run]:
            for run in made.runs(None):
                taken.append(run)
                yield run

        made.fake.calls.clear()
        page = Listing(lazily(), lambda item: get_text(item, "sk"), WHENEVER).page(25)
        assert len(page.items) == 25
        assert len(made.fake.calls) <= 4
        assert len(taken) <= 5


def test_a_deep_page_costs_the_blocks_before_and_one_block() -> None:
    with world(block=50) as made:
        made.fill(0, "a", 2000)
        every = made.all(made.runs(None))
        made.fake.calls.clear()
        page = listing(made.runs(None)).page(20, 1700)
        assert page.items == every[1700:1720]
        assert len(made.fake.calls) <= 5


def test_shelves_that_ended_before_the_page_are_not_read_again() -> None:
    with world(block=10) as made:
        for _ in range(30):
            made.open()
            made.fill(-1, "a", 20)
        found = listing(made.runs(None))
        found.count(0, 590)
        made.fake.calls.clear()
        assert len(found.page(10, 580).items) == 10
        assert len(made.fake.calls) <= 4


def test_a_count_after_a_page_that_was_the_last_reads_nothing() -> None:
    with world() as made:
        made.fill(0, "a", 9)
        found = listing(made.runs(None), odd)
        page = found.page(20)
        made.fake.calls.clear()
        assert found.count(0, 1000, page) == Count(len(page.items), False)
        assert made.fake.calls == []


def test_runs_that_are_not_in_order_are_a_fault() -> None:
    with world() as made:
        made.fill(0, "a", 3)
        made.open()
        with pytest.raises(ValueError, match="order"):
            list(ordered.merged(reversed(made.runs(None)), 5))
