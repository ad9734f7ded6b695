"""What a body asks to keep, and all that can be wrong in one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hearback.errors import Conflict, Forbidden, Invalid
from hearback.jsonapi import bodies, instants
from hearback.jsonapi.errors import Unprocessable

from tests.unit.jsonapi.library import AT, BOOKS, SHELVES, State, id_of

SHELF = {"shelf": {"data": {"type": "library:shelves", "id": id_of(800)}}}


def book(attributes: object = None, relationships: object = SHELF, **more: object) -> dict[str, Any]:
    given = {"title": "Emma"} if attributes is None else attributes
    return {"data": {"type": "library:books", "attributes": given, "relationships": relationships, **more}}


def wrong(read: Callable[..., Any], *arguments: Any) -> dict[str | None, str]:
    """What is told about a wrong body: the detail by pointer."""
    with pytest.raises(Unprocessable) as refused:
        read(*arguments)
    return {fault.pointer: fault.detail for fault in refused.value.faults}


def test_a_new_record_has_its_attributes_and_its_parent() -> None:
    given = {
        "title": " Emma ",
        "note": None,
        "pages": 5.0,
        "weight": 2,
        "rare": True,
        "state": "lent",
        "labels": [1, {"a": None}],
        "reader_card": 7,
        "sequel_id": id_of(0xAB).upper(),
        "lent_at": "2025-11-22 04:07:04.123456789+01:00",
        "secret": "hush",
    }
    made = bodies.new(BOOKS, book(given))
    assert made.attributes == given | {
        "title": "Emma",
        "pages": 5,
        "state": State.LENT,
        "sequel_id": id_of(0xAB),
        "lent_at": AT,
    }
    assert isinstance(made.attributes["pages"], int)
    assert made.related == {"shelf": id_of(800)}


def test_what_is_not_given_is_not_in_a_new_record() -> None:
    assert bodies.new(BOOKS, book()).attributes == {"title": "Emma"}


def test_unknown_and_read_only_attributes_are_ignored() -> None:
    given = {"title": "Emma", "colour": "red", "created_at": "never", "shelf_id": 5, "id": 7, "pages": None}
    assert bodies.new(BOOKS, book(given)).attributes == {"title": "Emma"}


def test_a_record_as_it_was_shown_can_be_sent_back() -> None:
    shown = {"title": "Emma", "created_at": instants.format(AT), "reader_card": 7, "lent_at": None}
    data = {"id": id_of(1), "type": "library:books", "attributes": shown, "links": {}, "relationships": {}}
    assert bodies.changes(BOOKS, {"data": data}, id_of(1)) == {"title": "Emma", "lent_at": None}


@pytest.mark.parametrize(
    ("attributes", "pointer", "detail"),
    [
        ({}, "title", "is required"),
        ({"title": None}, "title", "is required"),
        ({"title": " "}, "title", "must not be blank"),
        ({"title": 5}, "title", "must be a string"),
        ({"title": "x" * 51}, "title", "must have at most 50 characters"),
        ({"title": "banned"}, "title", "must not be banned"),
        ({"title": "\ud800"}, "title", "must not contain half of a surrogate pair"),
        ({"title": "a\0"}, "title", "must not contain the character NUL"),
        ({"title": "E", "pages": "5"}, "pages", "must be an integer"),
        ({"title": "E", "pages": 5.5}, "pages", "must be an integer"),
        ({"title": "E", "pages": True}, "pages", "must be an integer"),
        ({"title": "E", "pages": 10**18 + 1}, "pages", "must be between -10^18 and 10^18"),
        ({"title": "E", "pages": -1e300}, "pages", "must be between -10^18 and 10^18"),
        ({"title": "E", "weight": "5"}, "weight", "must be a number"),
        ({"title": "E", "weight": False}, "weight", "must be a number"),
        ({"title": "E", "rare": "true"}, "rare", "must be true or false"),
        ({"title": "E", "rare": 1}, "rare", "must be true or false"),
        ({"title": "E", "state": "gone"}, "state", "must be one of here, lent, lost"),
        ({"title": "E", "state": ["here"]}, "state", "must be one of here, lent, lost"),
        ({"title": "E", "sequel_id": "7"}, "sequel_id", "must be a UUID"),
        (
            {"title": "E", "lent_at": "soon"},
            "lent_at",
            "must be a timestamp such as 2026-11-22T03:07:04.123456Z",
        ),
        ({"title": "E", "labels": {"\udfff": 1}}, "labels", "must not contain half of a surrogate pair"),
        ({"title": "E", "labels": [1, 0]}, "labels/1", "must not be 0"),
    ],
)
def test_a_wrong_attribute_is_pointed_to(attributes: object, pointer: str, detail: str) -> None:
    assert wrong(bodies.new, BOOKS, book(attributes)) == {f"/data/attributes/{pointer}": detail}


def test_everything_that_is_wrong_is_told_at_once() -> None:
    told = wrong(bodies.new, BOOKS, book({"pages": "x", "rare": "x"}, {}, type="books", id=5))
    assert told == {
        "/data/type": "must be 'library:books'",
        "/data/id": "must be a string",
        "/data/attributes/title": "is required",
        "/data/attributes/pages": "must be an integer",
        "/data/attributes/rare": "must be true or false",
        "/data/attributes/shelf_id": "is required",
    }


@pytest.mark.parametrize(
    ("document", "pointer", "detail"),
    [
        (None, "", "must be an object"),
        ([], "", "must be an object"),
        ("data", "", "must be an object"),
        ({}, "/data", "is required"),
        ({"data": None}, "/data", "is required"),
        ({"data": 5}, "/data", "must be an object"),
        ({"data": []}, "/data", "must be an object"),
        (book([]), "/data/attributes", "must be an object"),
        (book(relationships=5), "/data/relationships", "must be an object"),
        (book(type=None), "/data/type", "is required"),
        (book(type=["library:books"]), "/data/type", "must be 'library:books'"),
    ],
)
def test_a_document_of_another_form_is_pointed_to(document: object, pointer: str, detail: str) -> None:
    assert wrong(bodies.new, BOOKS, document)[pointer] == detail
    if pointer != "/data/relationships":  # a change has none
        assert wrong(bodies.changes, BOOKS, document, id_of(1))[pointer] == detail


LINK = "/data/relationships/house"


@pytest.mark.parametrize(
    ("house", "told"),
    [
        (None, {LINK: "is required"}),
        ({}, {LINK: "is required"}),
        ({"data": None}, {LINK: "is required"}),
        ({"data": "7"}, {f"{LINK}/data": "must be a resource identifier object"}),
        ("7", {f"{LINK}/data": "must be a resource identifier object"}),
        ({"data": []}, {f"{LINK}/data": "must be a resource identifier object"}),
        ({"data": {"type": "library:books", "id": "7"}}, {f"{LINK}/data/type": "must be 'library:houses'"}),
        ({"data": {"id": "7"}}, {f"{LINK}/data/type": "must be 'library:houses'"}),
        ({"data": {"type": "library:houses"}}, {f"{LINK}/data/id": "is required"}),
        (
            {"data": {"type": "library:houses", "id": 7}},
            {f"{LINK}/data/id": "must be the id of a record, a string"},
        ),
        (
            {"data": {"type": "library:houses", "id": ""}},
            {f"{LINK}/data/id": "must be the id of a record, a string"},
        ),
    ],
)
def test_a_wrong_parent_is_pointed_to(house: object, told: dict[str, str]) -> None:
    data = {"type": "library:shelves", "attributes": {"name": "A"}, "relationships": {"house": house}}
    assert wrong(bodies.new, SHELVES, {"data": data}) == told


def test_a_parent_may_come_as_an_attribute_where_the_resource_says_so() -> None:
    assert bodies.new(BOOKS, book({"title": "E", "shelf_id": "s"}, {})).related == {"shelf": "s"}
    both = bodies.new(BOOKS, book({"title": "E", "shelf_id": "s"}))
    assert both.related == {"shelf": id_of(800)}
    told = wrong(bodies.new, BOOKS, book({"title": "E", "shelf_id": 5}, {}))
    assert told == {"/data/attributes/shelf_id": "must be the id of a record, a string"}


def test_a_relationship_that_may_be_given_is_read_as_well() -> None:
    sequel = {"sequel": {"data": {"type": "library:books", "id": "b"}}}
    assert bodies.new(BOOKS, book(relationships=SHELF | sequel)).related == {
        "shelf": id_of(800),
        "sequel": "b",
    }


def test_ids_of_the_client_s_own_choice_are_refused() -> None:
    with pytest.raises(Forbidden):
        bodies.new(BOOKS, book(id=id_of(1)))
    assert bodies.new(BOOKS, book(id=None)).attributes == {"title": "Emma"}
    assert bodies.new(BOOKS, book(id="")).attributes == {"title": "Emma"}


def test_many_records_come_in_one_document() -> None:
    each = book()["data"]
    document = {"data": [each, each | {"attributes": {"title": "Sense"}}]}
    assert bodies.is_several(document)
    assert [made.attributes["title"] for made in bodies.several(BOOKS, document)] == ["Emma", "Sense"]
    assert bodies.several(BOOKS, book()) == [bodies.new(BOOKS, book())]


def test_a_fault_of_many_points_to_the_record() -> None:
    each = book()["data"]
    document = {
        "data": [each, each | {"attributes": {}}, 5, {"type": "library:books", "attributes": {"title": "E"}}]
    }
    assert wrong(bodies.several, BOOKS, document) == {
        "/data/1/attributes/title": "is required",
        "/data/2": "must be an object",
        "/data/3/attributes/shelf_id": "is required",
    }


@pytest.mark.parametrize("number", [0, 4])
def test_many_are_bounded(number: int) -> None:
    document = {"data": [book()["data"]] * number}
    assert wrong(bodies.several, BOOKS, document, 3) == {"/data": "must hold between 1 and 3 records"}


def test_a_change_holds_what_is_given_alone() -> None:
    assert bodies.changes(BOOKS, book({"note": None, "pages": 5, "reader_card": 7}), id_of(1)) == {
        "note": None,
        "pages": 5,
    }
    assert bodies.changes(BOOKS, book({}, id=id_of(0xAB).upper()), id_of(0xAB)) == {}


@pytest.mark.parametrize(
    ("attributes", "pointer", "detail"),
    [
        ({"title": None}, "title", "must not be null"),
        ({"title": ""}, "title", "must not be blank"),
        ({"pages": None}, "pages", "must not be null"),
        ({"state": "gone"}, "state", "must be one of here, lent, lost"),
    ],
)
def test_a_wrong_change_is_pointed_to(attributes: object, pointer: str, detail: str) -> None:
    told = wrong(bodies.changes, BOOKS, book(attributes), id_of(1))
    assert told == {f"/data/attributes/{pointer}": detail}


def test_a_change_of_another_record_is_a_conflict() -> None:
    with pytest.raises(Conflict):
        bodies.changes(BOOKS, book(id=id_of(2)), id_of(1))
    assert wrong(bodies.changes, BOOKS, book(id=5), id_of(1)) == {"/data/id": "must be a string"}


def test_a_malformed_body_says_where() -> None:
    with pytest.raises(Invalid, match="not valid JSON") as refused:
        bodies.read(b'{"data": ')
    assert not isinstance(refused.value, Unprocessable)
    assert "column 10" in refused.value.details


def test_attributes_without_a_document_are_checked_too() -> None:
    assert bodies.attributes(BOOKS, {"title": "E", "entry": 1}, creating=True) == {"title": "E"}
    with pytest.raises(Unprocessable):
        bodies.attributes(BOOKS, {}, creating=True)
    assert bodies.attributes(BOOKS, {}, creating=False) == {}


def test_a_json_value_may_be_so_large_and_no_larger() -> None:
    largest = "é" * 999
    assert bodies.new(BOOKS, book({"title": "Emma", "labels": largest})).attributes["labels"] == largest
    told = wrong(bodies.new, BOOKS, book({"title": "Emma", "labels": [largest]}))
    assert told == {"/data/attributes/labels": "must have at most 2000 bytes of JSON"}
