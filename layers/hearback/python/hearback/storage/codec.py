"""Records to items and back: for each kind of record one table of its attributes and their kinds.

A record is a `NamedTuple`; an attribute that is None is not stored. JSON values are stored as their
text, since DynamoDB's own maps would cost more bytes, and lose what is a float and what is not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar

from hearback.storage.items import Item

Record = TypeVar("Record", bound=NamedTuple)


class Kind(NamedTuple):
    """How one value is written and read, and what is read where there is none."""

    write: Callable[[Any], dict[str, Any]]
    read: Callable[[dict[str, Any]], Any]
    absent: Any = None


def written_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


TEXT = Kind(lambda value: {"S": value}, itemgetter("S"))
NUMBER = Kind(lambda value: {"N": str(value)}, lambda value: int(value["N"]))
JSON = Kind(lambda value: {"S": written_json(value)}, lambda value: json.loads(value["S"]))
NAME = TEXT._replace(absent="")
"""A text that is the empty one where it is not stored."""


def enum(kind: type[Any]) -> Kind:
    members = {str(member): member for member in kind}
    return Kind(lambda value: {"S": str(value)}, lambda value: members[value["S"]])


class Codec(Generic[Record]):
    """Writes and reads one kind of record; `fields` gives the kind of each of its fields, or most of them.

    A field without a kind is not stored, and keeps its default.
    """

    def __init__(self, record: type[Record], fields: Mapping[str, Kind]) -> None:
        self._make = record._make
        self._fields = fields
        kinds = [(name, fields.get(name, TEXT)) for name in record._fields]  # no kind: it is in no item
        default = record._field_defaults.get
        self._readers = [(name, kind.read, default(name, kind.absent)) for name, kind in kinds]

    def to_item(self, record: Record) -> Item:
        """The record's attributes, without any key."""
        return self.attributes({name: getattr(record, name) for name in self._fields})

    def attributes(self, values: Mapping[str, Any]) -> Item:
        """Some fields' values as attributes, less those that are None."""
        return {name: self._fields[name].write(value) for name, value in values.items() if value is not None}

    def from_item(self, item: Item) -> Record:
        # A list of a thousand spends a fifth of its time here.
        find = item.get
        values = [
            absent if (value := find(name)) is None else read(value) for name, read, absent in self._readers
        ]
        return self._make(values)
