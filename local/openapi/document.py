"""The document: every family's operations, with what they share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hearback import VERSION
from hearback.wire.dataset.rpc import METHODS
from hearback.wire.families import Family

from local.openapi import jsonapi, operations, refusals, rpc, schemas, tables, task_documents
from local.openapi.routes import Route, functions, routes
from local.openapi.schemas import Said, Schema
from local.openapi.tables import Known
from local.paths import ROOT

PATH = ROOT / "docs" / "openapi.json"

INFO = {"title": "Hearback", "version": VERSION, "license": {"name": "MIT"}}
DESCRIPTION = """\
A serverless backend for human feedback.

A key goes with every request but the public ones. What is said of forms holds for JSON bodies too; parameters
that a route does not know are ignored. The dataset API (`/api/v1/dataset`) speaks JSON:API 1.1. The APIs of
tasks and their feedback (`/v2/projects`) take JSON alone; `null` there is nothing given."""

SERVERS = [
    {"url": jsonapi.BASE, "description": "This machine, after `make run`"},
    {
        "url": "https://{api}.execute-api.{region}.amazonaws.com/v1",
        "description": "A deployed stack",
        "variables": {"api": {"default": "hearback"}, "region": {"default": "us-east-1"}},
    },
]

SCHEMES = {
    "key": {"type": "http", "scheme": "basic", "description": "The API key as user name, and no password."},
    "bearer": {"type": "http", "scheme": "bearer", "description": "The API key, or an access token."},
    "accessKey": {
        "type": "apiKey",
        "in": "query",
        "name": "access_key",
        "description": "The API key in the query string.",
    },
    "authToken": {"type": "apiKey", "in": "header", "name": "X-Auth-Token", "description": "The API key."},
    "passKey": {
        "type": "apiKey",
        "in": "query",
        "name": "PassKey",
        "description": "The API key as a parameter, in the query string or the form.",
    },
}

SECURITY = {
    "basic_or_bearer": ("key", "bearer"),
    "by_pass_key": ("passKey", "key", "bearer"),
    "access_key": ("accessKey", "authToken", "bearer", "key"),
}
"""The schemes that each way of `hearback.wire.credentials` to authenticate understands."""


def document() -> dict[str, Any]:
    """The whole OpenAPI document. Raises `ValueError` where the tables and the code do not fit."""
    known = _known()
    paths: dict[str, dict[str, Any]] = {}
    for route in routes():
        made = operations.operation(route, _as_in(route.operation.family, known), _security(route))
        paths.setdefault(route.operation.path, {})[route.operation.method.lower()] = made
    families = {route.operation.family.name: route.operation.family for route in routes()}.values()
    responses = {name: it for family in families for name, it in _error_responses(family).items()}
    components = {
        **known.components,
        **{refusals.schema_name(family): refusals.schema(family) for family in families},
    }
    return {
        "openapi": "3.1.0",
        "info": {**INFO, "description": DESCRIPTION},
        "servers": SERVERS,
        "tags": [{"name": function.name, "description": function.about} for function in functions()],
        "paths": paths,
        "components": {
            "schemas": schemas.reachable([paths, responses], components),
            "responses": responses,
            "securitySchemes": SCHEMES,
        },
    }


def written(made: dict[str, Any]) -> str:
    """The document's one form as text: sorted, so that a change shows where it is."""
    return json.dumps(made, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _known() -> Known:
    every = routes()
    examples, fields = tables.examples(), tables.fields()
    _demand_one_to_one(every, examples)
    found, components = schemas.schemas(
        [*(one for route in every for one in operations.said(route)), *task_documents.elements()]
    )
    task_documents.tell_elements(found, components)
    of_tasks = _of_tasks(every, found, components)
    for name, component in components.items():
        _explain(component, tables.task_fields() if name in of_tasks else fields)
    components |= jsonapi.components(every) | rpc.components(METHODS)
    return Known(found, components, examples, fields, tables.records())


def _of_tasks(every: list[Route], found: Mapping[Said, Schema], components: Mapping[str, Schema]) -> set[str]:
    """The names of the components in which the tasks families speak."""
    theirs = [route for route in every if route.operation.family in operations.JSON_ALONE]
    documents = [found[one] for route in theirs for one in operations.said(route)]
    return set(schemas.reachable(documents, components))


def _as_in(family: Family, known: Known) -> Known:
    """With what the names mean in the family."""
    return replace(known, fields=tables.task_fields()) if family in operations.JSON_ALONE else known


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.operation.public:
        return []
    return [{scheme: []} for scheme in SECURITY[route.api.authenticate.__name__]]


def _demand_one_to_one(every: list[Route], examples: dict[str, Any]) -> None:
    names = [route.name for route in every]
    if len(set(names)) < len(names):
        raise ValueError(f"two routes share a name: {sorted(names)}")
    if differing := set(names) ^ set(examples):
        raise ValueError(f"the examples and the routes differ in {sorted(differing)}")


def _explain(component: dict[str, Any], fields: dict[str, str]) -> None:
    """Give each member the meaning that its name has everywhere."""
    for name, member in component.get("properties", {}).items():
        if name in fields:
            member["description"] = fields[name]


# ── Errors ──


def _error_responses(family: Family) -> dict[str, Any]:
    schema = {"$ref": schemas.REFERENCE.format(model=refusals.schema_name(family))}
    return {
        f"{family.name}.{status}": {
            "description": refusal.meaning,
            "content": operations.content(family, schema, refusals.document(family, refusal)),
        }
        for status, refusal in refusals.of(family).items()
    }
