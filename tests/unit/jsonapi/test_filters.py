"""Filters let through exactly the records that they describe."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hearback.jsonapi import instants, question
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.jsonapi.library import AT, BOOKS, READERS, Book, Reader, State, id_of

SECOND = 1_000_000_000
RECORDS = [
    Book(id_of(1), title="Emma", pages=300, labels=["a"], state=State.HERE, reader_card=7),
    Book(id_of(2), title="emma, again", pages=20, labels={"k": 1, "l": True}, state=State.LENT, weight=0.5),
    Book(id_of(3), title="null", note="null", pages=-5, labels=1, rare=True, reader_card=8),
    Book(id_of(4), title="again", note="100%", labels=True, created_at=AT + SECOND, lent_at=AT),
    Book(id_of(5), title="ÉMILE", note="", labels="cat", state=State.LOST, weight=2.0, sequel_id=id_of(1)),
    Book(id_of(6), title="a,b", labels="a,b", created_at=AT - 1000),
]


def found(query: dict[str, list[str]]) -> list[int]:
    """The numbers of the records that the query lets through."""
    asked = question.read(BOOKS, query)
    assert asked.ignored_filters == ()
    test = asked.residual()
    return [int(book.id[-2:], 16) for book in RECORDS if test is None or test(book)]


@pytest.mark.parametrize(
    ("name", "values", "numbers"),
    [
        ("filter[id]", [id_of(2)], [2]),
        ("filter[id]", [f"{id_of(2)},{id_of(4)}"], [2, 4]),
        ("filter[id__gte]", [id_of(5)], [5, 6]),
        ("filter[title]", ["Emma"], [1]),
        ("filter[title]", ["Emma", "again"], [1, 4]),
        ("filter[title]", ["Emma,again"], [1, 4]),
        ("filter[title]", ["emma, again"], [2]),
        ("filter[title]", ["a,b"], [6]),
        ("filter[title][]", ["Emma", "again"], [1, 4]),
        ("filter[title][0]", ["Emma"], [1]),
        ("filter[title][]", ["Emma,again"], []),
        ("filter[title__eq]", ["Emma,again"], []),
        ("filter[title__eq]", ["emma, again"], [2]),
        ("filter[title__in]", ["Emma,again"], [1, 4]),
        ("filter[title__in][]", ["Emma", "emma, again"], [1, 2]),
        ("filter[title__in][]", ["x,again"], []),
        ("filter[title__gte]", ["null,a"], [5]),
        ("filter[title]", ["null"], [3]),  # a title cannot be null
        ("filter[title__match]", ["EMMA"], [1, 2]),
        ("filter[title__match]", ["émile"], [5]),
        ("filter[title__match]", ["a,"], [2, 6]),
        ("filter[title__match]", ["émi", "null"], [3, 5]),
        ("filter[title__gte]", ["a"], [2, 3, 4, 5, 6]),
        ("filter[note]", ["null"], [1, 2, 6]),
        ("filter[note]", ["null,100%"], [1, 2, 4, 6]),
        ("filter[note]", [""], [5]),
        ("filter[note__match]", [""], [3, 4, 5]),
        ("filter[note__match]", ["null"], [3]),
        ("filter[note__lte]", ["1"], [5]),
        ("filter[pages]", ["300"], [1, 4, 5, 6]),
        ("filter[pages]", ["20, -5"], [2, 3]),
        ("filter[pages__in][]", ["20", "-5"], [2, 3]),
        ("filter[pages__lte]", ["20"], [2, 3]),
        ("filter[pages__lte]", ["-5", "20"], [2, 3]),
        ("filter[pages__gte]", ["21"], [1, 4, 5, 6]),
        ("filter[weight]", ["2"], [5]),
        ("filter[weight]", ["null"], [1, 3, 4, 6]),
        ("filter[weight__gte]", ["5e-1"], [2, 5]),
        ("filter[rare]", ["true"], [3]),
        ("filter[rare]", ["0"], [1, 2, 4, 5, 6]),
        ("filter[state]", ["lent"], [2]),
        ("filter[state__in]", ["lent,lost"], [2, 5]),
        ("filter[state__in][]", ["lent,lost"], [2, 5]),
        ("filter[labels]", ['["a"]'], [1]),
        ("filter[labels]", ['{"l": true, "k": 1.0}'], [2]),
        ("filter[labels]", ["1"], [3]),
        ("filter[labels]", ["true"], [4]),
        ("filter[labels]", ["cat"], [5]),
        ("filter[labels]", ['"cat"'], [5]),
        ("filter[labels]", ["a,b"], [6]),
        ("filter[labels]", ["null"], []),
        ("filter[labels__in]", ['["a"],1,"cat"'], [1, 3, 5]),
        ("filter[labels__in]", ["cat,dog"], [5]),
        ("filter[labels__in][]", ['["a"]', "1", "a,b"], [1, 3, 6]),
        ("filter[labels__match]", ["CAT"], [5]),
        ("filter[labels__match]", ['"k":1'], [2]),
        ("filter[reader_card__eq]", ["7"], [1]),
        ("filter[reader_card__in]", ["7,null"], [1, 2, 4, 5, 6]),
        ("filter[sequel_id]", [id_of(1)], [5]),
        ("filter[created_at]", ["2025-11-22T03:07:04.123456Z"], [1, 2, 3, 5]),
        ("filter[created_at]", ["2025-11-22 04:07:04.123456+01:00"], [1, 2, 3, 5]),
        ("filter[created_at__gte]", ["2025-11-22T03:07:05Z"], [4]),
        ("filter[created_at__lte]", ["2025-11-22T03:07:04.123455Z"], [6]),
        ("filter[created_at__lte]", ["2025-11-22"], [1, 2, 3, 4, 5, 6]),
        ("filter[created_at__lte]", ["2025-11-21"], []),
        ("filter[lent_at]", ["null"], [1, 2, 3, 5, 6]),
        ("filter[lent_at__gte]", ["2020-01-01"], [4]),
        ("filter[handled]", ["7"], [1]),
        ("filter[handled]", ["7,8"], [1, 3]),
        ("filter[available]", ["true"], [1, 3, 4, 6]),
        ("filter[available]", ["false"], [2, 5]),
    ],
)
def test_a_filter_finds_what_it_describes(name: str, values: list[str], numbers: list[int]) -> None:
    assert found({name: values}) == numbers


def test_filters_hold_all_at_once() -> None:
    assert found({"filter[title__match]": ["emma"], "filter[state]": ["lent"]}) == [2]
    assert found({"filter[pages__gte]": ["0"], "filter[pages__lte]": ["100"]}) == [2]
    assert found({"filter[pages]": ["20"], "filter[pages__in]": ["300"]}) == []


def test_null_is_found_among_json_values() -> None:
    test = question.read(BOOKS, {"filter[labels]": ["null"]}).residual()
    assert test is not None
    assert test(Book(id_of(1), labels=None))
    assert not test(Book(id_of(1), labels="null"))


def test_digits_are_compared_as_numbers() -> None:
    test = question.read(READERS, {"filter[id__lte]": ["9"]}).residual()
    assert test is not None
    assert [test(Reader(id, "h", 1)) for id in ("8", "9", "10")] == [True, True, False]


BOOK = st.builds(
    Book,
    id=st.integers(0, 9).map(id_of),
    shelf_id=st.sampled_from([id_of(800), id_of(801)]),
    sequel_id=st.none() | st.integers(0, 12).map(id_of),
    title=st.text("abÄ ,", max_size=3),
    note=st.none() | st.text("abÄ ,", max_size=3),
    pages=st.integers(-3, 3),
    weight=st.none() | st.sampled_from([-1.0, 0.0, 0.5, 2.0]),
    state=st.sampled_from(State),
    labels=st.sampled_from([None, True, False, 0, 1, "a", ["a"], {"a": 1}, {"a": True}, [1, 2]]),
    reader_card=st.none() | st.integers(-2, 2),
    created_at=st.integers(0, 4).map(lambda tick: AT + tick * 1000),
    lent_at=st.none() | st.integers(0, 4).map(lambda tick: AT + tick * 1000),
)

Write = Callable[[Any], str]
WRITTEN: dict[str, Write] = {
    "id": str,
    "title": str,
    "note": lambda value: "null" if value is None else str(value),
    "pages": str,
    "weight": lambda value: "null" if value is None else str(value),
    "state": str,
    "labels": json.dumps,
    "reader_card": lambda value: "null" if value is None else str(value),
    "created_at": instants.format,
    "lent_at": lambda value: "null" if value is None else instants.format(value),
}


def _same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@given(st.lists(BOOK, max_size=12), BOOK, st.sampled_from(sorted(WRITTEN)))
def test_filtering_by_a_record_s_own_value_finds_all_that_share_it(
    books: list[Book], like: Book, name: str
) -> None:
    written = WRITTEN[name](getattr(like, name))
    test = question.read(BOOKS, {f"filter[{name}__eq]": [written]}).residual()
    assert test is not None
    expected = [book for book in books if _same(getattr(book, name), getattr(like, name))]
    assert [book for book in books if test(book)] == expected


@given(
    st.lists(BOOK, max_size=12),
    BOOK,
    BOOK,
    st.sampled_from(["pages", "weight", "created_at", "lent_at", "id"]),
)
def test_a_range_finds_what_lies_between_its_ends(
    books: list[Book], low: Book, high: Book, name: str
) -> None:
    ends = [getattr(low, name), getattr(high, name)]
    if None in ends:
        return
    query = {
        f"filter[{name}__{end}]": [WRITTEN[name](at)] for end, at in zip(("gte", "lte"), ends, strict=True)
    }
    test = question.read(BOOKS, query).residual()
    assert test is not None
    expected = [
        book
        for book in books
        if getattr(book, name) is not None and ends[0] <= getattr(book, name) <= ends[1]
    ]
    assert [book for book in books if test(book)] == expected


@given(st.lists(BOOK, max_size=12), st.text("abäÄ ,", max_size=2))
def test_a_match_finds_every_text_that_holds_it(books: list[Book], needle: str) -> None:
    test = question.read(BOOKS, {"filter[title__match]": [needle]}).residual()
    assert test is not None
    expected = [book for book in books if needle.lower() in book.title.lower()]
    assert [book for book in books if test(book)] == expected
