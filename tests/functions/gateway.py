"""Calls of the handlers, as Lambda and the gateway make them."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs

from local.paths import ROOT
from tests.functions.permissions import Watch

WATCH = Watch()


class Context:
    """What Lambda tells a function about its invocation."""

    function_name = memory_limit_in_mb = "hearback"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:hearback"
    aws_request_id = "8f5a1c1e-5d0a-4f0b-9e70-3f0f1d9f7c11"

    def get_remaining_time_in_millis(self) -> int:
        return 29_000


@cache
def app(function: str) -> ModuleType:
    """A function's module, under a name of its own."""
    spec = importlib.util.spec_from_file_location(
        f"functions_{function}", ROOT / "functions" / function / "app.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def invoke(function: str, event: dict[str, Any]) -> Any:
    """What the function answers; it may do no more than its policies allow."""
    with WATCH.over(function):
        return app(function).handler(event, Context())


def sample(function: str, case: str) -> dict[str, Any]:
    """One of the events that document a function."""
    event: dict[str, Any] = json.loads((ROOT / "events" / function / f"{case}.json").read_text())
    return event


@dataclass(frozen=True)
class Reply:
    """An answer of an API."""

    status: int
    document: Any
    """The JSON of the body; None where there is no body."""
    headers: dict[str, str]

    # ── What a JSON:API document says ──

    @property
    def data(self) -> Any:
        assert self.status < 300, self.document
        return self.document["data"]

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def attributes(self) -> dict[str, Any]:
        return dict(self.data["attributes"])

    @property
    def ids(self) -> list[str]:
        """Of a list."""
        return [each["id"] for each in self.data]

    @property
    def included(self) -> list[tuple[str, str]]:
        """Type and id of what came along."""
        return [(each["type"], each["id"]) for each in self.document["included"]]

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Status and place of each error."""
        errors = self.document["errors"]
        assert all(error["title"] and error["detail"] for error in errors)
        return [(error["status"], next(iter(error.get("source", {}).values()), "")) for error in errors]


@dataclass(frozen=True)
class Product:
    """The product's resources, and the keys of its accounts by name."""

    template: dict[str, Any]
    keys: dict[str, str]

    def call(
        self,
        method: str,
        path: str,
        body: str = "",
        key: str = "admin",
        function: str = "translation_feedback",
    ) -> tuple[int, Any]:
        """Call an API as the gateway would; the status and the JSON document of the answer."""
        reply = self.ask(function, method, path, body, {"Authorization": f"Bearer {self.keys[key]}"})
        return reply.status, reply.document

    def ask(
        self, function: str, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> Reply:
        """The same with headers of one's own, and with those of the answer."""
        path, _, query = path.partition("?")
        event = {
            "resource": path,
            "path": path,
            "httpMethod": method,
            "headers": {"Host": "api.example.com", "X-Forwarded-Proto": "https", **(headers or {})},
            "multiValueQueryStringParameters": parse_qs(query, keep_blank_values=True) or None,
            "pathParameters": None,
            "requestContext": {"path": f"/v1{path}"},
            "body": body or None,
            "isBase64Encoded": False,
        }
        answer = invoke(function, event)
        given = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        document = json.loads(answer["body"]) if answer["body"] else None
        return Reply(answer["statusCode"], document, given)
