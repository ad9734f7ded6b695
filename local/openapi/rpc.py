"""The JSON-RPC endpoint as the parts of an OpenAPI operation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hearback import jsonrpc
from hearback.jsonapi import documents
from hearback.jsonapi.resource import Attribute
from hearback.wire.dataset.resources import ANNOTATIONS

from local.openapi import refusals, resources, tables, values
from local.openapi.jsonapi import example_record
from local.openapi.resources import reference
from local.openapi.routes import Route
from local.openapi.schemas import Schema
from local.openapi.tables import Known

JSON = "application/json"
_ID: Schema = {"type": ["string", "number", "null"]}


def parts(route: Route, known: Known) -> Schema:
    """Its request body and responses."""
    about = known.examples[route.name]
    schema = _or_several(reference("RpcCallForm"), jsonrpc.MOST_CALLS)
    media = {"schema": schema, "example": about["body"]}
    record = documents.flat(ANNOTATIONS, example_record(ANNOTATIONS, known))
    answer = {"jsonrpc": "2.0", "result": json.loads(json.dumps(record)), "id": about["body"]["id"]}
    responses = refusals.references(route.api.family) | {
        "200": _response("What became of the call, or of each in the batch.", _answers(), answer),
        "204": {"description": "There were notifications only; they are carried out."},
        "400": _response("The batch is too large.", reference("RpcAnswer"), _too_large()),
        "401": _response(
            "There is no key, or it is not valid.",
            reference("RpcAnswer"),
            jsonrpc.unauthenticated(refusals.STRANGER).document,
        ),
    }
    if its_links := tables.links(route.name, known.examples):
        responses["200"]["links"] = its_links
    return {
        "parameters": [],
        "requestBody": {"required": True, "content": {JSON: media}},
        "responses": responses,
    }


def components(methods: Mapping[str, Mapping[str, Attribute]]) -> dict[str, Schema]:
    """What it refers to."""
    calls = {"anyOf": [_call(name, parameters) for name, parameters in methods.items()]}
    return {"RpcCallForm": calls, "RpcAnswer": _answer(), "RpcError": _error(), "RpcRecord": _record()}


def _call(name: str, parameters: Mapping[str, Attribute]) -> Schema:
    by_name = resources.attributes(parameters, ANNOTATIONS.type)
    by_name["required"] = [name for name, each in parameters.items() if each.required]
    by_position = {"type": "array", "maxItems": len(parameters)}
    return {
        "type": "object",
        "properties": {
            "jsonrpc": {"const": "2.0"},
            "method": {"const": name},
            "params": {"anyOf": [by_name, by_position]},
            "id": _ID | {"description": "Without one it is a notification, and stays unanswered."},
        },
        "required": ["jsonrpc", "method", "params"],
    }


def _answers() -> Schema:
    return _or_several(reference("RpcAnswer"), jsonrpc.MOST_CALLS)


def _or_several(schema: Schema, most: int) -> Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1, "maxItems": most}]}


def _answer() -> Schema:
    """Either a result or an error."""
    properties = {
        "jsonrpc": {"const": "2.0"},
        "result": reference("RpcRecord"),
        "error": reference("RpcError"),
        "id": _ID,
    }
    either = [{"required": ["result"]}, {"required": ["error"]}]
    return {"type": "object", "properties": properties, "required": ["jsonrpc", "id"], "oneOf": either}


def _record() -> Schema:
    made = resources.shown(ANNOTATIONS)
    made["properties"]["id"] = values.value(ANNOTATIONS.id)
    return made | {"required": sorted(made["properties"])}


def _error() -> Schema:
    data: Schema = {
        "type": "object",
        "description": "Of -32602: what is wrong, by parameter. Of -32600: `batch_limit`.",
    }
    code = {
        "type": "integer",
        "enum": [
            jsonrpc.PARSE_ERROR,
            jsonrpc.INVALID_REQUEST,
            jsonrpc.METHOD_NOT_FOUND,
            jsonrpc.INVALID_PARAMS,
            jsonrpc.INTERNAL_ERROR,
            jsonrpc.UNAUTHENTICATED,
        ],
    }
    properties = {"code": code, "message": {"type": "string"}, "data": data}
    return {"type": "object", "properties": properties, "required": ["code", "message"]}


def _too_large() -> Any:
    calls = json.dumps([1] * (jsonrpc.MOST_CALLS + 1)).encode()
    return jsonrpc.answer(calls, {}).document


def _response(description: str, schema: Schema, example: Any) -> Schema:
    return {"description": description, "content": {JSON: {"schema": schema, "example": example}}}
