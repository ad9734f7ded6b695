"""Request documents: what a body asks to keep, typed and checked, all faults told at once.

Unknown and read-only attributes are ignored, so that a client may send back what it was given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, NamedTuple

from hearback.errors import Conflict, Forbidden, Invalid
from hearback.jsonapi import strict
from hearback.jsonapi.errors import Fault, Unprocessable, refuse
from hearback.jsonapi.resource import Attribute, Resource

MOST_AT_ONCE: Final = 100
_ATTRIBUTES: Final = "/data/attributes"


class New(NamedTuple):
    """A record to be: its attributes that were given, and the ids of what it belongs to, by relationship."""

    attributes: dict[str, Any]
    related: dict[str, str]


def read(body: bytes) -> Any:
    """The JSON of a body. Raises `Invalid`, with the place, for what is malformed."""
    return strict.read(body)


def new(resource: Resource, document: Any) -> New:
    """The one record that a creating document describes.

    Raises `Unprocessable`; `Forbidden` for an id of the client's own choice.
    """
    faults: list[Fault] = []
    found = _new(resource, _data(document, faults), "/data", faults)
    refuse(faults)
    return found


def several(resource: Resource, document: Any, most: int = MOST_AT_ONCE) -> list[New]:
    """The records of a document whose `data` is an array, of up to `most`; or its only one."""
    if not is_several(document):
        return [new(resource, document)]
    data = document["data"]
    if not 1 <= len(data) <= most:
        raise Unprocessable(Fault(f"must hold between 1 and {most} records", "/data"))
    faults: list[Fault] = []
    found = [_new(resource, each, f"/data/{index}", faults) for index, each in enumerate(data)]
    refuse(faults)
    return found


def is_several(document: Any) -> bool:
    """Whether `data` is an array: many records to be made at once."""
    return isinstance(document, dict) and isinstance(document.get("data"), list)


def changes(resource: Resource, document: Any, id: str) -> dict[str, Any]:
    """The attributes that a PATCH of the record `id` changes.

    Raises `Unprocessable`; `Conflict` when the document is about another record.
    """
    faults: list[Fault] = []
    data = _data(document, faults)
    _check_type(resource, data, "/data", faults)
    _check_same_id(data, id, faults)
    given = _object(data, "attributes", "/data", faults)
    found = _attributes(resource.attributes, given, _ATTRIBUTES, faults, creating=False)
    refuse(faults)
    return found


def said(body: bytes, names: Collection[str]) -> dict[str, list[Any]]:
    """What a body says, unchecked, of some attributes and relationships: different values, and ids, by name."""
    document = read(body) if body.strip() else {}
    data = document.get("data", {"attributes": document}) if isinstance(document, dict) else {}
    found: dict[str, list[Any]] = {}
    for record in data if isinstance(data, list) else [data]:
        for name, value in _said(record):
            if name in names and value not in found.setdefault(name, []):
                found[name].append(value)
    return found


def _said(record: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(record, dict):
        yield from _object(record, "attributes", "", []).items()
        for name, value in _object(record, "relationships", "", []).items():
            linked = value.get("data") if isinstance(value, dict) else None
            yield name, linked.get("id") if isinstance(linked, dict) else None


def attributes(resource: Resource, given: Mapping[str, Any], *, creating: bool) -> dict[str, Any]:
    """Attributes that came without a document around them (JSON-RPC), checked like those with one."""
    faults: list[Fault] = []
    found = _attributes(resource.attributes, given, _ATTRIBUTES, faults, creating=creating)
    refuse(faults)
    return found


def flat(body: bytes) -> dict[str, Any]:
    """What an action is told: `{"data":{"attributes":{…}}}`, a flat object, or nothing at all."""
    return _flat(body)[0]


def action(body: bytes, expected: Mapping[str, Attribute]) -> dict[str, Any]:
    """What an action is told, typed and checked as the attributes `expected` say; others are ignored."""
    given, pointer = _flat(body)
    faults: list[Fault] = []
    found = _attributes(expected, given, pointer, faults, creating=True)
    refuse(faults)
    return found


def _flat(body: bytes) -> tuple[dict[str, Any], str]:
    """The members of an action's body, and the pointer to where they are."""
    document = read(body) if body.strip() else {}
    if not isinstance(document, dict):
        raise Unprocessable(Fault("must be an object", ""))
    if "data" not in document:
        return document, ""
    faults: list[Fault] = []
    given = _object(_object(document, "data", "", faults), "attributes", "/data", faults)
    refuse(faults)
    return given, _ATTRIBUTES


def _data(document: Any, faults: list[Fault]) -> dict[str, Any]:
    """The document's only resource object. Without one there is nothing else to say about it."""
    if not isinstance(document, dict):
        raise Unprocessable(Fault("must be an object", ""))
    if document.get("data") is None:
        raise Unprocessable(Fault("is required", "/data"))
    data = _object(document, "data", "", faults)
    refuse(faults)
    return data


def _object(within: Mapping[str, Any], name: str, pointer: str, faults: list[Fault]) -> dict[str, Any]:
    """The object `name`; what is missing or null is an empty one."""
    value = within.get(name)
    if isinstance(value, dict):
        return value
    if value is not None:
        faults.append(Fault("must be an object", f"{pointer}/{name}"))
    return {}


def _new(resource: Resource, data: Any, pointer: str, faults: list[Fault]) -> New:
    if not isinstance(data, dict):
        faults.append(Fault("must be an object", pointer))
        return New({}, {})
    _check_type(resource, data, pointer, faults)
    _check_no_id(data, pointer, faults)
    given = _object(data, "attributes", pointer, faults)
    related = _related(resource, data, given, pointer, faults)
    place = f"{pointer}/attributes"
    return New(_attributes(resource.attributes, given, place, faults, creating=True), related)


def _check_type(resource: Resource, data: Mapping[str, Any], pointer: str, faults: list[Fault]) -> None:
    type = data.get("type")
    if type is None:
        faults.append(Fault("is required", f"{pointer}/type"))
    elif type != resource.type:
        faults.append(Fault(f"must be {resource.type!r}", f"{pointer}/type"))


def _check_no_id(data: Mapping[str, Any], pointer: str, faults: list[Fault]) -> None:
    id = data.get("id")
    if isinstance(id, str) and id:
        raise Forbidden("The server chooses the ids of new records.", f"{pointer}/id")
    if id not in (None, ""):
        faults.append(Fault("must be a string", f"{pointer}/id"))


def _check_same_id(data: Mapping[str, Any], id: str, faults: list[Fault]) -> None:
    given = data.get("id")
    if given is not None and not isinstance(given, str):
        faults.append(Fault("must be a string", "/data/id"))
    elif given is not None and given.lower() != id.lower():
        raise Conflict("The document is about another record than the address.", "/data/id")


def _related(
    resource: Resource,
    data: Mapping[str, Any],
    given: Mapping[str, Any],
    pointer: str,
    faults: list[Fault],
) -> dict[str, str]:
    """The ids of the parents, by relationship."""
    relationships = _object(data, "relationships", pointer, faults)
    found: dict[str, str] = {}
    for parent in resource.parents:
        place = f"{pointer}/relationships/{parent.relationship}"
        wanted = resource.relationships[parent.relationship].type
        id = _linked(relationships.get(parent.relationship), wanted, place, faults)
        if parent.attribute is not None and id is None:
            place = f"{pointer}/attributes/{parent.attribute}"
            id = _id(given.get(parent.attribute), place, faults)
        if id:
            found[parent.relationship] = id
        elif id is None and parent.required:
            faults.append(Fault("is required", place))
    return found


def _linked(relationship: Any, type: str, pointer: str, faults: list[Fault]) -> str | None:
    """The id in a to-one relationship: None when it is not there, "" when it is wrong."""
    if relationship is None:
        return None
    data = relationship.get("data") if isinstance(relationship, dict) else relationship
    if data is None:
        return None
    if not isinstance(data, dict):
        faults.append(Fault("must be a resource identifier object", f"{pointer}/data"))
        return ""
    if data.get("type") != type:
        faults.append(Fault(f"must be {type!r}", f"{pointer}/data/type"))
    id = _id(data.get("id"), f"{pointer}/data/id", faults)
    if id is None:
        faults.append(Fault("is required", f"{pointer}/data/id"))
    return id or ""


def _id(value: Any, pointer: str, faults: list[Fault]) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and value and strict.encodable(value):
        return value.lower()  # as ids are kept
    faults.append(Fault("must be the id of a record, a string", pointer))
    return ""


def _attributes(
    expected: Mapping[str, Attribute],
    given: Mapping[str, Any],
    pointer: str,
    faults: list[Fault],
    *,
    creating: bool,
) -> dict[str, Any]:
    """Those of the `given` that may be written, as the record keeps them.

    In a new record null is nothing given, for an attribute that cannot be null; in a change it is a fault.
    """
    found: dict[str, Any] = {}
    for name, attribute in expected.items():
        if attribute.writable == "never" or (attribute.writable == "create" and not creating):
            continue
        place, value = f"{pointer}/{name}", given.get(name)
        if value is None and not (attribute.nullable and name in given):
            if creating and attribute.required:
                faults.append(Fault("is required", place))
            elif not creating and name in given:
                faults.append(Fault("must not be null", place))
        else:
            _take(attribute, name, value, place, found, faults)
    return found


def _take(
    attribute: Attribute, name: str, value: Any, place: str, found: dict[str, Any], faults: list[Fault]
) -> None:
    try:
        if value is not None:
            value = attribute.kind.take(value)
            value = attribute.check(value) if attribute.check else value
        found[name] = value
    except Unprocessable as error:
        faults += [fault._replace(pointer=place + (fault.pointer or "")) for fault in error.faults]
    except Invalid as error:
        faults.append(Fault(error.message, place))
