"""The query parameters of a JSON:API resource: what a list, or one record, can be asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hearback.jsonapi.question import LARGEST_PAGE, LAST_PAGE
from hearback.jsonapi.resource import Resource

from local.openapi import tables
from local.openapi.resources import reference, short, title
from local.openapi.schemas import Schema


class Parameter(NamedTuple):
    name: str
    schema: Schema
    description: str


_COUNT = "`true` counts the list, up to 1000 records past the page's beginning, into `meta`."
_FIELDS = "The attributes to show, separated by commas; all where it is not given."
_INCLUDED = "Related records to bring along, separated by commas."
_SORT = "What to sort by, separated by commas, with `-` the other way round; by id where it is not given."
_PAGES = (
    Parameter(
        "page[number]",
        {"type": "integer", "minimum": 1, "maximum": LAST_PAGE, "default": 1},
        "Number of the page, from 1.",
    ),
    Parameter(
        "page[size]",
        {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": LARGEST_PAGE},
        "Records on a page.",
    ),
    Parameter(
        "page[after]",
        {"type": "string"},
        "Ours, instead of a number: the page behind a cursor, as `links.next` gives it; empty for the first.",
    ),
)
_OPERATORS = {
    "": "{} Equal to the value, or to one of several that are separated by commas.",
    "eq": "As `filter[{name}]`; a text with a comma counts whole.",
    "in": "As `filter[{name}]`: one of several values.",
    "match": "As `filter[{name}]`, for values that hold this text, whatever its case.",
    "gte": "As `filter[{name}]`, for this value and greater ones.",
    "lte": "As `filter[{name}]`, for this value and lesser ones.",
}


def of_list(resource: Resource) -> Iterator[Parameter]:
    """The parameters of `index`."""
    yield from _PAGES
    yield Parameter("sort", _some_of(_keys(resource)), _SORT)
    yield Parameter("count", {"type": "boolean", "default": False}, _COUNT)
    yield from _filters(resource)
    yield from of_one(resource)


def of_one(resource: Resource) -> Iterator[Parameter]:
    """The parameters of `show`."""
    if resource.included:
        yield Parameter("included", _some_of(resource.included), _INCLUDED)
        yield Parameter("include", _some_of(resource.included), "The same as `included`, by JSON:API's name.")
    yield Parameter("fields", _attributes_of(resource), _FIELDS)
    for other in _shown_with(resource):
        yield Parameter(f"fields[{other.type}]", _attributes_of(other), f"As `fields`, for {other.type}.")


def _shown_with(resource: Resource) -> list[Resource]:
    """The resource itself, and those that may be included."""
    found = {resource.type: resource}
    for path in resource.included:
        here = resource
        for step in path.split("."):
            here = here.related(step)
            found[here.type] = here
    return list(found.values())


def _some_of(values: Iterable[str]) -> Schema:
    return {"type": "array", "items": {"type": "string", "enum": list(values)}}


def _attributes_of(resource: Resource) -> Schema:
    return {"type": "array", "items": reference(f"{title(resource.type)}Attribute")}


def _keys(resource: Resource) -> list[str]:
    return [sign + name for name in resource.asked for sign in ("", "-")]


def _filters(resource: Resource) -> Iterator[Parameter]:
    meanings = tables.dataset_fields()
    for name, attribute in resource.asked.items():
        if name in resource.filters:
            continue
        meaning = meanings.get(f"{short(resource.type)}.{name}") or meanings.get(name, "")
        for operator, text in _OPERATORS.items():
            if operator in attribute.kind.operators:
                called = f"{name}__{operator}" if operator else name
                yield _filter(called, text.format(f"{meaning}.", name=name))
    for name in resource.filters:
        yield _filter(name, f"{meanings[f'filter.{name}']}.")


def _filter(name: str, description: str) -> Parameter:
    return Parameter(f"filter[{name}]", {"type": "string"}, description)


def as_openapi(parameter: Parameter, examples: Schema) -> Schema:
    """The parameter object."""
    made: Schema = {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "schema": parameter.schema,
        "description": parameter.description,
    }
    if parameter.schema["type"] == "array":
        made |= {"style": "form", "explode": False}
    if parameter.name in examples:
        made["example"] = examples[parameter.name]
    return made
