"""What a resource is. A description reads like its documentation:

DATASETS = Resource(
    "dataset:datasets",
    "/api/v1/dataset/datasets",
    attributes={
        "project_id": uuid(writable="never"),
        "name": text(required=True, most=255),
        "labels": json_value(nullable=True),
        "created_at": instant(writable="never"),
    },
    relationships={
        "project": to_one("dataset:projects", of="project_id"),
        "entries": to_many("dataset:entries", to="dataset_id"),
    },
    parents=(Parent("project"),),
    included=("entries", "project"),
)
connect(PROJECTS, DATASETS, ENTRIES)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any, Literal, NamedTuple

from hearback.jsonapi import kinds
from hearback.jsonapi.kinds import Kind

Record = Any
"""What the domain keeps: an object with `id` (text) and an attribute for each of its resource's."""

Writable = Literal["always", "create", "never"]
Key = str | Callable[[Record], Any]
"""An attribute of a record, or what computes a value from it."""


class Attribute(NamedTuple):
    """One attribute of a resource.

    `check` sees the value that a body brings, gives the value to keep, and raises `Invalid` (its message
    a predicate: "must be …"), or `Unprocessable` whose pointers go on from the attribute's.
    `hidden` attributes are written only: never shown, sorted or filtered by.
    """

    kind: Kind
    required: bool = False
    writable: Writable = "always"
    nullable: bool = False
    hidden: bool = False
    check: Callable[[Any], Any] | None = None


def text(*, most: int | None = None, required: bool = False, **more: Any) -> Attribute:
    """Text; where it is required it must not be blank either."""
    kind = kinds.text(most, blank=not required) if most is not None or required else kinds.TEXT
    return Attribute(kind, required, **more)


def integer(**more: Any) -> Attribute:
    return Attribute(kinds.INTEGER, **more)


def number(**more: Any) -> Attribute:
    return Attribute(kinds.NUMBER, **more)


def boolean(**more: Any) -> Attribute:
    return Attribute(kinds.BOOLEAN, **more)


def instant(**more: Any) -> Attribute:
    """Nanoseconds since 1970 in whole microseconds, as an `int`."""
    return Attribute(kinds.INSTANT, **more)


def json_value(*, most: int | None = None, **more: Any) -> Attribute:
    """Any JSON value, kept as plain Python; of up to `most` bytes."""
    return Attribute(kinds.JSON if most is None else kinds.json_of(most), **more)


def uuid(**more: Any) -> Attribute:
    return Attribute(kinds.UUID, **more)


def one_of(values: Iterable[str], **more: Any) -> Attribute:
    """One of these texts; from a `StrEnum` the member itself is kept."""
    return Attribute(kinds.one_of(values), **more)


class Relationship(NamedTuple):
    """A record and the related ones belong together where `of(record) == to(related)`.

    `always`: the key is the related one's id, so the linkage is known without looking at it.
    """

    type: str
    of: Key
    to: Key
    many: bool = False
    always: bool = False


def to_one(type: str, of: str) -> Relationship:
    """Belongs to the one whose id the attribute `of` holds; always linked."""
    return Relationship(type, of, "id", always=True)


def to_one_by(type: str, of: Key, to: Key) -> Relationship:
    """Belongs to the one that has the same key; linked only where it is included."""
    return Relationship(type, of, to)


def to_many(type: str, to: Key, of: Key = "id") -> Relationship:
    """Has all those that have the same key; linked only where they are included."""
    return Relationship(type, of, to, many=True)


def getter(key: Key) -> Callable[[Record], Any]:
    return attrgetter(key) if isinstance(key, str) else key


class Parent(NamedTuple):
    """A relationship that `create` takes, from the attribute as well if one is named."""

    relationship: str
    attribute: str | None = None
    required: bool = True


class Special(NamedTuple):
    """A filter that is more than an attribute's: `test(record, values)`, with the values read as `kind`."""

    kind: Kind
    test: Callable[[Record, frozenset[Any]], bool]


@dataclass(eq=False, repr=False)
class Resource:
    """One type of resource. `path` is that of its collection; `included` lists the paths that may be."""

    type: str
    path: str
    attributes: Mapping[str, Attribute]
    relationships: Mapping[str, Relationship] = field(default_factory=dict)
    _: KW_ONLY
    id: Kind = kinds.UUID
    parents: Sequence[Parent] = ()
    filters: Mapping[str, Special] = field(default_factory=dict)
    included: Sequence[str] = ()
    _others: Mapping[str, Resource] = field(init=False, default_factory=dict)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The attributes of an answer."""
        return tuple(name for name, attribute in self.attributes.items() if not attribute.hidden)

    @cached_property
    def asked(self) -> dict[str, Attribute]:
        """What can be filtered and sorted by."""
        return {"id": Attribute(self.id, writable="never")} | {
            name: self.attributes[name] for name in self.shown
        }

    def __repr__(self) -> str:
        return f"<Resource {self.type}>"

    def related(self, name: str) -> Resource:
        """The resource at the other end of the relationship."""
        return self._others[self.relationships[name].type]

    def connect(self, others: Mapping[str, Resource]) -> None:
        self._others = others

    def url(self, base: str, id: str) -> str:
        """The absolute address of one record, below the API's own `base`."""
        return f"{base}{self.path}/{id}"


def connect(*resources: Resource) -> dict[str, Resource]:
    """Let resources that name each other's types know each other; returns them by type."""
    by_type = {resource.type: resource for resource in resources}
    for resource in resources:
        resource.connect(by_type)
    return by_type
