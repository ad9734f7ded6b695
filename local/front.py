"""The layers before the emulator, from the outside in: the guard, one origin for pages, the product's API."""

from __future__ import annotations

from pathlib import Path

from local.asgi import App, Scope
from local.gateway.shell import Gateway, by_ministack
from local.guard import guard
from local.one_origin import one_origin


def front(app: App, api_file: Path) -> App:
    """`app` with the API that `api_file` describes at the root, for this machine's own requests alone."""
    gateway = Gateway(api_file, by_ministack)

    def is_product(scope: Scope) -> bool:
        return gateway.place(scope) is not None

    return guard(one_origin(gateway.before(app), is_product), is_product)
