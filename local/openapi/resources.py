"""The documents of a JSON:API resource as components: what it answers, and what it is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hearback.jsonapi.resource import Attribute, Parent, Relationship, Resource

from local.openapi import tables, values
from local.openapi.schemas import REFERENCE, Schema

_URL: Schema = {"type": "string", "format": "uri"}
_VERSION: Schema = {
    "type": "object",
    "properties": {"version": {"const": "1.1"}},
    "required": ["version"],
}

SHARED: dict[str, Schema] = {
    "OwnLink": {"type": "object", "properties": {"self": _URL}, "required": ["self"]},
    "PageLinks": {
        "type": "object",
        "description": "Of a page: `next` is there as long as there is more, `last` where the end is known.",
        "properties": dict.fromkeys(("self", "first", "prev", "next", "last"), _URL),
        "required": ["self"],
    },
    "ListMeta": {
        "type": "object",
        "properties": {
            "count": {"type": "integer", "description": "With `count=true`: so many are in the list."},
            "more": {"type": "boolean", "description": "There are more than `count`."},
            "ignored_filters": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Filters that the resource does not know.",
            },
        },
    },
}

_SOURCE: Schema = {
    "type": "object",
    "description": "Where it is wrong.",
    "properties": {
        "pointer": {"type": "string", "description": "JSON Pointer into the body."},
        "parameter": {"type": "string", "description": "Of the query string."},
        "header": {"type": "string"},
    },
    "additionalProperties": False,
}
_FAULT: Schema = {
    "type": "object",
    "properties": {
        "status": {"type": "string", "description": "The answer's HTTP status."},
        "title": {"type": "string"},
        "detail": {"type": "string", "description": "What is wrong."},
        "source": _SOURCE,
    },
    "required": ["status", "title", "detail"],
    "additionalProperties": False,
}
ERROR: Schema = {
    "type": "object",
    "properties": {"errors": {"type": "array", "items": _FAULT, "minItems": 1}, "jsonapi": _VERSION},
    "required": ["errors", "jsonapi"],
}


def title(type: str) -> str:
    """`dataset:project_members` is called ProjectMembers."""
    return "".join(word.title() for word in short(type).split("_"))


def short(type: str) -> str:
    return type.rpartition(":")[2]


def reference(name: str) -> Schema:
    return {"$ref": REFERENCE.format(model=name)}


def components(resources: Iterable[Resource]) -> dict[str, Schema]:
    """Everything that the operations of these resources may refer to."""
    made = dict(SHARED)
    for resource in resources:
        name = title(resource.type)
        made |= {
            f"{name}Attribute": {"type": "string", "enum": list(resource.shown)},
            f"{name}Attributes": shown(resource),
            f"{name}Resource": _object(resource),
            f"{name}Document": _document(
                resource, reference(f"{name}Resource"), "OwnLink", {"type": "object"}
            ),
            f"{name}List": _document(
                resource,
                {"type": "array", "items": reference(f"{name}Resource")},
                "PageLinks",
                reference("ListMeta"),
            ),
            f"New{name}DataForm": _new(resource),
            f"New{name}Form": form(reference(f"New{name}DataForm")),
            f"{name}ChangesForm": form(_changes(resource)),
        }
        if resource.relationships:
            made[f"{name}Relationships"] = _relationships(resource)
    return made


def form(data: Schema) -> Schema:
    """A request document."""
    return {"type": "object", "properties": {"data": data}, "required": ["data"]}


def attributes(given: Mapping[str, Attribute], type: str) -> Schema:
    """An object of attributes, each with what it means."""
    meanings = tables.dataset_fields()
    made: Schema = {"type": "object", "properties": {}}
    for name, attribute in given.items():
        meaning = meanings.get(f"{short(type)}.{name}") or meanings.get(name)
        told = {"description": meaning} if meaning else {}
        made["properties"][name] = values.attribute(attribute) | told
    return made


# ── Answers ──


def shown(resource: Resource) -> Schema:
    """Unless `fields` asks for some only, all of them are there."""
    # What a record has to have when it is made, it has: that is not said of what is shown.
    given = {name: resource.attributes[name]._replace(required=False) for name in resource.shown}
    return attributes(given, resource.type)


def _object(resource: Resource) -> Schema:
    name = title(resource.type)
    properties: dict[str, Schema] = {
        "type": {"const": resource.type},
        "id": values.value(resource.id),
        "attributes": reference(f"{name}Attributes"),
        "links": reference("OwnLink"),
    }
    if resource.relationships:
        properties["relationships"] = reference(f"{name}Relationships")
    always = any(relationship.always for relationship in resource.relationships.values())
    required = ["type", "id", "attributes", "links", *(["relationships"] if always else [])]
    return {"type": "object", "properties": properties, "required": required}


def _relationships(resource: Resource) -> Schema:
    """Linkage is there where the id is known without looking; all of it where they are included."""
    return {
        "type": "object",
        "properties": {name: _relationship(resource, name) for name in resource.relationships},
        "required": [name for name, each in resource.relationships.items() if each.always],
    }


def _relationship(resource: Resource, name: str) -> Schema:
    relationship = resource.relationships[name]
    data = _identifier(relationship, values.value(resource.related(name).id))
    if not relationship.many:
        return _with_data({"oneOf": [data, {"type": "null"}]})
    made = _with_data({"type": "array", "items": data})
    made["properties"]["links"] = {
        "type": "object",
        "description": "`next` goes on behind those that came in.",
        "properties": {"related": _URL, "next": _URL},
    }
    return made


def _with_data(data: Schema) -> Schema:
    return {"type": "object", "properties": {"data": data}, "required": ["data"]}


def _identifier(relationship: Relationship, id: Schema) -> Schema:
    properties: dict[str, Any] = {"type": {"const": relationship.type}, "id": id}
    return {"type": "object", "properties": properties, "required": ["type", "id"]}


def _document(resource: Resource, data: Schema, links: str, meta: Schema) -> Schema:
    properties = {"jsonapi": _VERSION, "links": reference(links), "data": data, "meta": meta}
    required = sorted(properties)
    types = sorted({_end(resource, path).type for path in resource.included})
    if types:
        items = {"anyOf": [reference(f"{title(type)}Resource") for type in types]}
        properties["included"] = {"type": "array", "items": items}
    return {"type": "object", "properties": properties, "required": required}


def _end(resource: Resource, path: str) -> Resource:
    for step in path.split("."):
        resource = resource.related(step)
    return resource


# ── Requests ──


def _new(resource: Resource) -> Schema:
    given = {name: each for name, each in resource.attributes.items() if each.writable != "never"}
    its = attributes(given, resource.type)
    required = [name for name, each in given.items() if each.required]
    properties: dict[str, Schema] = {"type": {"const": resource.type}, "attributes": its}
    for parent in resource.parents:
        if parent.attribute:  # which may stand in for the relationship
            its["properties"][parent.attribute] = {"type": "string"}
    if required:
        its["required"] = required
    needed = ["type", *(["attributes"] if required else [])]
    if resource.parents:
        properties["relationships"] = _parents(resource)
        needed += ["relationships"] if properties["relationships"].get("required") else []
    return {"type": "object", "properties": properties, "required": needed}


def _parents(resource: Resource) -> Schema:
    made: Schema = {"type": "object", "properties": {}}
    for parent in resource.parents:
        relationship = resource.relationships[parent.relationship]
        made["properties"][parent.relationship] = _with_data(_identifier(relationship, {"type": "string"}))
    if required := [parent.relationship for parent in resource.parents if _is_needed(parent)]:
        made["required"] = required
    return made


def _is_needed(parent: Parent) -> bool:
    return parent.required and parent.attribute is None


def _changes(resource: Resource) -> Schema:
    given = {name: each for name, each in resource.attributes.items() if each.writable == "always"}
    properties: dict[str, Any] = {
        "type": {"const": resource.type},
        "id": {"type": "string", "description": "If it is given, the same as in the address."},
        "attributes": attributes(given, resource.type),
    }
    return {"type": "object", "properties": properties, "required": ["type"]}
