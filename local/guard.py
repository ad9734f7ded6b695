"""The guard: web pages of other origins drive nothing here.

A request that reaches the emulator can make a Lambda, and so run code as the developer. A browser sends one for any
page that the developer visits: the page needs no more than the port. Such requests are told by what browsers add
and pages cannot change: `Origin`, `Sec-Fetch-Site`, and a `Host` that is no name of this machine when the page's
own name was made to stand for 127.0.0.1 (DNS rebinding). A browser too old for `Sec-Fetch-Site` is kept from AWS.

Tools send none of these and are not affected. Pages that the product itself serves are of the same origin.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from local import asgi
from local.asgi import App, Message, Receive, Scope, Send

HERE = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names that every browser takes for this machine, whatever any name server says."""

CONTAINERS_NAME = "host.docker.internal"
"""What a container of the developer's calls this machine. A name server may say so to a browser as well, so it
is taken from programs alone: a browser accepts packed answers, and no page can keep it from saying so."""


class Asked(NamedTuple):
    """The origin of a request, as far as it tells."""

    host: str | None
    origin: str | None = None
    site: str | None = None
    """`Sec-Fetch-Site`: same-origin, same-site, cross-site, or none (the user's own doing)."""
    mode: str | None = None
    """`Sec-Fetch-Mode`: navigate where the user follows a link."""
    method: str = "GET"
    encoding: str | None = None
    """`Accept-Encoding`."""
    agent: str = ""


def refusal(asked: Asked, *, to_product: bool) -> str | None:
    """Why the request is refused; None if it is not.

    The product's API has keys of its own and a link may lead to its pages: there, another port of this machine
    is no stranger. To AWS and the emulator, every other origin is one.
    """
    if asked.host is None or not _is_here(asked):
        return "The Host is no name of this machine."
    if asked.origin is not None and not _is_known(asked.origin, asked.host, to_product=to_product):
        return "A page of another origin may not ask this."
    if asked.site is None and asked.agent.startswith("Mozilla/") and not to_product:
        return "This browser does not say which page asks."
    if asked.site in (None, "none", "same-origin"):
        return None
    if to_product and (asked.site == "same-site" or (asked.mode, asked.method) == ("navigate", "GET")):
        return None
    return "A page of another site may not ask this."


def _is_here(asked: Asked) -> bool:
    name = _name(f"//{asked.host}") if asked.host else None
    if name == CONTAINERS_NAME:
        return asked.origin is None and asked.encoding in (None, "identity")
    return name in HERE


def _is_known(origin: str, host: str, *, to_product: bool) -> bool:
    if to_product:
        return _name(origin) in HERE
    return origin.lower() == f"http://{host.lower()}"


def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def guard(app: App, is_product: Callable[[Scope], bool]) -> App:
    """`app` for this machine's own requests alone; `is_product` tells those to the product's API from the others."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await app(scope, receive, send)
            return
        to_product = scope["type"] == "http" and is_product(scope)
        refused = refusal(_asked(scope), to_product=to_product)
        if refused is None:
            await app(scope, receive, send if to_product else _without_permissions(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": refused})
        else:
            await asgi.answer(send, 403, [(b"content-type", b"text/plain")], refused.encode())

    return guarded


def _asked(scope: Scope) -> Asked:
    return Asked(
        host=asgi.header(scope, b"host"),
        origin=asgi.header(scope, b"origin"),
        site=asgi.header(scope, b"sec-fetch-site"),
        mode=asgi.header(scope, b"sec-fetch-mode"),
        method=scope.get("method", "GET"),
        encoding=asgi.header(scope, b"accept-encoding"),
        agent=asgi.header(scope, b"user-agent") or "",
    )


def _without_permissions(send: Send) -> Send:
    """Send answers without the headers by which the emulator lets every page read them."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message["headers"] if not pair[0].lower().startswith(b"access-control-")]
            message = {**message, "headers": kept}
        await send(message)

    return sent
