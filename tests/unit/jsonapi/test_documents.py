"""Records as clients see them; every document passes JSON:API's own schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hearback.jsonapi import documents
from hearback.jsonapi.documents import Related, Some, View
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.jsonapi.library import (
    AT,
    BASE,
    BOOKS,
    HOUSES,
    READERS,
    SHELVES,
    Book,
    House,
    Reader,
    Shelf,
    State,
    check,
    id_of,
)
from tests.unit.jsonapi.test_filters import BOOK

SELF = {"self": f"{BASE}/books"}
HOUSE = House(id_of(900))
SHELF = Shelf(id_of(800))
READER = Reader("7", HOUSE.id, card=70)


def one(
    record: Any, included: Sequence[str] = (), related: Related | None = None, **more: Any
) -> dict[str, Any]:
    return check(documents.one(BOOKS, record, View(BASE, included=included, **more), related))


def many(
    records: Sequence[Any], included: Sequence[str] = (), related: Related | None = None
) -> dict[str, Any]:
    return check(documents.many(BOOKS, records, View(BASE, included=included), related, links=SELF))


def test_a_record_is_shown_whole() -> None:
    book = Book(id_of(1), labels={"a": [None]}, state=State.LENT, reader_card=70)
    assert one(book) == {
        "jsonapi": {"version": "1.1"},
        "links": {"self": f"{BASE}/books/{id_of(1)}"},
        "data": {
            "type": "library:books",
            "id": id_of(1),
            "attributes": {
                "shelf_id": id_of(800),
                "title": "Emma",
                "note": None,
                "pages": 300,
                "weight": None,
                "rare": False,
                "state": "lent",
                "labels": {"a": [None]},
                "reader_card": 70,
                "sequel_id": None,
                "created_at": "2025-11-22T03:07:04.123456Z",
                "lent_at": None,
            },
            "relationships": {
                "shelf": {"data": {"type": "library:shelves", "id": id_of(800)}},
                "sequel": {"data": None},
            },
            "links": {"self": f"{BASE}/books/{id_of(1)}"},
        },
        "meta": {},
    }


def test_a_resource_without_relationships_has_none() -> None:
    assert "relationships" not in check(documents.one(HOUSES, HOUSE, View(BASE)))["data"]


def test_a_record_knows_the_address_by_which_it_was_asked_for() -> None:
    url = f"{BASE}/houses/{HOUSE.id}?included=x"
    assert check(documents.one(HOUSES, HOUSE, View(BASE), url=url))["links"] == {"self": url}


def test_a_list_has_its_links_and_what_is_said_about_it() -> None:
    links = {"self": f"{BASE}/books?page%5Bsize%5D=1", "next": f"{BASE}/books?page%5Bnumber%5D=2"}
    document = documents.many(
        BOOKS, [Book(id_of(1))], View(BASE), links=links, meta={"count": 9, "more": False}
    )
    told = check(document)
    assert (told["links"], told["meta"], len(told["data"])) == (links, {"count": 9, "more": False}, 1)


def test_an_empty_list_is_a_list() -> None:
    assert many([]) == {"jsonapi": {"version": "1.1"}, "links": SELF, "data": [], "meta": {}}
    assert many([], included=["shelf"])["included"] == []


def test_wanted_fields_restrict_attributes_everywhere_and_linkage_nowhere() -> None:
    fields = {"library:books": frozenset({"title", "secret", "x"}), "library:shelves": frozenset[str]()}
    told = one(Book(id_of(1)), ["shelf"], {"shelf": [SHELF]}, fields=fields)
    assert told["data"]["attributes"] == {"title": "Emma"}
    assert told["included"][0]["attributes"] == {}
    assert told["data"]["relationships"]["shelf"]["data"]["id"] == SHELF.id


def test_what_is_included_is_linked_and_shown_once() -> None:
    books = [Book(id_of(1)), Book(id_of(2)), Book(id_of(3), shelf_id=id_of(801))]
    told = many(
        books,
        ["shelf", "shelf.house"],
        {"shelf": [SHELF, Shelf(id_of(801)), Shelf(id_of(802))], "shelf.house": [HOUSE, House(id_of(901))]},
    )
    assert [each["id"] for each in told["included"]] == [id_of(800), id_of(801), HOUSE.id]


def test_the_related_one_that_is_gone_is_linked_but_not_included() -> None:
    told = one(Book(id_of(1), sequel_id=id_of(2)), ["sequel"], {"sequel": []})
    assert told["data"]["relationships"]["sequel"]["data"]["id"] == id_of(2)
    assert told["included"] == []


def test_who_is_found_by_a_key_is_linked_where_included() -> None:
    books = [Book(id_of(1), reader_card=70), Book(id_of(2)), Book(id_of(3), reader_card=99)]
    told = many(books, ["reader"], {"reader": [READER]})
    linked = [each["relationships"]["reader"]["data"] for each in told["data"]]
    assert linked == [{"type": "library:readers", "id": "7"}, None, None]
    assert told["included"][0]["relationships"]["house"]["data"]["id"] == HOUSE.id


def test_a_record_of_the_list_is_not_included_again() -> None:
    books = [Book(id_of(1), sequel_id=id_of(2)), Book(id_of(2), sequel_id=id_of(1))]
    told = many(books, ["sequel"], {"sequel": books})
    assert told["included"] == []


def test_one_has_many_linked_where_included_and_may_be_asked_for_the_rest() -> None:
    books = [Book(id_of(1)), Book(id_of(2)), Book(id_of(3), shelf_id=id_of(801))]
    shelves = [SHELF, Shelf(id_of(801)), Shelf(id_of(802))]
    related = {"books": Some(books, after={id_of(800): "c-1"})}
    document = documents.many(SHELVES, shelves, View(BASE, included=["books"]), related, links=SELF)
    told = check(document)
    linked = [each["relationships"]["books"] for each in told["data"]]
    assert [[to["id"] for to in each["data"]] for each in linked] == [[id_of(1), id_of(2)], [id_of(3)], []]
    url = f"{BASE}/books?filter%5Bshelf_id%5D={id_of(800)}"
    assert linked[0]["links"] == {"related": url, "next": f"{url}&page%5Bafter%5D=c-1"}
    assert "next" not in linked[1]["links"]
    assert [each["id"] for each in told["included"]] == [id_of(1), id_of(2), id_of(3)]
    assert "books" not in check(documents.one(SHELVES, SHELF, View(BASE)))["data"]["relationships"]


def test_the_flat_record_is_its_id_and_its_attributes() -> None:
    told = documents.flat(READERS, READER)
    assert told == {"id": "7", "card": 70}
    assert documents.flat(BOOKS, Book(id_of(1)))["created_at"] == "2025-11-22T03:07:04.123456Z"
    assert "secret" not in documents.flat(BOOKS, Book(id_of(1)))


@pytest.mark.parametrize("id", [id_of(1), "12"])
def test_a_record_s_address_is_below_the_api_s(id: str) -> None:
    assert BOOKS.url(BASE, id) == f"{BASE}/books/{id}"


@given(
    st.lists(BOOK, max_size=8, unique_by=lambda book: book.id),
    st.sets(st.sampled_from(["shelf", "reader", "sequel"])),
    st.booleans(),
    st.none() | st.sets(st.sampled_from(["title", "labels", "lent_at"])),
)
def test_every_document_is_json_api(
    books: list[Book], included: set[str], is_nested: bool, wanted: set[str] | None
) -> None:
    paths = [*sorted(included), *(["shelf.house"] if is_nested and "shelf" in included else [])]
    fields = {} if wanted is None else {"library:books": frozenset(wanted)}
    related: dict[str, Sequence[Any]] = {
        "shelf": [SHELF],
        "shelf.house": [HOUSE],
        "reader": [Reader(str(card + 5), HOUSE.id, card) for card in range(-2, 3)],
        "sequel": [Book(id_of(number), created_at=AT) for number in range(12)],
    }
    check(documents.many(BOOKS, books, View(BASE, fields, paths), related, links=SELF))
    for book in books[:1]:
        check(documents.one(BOOKS, book, View(BASE, fields, paths), related))
