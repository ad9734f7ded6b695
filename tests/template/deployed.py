"""The paths that template.yaml puts behind the gateway, and who answers at each."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from local import cfn
from local.paths import ROOT


@cache
def paths() -> dict[str, str]:
    """Every path of an event: the folder of the function that answers there, whatever the method."""
    functions = cfn.of_type(cfn.load(ROOT / "template.yaml"), "AWS::Serverless::Function").values()
    return {
        event["Properties"]["Path"]: Path(function["Properties"]["CodeUri"]).name
        for function in functions
        for event in function["Properties"].get("Events", {}).values()
        if event["Type"] == "Api"
    }


def event(method: str, path: str) -> dict[str, Any]:
    """What the gateway sends for a request without credentials; empty where no function is asked."""
    resource = matched(path)
    if resource is None:
        return {}
    context = {"resourcePath": resource, "path": f"/v1{path}", "stage": "v1", "httpMethod": method}
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": {"Host": "hearback.example"},
        "multiValueHeaders": {"Host": ["hearback.example"]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "requestContext": {**context, "requestId": "1", "identity": {"sourceIp": "203.0.113.7"}},
        "body": None,
        "isBase64Encoded": False,
    }


def matched(path: str) -> str | None:
    """The most special of the template's paths that takes this one: a name before a variable before a rest."""
    return min((it for it in paths() if _pattern(it).fullmatch(path)), key=_generality, default=None)


@cache
def _pattern(path: str) -> re.Pattern[str]:
    greedy = re.sub(r"\\{\w+\\\+\\}", ".+", re.escape(path))
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", greedy))


def _generality(path: str) -> list[int]:
    return [part.startswith("{") + part.endswith("+}") for part in path.split("/")]
