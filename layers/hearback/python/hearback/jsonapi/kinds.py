"""What an attribute's values are: as JSON of a body, as text of a query, in order, and shown.

Each kind is one value of `Kind`. What is wrong raises `Invalid`, whose message is a whole predicate
("must be an integer"), so that it can stand behind any name.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from hearback.errors import Invalid
from hearback.jsonapi import instants, strict

MOST_INTEGER: Final = 10**18
"""Integers are kept between ± this: exact in the database, in JSON's common readers nearly so."""

ORDERED: Final = frozenset({"", "eq", "in", "gte", "lte"})
EQUAL: Final = frozenset({"", "eq", "in"})
ALL: Final = ORDERED | {"match"}

_INTEGER = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_DIGITS = re.compile(r"\d{1,19}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{0,40})?([eE][+-]?\d{1,3})?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def split(text: str, _operator: str) -> list[str]:
    """A comma list, for values that hold no comma themselves."""
    return [piece.strip() for piece in text.split(",") if piece.strip()] or [text]


def split_text(text: str, operator: str) -> list[str]:
    """A comma list of texts; since a text may hold a comma, the whole counts too, and beside `in` alone."""
    return [text, *filter(None, text.split(","))] if "," in text and operator in ("", "in") else [text]


def split_json(text: str, operator: str) -> list[str]:
    """For `in` a comma list of JSON values, or of bare words; else one value."""
    if operator != "in":
        return [text]
    try:
        return [json.dumps(value) for value in strict.read(f"[{text}]")]
    except Invalid:
        return [text] if text[:1] in _OPENS else split(text, operator)


class Kind(NamedTuple):
    """One kind of value.

    `take` reads the JSON value of a body and `read` the text of a query, both into the value that a record
    keeps; `show` writes it for an answer (None: it is JSON as it is). `same` gives what two equal values
    share and `order` what they sort by (None: the value itself, for both).
    """

    name: str
    take: Callable[[Any], Any]
    read: Callable[[str], Any]
    operators: frozenset[str] = ORDERED
    split: Callable[[str, str], list[str]] = split
    show: Callable[[Any], Any] | None = None
    same: Callable[[Any], Any] | None = None
    order: Callable[[Any], Any] | None = None
    sorts: type | tuple[type, ...] = str
    """The type of what values sort by."""
    read_end: Callable[[str], Any] | None = None
    """Reads the inclusive end of a range, where that differs from `read`."""
    values: tuple[str, ...] = ()
    """All that there are, where they are few."""
    most: int | None = None
    """Characters of the longest text."""


def one_of(values: Iterable[str]) -> Kind:
    """One of these texts, such as the members of a `StrEnum`; filters take no other either."""
    known = {str(value): value for value in values}
    why = "must be one of " + ", ".join(known)

    def take(value: Any) -> Any:
        if not isinstance(value, str) or value not in known:
            raise Invalid(why)
        return known[value]

    return Kind("one of", take, take, EQUAL, values=tuple(known))


def text(most: int | None = None, *, blank: bool = True) -> Kind:
    """Any text of up to `most` characters; without `blank` it needs one that is not a space."""

    def take(value: Any) -> str:
        if not isinstance(value, str):
            raise Invalid("must be a string")
        if not blank and not value.strip():
            raise Invalid("must not be blank")
        if most is not None and len(value) > most:
            raise Invalid(f"must have at most {most} characters")
        return _readable(value)

    return Kind("text", take, _readable, ALL, split_text, most=most)


def _readable(value: str) -> str:
    # A NUL means nothing to a reader, and the keys of the database use it as an end of their own.
    if "\0" in value:
        raise Invalid("must not contain the character NUL")
    if not strict.encodable(value):
        raise Invalid("must not contain half of a surrogate pair")
    return value


def _take_integer(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Invalid("must be an integer")
    return _bounded(value)


def _read_integer(value: str) -> int:
    if not _INTEGER.fullmatch(value.strip()):
        raise Invalid("must be an integer")
    return _bounded(int(value))


def _bounded(value: int) -> int:
    if not -MOST_INTEGER <= value <= MOST_INTEGER:
        raise Invalid("must be between -10^18 and 10^18")
    return value


def _take_number(value: Any) -> float | int:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise Invalid("must be a number")
    return value if isinstance(value, float) else _bounded(value)


def _read_number(value: str) -> float | int:
    if not _NUMBER.fullmatch(value.strip()):
        raise Invalid("must be a number")
    return _take_number(float(value))


def _take_boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid("must be true or false")
    return value


def read_boolean(value: str) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    if value.strip().lower() not in known:
        raise Invalid("must be true or false")
    return known[value.strip().lower()]


def _take_instant(value: Any) -> int:
    if not isinstance(value, str):
        raise Invalid("must be a timestamp such as 2026-11-22T03:07:04.123456Z")
    return instants.kept(_read_instant(value))


def _read_instant(value: str, *, end: bool = False) -> int:
    try:
        return instants.parse(value.strip(), end=end)
    except Invalid:
        raise Invalid("must be a timestamp such as 2026-11-22T03:07:04.123456Z") from None


def _take_uuid(value: Any) -> str:
    if not isinstance(value, str) or not _UUID.fullmatch(value.lower()):
        raise Invalid("must be a UUID")
    return value.lower()


def _take_digits(value: Any) -> str:
    if not isinstance(value, str) or not _DIGITS.fullmatch(value):
        raise Invalid("must be decimal digits")
    return str(int(value))


def _take_json(value: Any) -> Any:
    if not strict.encodable(json.dumps(value, ensure_ascii=False)):
        raise Invalid("must not contain half of a surrogate pair")
    return value


_OPENS: Final = ("{", "[", '"')


def _read_json(value: str) -> str:
    """The canonical text of the JSON value; what is no JSON, and does not begin like some, is a string."""
    try:
        parsed = strict.read(value)
    except Invalid as error:
        if value.lstrip()[:1] in _OPENS:
            raise Invalid(f"must be JSON ({error.details})") from None
        parsed = value
    return _readable_json(strict.canonical(parsed))


def _readable_json(canonical: str) -> str:
    if not strict.encodable(canonical):
        raise Invalid("must not contain half of a surrogate pair")
    return canonical


TEXT = text()
INTEGER = Kind("integer", _take_integer, _read_integer, sorts=int)
NUMBER = Kind("number", _take_number, _read_number, sorts=(int, float))
BOOLEAN = Kind("boolean", _take_boolean, read_boolean, EQUAL, sorts=int)
INSTANT = Kind(
    "instant",
    _take_instant,
    _read_instant,
    show=instants.format,
    sorts=int,
    read_end=lambda value: _read_instant(value, end=True),
)
UUID = Kind("uuid", _take_uuid, _take_uuid)
"""A UUID in its usual form, kept in lower case; UUIDs sort as their text."""
DIGITS = Kind("digits", _take_digits, _take_digits, order=int, sorts=int)
"""An integer written as text, as ids are; it sorts as a number."""
JSON = Kind(
    "json",
    _take_json,
    _read_json,
    EQUAL | {"match"},
    split_json,
    same=strict.canonical,
    order=strict.canonical,
)
"""Any JSON value. As a filter it is compared whole."""


def json_of(most: int) -> Kind:
    """Any JSON value of up to `most` bytes, written without spaces."""

    def take(value: Any) -> Any:
        if len(json.dumps(_take_json(value), ensure_ascii=False, separators=(",", ":")).encode()) > most:
            raise Invalid(f"must have at most {most} bytes of JSON")
        return value

    return JSON._replace(take=take)
