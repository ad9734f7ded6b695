"""Whatever a client sends, it is understood or refused in the product's own words."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from hearback.errors import HearbackError
from hearback.jsonapi import bodies, errors, links, question
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.jsonapi.library import BOOKS, READERS, SHELVES, Book, check, id_of

ANY_TEXT = st.text(st.characters(codec=None), max_size=12)  # with halves of surrogate pairs
ATTRIBUTES = [*BOOKS.asked, *BOOKS.filters, "secret", "x"]
OPERATORS = ["", "__eq", "__in", "__gte", "__lte", "__match", "__"]
WORDS = """null true 5 -5 1e5 1e999 NaN {"a":1} [1,2 "\\ud800" here,lent 2025-11-22 2025-11-22T03:07:04Z , - -title
    shelf e30 é"""
PLAUSIBLE = st.sampled_from([*WORDS.split(), id_of(1), "9" * 400, "\0", "", " "])
FILTERS = st.builds(
    "filter[{}{}]{}".format,
    st.sampled_from(ATTRIBUTES),
    st.sampled_from(OPERATORS),
    st.sampled_from(["", "[]", "[3]", "[x]"]),
)
NAMES = """page[number] page[size] page[after] page sort sort[] include included[] fields count x
    fields[library:books] fields[][] filter filter[] filter[[x]] page[][]"""
OTHERS = st.sampled_from(NAMES.split())
QUERIES = st.dictionaries(FILTERS | OTHERS | ANY_TEXT, st.lists(PLAUSIBLE | ANY_TEXT, max_size=3), max_size=4)
RECORDS = [
    Book(id_of(1)),
    Book(
        id_of(2),
        note="é",
        weight=0.5,
        labels={"a": [1, "x"]},
        lent_at=5_000,
        reader_card=5,
        sequel_id=id_of(1),
    ),
]

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | PLAUSIBLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)


def mapping(names: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names) | ANY_TEXT, values, max_size=5)


IDENTIFIER = mapping(["type", "id"], st.sampled_from(["library:shelves", id_of(1)]) | VALUES)
RESOURCE = st.fixed_dictionaries(
    {},
    optional={
        "type": st.just("library:books") | VALUES,
        "id": st.just(id_of(1)) | VALUES,
        "attributes": mapping(list(BOOKS.attributes), VALUES) | VALUES,
        "relationships": mapping(
            ["shelf", "sequel"], st.builds(lambda data: {"data": data}, IDENTIFIER) | VALUES
        )
        | VALUES,
    },
)
DOCUMENTS = (
    st.builds(lambda data: {"data": data}, RESOURCE | st.lists(RESOURCE, max_size=3) | VALUES) | VALUES
)


def refused(error: HearbackError) -> None:
    """The error document can be sent, and is one."""
    json.dumps(check(errors.document(422, error)), ensure_ascii=False).encode()


@settings(max_examples=600, deadline=None)
@given(QUERIES, st.sampled_from([BOOKS, SHELVES, READERS]))
def test_any_query_string(query: dict[str, list[str]], resource: Any) -> None:
    try:
        asked = question.read(resource, query)
    except HearbackError as error:
        refused(error)
        return
    links.page_links("https://api.example.com", query, asked.page, more=True)
    if resource is BOOKS and (test := asked.residual()):
        assert all(isinstance(test(book), bool) for book in RECORDS)
    for each in asked.filters:
        asked.values(each.attribute)
        asked.range(each.attribute)


@settings(max_examples=400, deadline=None)
@given(DOCUMENTS, st.booleans())
def test_any_document(document: Any, is_encoded: bool) -> None:
    body = json.dumps(document, ensure_ascii=is_encoded).encode("utf-8", "surrogatepass")
    try:
        document = bodies.read(body)
    except HearbackError as error:
        refused(error)
        return
    for read in (
        lambda: bodies.new(BOOKS, document),
        lambda: bodies.several(BOOKS, document, 2),
        lambda: bodies.changes(BOOKS, document, id_of(1)),
        lambda: bodies.action(body, BOOKS.attributes),
    ):
        try:
            kept = read()
        except HearbackError as error:
            refused(error)
        else:
            json.dumps(kept, ensure_ascii=False, allow_nan=False).encode()


@given(st.binary(max_size=40) | st.text('{}[]",:\\ud8 0-9eE.+ntf', max_size=30).map(str.encode))
def test_any_bytes(body: bytes) -> None:
    with suppress(HearbackError):
        json.dumps(bodies.read(body), allow_nan=False)
    with suppress(HearbackError):
        bodies.flat(body)
