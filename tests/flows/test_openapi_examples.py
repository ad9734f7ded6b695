"""Each example of the API reference, sent as it stands there, does what it shows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import requests
from openapi_schema_validator import OAS31Validator
from requests.auth import AuthBase

from local.openapi import tables
from local.openapi.document import PATH
from local.stack import Stack
from tests.flows.organizations import ENG_FRA, Organization

DOCUMENT: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
# Examples build on what earlier ones made: the tables' order, not the document's.
IN_ORDER = list(tables.examples())
LARGE = "get_export"  # there is no export of its own as long as the answer fits into one request
IN_PARTS = "complete_upload"  # nobody here sends the parts; test_tmx_uploads.py does


class Key(AuthBase):
    """The key as a bearer."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.key}"
        return request


@dataclass
class Reader:
    """Someone who works through the reference with the demo key, and follows its links."""

    stack: Stack
    http: requests.Session
    found: dict[tuple[str, str], Any] = field(default_factory=dict)
    """What earlier answers held for an operation's path: (operation, name) → value."""
    bodies: dict[str, Any] = field(default_factory=dict)
    """What earlier answers make an operation's body."""

    def send(self, name: str) -> requests.Response:
        method, path, operation = OPERATIONS[name]
        shown = {
            (it["in"], it["name"]): it["example"] for it in operation.get("parameters", ()) if "example" in it
        }
        for (place, variable), value in shown.items():
            if place == "path":
                path = path.replace(f"{{{variable}}}", quote(str(self.found.get((name, variable), value))))
        response = self.http.request(
            method,
            self.stack.base_url + path,
            params={name: _in_query(value) for (place, name), value in shown.items() if place == "query"},
            auth=Key(self.stack.keys["admin"]["key"]) if operation["security"] else None,
            timeout=60,
            **_body(operation, self.bodies.get(name)),
        )
        self._follow_links(operation, response)
        return response

    def _follow_links(self, operation: dict[str, Any], response: requests.Response) -> None:
        for link in _success(operation)[1].get("links", {}).values():
            target = link["operationId"]
            for variable, where in link.get("parameters", {}).items():
                self.found[target, variable] = _held(where, response)
            if "requestBody" in link:
                self.bodies[target] = _filled(link["requestBody"], response)


def _success(operation: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Status and description of the answer that the example gets."""
    status = min(status for status in operation["responses"] if status.startswith("2"))
    return int(status), operation["responses"][status]


def _in_query(value: Any) -> Any:
    return ",".join(value) if isinstance(value, list) else value


def _held(expression: str, response: requests.Response) -> Any:
    """What a runtime expression means: a place in the answer's body."""
    found = response.json()
    for step in expression.removeprefix("$response.body#/").split("/"):
        found = found[int(step) if isinstance(found, list) else step]
    return found


def _filled(body: Any, response: requests.Response) -> Any:
    """The body with what its expressions mean in their places."""
    if isinstance(body, dict):
        return {name: _filled(member, response) for name, member in body.items()}
    if isinstance(body, list):
        return [_filled(member, response) for member in body]
    if isinstance(body, str) and body.startswith("$response.body#/"):
        return _held(body, response)
    return body


def _body(operation: dict[str, Any], made: Any) -> dict[str, Any]:
    """What `requests` needs to send the example: the first way that the operation offers."""
    for media_type, media in operation.get("requestBody", {}).get("content", {}).items():
        example = made or dict(media.get("example", {}))
        if media_type == "multipart/form-data":
            file = {"file": ("feedback.tmx", example.pop("file"))}
            return {"files": file, "data": {name: json.dumps(value) for name, value in example.items()}}
        if media_type.endswith("json"):
            return {"data": json.dumps(example), "headers": {"Content-Type": media_type}}
        return {"data": example}
    return {}


def test_every_example_in_turn_gets_an_answer_like_the_one_it_shows(
    stack: Stack, http: requests.Session
) -> None:
    reader = Reader(stack, http)
    for name in IN_ORDER:
        if name in (LARGE, IN_PARTS):
            continue
        response = reader.send(name)
        status, declared = _success(OPERATIONS[name][2])
        assert response.status_code == status, f"{name}: {response.text}"
        assert "ERROR_" not in response.text
        if "content" in declared:
            media_type = response.headers["Content-Type"].partition(";")[0]
            document = response.json() if media_type.endswith("json") else response.text
            schema = {**declared["content"][media_type]["schema"], "components": DOCUMENT["components"]}
            OAS31Validator(schema).validate(document)


def test_links_lead_to_operations_and_to_what_they_ask_for() -> None:
    for _, _, operation in OPERATIONS.values():
        for link in _success(operation)[1].get("links", {}).values():
            _, _, target = OPERATIONS[link["operationId"]]
            asked = {parameter["name"] for parameter in target.get("parameters", ())}
            assert set(link.get("parameters", {})) <= asked
            assert "requestBody" not in link or "requestBody" in target


def test_an_export_too_large_for_one_answer_is_a_redirect_to_a_file_with_a_state(
    organization: Organization,
) -> None:
    _, path, operation = OPERATIONS[LARGE]
    admin = organization.admin
    for number in range(14):
        admin.give(source=f"{number} " + "x" * 300_000, languagePairId=ENG_FRA)
    redirect = admin.get(OPERATIONS["export_feedback"][1], allow_redirects=False)
    assert redirect.status_code == 302
    export_id = redirect.headers["Location"].partition("?")[0].rpartition("/")[2].removesuffix(".tmx")
    response = admin.get(path.replace("{exportId}", export_id))
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    OAS31Validator({**schema, "components": DOCUMENT["components"]}).validate(response.json())
    assert response.json()["entries"] == 14
