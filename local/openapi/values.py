"""The kinds of the dataset API's attributes as JSON schemas."""

from __future__ import annotations

from hearback.jsonapi import kinds
from hearback.jsonapi.kinds import Kind
from hearback.jsonapi.resource import Attribute

from local.openapi.schemas import Schema

_SCHEMAS: dict[str, Schema] = {
    "text": {"type": "string"},
    "one of": {"type": "string"},
    "integer": {"type": "integer", "minimum": -kinds.MOST_INTEGER, "maximum": kinds.MOST_INTEGER},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "instant": {"type": "string", "format": "date-time"},
    "uuid": {"type": "string", "format": "uuid"},
    "digits": {"type": "string", "pattern": "^[0-9]{1,19}$"},
    "json": {},
}


def value(kind: Kind) -> Schema:
    """What a body may say, and an answer says."""
    made = dict(_SCHEMAS[kind.name])
    if kind.values:
        made["enum"] = list(kind.values)
    if kind.most is not None:
        made["maxLength"] = kind.most
    return made


def attribute(attribute: Attribute) -> Schema:
    """The same, with null where that is a value."""
    made = value(attribute.kind)
    if attribute.required and attribute.kind.name == "text":
        made |= {"minLength": 1, "pattern": r"\S"}
    if attribute.nullable and "type" in made:
        made["type"] = [made["type"], "null"]
    if attribute.nullable and "enum" in made:
        made["enum"] = [*made["enum"], None]
    return made
