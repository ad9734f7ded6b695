"""One route as an OpenAPI operation."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Annotated, Any, Union, get_args, get_origin

from hearback.wire.families import TASK_FEEDBACK, TASKS, Family
from hearback.wire.jsonapi import Offer
from hearback.wire.messages import Answer, to_json
from pydantic import BaseModel

from local.openapi import jsonapi, refusals, rpc, tables
from local.openapi.routes import Route
from local.openapi.schemas import REFERENCE, Said, Schema, resolved
from local.openapi.tables import Known
from local.openapi.task_documents import ANSWERS

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MULTIPART = "multipart/form-data"
JSON_ALONE = (TASKS, TASK_FEEDBACK)
"""Families whose bodies are nested: no form can say them."""

FILE: Schema = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}


def said(route: Route) -> Iterator[Said]:
    """The types that the route's requests and answers are made of."""
    if route.operation.offer is not None:
        return
    arguments = _arguments(route)
    for name in ("query", "form", "parameters"):
        if name in arguments:
            yield arguments[name], "validation"
    if "upload" in arguments:
        yield _upload_fields(arguments["upload"]), "validation"
    for name in _path_variables(route):
        yield _plain(arguments[name]), "validation"
    for kind in _answers(route).values():
        if _is_document(kind):
            yield kind, "serialization"


def operation(route: Route, known: Known, security: list[dict[str, list[str]]]) -> Schema:
    """The operation object; its errors are those of its family."""
    text = " ".join((route.operation.function.__doc__ or "").split())
    made = {
        "operationId": route.name,
        "tags": [route.function.name],
        "summary": re.split(r"[.;:] |\.$", text.removeprefix("Ours: "))[0],
        "description": text,
        **_parts(route, known),
        "security": security,
    }
    return {name: value for name, value in made.items() if value or name == "security"}


def _parts(route: Route, known: Known) -> Schema:
    if isinstance(route.operation.offer, Offer):
        return jsonapi.parts(route, known)
    if route.operation.offer is not None:
        return rpc.parts(route, known)
    return {
        "parameters": [*_path_parameters(route, known), *_query_parameters(route, known)],
        "requestBody": _body(route, known),
        "responses": _responses(route, known),
    }


def _arguments(route: Route) -> dict[str, Any]:
    arguments: dict[str, Any] = route.operation.function.__annotations__
    return arguments


def _path_variables(route: Route) -> list[str]:
    return re.findall(r"{(\w+)}", route.operation.path)


def _plain(kind: Any) -> Any:
    """The type below the notes on how its text is read."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _upload_fields(kind: Any) -> Any:
    """The model of the fields beside an upload's file: `Annotated[Multipart, Model]`."""
    notes = getattr(kind, "__metadata__", ())
    return next((note for note in notes if isinstance(note, type) and issubclass(note, BaseModel)), BaseModel)


# ── Requests ──


def _path_parameters(route: Route, known: Known) -> list[Schema]:
    arguments, examples = _arguments(route), known.examples[route.name].get("path", {})
    return [
        _parameter(
            name, "path", known.schemas[_plain(arguments[name]), "validation"], known, examples, required=True
        )
        for name in _path_variables(route)
    ]


def _query_parameters(route: Route, known: Known) -> list[Schema]:
    """Of `query`; and of `parameters`, which may each be in the body as well and so are optional here."""
    arguments, examples = _arguments(route), known.examples[route.name].get("query", {})
    kind = arguments.get("query", arguments.get("parameters"))
    if kind is None:
        return []
    model = resolved(known.schemas[kind, "validation"], known.components)
    required = model.get("required", ()) if "query" in arguments else ()
    in_body_alone = "array" if route.operation.family in JSON_ALONE else None
    return [
        _parameter(name, "query", schema, known, examples, required=name in required)
        for name, schema in model.get("properties", {}).items()
        if schema.get("type", "") != in_body_alone
    ]


def _parameter(
    name: str, place: str, schema: Schema, known: Known, examples: Mapping[str, Any], *, required: bool
) -> Schema:
    schema = {keyword: value for keyword, value in schema.items() if keyword != "description"}
    made = {"name": name, "in": place, "schema": schema, "required": required}
    if name in known.fields:
        made["description"] = known.fields[name]
    if name in examples:
        made["example"] = examples[name]
    return made


def _body(route: Route, known: Known) -> Schema:
    arguments, example = _arguments(route), known.examples[route.name].get("body")
    if "upload" in arguments:
        return _multipart_body(arguments["upload"], known, example)
    kind = arguments.get("form", arguments.get("parameters"))
    if kind is None:
        return {}
    schema = known.schemas[kind, "validation"]
    media = {"schema": schema} | ({} if example is None else {"example": example})
    if route.operation.family in JSON_ALONE:
        required = "form" in arguments and bool(resolved(schema, known.components).get("required"))
        return {"required": required, "content": {JSON: media}}
    return {"required": "form" in arguments, "content": {FORM: media, JSON: media}}


def _multipart_body(upload: Any, known: Known, example: Any) -> Schema:
    fields = resolved(known.schemas[_upload_fields(upload), "validation"], known.components)
    schema = {
        "type": "object",
        "properties": {**fields.get("properties", {}), "file": FILE},
        "required": [*fields.get("required", ()), "file"],
    }
    return {"required": True, "content": {MULTIPART: {"schema": schema, "example": example}}}


# ── Answers ──


def _answer(route: Route) -> Any:
    """The type of the document, less the `Answer` that may stand in its place."""
    kind = route.operation.answer
    if get_origin(kind) in (Union, types.UnionType):
        return Union[tuple(one for one in get_args(kind) if one is not Answer)]  # noqa: UP007 - made at run time
    return kind


def _answers(route: Route) -> Mapping[int, Any]:
    """The types of its documents by status."""
    return ANSWERS.get(route.name) or {200: _answer(route), **route.operation.also}


def _is_document(kind: Any) -> bool:
    return kind is not None and not isinstance(kind, str)


def _responses(route: Route, known: Known) -> Schema:
    answers = _answers(route)
    made = {str(status): _response(route, status, kind, known) for status, kind in answers.items()}
    return refusals.references(route.operation.family) | made


def _response(route: Route, status: int, kind: Any, known: Known) -> Schema:
    made: Schema = {"description": HTTPStatus(status).phrase}
    if status in (HTTPStatus.ACCEPTED, HTTPStatus.FOUND) and route.operation.family not in JSON_ALONE:
        made["headers"] = {"Location": {"schema": {"type": "string"}, "description": "Where to look next."}}
    about = known.examples[route.name] if status == min(_answers(route)) else {}
    if isinstance(kind, str):
        made["content"] = {kind: _media({"type": "string"}, about.get("answer"))}
    elif kind is not None:
        schema = _or_refusal(route.operation.family, status, known.schemas[kind, "serialization"])
        made["content"] = content(route.operation.family, schema, about.get("answer"))
    if "links" in about:
        made["links"] = tables.links(route.name, known.examples)
    return made


def _or_refusal(family: Family, status: int, schema: Schema) -> Schema:
    """The schema of an answer with a status that the family has for errors too."""
    if status not in refusals.of(family):
        return schema
    refusal = {"$ref": REFERENCE.format(model=refusals.schema_name(family))}
    return {"anyOf": [schema, refusal]}


def content(family: Family, schema: Schema, example: Any) -> dict[str, Schema]:
    """The document in each of the media types in which the family gives it."""
    made = {family.media_type: _media(schema, example)}
    if family.calls_back:
        call = None if example is None else f"callback({to_json(example)});"
        made["application/javascript"] = _media({"type": "string"}, call)
    return made


def _media(schema: Schema, example: Any) -> Schema:
    return {"schema": schema} if example is None else {"schema": schema, "example": example}
