"""Lets the plan happen to the requests of the product's functions that come in: an ASGI application around another."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NamedTuple

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local import asgi
from local.hostile.calls import OPERATORS_OWN, Call, Scope, of_product
from local.hostile.plan import Kind, Trouble
from local.hostile.refusals import refusal
from local.hostile.switch import Day
from local.stack import REGION

App = Callable[[Scope, Any, Any], Awaitable[None]]
Message = dict[str, Any]


class _Pending(NamedTuple):
    """A call that is in trouble, and which of its attempts are through."""

    trouble: Trouble
    made: int


def wrap(app: App, day: Day) -> Callable[[Scope, Any, Any], Coroutine[Any, Any, None]]:
    """`app`, on a bad day."""
    pending: dict[str, _Pending] = {}

    async def answer(scope: Scope, receive: Any, send: Any) -> None:
        call = of_product(scope) if day.plan else None
        if call is None:
            await app(scope, receive, send)
            return
        try:
            body = await asgi.whole_body(receive, sys.maxsize) or b""
        except asgi.Disconnected:  # half a request is none
            return
        request = _document(call, body)
        kind = _what_happens(call, request, day, pending)
        await _carry_out(app, scope, _Asked(call, body, request), kind, send)

    return answer


class _Asked(NamedTuple):
    call: Call
    body: bytes
    request: dict[str, Any]


def _what_happens(call: Call, request: dict[str, Any], day: Day, pending: dict[str, _Pending]) -> Kind | None:
    """To this attempt. A call is decided on at its first attempt, and stays what it was decided to be."""
    name = str(request.get("ClientRequestToken") or call.attempt_of)
    found = pending.get(name) if name else None
    if found is None:
        nth = day.nth(call.service, call.operation)
        trouble = day.plan.next(call.service, call.operation, nth) if day.plan else None
        if trouble is None:
            return None
        found = _Pending(trouble, 0)
        day.write(f"{call.service} {call.operation} #{nth}: {trouble.kind} × {trouble.attempts}")
    pending[name] = _Pending(found.trouble, found.made + 1)
    return found.trouble.kind if found.made < found.trouble.attempts else None


async def _carry_out(app: App, scope: Scope, asked: _Asked, kind: Kind | None, send: Any) -> None:
    match kind:
        case None:
            await app(scope, _given(asked.body), send)
        case Kind.HALF_DONE if _is_divisible(asked.request):
            await _half(app, scope, asked, send)
        case Kind.HALF_DONE:
            await app(scope, _given(asked.body), send)
        case Kind.LOST:
            await app(scope, _given(asked.body), _nowhere)
            await _refuse(asked, kind, send)
        case _:
            await _refuse(asked, kind, send)


async def _refuse(asked: _Asked, kind: Kind, send: Any) -> None:
    """A lost answer looks to the client like a failure of the service, so it is told of one."""
    said = refusal(asked.call.service, asked.call.operation, kind, asked.request)
    await asgi.answer(send, said.status, [(b"content-type", said.media_type.encode())], said.body)


# ── Half a batch ──


def _is_divisible(request: dict[str, Any]) -> bool:
    return any(len(_several(of)) > 1 for of in request.get("RequestItems", {}).values())


def _several(of: Any) -> list[Any]:
    """The keys to read, or the requests to write."""
    several: list[Any] = of["Keys"] if isinstance(of, dict) else of
    return several


def _with(of: Any, several: list[Any]) -> Any:
    return {**of, "Keys": several} if isinstance(of, dict) else several


async def _half(app: App, scope: Scope, asked: _Asked, send: Any) -> None:
    """The first half of each table's is done; the answer says what is left."""
    items = asked.request["RequestItems"]
    middle = {table: (len(_several(of)) + 1) // 2 for table, of in items.items()}
    first = {table: _with(of, _several(of)[: middle[table]]) for table, of in items.items()}
    rest = {table: _with(of, _several(of)[middle[table] :]) for table, of in items.items()}
    body = json.dumps({**asked.request, "RequestItems": first}).encode()
    sent: list[Message] = []
    await app(_signed_anew(scope, asked.call, body), _given(body), _into(sent))
    status, answer = sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])
    if status == 200:
        name = "UnprocessedKeys" if asked.call.operation == "BatchGetItem" else "UnprocessedItems"
        left = {table: of for table, of in rest.items() if _several(of)}
        answer = json.dumps({**json.loads(answer), name: left}).encode()
    await asgi.answer(send, status, [(b"content-type", b"application/x-amz-json-1.0")], answer)


KEPT = (b"host", b"content-type", b"x-amz-target")


def _signed_anew(scope: Scope, call: Call, body: bytes) -> Scope:
    """The request with another body, signed by the developer's key: the caller's signature is of its own body."""
    kept = [(name, value) for name, value in scope["headers"] if name in KEPT]
    headers = {name.decode(): value.decode("latin-1") for name, value in kept}
    request = AWSRequest(scope["method"], f"http://{headers['host']}{scope['path']}", headers, body)
    SigV4Auth(Credentials(OPERATORS_OWN, OPERATORS_OWN), call.service, REGION).add_auth(request)
    signed = [
        (name.lower().encode(), str(value).encode("latin-1")) for name, value in request.headers.items()
    ]
    return {**scope, "headers": [*signed, (b"content-length", str(len(body)).encode())]}


# ── ASGI ──


def _document(call: Call, body: bytes) -> dict[str, Any]:
    """The request's document, of the services that are asked in JSON."""
    found: Any = json.loads(body) if call.service != "s3" and body else {}
    return dict(found)


def _given(body: bytes) -> Callable[[], Awaitable[Message]]:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _nowhere(_message: Message) -> None:
    pass


def _into(sent: list[Message]) -> Callable[[Message], Awaitable[None]]:
    async def send(message: Message) -> None:
        sent.append(message)

    return send
