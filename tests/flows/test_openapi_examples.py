"""Each example of the API reference, sent as it stands there, does what it shows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import requests
import yaml
from openapi_schema_validator import OAS31Validator
from requests.auth import AuthBase

from local.openapi.document import PATH
from local.paths import ROOT
from local.stack import Stack
from tests.flows.organizations import ENG_FRA, Organization

DOCUMENT: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
# Examples build on what earlier ones made: the table's order, not the document's.
IN_ORDER = list(yaml.safe_load((ROOT / "local/openapi/examples.yaml").read_text(encoding="utf-8")))
LARGE = "get_export"  # there is no export of its own as long as the answer fits into one request


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
            params={variable: value for (place, variable), value in shown.items() if place == "query"},
            auth=Key(self.stack.keys["admin"]["key"]) if operation["security"] else None,
            timeout=60,
            **_body(operation),
        )
        self._follow_links(operation, response)
        return response

    def _follow_links(self, operation: dict[str, Any], response: requests.Response) -> None:
        for link in operation["responses"]["200"].get("links", {}).values():
            for variable, where in link["parameters"].items():
                member = where.removeprefix("$response.body#/")
                self.found[link["operationId"], variable] = response.json()[member]


def _body(operation: dict[str, Any]) -> dict[str, Any]:
    """What `requests` needs to send the example: the first way that the operation offers."""
    for media_type, media in operation.get("requestBody", {}).get("content", {}).items():
        example = dict(media.get("example", {}))
        if media_type == "multipart/form-data":
            file = {"file": ("feedback.tmx", example.pop("file"))}
            return {"files": file, "data": {name: json.dumps(value) for name, value in example.items()}}
        return {"json" if media_type == "application/json" else "data": example}
    return {}


def test_every_example_in_turn_gets_an_answer_like_the_one_it_shows(
    stack: Stack, http: requests.Session
) -> None:
    reader = Reader(stack, http)
    for name in IN_ORDER:
        if name == LARGE:
            continue
        response = reader.send(name)
        assert response.status_code == 200, f"{name}: {response.text}"
        content = OPERATIONS[name][2]["responses"]["200"]["content"]
        media_type = response.headers["Content-Type"].partition(";")[0]
        document = response.json() if media_type == "application/json" else response.text
        schema = {**content[media_type]["schema"], "components": DOCUMENT["components"]}
        OAS31Validator(schema).validate(document)
        assert "ERROR_" not in response.text


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
