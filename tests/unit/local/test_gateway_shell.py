"""A whole request through the gateway, in front of functions that do what no function of ours should."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from local import asgi
from local.gateway import limits
from local.gateway.api import Api
from local.gateway.shell import Gateway, Outcome

Ask = Callable[..., "Told"]

FAILURE = {"statusCode": "503", "responseParameters": {"gatewayresponse.header.Retry-After": "'1'"}}


class Told:
    """The client's side of an answer."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self.status, self.body = status, body
        self.headers = {name.decode().lower(): value.decode() for name, value in headers}


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Asks an API whose function answers what `result` says."""
    file = tmp_path / "api.json"
    paths = {"/things/{thing}": {"ANY": "things"}}
    Api("api1", "v1", paths, {"INTEGRATION_FAILURE": FAILURE}, rate=1000, burst=1000).write(file)

    def asked(
        result: Any = None,
        method: str = "GET",
        path: str = "/v1/things/7",
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        **outcome: Any,
    ) -> Told:
        async def invoke(_function: str, event: dict[str, Any]) -> Outcome:
            return Outcome(result(event) if callable(result) else result, **outcome)

        return asyncio.run(_ask(Gateway(file, invoke), method, path, headers or {}, body))

    return asked


async def _ask(gateway: Gateway, method: str, path: str, headers: dict[str, str], body: bytes) -> Told:
    plain, _, query = path.partition("?")
    scope: asgi.Scope = {
        "type": "http",
        "method": method,
        "path": plain,
        "raw_path": plain.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
    }
    sent: list[asgi.Message] = []

    async def receive() -> asgi.Message:
        return {"type": "http.request", "body": body}

    async def send(message: asgi.Message) -> None:
        sent.append(message)

    place = gateway.place(scope)
    assert place is not None
    await gateway.answer(place, scope, receive, send)
    return Told(sent[0]["status"], sent[0]["headers"], sent[1]["body"])


def _echo(event: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": 200, "body": json.dumps(event)}


def test_the_function_sees_the_request_as_a_proxy_event(ask: Ask) -> None:
    told = ask(
        _echo,
        "POST",
        "/v1/things/a%20b?x=1&x=2",
        {"Host": "here:1", "X-Forwarded-For": "203.0.113.7"},
        b"\xff",
    )
    event = json.loads(told.body)
    assert (event["resource"], event["path"]) == ("/things/{thing}", "/things/a%20b")
    assert event["pathParameters"] == {"thing": "a%20b"}
    assert event["queryStringParameters"] == {"x": "2"}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"]}
    assert event["headers"]["x-forwarded-for"] == "203.0.113.7, 127.0.0.1"
    assert (event["isBase64Encoded"], base64.b64decode(event["body"])) == (True, b"\xff")
    assert event["requestContext"]["path"] == "/v1/things/a%20b"
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


@pytest.mark.parametrize(
    "outcome",
    [
        {"failed": True, "result": {"errorType": "Runtime.ExitError"}},
        {"throttled": True},
        {"result": "no proxy response"},
        {"result": {"statusCode": 200, "headers": ["no", "object"]}},
        {"result": {"statusCode": 200, "body": "\u00e9", "isBase64Encoded": True}},
        {"result": {"statusCode": 200, "body": "x" * limits.MOST_FOR_FUNCTION}},
    ],
)
def test_a_function_that_fails_is_a_failure_of_the_integration(ask: Ask, outcome: dict[str, Any]) -> None:
    told = ask(**outcome)
    assert (told.status, told.headers["retry-after"]) == (503, "1")


def test_a_function_that_takes_too_long_is_given_up(ask: Ask, tmp_path: Path) -> None:
    async def never(_function: str, _event: dict[str, Any]) -> Outcome:
        await asyncio.sleep(3600)
        return Outcome(None)

    ask()
    with mock.patch.object(limits, "LONGEST_CALL", 0.01):
        told = asyncio.run(_ask(Gateway(tmp_path / "api.json", never), "GET", "/v1/things/7", {}, b""))
    assert (told.status, json.loads(told.body)) == (504, {"message": "Endpoint request timed out"})


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ({"body": b"x" * (limits.MOST_BODY + 1)}, 413, b"HTTP content length exceeded 10485760 bytes."),
        ({"body": b"x" * 5_000_000}, 413, b'{"message":"Request Too Long"}'),
        ({"path": "/v1/things/7?x=" + "y" * 10_240}, 431, b"HTTP header is larger than 10240 bytes."),
        ({"headers": {"Cookie": "y" * 10_240}}, 431, b"HTTP header is larger than 10240 bytes."),
        ({"path": "/v1/nothing"}, 403, b'{"message":"Missing Authentication Token"}'),
    ],
)
def test_what_the_gateway_refuses_never_reaches_the_function(
    ask: Ask, asked: dict[str, Any], status: int, body: bytes
) -> None:
    told = ask(_echo, method="POST", **asked)
    assert (told.status, told.body) == (status, body)


def test_an_answer_names_its_request_as_the_function_knew_it(ask: Ask) -> None:
    told = ask(_echo)
    context = json.loads(told.body)["requestContext"]
    assert told.headers["x-amzn-requestid"] == context["requestId"]
    assert told.headers["x-amz-apigw-id"] == context["extendedRequestId"]


def test_the_answer_to_head_has_no_body(ask: Ask) -> None:
    told = ask({"statusCode": 200, "body": "whole"}, "HEAD")
    assert (told.status, told.body, told.headers["content-length"]) == (200, b"", "5")


def test_a_stage_with_a_rate_of_nothing_is_closed(tmp_path: Path) -> None:
    file = tmp_path / "closed.json"
    Api("api1", "v1", {"/a": {"GET": "a"}}, {}, rate=0, burst=0).write(file)

    async def invoke(_function: str, _event: dict[str, Any]) -> Outcome:
        raise AssertionError

    told = asyncio.run(_ask(Gateway(file, invoke), "GET", "/v1/a", {}, b""))
    assert (told.status, told.headers["x-amzn-errortype"]) == (429, "TooManyRequestsException")
