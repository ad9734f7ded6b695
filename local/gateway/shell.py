"""The gateway as an ASGI application: reads a request, calls the function, sends the answer."""

from __future__ import annotations

import asyncio
import importlib
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from local import asgi
from local.asgi import App, Receive, Scope, Send
from local.gateway import answers, limits, responses
from local.gateway.answers import Answer, Malformed
from local.gateway.api import Api
from local.gateway.events import Place, Request, context_variables, event
from local.gateway.responses import Kind
from local.gateway.throttling import Bucket
from local.gateway.tree import Match, Tree

WITHOUT_STAGE = {("api",), ("data",), ("v2", "projects"), ("console",), ("docs",), ("openapi.json",)}
"""How paths begin that are served without a stage too, as behind a custom domain."""

Invoke = Callable[[str, dict[str, Any]], Awaitable["Outcome"]]
"""Calls a function, by its name, with an event."""


class Outcome(NamedTuple):
    """The outcome of a call of a function."""

    result: Any
    failed: bool = False
    """The function crashed or ran out of time."""
    throttled: bool = False
    """Lambda had no room for the call."""


class _Refused(Exception):
    """The gateway answers by itself."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind


class Gateway:
    """The API that a file describes: the file may come later, and is read anew when it was deployed anew."""

    def __init__(self, api_file: Path, invoke: Invoke) -> None:
        self._file = api_file
        self._invoke = invoke
        self._read_at = 0

    def before(self, app: App) -> App:
        """`app` with the API served at the root."""

        async def served(scope: Scope, receive: Receive, send: Send) -> None:
            place = self.place(scope)
            if place is None:
                await app(scope, receive, send)
            else:
                with suppress(
                    asgi.Disconnected
                ):  # nobody is there to be answered, and half a request is none
                    await self.answer(place, scope, receive, send)

        return served

    def place(self, scope: Scope) -> Place | None:
        """The place in the API to which the request goes; None for one that is not the API's."""
        if scope["type"] != "http" or _is_signed(scope) or not self._refreshed():
            return None
        first, second = (*scope["path"].split("/")[1:3], "")[:2]
        if first == self._api.stage:
            return Place(self._api.id, first, f"/{first}")
        if WITHOUT_STAGE & {(first,), (first, second)}:
            return Place(self._api.id, self._api.stage, "")
        return None

    def _refreshed(self) -> bool:
        try:
            changed = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            return False
        if changed != self._read_at:
            self._api = Api.read(self._file)
            self._tree = Tree(self._api.paths)
            self._bucket = Bucket(self._api.rate, self._api.burst)
            self._read_at = changed
        return True

    async def answer(self, place: Place, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        body = await asgi.whole_body(receive, limits.MOST_BODY)
        request = _request(place, scope, body or b"")
        if limits.line_and_headers(_target(scope), request.headers) > limits.MOST_LINE_AND_HEADERS:
            answer = responses.HEADERS_TOO_LARGE
        elif body is None:
            answer = responses.BODY_TOO_LARGE
        else:
            answer = await self._routed(request, place)
        await _send(send, request, answer)

    async def _routed(self, request: Request, place: Place) -> Answer:
        match = self._tree.match(request.method, request.path)
        try:
            return await self._served(request, match, place)
        except _Refused as refused:
            context = context_variables(request, match.resource if match else "", place)
            return responses.render(self._api.responses, refused.kind, context)

    async def _served(self, request: Request, match: Match | None, place: Place) -> Answer:
        if match is None:
            signed = request.header("authorization") is not None
            raise _Refused(responses.SIGNED_AND_NO_SUCH_METHOD if signed else responses.NO_SUCH_METHOD)
        if not self._bucket.takes(time.monotonic()):
            raise _Refused(responses.THROTTLED)
        called_with = event(request, match, place)
        if _size(called_with) > limits.MOST_FOR_FUNCTION:
            raise _Refused(responses.TOO_LARGE_FOR_FUNCTION)
        return _answered(await self._called(match.function, called_with))

    async def _called(self, function: str, called_with: dict[str, Any]) -> Outcome:
        """The outcome of the call; a function that goes on after the time-out is not ended by it."""
        call = asyncio.ensure_future(self._invoke(function, called_with))
        done, _ = await asyncio.wait([call], timeout=limits.LONGEST_CALL)
        if not done:
            raise _Refused(responses.TIMEOUT)
        return call.result()


def _answered(outcome: Outcome) -> Answer:
    if outcome.throttled:
        raise _Refused(responses.NO_ROOM)
    if outcome.failed or _size(outcome.result) > limits.MOST_FOR_FUNCTION:
        raise _Refused(responses.MALFORMED)
    try:
        return answers.answer(outcome.result)
    except Malformed:
        raise _Refused(responses.MALFORMED) from None


def _size(document: Any) -> int:
    """Bytes of the document's JSON, as Lambda counts them."""
    return len(json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _request(place: Place, scope: Scope, body: bytes) -> Request:
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
    return Request(
        method=scope["method"],
        path=path.removeprefix(place.prefix) or "/",
        query=scope["query_string"].decode("latin-1"),
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
        body=body,
        client=(scope.get("client") or ("127.0.0.1",))[0],
        id=str(uuid.uuid4()),
        now=time.time_ns(),
    )


def _target(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    path: str = scope.get("raw_path", b"").decode("latin-1")
    return f"{path}?{query}" if query else path


async def _send(send: Send, request: Request, answer: Answer) -> None:
    """Send the answer; one to HEAD has no body."""
    body = b"" if request.method == "HEAD" else answer.body
    headers = [
        *answer.headers,
        ("x-amzn-RequestId", request.id),
        ("x-amz-apigw-id", request.id),  # the event's `extendedRequestId`
        ("Content-Length", str(len(answer.body))),
    ]
    pairs = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
    await asgi.answer(send, answer.status, pairs, body)


def _is_signed(scope: Scope) -> bool:
    """Whether it is a request to an AWS service, which shares the address."""
    authorization = asgi.header(scope, b"authorization") or ""
    return authorization.startswith("AWS4-")


async def by_ministack(function: str, called_with: dict[str, Any]) -> Outcome:
    """Call a function of the emulator's."""
    gateway: Any = importlib.import_module("ministack.services.apigateway_v1")
    result, missing = await gateway._call_lambda_raw(
        function, called_with, account_id="000000000000", region="us-east-1"
    )
    if missing:
        return Outcome(None, failed=True)
    return Outcome(
        _document(result.get("body")),
        failed=bool(result.get("error")),
        throttled=bool(result.get("throttle")),
    )


def _document(body: Any) -> Any:
    """The function's result: MiniStack gives some as their JSON."""
    if not isinstance(body, str | bytes):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return body
