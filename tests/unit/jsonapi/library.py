"""A small API of shelves, books and readers: every kind of attribute and relationship that there is."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from hearback.errors import Invalid
from hearback.jsonapi import kinds
from hearback.jsonapi.errors import Fault, Unprocessable
from hearback.jsonapi.resource import (
    Parent,
    Resource,
    Special,
    boolean,
    connect,
    instant,
    integer,
    json_value,
    number,
    one_of,
    text,
    to_many,
    to_one,
    to_one_by,
    uuid,
)
from jsonschema import Draft7Validator

BASE = "https://api.example.com/v1"
AT = 1_763_780_824_123_456_000
"""2025-11-22T03:07:04.123456Z"""


def id_of(number: int) -> str:
    return f"0196f3a0-0000-7000-8000-{number:012x}"


class State(StrEnum):
    HERE = "here"
    LENT = "lent"
    LOST = "lost"


class House(NamedTuple):
    id: str
    name: str = "Main"


class Shelf(NamedTuple):
    id: str
    house_id: str = id_of(900)
    name: str = "A"


class Reader(NamedTuple):
    id: str
    house_id: str
    card: int


class Book(NamedTuple):
    id: str
    shelf_id: str = id_of(800)
    title: str = "Emma"
    note: str | None = None
    pages: int = 300
    weight: float | None = None
    rare: bool = False
    state: State = State.HERE
    labels: Any = None
    reader_card: int | None = None
    sequel_id: str | None = None
    created_at: int = AT
    lent_at: int | None = None
    secret: str | None = "hush"


def _not_banned(value: str) -> str:
    if value == "banned":
        raise Invalid("must not be banned")
    return value.strip()


def _has_no_zero(value: Any) -> Any:
    if isinstance(value, list) and 0 in value:
        raise Unprocessable(Fault("must not be 0", f"/{value.index(0)}"))
    return value


HOUSES = Resource("library:houses", "/houses", attributes={"name": text(required=True)})
READERS = Resource(
    "library:readers",
    "/readers",
    attributes={"card": integer(required=True)},
    relationships={"house": to_one("library:houses", of="house_id")},
    id=kinds.DIGITS,
    included=("house",),
)
SHELVES = Resource(
    "library:shelves",
    "/shelves",
    attributes={"name": text(required=True, most=20), "house_id": uuid(writable="never")},
    relationships={
        "house": to_one("library:houses", of="house_id"),
        "books": to_many("library:books", to="shelf_id"),
    },
    parents=(Parent("house"),),
    included=("house", "books"),
)
BOOKS = Resource(
    "library:books",
    "/books",
    attributes={
        "shelf_id": uuid(writable="never"),
        "title": text(required=True, most=50, check=_not_banned),
        "note": text(nullable=True),
        "pages": integer(),
        "weight": number(nullable=True),
        "rare": boolean(),
        "state": one_of(State),
        "labels": json_value(nullable=True, most=2_000, check=_has_no_zero),
        "reader_card": integer(nullable=True, writable="create"),
        "sequel_id": uuid(nullable=True),
        "created_at": instant(writable="never"),
        "lent_at": instant(nullable=True),
        "secret": text(nullable=True, hidden=True),
    },
    relationships={
        "shelf": to_one("library:shelves", of="shelf_id"),
        "sequel": to_one("library:books", of="sequel_id"),
        "reader": to_one_by("library:readers", of="reader_card", to="card"),
    },
    parents=(Parent("shelf", attribute="shelf_id"), Parent("sequel", required=False)),
    filters={
        "handled": Special(kinds.INTEGER, lambda book, cards: book.reader_card in cards),
        "available": Special(kinds.BOOLEAN, lambda book, wanted: (book.state is State.HERE) in wanted),
    },
    included=("shelf", "shelf.house", "reader", "sequel"),
)
connect(HOUSES, READERS, SHELVES, BOOKS)

_SCHEMA = Draft7Validator(json.loads((Path(__file__).parent / "schema.json").read_text()))


def check(document: dict[str, Any]) -> dict[str, Any]:
    """The document as its reader gets it, once it has passed JSON:API's schema and its rules beyond."""
    told: dict[str, Any] = json.loads(json.dumps(document, allow_nan=False))
    _SCHEMA.validate(told)
    _check_full_linkage(told)
    return told


def _check_full_linkage(document: dict[str, Any]) -> None:
    """No resource object comes twice, and something leads to every included one."""
    data = document.get("data") or []
    every = [*(data if isinstance(data, list) else [data]), *document.get("included", [])]
    names = [(each["type"], each["id"]) for each in every]
    assert len(names) == len(set(names))
    linked = {(to["type"], to["id"]) for each in every for to in _linked(each)}
    assert {(each["type"], each["id"]) for each in document.get("included", [])} <= linked


def _linked(resource: dict[str, Any]) -> list[dict[str, str]]:
    found = []
    for relationship in resource.get("relationships", {}).values():
        data = relationship.get("data")
        found += data if isinstance(data, list) else [data] if data else []
    return found
