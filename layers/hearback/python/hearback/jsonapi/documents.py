"""Records as JSON:API documents.

Everything that does not depend on the record is worked out once for a document, so that a list of a
thousand costs little more than its dictionaries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from hearback.jsonapi.errors import VERSION
from hearback.jsonapi.links import encode
from hearback.jsonapi.question import ALL_FIELDS, Fields
from hearback.jsonapi.resource import Record, Relationship, Resource, getter

Document = dict[str, Any]


class View(NamedTuple):
    """What is to be seen of the records: below which address, which attributes, what included."""

    base: str
    """The API's own address, without a slash at the end: resources' paths go on from it."""
    fields: Fields = ALL_FIELDS
    included: Sequence[str] = ()


class Some(NamedTuple):
    """Not all related records: `after` tells, for the key of a record that has more of them, the cursor
    that goes on behind those given. Its relationship then has a link `next`."""

    records: Sequence[Record]
    after: Mapping[Any, str]


Related = Mapping[str, Sequence[Record] | Some]
"""What was fetched for each included path; the relationships' own keys say what belongs to what."""


def one(
    resource: Resource, record: Record, view: View, related: Related | None = None, url: str | None = None
) -> Document:
    """The document of one record; `url` is its own address unless it was asked for in more words."""
    shown = _Shown(view, related or {})
    data = shown.render(resource, [record])[0]
    return shown.document(data, {"self": url or data["links"]["self"]}, {})


def many(
    resource: Resource,
    records: Sequence[Record],
    view: View,
    related: Related | None = None,
    *,
    links: Mapping[str, str],
    meta: Mapping[str, Any] | None = None,
) -> Document:
    """The document of a list; `links` has at least `self`."""
    shown = _Shown(view, related or {})
    return shown.document(shown.render(resource, records), links, meta or {})


def flat(resource: Resource, record: Record) -> dict[str, Any]:
    """The record as JSON-RPC gives it: `id` and its attributes in one object."""
    return {"id": record.id, **_attributes(resource, ALL_FIELDS)(record)}


class _Shown:
    """What one document shows: the primary records, and what came in with them."""

    def __init__(self, view: View, related: Related) -> None:
        self._view = view
        self._related = related
        self._known: dict[tuple[str, str], Document] = {}
        self._included: list[Document] = []

    def render(self, resource: Resource, records: Sequence[Record]) -> list[Document]:
        """The primary records' resource objects; what they bring along is kept for the document."""
        primary = self._objects(resource, records, "")
        for each in primary:
            self._known.setdefault((each["type"], each["id"]), each)
        self._include(resource, records, "")
        return primary

    def document(self, data: Any, links: Mapping[str, str], meta: Mapping[str, Any]) -> Document:
        told: Document = {"jsonapi": VERSION, "links": dict(links), "data": data}
        if self._view.included:
            told["included"] = self._included
        return told | {"meta": dict(meta)}

    def _include(self, resource: Resource, records: Sequence[Record], path: str) -> None:
        for name in self._names(path):
            relationship, other = resource.relationships[name], resource.related(name)
            kept = _belonging(relationship, records, self._fetched(path + name).records)
            for each in self._objects(other, kept, f"{path}{name}."):
                self._add(each)
            self._include(other, kept, f"{path}{name}.")

    def _add(self, each: Document) -> None:
        """A record is shown once, with the linkage of every path on which it came."""
        known = self._known.setdefault((each["type"], each["id"]), each)
        if known is each:
            self._included.append(each)
        elif "relationships" in each:
            known["relationships"] = each["relationships"] | known.get("relationships", {})

    def _names(self, path: str) -> list[str]:
        """The relationships included at `path` ("" or "dataset.")."""
        below = (each.removeprefix(path) for each in self._view.included if each.startswith(path))
        return list(dict.fromkeys(rest.partition(".")[0] for rest in below))

    def _fetched(self, path: str) -> Some:
        found = self._related.get(path, ())
        return found if isinstance(found, Some) else Some(found, {})

    def _objects(self, resource: Resource, records: Iterable[Record], path: str) -> list[Document]:
        type, prefix = resource.type, resource.url(self._view.base, "")
        attributes = _attributes(resource, self._view.fields)
        links = self._linkage(resource, path)
        if not links:
            return [
                {
                    "type": type,
                    "id": record.id,
                    "attributes": attributes(record),
                    "links": {"self": prefix + record.id},
                }
                for record in records
            ]
        return [
            {
                "type": type,
                "id": record.id,
                "attributes": attributes(record),
                "relationships": {name: link(record) for name, link in links},
                "links": {"self": prefix + record.id},
            }
            for record in records
        ]

    def _linkage(self, resource: Resource, path: str) -> list[tuple[str, Callable[[Record], Document]]]:
        included = self._names(path)
        return [
            (name, self._link(resource, name, path))
            for name, relationship in resource.relationships.items()
            if relationship.always or name in included
        ]

    def _link(self, resource: Resource, name: str, path: str) -> Callable[[Record], Document]:
        relationship = resource.relationships[name]
        if relationship.always:
            return _belongs_to(relationship)
        fetched = self._fetched(path + name)
        if not relationship.many:
            return _found_by(relationship, fetched.records)
        return _has_many(relationship, fetched, resource.related(name).url(self._view.base, "")[:-1])


def _attributes(resource: Resource, fields: Fields) -> Callable[[Record], dict[str, Any]]:
    """What makes the attributes object of a record."""
    wanted = fields.get(resource.type)
    names = [name for name in resource.shown if wanted is None or name in wanted]
    if not names:
        return lambda _record: {}
    # attrgetter gives a tuple only for two names and more
    read, keys = attrgetter(names[0], *names), (names[0], *names)
    forms = [(name, form) for name in names if (form := resource.attributes[name].kind.show)]

    def attributes(record: Record) -> dict[str, Any]:
        told = dict(zip(keys, read(record), strict=True))
        for name, form in forms:
            value = told[name]
            if value is not None:
                told[name] = form(value)
        return told

    return attributes


def _belonging(
    relationship: Relationship, records: Iterable[Record], related: Iterable[Record]
) -> list[Record]:
    """Those of `related` that one of `records` is linked to: full linkage, whatever else was fetched."""
    keys = set(map(getter(relationship.of), records)) - {None}
    to = getter(relationship.to)
    return [record for record in related if to(record) in keys]


def _belongs_to(relationship: Relationship) -> Callable[[Record], Document]:
    of, type = getter(relationship.of), relationship.type

    def link(record: Record) -> Document:
        id = of(record)
        return {"data": None if id is None else {"type": type, "id": str(id)}}

    return link


def _found_by(relationship: Relationship, related: Iterable[Record]) -> Callable[[Record], Document]:
    of, to, type = getter(relationship.of), getter(relationship.to), relationship.type
    ids = {to(other): other.id for other in related} | {None: None}

    def link(record: Record) -> Document:
        id = ids.get(of(record))
        return {"data": None if id is None else {"type": type, "id": id}}

    return link


def _has_many(relationship: Relationship, fetched: Some, url: str) -> Callable[[Record], Document]:
    of, to, type = getter(relationship.of), getter(relationship.to), relationship.type
    ids: dict[Any, list[Document]] = defaultdict(list)
    for other in fetched.records:
        ids[to(other)].append({"type": type, "id": other.id})

    def link(record: Record) -> Document:
        key = of(record)
        told: Document = {"data": ids.get(key, [])}
        if isinstance(relationship.to, str):
            related = f"{url}?{encode(f'filter[{relationship.to}]')}={encode(str(key))}"
            told["links"] = {"related": related}
            if key in fetched.after:
                told["links"]["next"] = f"{related}&{encode('page[after]')}={encode(fetched.after[key])}"
        return told

    return link
