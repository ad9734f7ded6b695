"""The parts of an ASGI application, as the parts of the local front pass it on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

Headers = list[tuple[bytes, bytes]]


def header(scope: Scope, name: bytes) -> str | None:
    """The first value of a header; `name` in lower case, as ASGI has them."""
    return next((value.decode("latin-1") for given, value in scope["headers"] if given == name), None)


async def answer(send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Send a whole answer."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Disconnected(Exception):
    """The client went away before it had said everything."""


async def whole_body(receive: Receive, most: int) -> bytes | None:
    """The request's body; None when it is longer than `most` bytes, of which the rest is read and dropped.

    Raises `Disconnected`.
    """
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        part = message.get("body", b"")
        size += len(part)
        if size <= most:
            parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts) if size <= most else None
