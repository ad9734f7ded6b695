"""JSON schemas of what requests may say and what answers hold, with their shared parts in one place."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema
from typing_extensions import TypedDict, is_typeddict

REFERENCE = "#/components/schemas/{model}"

Schema = dict[str, Any]
Said = tuple[Any, JsonSchemaMode]
"""A type, and the side that says it: `validation` for requests, `serialization` for answers."""


def schemas(said: Iterable[Said]) -> tuple[dict[Said, Schema], dict[str, Schema]]:
    """The schema of each type, and the components to which they refer."""
    adapters = [(kind, mode, TypeAdapter(readable(kind))) for kind, mode in dict.fromkeys(said)]
    found, whole = TypeAdapter.json_schemas(adapters, ref_template=REFERENCE, schema_generator=_Generator)
    return dict(found), whole.get("$defs", {})


class _Generator(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - titles would repeat the names
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """A parameter is given or absent: a form has no null, and JSON's counts as absent."""
        if self.mode == "validation":
            return self.generate_inner(schema["schema"])
        return super().nullable_schema(schema)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        return {name: value for name, value in made.items() if (name, value) != ("default", None)}


def readable(kind: Any) -> Any:
    """`kind` with its TypedDicts in the one form that pydantic reads on every Python."""
    origin, arguments = get_origin(kind), get_args(kind)
    if is_typeddict(kind):
        return _typed_dict(kind)
    if not arguments or origin is Literal:
        return kind
    if origin is Annotated:
        return Annotated[(readable(arguments[0]), *kind.__metadata__)]
    if origin in (Union, types.UnionType):
        return Union[tuple(readable(one) for one in arguments)]  # noqa: UP007 - made at run time
    if origin in (Required, NotRequired):
        return origin[readable(arguments[0])]
    return origin[tuple(readable(one) for one in arguments)]


@cache
def _typed_dict(kind: Any) -> Any:
    hints = get_type_hints(kind, include_extras=True)
    fields = {name: _field(readable(hint), name in kind.__required_keys__) for name, hint in hints.items()}
    make: Any = TypedDict  # called, since the fields are known at run time only
    made = make(kind.__name__, fields)
    made.__doc__, made.__module__ = kind.__doc__, kind.__module__
    return made


def _field(hint: Any, required: bool) -> Any:
    return hint if required or get_origin(hint) in (Required, NotRequired) else NotRequired[hint]


def of_example(value: object) -> Schema:
    """The schema of documents that look like this one."""
    match value:
        case Mapping():
            members = {name: of_example(member) for name, member in value.items()}
            return {"type": "object", "properties": members, "required": sorted(members)}
        case []:
            return {"type": "array"}
        case list():
            return {"type": "array", "items": of_example(value[0])}
        case None:
            return {"type": "null"}
        case bool():
            return {"type": "boolean"}
        case int():
            return {"type": "integer"}
    return {"type": "string"}


def resolved(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    """The schema itself where there is only a reference to it."""
    return components[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def reachable(tree: object, components: Mapping[str, Schema]) -> dict[str, Schema]:
    """Those of the components that `tree` needs."""
    found: dict[str, Schema] = {}
    waiting: list[Any] = [tree]
    while waiting:
        match waiting.pop():
            case {"$ref": str(reference)} as node:
                name = reference.rpartition("/")[2]
                if name in components and name not in found:
                    found[name] = components[name]
                    waiting.append(components[name])
                waiting += node.values()
            case Mapping() as node:
                waiting += node.values()
            case list(members):
                waiting += members
    return found
