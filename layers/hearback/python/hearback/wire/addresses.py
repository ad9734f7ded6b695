"""The place where a custom domain has put this API: its base path, which is part of an event's path but of no route.

API Gateway passes the path on with the base path of the domain's mapping in front, and names beside it the
resource that it matched, without. `Request.base_url` finds the difference again for the links in answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any


def below_base_path(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event with the path as this API's routes have it; the same where no base path is in front."""
    path, resource = str(event["path"]), str(event.get("resource") or "")
    found = _mounted(resource).fullmatch(path) if resource else None
    return {**event, "path": path[found.end("base") :] if found else path}


@lru_cache(maxsize=256)
def _mounted(resource: str) -> re.Pattern[str]:
    """A pattern for a resource below any base path, the shortest that there can be."""
    own = "".join(f"/{_part(part)}" for part in resource.split("/") if part)
    return re.compile(f"(?P<base>(?:/[^/]+)*?){own}/*")


def _part(part: str) -> str:
    """A part of a resource as a pattern: `{name+}` is the whole rest, `{name}` all but the slash."""
    if part.startswith("{"):
        return ".+" if part.endswith("+}") else "[^/]+"
    return re.escape(part)
