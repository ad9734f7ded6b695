"""The document: every family's operations, with what they share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from hearback import VERSION
from hearback.wire.families import Family

from local.openapi import operations, refusals, schemas
from local.openapi.operations import Known
from local.openapi.routes import Route, apis, routes
from local.paths import ROOT

PATH = ROOT / "docs" / "openapi.json"

INFO = {"title": "Hearback", "version": VERSION, "license": {"name": "MIT"}}
DESCRIPTION = """\
A serverless backend for human feedback.

A key goes with every request but the public ones. What is said of forms holds for JSON bodies too; parameters
that a route does not know are ignored."""

SERVERS = [
    {"url": "http://127.0.0.1:4566/v1", "description": "This machine, after `make run`"},
    {
        "url": "https://{api}.execute-api.{region}.amazonaws.com/v1",
        "description": "A deployed stack",
        "variables": {"api": {"default": "hearback"}, "region": {"default": "us-east-1"}},
    },
]

SCHEMES = {
    "key": {"type": "http", "scheme": "basic", "description": "The API key as user name, and no password."},
    "bearer": {"type": "http", "scheme": "bearer", "description": "The API key, or an access token."},
    "passKey": {
        "type": "apiKey",
        "in": "query",
        "name": "PassKey",
        "description": "The API key as a parameter, in the query string or the form.",
    },
}

SECURITY = {"basic_or_bearer": ("key", "bearer"), "by_pass_key": ("passKey", "key", "bearer")}
"""The schemes that each way of `hearback.wire.credentials` to authenticate understands."""


def document() -> dict[str, Any]:
    """The whole OpenAPI document. Raises `ValueError` where the tables and the code do not fit."""
    known = _known()
    paths: dict[str, dict[str, Any]] = {}
    for route in routes():
        made = operations.operation(route, known, _security(route))
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
        "tags": [{"name": api.family.name, "description": about} for about, api in apis().items()],
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
    examples, fields = _table("examples"), _table("fields")
    _demand_one_to_one(every, examples)
    found, components = schemas.schemas(one for route in every for one in operations.said(route))
    for component in components.values():
        _explain(component, fields)
    return Known(found, components, examples, fields)


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.operation.public:
        return []
    return [{scheme: []} for scheme in SECURITY[route.api.authenticate.__name__]]


def _table(name: str) -> dict[str, Any]:
    text = Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table


def _demand_one_to_one(every: list[Route], examples: dict[str, Any]) -> None:
    names = [route.name for route in every]
    if len(set(names)) < len(names):
        raise ValueError(f"two routes share a name: {sorted(names)}")
    if differing := set(names) ^ set(examples):
        raise ValueError(f"examples.yaml and the routes differ in {sorted(differing)}")


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
