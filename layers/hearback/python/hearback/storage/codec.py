"""Records to items and back: for each kind of record one table of its attributes and their kinds.

A record is a `NamedTuple`; an attribute that is None is not stored. JSON values are stored as their
text, since DynamoDB's own maps would cost more bytes, and lose what is a float and what is not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from hearback.storage.items import Item

Record = TypeVar("Record")


class Kind(NamedTuple):
    """How one value is written and read. `read` gets the attribute value, or None where there is none."""

    write: Callable[[Any], dict[str, Any]]
    read: Callable[[Any], Any]


def _optional(write: Callable[[Any], dict[str, Any]], read: Callable[[Any], Any]) -> Kind:
    return Kind(write, lambda value: None if value is None else read(value))


def written_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


TEXT = _optional(lambda value: {"S": value}, lambda value: value["S"])
NUMBER = _optional(lambda value: {"N": str(value)}, lambda value: int(value["N"]))
JSON = _optional(lambda value: {"S": written_json(value)}, lambda value: json.loads(value["S"]))
NAME = Kind(lambda value: {"S": value}, lambda value: value["S"] if value else "")
"""A text that is the empty one where it is not stored."""


def enum(kind: type[Any]) -> Kind:
    members = {str(member): member for member in kind}
    return Kind(lambda value: {"S": str(value)}, lambda value: members[value["S"]])


class Codec(Generic[Record]):
    """Writes and reads one kind of record; `fields` gives the kind of each of its fields, or most of them.

    A field without a kind is not stored, and keeps its default.
    """

    def __init__(self, record: Callable[..., Record], fields: Mapping[str, Kind]) -> None:
        self._record = record
        self._fields = fields
        self._readers = [(name, kind.read) for name, kind in fields.items()]

    def to_item(self, record: Record) -> Item:
        """The record's attributes, without any key."""
        return self.attributes({name: getattr(record, name) for name in self._fields})

    def attributes(self, values: Mapping[str, Any]) -> Item:
        """Some fields' values as attributes, less those that are None."""
        return {name: self._fields[name].write(value) for name, value in values.items() if value is not None}

    def from_item(self, item: Item) -> Record:
        find = item.get
        return self._record(**{name: read(find(name)) for name, read in self._readers})
