"""Lists are in the order asked for, the same one each time, and can be gone on with anywhere."""

from __future__ import annotations

import heapq
import json
from functools import cmp_to_key
from typing import Any

import pytest
from hearback.jsonapi import question, sorting, strict
from hearback.jsonapi.sorting import Key
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.jsonapi.library import BOOKS, READERS, Book, Reader, id_of
from tests.unit.jsonapi.test_filters import BOOK

KEYS = st.lists(
    st.builds(
        Key, st.sampled_from(["title", "note", "weight", "labels", "rare", "lent_at", "id"]), st.booleans()
    ),
    max_size=3,
    unique_by=lambda key: key.name,
)
BOOK_LIST = st.lists(BOOK, max_size=15, unique_by=lambda book: book.id)


def naive(books: list[Book], keys: list[Key]) -> list[Book]:
    """The definition: compare key by key, None lowest, then by id."""

    def value(book: Book, key: Key) -> Any:
        found = getattr(book, key.name)
        return strict.canonical(found) if key.name == "labels" and found is not None else found

    def compare(one: Book, other: Book) -> int:
        for key in [*keys, Key("id")]:
            a, b = value(one, key), value(other, key)
            if a == b:
                continue
            lower = a is None or (b is not None and a < b)
            return -1 if lower != key.descending else 1
        return 0

    return sorted(books, key=cmp_to_key(compare))


@given(BOOK_LIST, KEYS)
def test_records_are_in_the_order_of_the_keys(books: list[Book], keys: list[Key]) -> None:
    assert sorting.sort(books, BOOKS, keys) == naive(books, keys)


@given(BOOK_LIST, KEYS, st.integers(0, 15))
def test_the_first_few_can_be_had_without_sorting_all(books: list[Book], keys: list[Key], few: int) -> None:
    assert heapq.nsmallest(few, books, key=sorting.order(BOOKS, keys)) == naive(books, keys)[:few]


@given(BOOK_LIST, KEYS, st.integers(1, 4))
def test_a_walk_by_cursors_sees_every_record_once_and_in_order(
    books: list[Book], keys: list[Key], size: int
) -> None:
    query = {"sort": [",".join("-" * key.descending + key.name for key in keys)]}
    seen: list[Book] = []
    cursor = ""
    for _ in range(len(books) + 1):
        asked = question.read(BOOKS, query | {"page[after]": [cursor]})
        left = books
        if asked.page.after:
            is_behind = sorting.behind(asked.page.after, BOOKS, asked.sort)
            assert is_behind is not None
            left = [book for book in books if is_behind(book)]
        page = sorting.sort(left, BOOKS, asked.sort)[:size]
        if not page:
            break
        seen += page
        cursor = asked.cursor(sorting.position(page[-1], BOOKS, asked.sort))
    assert seen == naive(books, keys)


@pytest.mark.parametrize("place", [(), ("a",), ("a", 5), (5, id_of(1)), ("a", id_of(1), "b"), (True, None)])
def test_a_place_of_another_order_is_none_of_this_one(place: tuple[Any, ...]) -> None:
    assert sorting.behind(place, BOOKS, [Key("title")]) is None


def test_digits_sort_as_numbers() -> None:
    readers = [Reader(id, "h", 1) for id in ("10", "9", "100")]
    assert [reader.id for reader in sorting.sort(readers, READERS)] == ["9", "10", "100"]


def test_a_position_is_json() -> None:
    book = Book(id_of(1), labels={"b": [1.0], "a": None}, weight=0.5)
    place = sorting.position(book, BOOKS, [Key("labels"), Key("weight"), Key("rare"), Key("note")])
    assert json.loads(json.dumps(place)) == ['{"a":null,"b":[1]}', 0.5, False, None, id_of(1)]
