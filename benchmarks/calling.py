"""The product's Lambdas, called in this process as the gateway calls them."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

ROOT = Path(__file__).parents[1]


class Context:
    """What Lambda tells a function about its invocation."""

    function_name = memory_limit_in_mb = invoked_function_arn = aws_request_id = "bench"

    def get_remaining_time_in_millis(self) -> int:
        return 29_000


@cache
def module(function: str) -> Any:
    """The module of the Lambda in `functions/<function>`."""
    spec = importlib.util.spec_from_file_location(
        f"bench_{function}", ROOT / "functions" / function / "app.py"
    )
    assert spec
    assert spec.loader
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    served = getattr(found.api, "api", found.api)  # a JSON:API resource has its routes in an `Api`
    served.logger.setLevel("ERROR")
    return found


def event(method: str, path: str, key: str, body: str = "", media_type: str = "") -> dict[str, Any]:
    """What the gateway sends for `path` with its query string."""
    path, _, query = path.partition("?")
    headers = {"Authorization": f"Bearer {key}", "Host": "api.example.com"}
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers | ({"Content-Type": media_type} if media_type else {}),
        "multiValueQueryStringParameters": parse_qs(query, keep_blank_values=True) or None,
        "pathParameters": None,
        "requestContext": {"path": f"/v1{path}"},
        "body": body or None,
        "isBase64Encoded": False,
    }


def invoke(function: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The function's answer. It prints its metrics: callers redirect that."""
    answer: dict[str, Any] = module(function).handler(asked, Context())
    return answer


_FUNCTIONS = {"deletions": "projects"}
"""Whose Lambda serves a resource, where it has none of its own."""


class DatasetClient:
    """Calls the dataset API with one account's key, and expects to succeed."""

    def __init__(self, key: str) -> None:
        self._key = key

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's document (None: no content). `path` is below the API's own, without a slash."""
        resource = path.partition("?")[0].partition("/")[0]
        text = "" if body is None else json.dumps(body)
        media_type = "application/json" if path.endswith("_rpc") else "application/vnd.api+json"
        asked = event(method, f"/api/v1/dataset/{path}", self._key, text, media_type)
        answer = invoke(_FUNCTIONS.get(resource, resource), asked)
        assert answer["statusCode"] < 300, (method, path, answer["statusCode"], answer["body"][:1000])
        return json.loads(answer["body"]) if answer["body"] else None

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def create(
        self, kind: str, attributes: dict[str, Any] | list[dict[str, Any]], **parents: tuple[str, str]
    ) -> Any:
        """Create one record (its id), or several of one request (their ids); a parent is its type and id."""
        several = attributes if isinstance(attributes, list) else [attributes]
        relationships = {
            name: {"data": {"type": f"dataset:{of}", "id": its_id}} for name, (of, its_id) in parents.items()
        }
        data = [
            {"type": f"dataset:{kind}", "attributes": each, "relationships": relationships}
            for each in several
        ]
        made = self.call("POST", kind, {"data": data if isinstance(attributes, list) else data[0]})["data"]
        return [each["id"] for each in made] if isinstance(made, list) else made["id"]
