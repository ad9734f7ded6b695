"""The API at MiniStack's own address, as AWS serves it: `/{stage}/…`, not `/_aws/execute-api/{id}/…`.

So the base URL survives a redeploy, and a link made of the host and `requestContext.path` leads back
here as it does on AWS. Requests signed for an AWS service are passed on untouched.
"""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

WITHOUT_STAGE = {("api",), ("data",), ("v2", "projects"), ("console",), ("docs",), ("openapi.json",)}
"""How paths begin that are served without a stage too, as behind a custom domain."""

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


def front(app: App, routes: Path) -> App:
    """`app` with the stages that the file `routes` names (`{stage: API id}`) served at the root."""

    async def answer(scope: Scope, receive: Any, send: Any) -> None:
        await app(_routed(scope, routes), receive, send)

    return answer


def tell(routes: Path, stages: dict[str, str]) -> None:
    """Name the API behind each stage, atomically."""
    partial = routes.with_suffix(".partial")
    partial.write_text(json.dumps(stages), encoding="utf-8")
    os.replace(partial, routes)


def _routed(scope: Scope, routes: Path) -> Scope:
    if scope["type"] != "http" or _is_signed(scope) or not routes.exists():
        return scope
    stages: dict[str, str] = json.loads(routes.read_text(encoding="utf-8"))
    first, second = (*scope["path"].split("/")[1:3], "")[:2]
    if stages and WITHOUT_STAGE & {(first,), (first, second)}:
        api, prefix = next((api, f"/{stage}") for stage, api in stages.items())
    elif first in stages:
        api, prefix = stages[first], ""
    else:
        return scope
    prefix = f"/_aws/execute-api/{api}{prefix}"
    return {**scope, "path": prefix + scope["path"], "raw_path": prefix.encode() + scope["raw_path"]}


def _is_signed(scope: Scope) -> bool:
    return any(name == b"authorization" and value.startswith(b"AWS4-") for name, value in scope["headers"])
