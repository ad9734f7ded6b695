"""What attributes' values mean: which are the same, which is the greater one, how a query names them.

Written from the contract: nothing here asks the product.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Kind(NamedTuple):
    """`key` turns a value of an answer, and `read` the text of a query, into what is compared and ordered.

    `read` raises `ValueError` for what is refused with 422.
    """

    key: Callable[[Any], Any]
    read: Callable[[str], Any]
    operators: tuple[str, ...] = ("", "eq", "in", "gte", "lte")


def _itself(value: Any) -> Any:
    return value


def canonical(value: Any) -> str:
    """The same text for the same JSON value: 1.0 is 1, and the members of objects have no order."""
    return json.dumps(_whole(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _whole(value: Any) -> Any:
    match value:
        case dict():
            return {name: _whole(each) for name, each in value.items()}
        case list():
            return [_whole(each) for each in value]
        case float() if value == int(value):
            return int(value)
        case _:
            return value


def _read_json(text: str) -> str:
    """A value that is no JSON is a string, unless it begins like JSON."""
    try:
        return canonical(json.loads(text, parse_constant=_refuse))
    except ValueError:
        if text.lstrip()[:1] in ("{", "[", '"'):
            raise
        return canonical(text)


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _read_uuid(text: str) -> str:
    if not _UUID.fullmatch(text.lower()):
        raise ValueError(text)
    return text.lower()


def _read_instant(text: str) -> int:
    return microseconds(datetime.fromisoformat(text))


def read_end(text: str) -> int:
    """The end of what a `__lte` means: a date is its whole day."""
    day = timedelta(days=1, microseconds=-1) if len(text) == len("2026-11-22") else timedelta()
    return microseconds(datetime.fromisoformat(text) + day)


def microseconds(when: datetime) -> int:
    """Since 1970; what says no time zone is meant in UTC."""
    since = (when if when.tzinfo else when.replace(tzinfo=UTC)) - _EPOCH
    return since // timedelta(microseconds=1)


def _read_boolean(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text.lower()]


TEXT = Kind(_itself, _itself, ("", "eq", "in", "gte", "lte", "match"))
CHOICE = Kind(_itself, _itself, ("", "eq", "in"))
INTEGER = Kind(_itself, int)
NUMBER = Kind(_itself, float)
INSTANT = Kind(_read_instant, _read_instant)
UUID = Kind(_itself, _read_uuid)
DIGITS = Kind(int, int)
JSON = Kind(canonical, _read_json, ("", "eq"))
BOOLEAN = Kind(_itself, _read_boolean, ("",))


def pieces(kind: Kind, operator: str, text: str, *, element: bool) -> list[str]:
    """The values that one value of a query names; `element`: it came as one of an array, `filter[x][]`.

    A comma separates, but a text may hold one: then the whole is meant as well, and alone where it is
    no list.
    """
    if kind is JSON or operator == "match":
        return [text]
    if kind is not TEXT:
        return [piece.strip() for piece in text.split(",") if piece.strip()] or [text]
    if element or operator not in ("", "in") or "," not in text:
        return [text]
    return [text, *filter(None, text.split(","))]
