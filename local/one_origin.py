"""The product's pages have one origin on this machine, whichever name of it the user typed.

Presigned addresses name 127.0.0.1. For a page that was opened as `localhost`, S3 would be of another origin, which
the guard refuses; so the browser is sent to the other name. Programs are served under both.
"""

from __future__ import annotations

from collections.abc import Callable

from local import asgi
from local.asgi import App, Receive, Scope, Send

TYPED = "localhost"
SIGNED = "127.0.0.1"


def one_origin(app: App, is_product: Callable[[Scope], bool]) -> App:
    """`app` whose pages a browser opens as 127.0.0.1; `is_product` tells requests to the product from the others."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        place = location(scope) if scope["type"] == "http" and is_product(scope) else None
        if place is None:
            await app(scope, receive, send)
        else:
            await asgi.answer(send, 307, [(b"location", place), (b"content-length", b"0")], b"")

    return served


def location(scope: Scope) -> bytes | None:
    """Where a browser that opens a page as `localhost` is sent; None for every other request."""
    name, colon, port = (asgi.header(scope, b"host") or "").partition(":")
    opens = scope["method"] == "GET" and asgi.header(scope, b"sec-fetch-mode") == "navigate"
    if not opens or name.lower() != TYPED:
        return None
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    return (
        f"http://{SIGNED}{colon}{port}".encode("latin-1")
        + bytes(scope["raw_path"]).partition(b"?")[0]
        + query
    )
