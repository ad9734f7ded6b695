"""A JSON:API route as the parts of an OpenAPI operation."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any, get_args

from hearback.jsonapi import documents, links
from hearback.jsonapi.documents import View
from hearback.jsonapi.question import Page
from hearback.jsonapi.resource import Attribute, Resource
from hearback.wire.jsonapi import MEDIA_TYPE, Offer

from local.openapi import questions, refusals, resources, tables, values
from local.openapi.resources import reference, title
from local.openapi.routes import Route
from local.openapi.schemas import Schema
from local.openapi.tables import Known

BASE = "http://127.0.0.1:4566/v1"
"""Where the records of the examples are."""

_LOCATION = {"schema": {"type": "string", "format": "uri"}}


def parts(route: Route, known: Known) -> Schema:
    """Its parameters, request body and responses."""
    offer: Offer = route.operation.offer
    return {
        "parameters": [*_path(route, offer, known), *_query(route, offer, known)],
        "requestBody": _body(route, offer, known),
        "responses": _answers(route, offer, known) | refusals.references(route.api.family),
    }


def components(known_routes: list[Route]) -> dict[str, Schema]:
    """What the operations refer to."""
    offers = [(route.name, route.operation.offer) for route in known_routes]
    offers = [(name, offer) for name, offer in offers if isinstance(offer, Offer)]
    made = resources.components({offer.resource.type: offer.resource for _, offer in offers}.values())
    for name, offer in offers:
        if offer.expected:
            made[_form_name(name)] = _expected(offer.expected, offer.resource)
    return made


# ── Requests ──


def _path(route: Route, offer: Offer, known: Known) -> list[Schema]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": values.value(offer.resource.id),
            "description": f"Identifier of the record ({offer.resource.type}).",
            "example": known.records[offer.resource.type]["id"],
        }
        for name in re.findall(r"{(\w+)}", route.operation.path)
    ]


def _query(route: Route, offer: Offer, known: Known) -> list[Schema]:
    asked = {"index": questions.of_list, "show": questions.of_one}.get(offer.kind)
    examples = known.examples[route.name].get("query", {})
    return [questions.as_openapi(each, examples) for each in asked(offer.resource)] if asked else []


def _body(route: Route, offer: Offer, known: Known) -> Schema:
    schema = _asked_for(route, offer)
    if schema is None:
        return {}
    media = {"schema": schema, "example": known.examples[route.name]["body"]}
    required = offer.kind != "action" or any(each.required for each in (offer.expected or {}).values())
    return {"required": required, "content": {MEDIA_TYPE: media, "application/json": media}}


def _asked_for(route: Route, offer: Offer) -> Schema | None:
    name = title(offer.resource.type)
    if offer.kind == "create" and offer.most > 1:
        several = {"type": "array", "items": reference(f"New{name}DataForm"), "minItems": 1}
        return {
            "anyOf": [reference(f"New{name}Form"), resources.form(several | {"maxItems": offer.most})],
        }
    if offer.kind == "create":
        return reference(f"New{name}Form")
    if offer.kind == "update":
        return reference(f"{name}ChangesForm")
    return reference(_form_name(route.name)) if offer.expected else None


def _form_name(operation: str) -> str:
    return "".join(word.title() for word in operation.split("_")) + "Form"


def _expected(expected: Any, resource: Resource) -> Schema:
    """What an action is told: as JSON:API has it, or flat."""
    flat = resources.attributes(expected, resource.type)
    required = [name for name, each in expected.items() if each.required]
    flat |= {"required": required} if required else {}
    data: Schema = {"type": "object", "properties": {"attributes": flat}}
    data |= {"required": ["attributes"]} if required else {}
    return {"anyOf": [resources.form(data), flat]}


# ── Answers ──


def _answers(route: Route, offer: Offer, known: Known) -> Schema:
    name = title(offer.resource.type)
    one, many = reference(f"{name}Document"), reference(f"{name}List")
    example = _example(offer, known)
    match offer.kind:
        case "index":
            made = {"200": _response("The page.", many, example)}
        case "create":
            schema = {"anyOf": [one, many]} if offer.most > 1 else one
            made = {"201": _response("The record as it is kept.", schema, example)}
            made["201"]["headers"] = {"Location": _LOCATION | {"description": "Where the record is."}}
        case "destroy":
            made = {"204": _gone(offer)}
        case _:
            made = {"200": _response("The record.", one, example)}
    if type(None) in get_args(offer.gives):
        made["204"] = {"description": "There is nothing to give."}
    if its_links := tables.links(route.name, known.examples):
        next(iter(made.values()))["links"] = its_links
    return made


def _response(description: str, schema: Schema, example: Any) -> Schema:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema, "example": example}}}


def _gone(offer: Offer) -> Schema:
    made: Schema = {"description": "It is gone."}
    if offer.gives is str:
        why = "How far the deletion of what was in it is."
        made["headers"] = {"Location": _LOCATION | {"description": why}}
    return made


def _example(offer: Offer, known: Known) -> Any:
    """The document that the product makes of the example's record."""
    record, view = example_record(offer.resource, known), View(BASE)
    if offer.kind == "index":
        page = links.page_links(BASE + offer.resource.path, {}, Page())
        made = documents.many(offer.resource, [record], view, links=page)
    else:
        made = documents.one(offer.resource, record, view)
    return json.loads(json.dumps(made))


def example_record(resource: Resource, known: Known) -> Any:
    """The example of this type, as the domain would keep it."""
    told = known.records[resource.type]
    kept = {name: _kept(each, told[name]) for name, each in resource.attributes.items()}
    return SimpleNamespace(id=told["id"], **kept)


def _kept(attribute: Attribute, value: Any) -> Any:
    return None if value is None else attribute.kind.take(value)
