"""Pages, counts and whole listings are those of a sorted list."""

from __future__ import annotations

import pytest
from hearback.errors import TooDeep
from hearback.storage.ordered import Count
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.storage.ordering import listing, odd, odd_id, world

KINDS = ["open", "fill", "fill", "fill", "fill", "change", "change", "remove", "invent"]
stories = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 5), st.integers(0, 100)), min_size=1, max_size=25
)
leaf_choices = st.sampled_from([None, ("a",), ("b", "c"), ("a", "b", "c")])
CHECKS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


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
