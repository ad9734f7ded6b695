"""Requests to the dataset API, answered by its handlers in this process."""

from __future__ import annotations

import importlib.util
import json
import time
from collections.abc import Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from hearback.access import accounts, store
from hearback.access.model import Role

ROOT = Path(__file__).parents[2]
ROUTES = "/api/v1/dataset"
BASE = f"https://api.example.com/v1{ROUTES}"
"""How absolute links to the API's own resources begin."""

Pairs = Iterable[tuple[str, str]]
"""A query string: names and values, in order."""


class Context:
    """What Lambda tells a function about its invocation."""

    function_name = memory_limit_in_mb = "hearback"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:hearback"
    aws_request_id = "8f5a1c1e-5d0a-4f0b-9e70-3f0f1d9f7c11"

    def get_remaining_time_in_millis(self) -> int:
        return 29_000


@dataclass(frozen=True)
class Person:
    """An account, and the key by which it calls."""

    name: str
    organization_id: str
    account_id: int
    email: str
    role: Role
    key: str

    @property
    def manages(self) -> bool:
        """Organizations' owners and admins: everything in their organization is theirs."""
        return self.role is not Role.USER


def person(name: str, organization_id: str, role: Role = Role.USER) -> Person:
    """A new account of an organization, which is made if it is not there."""
    now = time.time_ns()
    if not store.organization_exists(organization_id):
        store.create_organization(organization_id, organization_id.title(), now)
    email = f"{name}@{organization_id}.example"
    account = accounts.add_account(organization_id, email, name, role, now)
    _, key = accounts.issue_key(account, "test", now)
    return Person(name, organization_id, account.account_id, email, role, key)


@dataclass(frozen=True)
class Answer:
    """What a handler answered, and for a failing test what it was asked."""

    status: int
    document: Any
    headers: dict[str, Any]
    asked: str

    @property
    def data(self) -> Any:
        return self.document["data"]

    @property
    def ids(self) -> list[str]:
        return [each["id"] for each in self.data]

    def __repr__(self) -> str:
        return f"{self.asked}\n  → {self.status} {json.dumps(self.document, ensure_ascii=False)[:3000]}"


@cache
def _handler(function: str) -> Any:
    place = ROOT / "functions" / function / "app.py"
    spec = importlib.util.spec_from_file_location(f"model_of_{function}", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handler


def call(who: Person, method: str, path: str, query: Pairs = (), body: Any = None) -> Answer:
    """Let `who` ask: `path` goes on from the API's own ("/entries/…"), `body` is JSON."""
    values: dict[str, list[str]] = {}
    for name, value in query:
        values.setdefault(name, []).append(value)
    path, headers = path.removesuffix("/"), {"Host": "api.example.com", "Authorization": f"Bearer {who.key}"}
    event = {
        "resource": ROUTES + path,
        "path": ROUTES + path,
        "httpMethod": method,
        "headers": headers,
        "multiValueQueryStringParameters": values or None,
        "pathParameters": None,
        "requestContext": {"path": f"/v1{ROUTES}{path}"},
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }
    with redirect_stdout(StringIO()):  # metrics
        answer = _handler(path.split("/")[1])(event, Context())
    document = json.loads(answer["body"]) if answer["body"] else None
    told = f"{who.name}: {method} {path}?{urlencode(list(query))} {json.dumps(body) if body else ''}"
    return Answer(answer["statusCode"], document, answer["multiValueHeaders"], told)


def follow(who: Person, link: str) -> Answer:
    """Ask for a link of an answer."""
    assert link.startswith(BASE + "/"), link
    address = urlsplit(link)
    path = address.path.removeprefix(urlsplit(BASE).path)
    return call(who, "GET", path, parse_qsl(address.query, keep_blank_values=True, strict_parsing=True))


def document(type: str, attributes: Any, **parents: tuple[str, str]) -> dict[str, Any]:
    """The body that creates a record: its parents by relationship, as (type, id)."""
    related = {name: {"data": {"type": type, "id": id}} for name, (type, id) in parents.items()}
    data = {"type": type, "attributes": attributes, "relationships": related}
    return {"data": {name: value for name, value in data.items() if value}}
