"""The paths that template.yaml puts behind the gateway, and who answers at each."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from local import cfn
from local.gateway import events
from local.gateway.api import routes
from local.gateway.events import Place, Request
from local.gateway.tree import ANY, Match, Tree
from local.paths import TEMPLATE

PLACE = Place("api1", "v1", "/v1")


@cache
def paths() -> dict[str, str]:
    """Every path of an event: the folder of the function that answers there, whatever the method."""
    template = cfn.load(TEMPLATE)
    functions = cfn.of_type(template, "AWS::Serverless::Function")
    return {path: Path(functions[name]["Properties"]["CodeUri"]).name for name, path, _ in routes(template)}


@cache
def tree() -> Tree:
    template = cfn.load(TEMPLATE)
    methods: dict[str, dict[str, str]] = {}
    for _, path, method in routes(template):
        methods.setdefault(path, {})[method] = paths()[path]
    return Tree(methods)


def matched(path: str) -> Match:
    """What serves this path, whatever the method."""
    match = tree().match(ANY, path)
    assert match is not None, f"no function is asked at {path}"
    return match


def event(method: str, path: str) -> dict[str, Any]:
    """What the gateway sends for a request without credentials."""
    headers = [("host", "hearback.example")]
    request = Request(method, path, "", headers, b"", "203.0.113.7", id="1", now=0)
    return events.event(request, matched(path), PLACE)
