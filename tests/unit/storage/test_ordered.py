"""Pages, counts and whole listings are those of a sorted list, and cost what they show."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from hearback import clients, ids
from hearback.deadline import Deadline
from hearback.storage import blocks, merge, ordered, reads, seeking, shelves
from hearback.storage.items import Item, get_text, key, text
from hearback.storage.ordered import Count, Listing, Run, TooDeep
from hearback.storage.reads import Range
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.storage.fake import Fake
from tests.unit.storage.shelving import Kept, ids_of

WHENEVER = Deadline(math.inf)
LEAVES = ("a", "b", "c")
START = 1_700_000_000_000_000_000
STEP = 1_000_000


class World:
    """Several shelves whose records are created in turn and at once, and some that nobody counts."""

    def __init__(self, fake: Fake) -> None:
        self.fake = fake
        self.now = START
        self.shelves: list[Kept] = []
        self.foreign = Range("things", "foreign")

    def open(self) -> None:
        self.now += STEP
        kept = Kept(ids.child("the project", self.now, bytes(3)))
        kept.open()
        self.shelves.append(kept)

    def fill(self, which: int, leaf: str, number: int) -> None:
        for _ in range(number):
            self.now += STEP
            self.shelves[which % len(self.shelves)].add(leaf, self.now)

    def change(self, which: int, one: int, leaf: str | None) -> None:
        kept = self.shelves[which % len(self.shelves)]
        found = ids_of(kept.records())
        if found:
            kept.change(found[one % len(found)], leaf)

    def invent(self, number: int) -> None:
        """A foreign id, anywhere among the others'."""
        its_id = ids.child("nobody", START + number * STEP // 3, bytes(3))
        self.fake.put(key("foreign", its_id) | {"leaf": text("a")})

    def happen(self, what: str, which: int, number: int) -> None:
        if what == "open":
            self.open()
        elif what == "fill":
            self.fill(which, LEAVES[number % 3], 1 + number % 9)
        elif what == "change":
            self.change(which, number, LEAVES[number % 3])
        elif what == "remove":
            self.change(which, number, None)
        else:
            self.invent(number)

    def runs(self, leaves: Sequence[str] | None) -> list[Run]:
        """Of all shelves: the records themselves, or their index by leaf; and the foreign ones, if any."""
        runs = [Run(self.foreign)] if any(pk == "foreign" for pk, _ in self.fake.items) else []
        for kept in self.shelves:
            if leaves is None:
                runs.append(Run(kept.range, kept.shelf))
            else:
                runs += [Run(kept.leaf_range(leaf), kept.shelf, (leaf,)) for leaf in leaves]
        return runs

    def all(self, runs: Sequence[Run]) -> list[str]:
        return sorted({get_text(item, "sk") for run in runs for item in reads.every(run.range)})


@contextmanager
def world(block: int = 4) -> Iterator[World]:
    fake = Fake()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clients, "dynamodb", lambda: fake)
        patch.setattr(shelves, "BLOCK", block)
        patch.setattr(blocks, "_FIRST_PAGE", 3)
        patch.setattr(ordered, "_FEW", 1)
        patch.setattr(merge, "_SMALLEST_PAGE", 2)
        patch.setattr(reads, "at_once", lambda work, arguments: list(map(work, arguments)))
        made = World(fake)
        made.open()
        yield made


def listing(
    runs: Sequence[Run], keep: Callable[[Item], str | None] | None = None, **more: Any
) -> Listing[str]:
    return Listing(
        iter(runs), keep or (lambda item: get_text(item, "sk")), WHENEVER, filtered=bool(keep), **more
    )


KINDS = ["open", "fill", "fill", "fill", "fill", "change", "change", "remove", "invent"]
stories = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 5), st.integers(0, 100)), min_size=1, max_size=25
)
leaf_choices = st.sampled_from([None, ("a",), ("b", "c"), ("a", "b", "c")])
CHECKS = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@CHECKS
@given(stories, leaf_choices, st.integers(0, 60), st.integers(1, 12), st.booleans())
def test_a_page_is_a_slice_and_a_count_its_length(
    story: list[tuple[str, int, int]],
    leaves: tuple[str, ...] | None,
    offset: int,
    size: int,
    backwards: bool,
) -> None:
    with world() as made:
        for happening in story:
            made.happen(*happening)
        runs = made.runs(leaves)
        wanted = made.all(runs)[:: -1 if backwards else 1]
        found = listing(runs, backwards=backwards)
        page = found.page(size, offset)
        assert page.items == wanted[offset : offset + size]
        assert page.more == (len(wanted) > offset + size)
        assert page.cursor == (page.items[-1] if page.more else None)
        top = offset + size + 3
        count = Count(min(len(wanted), top), len(wanted) > top)
        assert found.count(offset, size + 3) == found.count(offset, size + 3, page) == count


@CHECKS
@given(stories, leaf_choices, st.integers(1, 12), st.booleans(), st.booleans())
def test_pages_from_cursor_to_cursor_are_everything_once(
    story: list[tuple[str, int, int]],
    leaves: tuple[str, ...] | None,
    size: int,
    backwards: bool,
    filtered: bool,
) -> None:
    with world() as made:
        for happening in story:
            made.happen(*happening)
        runs = made.runs(leaves)
        keep = odd if filtered else None
        wanted = [it for it in made.all(runs) if not filtered or odd_id(it)][:: -1 if backwards else 1]
        found: list[str] = []
        after: str | None = None
        while True:
            page = listing(runs, keep, backwards=backwards).page(size, after=after)
            found += page.items
            after = page.cursor
            assert page.more == (after is not None)
            if after is None:
                break
        assert found == wanted
        assert listing(runs, keep, backwards=backwards).everything(len(wanted)) == wanted
        if wanted:
            with pytest.raises(TooDeep):
                listing(runs, keep, backwards=backwards).everything(len(wanted) - 1)


def odd_id(its_id: str) -> bool:
    return int(its_id[9:13], 16) % 2 == 1


def odd(item: Item) -> str | None:
    its_id = get_text(item, "sk")
    return its_id if odd_id(its_id) else None


@CHECKS
@given(stories, leaf_choices, st.integers(0, 40), st.integers(1, 12))
def test_what_a_filter_leaves_is_paged_and_counted_likewise(
    story: list[tuple[str, int, int]], leaves: tuple[str, ...] | None, offset: int, size: int
) -> None:
    with world() as made:
        for happening in story:
            made.happen(*happening)
        runs = made.runs(leaves)
        wanted = [its_id for its_id in made.all(runs) if odd_id(its_id)]
        page = listing(runs, odd).page(size, offset)
        assert page.items == wanted[offset : offset + size]
        assert page.more == (len(wanted) > offset + size)
        count = Count(min(len(wanted), offset + size + 2), len(wanted) > offset + size + 2)
        assert listing(runs, odd).count(offset, size + 2) == count
        assert listing(runs, odd).count(offset, size + 2, page) == count


@CHECKS
@given(stories, leaf_choices, st.data(), st.booleans())
def test_an_offset_in_a_part_of_the_ranges_counts_from_where_they_begin(
    story: list[tuple[str, int, int]], leaves: tuple[str, ...] | None, data: st.DataObject, backwards: bool
) -> None:
    with world() as made:
        for happening in story:
            made.happen(*happening)
        everything = made.all(made.runs(leaves))
        some = st.sampled_from(everything or [""])
        first, last = data.draw(some) or "\x00", data.draw(some) + "\x00"
        runs = [
            run._replace(range=run.range._replace(first=max(first, run.range.first), last=last))
            for run in made.runs(leaves)
        ]
        wanted = [its_id for its_id in everything if first <= its_id <= last][:: -1 if backwards else 1]
        cursor = data.draw(st.sampled_from([None, *wanted]))
        behind = wanted[wanted.index(cursor) + 1 :] if cursor else wanted
        offset = data.draw(st.integers(0, 30))
        assert listing(runs, backwards=backwards).page(3, offset, cursor).items == behind[offset : offset + 3]
        total = listing(runs, backwards=backwards).count(0, 1000)
        assert total == Count(len(wanted), False)


# ── Bounds are told ──


def nothing(_item: Item) -> str | None:
    return None


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


def test_a_deadline_ends_a_page_at_a_cursor_and_an_offset_with_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ordered, "_BETWEEN_LOOKS", 5)
    with world() as made:
        made.fill(0, "a", 25)
        every = made.all(made.runs(None))

        def short() -> Listing[str]:
            return Listing(made.runs(None), odd, Deadline.after(0), filtered=True)

        page = short().page(20)
        assert (page.cursor, page.cut) == (every[4], True)
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
