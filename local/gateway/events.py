"""A request as the function sees it: the event of a Lambda proxy integration, format 1.0."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from local.gateway.tree import Match

ACCOUNT = "000000000000"

DROPPED = {"connection", "content-length", "transfer-encoding"}
"""Headers of the connection to the gateway, which the function is not told."""


@dataclass(frozen=True)
class Request:
    """One request to a stage."""

    method: str
    path: str
    """As it was sent, percent-encoded, without the stage."""
    query: str
    headers: Sequence[tuple[str, str]]
    """In the order in which they were sent; names in lower case."""
    body: bytes
    client: str
    """The address that it came from."""
    id: str
    now: int
    """When it arrived, in nanoseconds since 1970."""

    def header(self, name: str) -> str | None:
        """The last value of a header; `name` in lower case."""
        return next((value for given, value in reversed(self.headers) if given == name), None)


@dataclass(frozen=True)
class Place:
    """The place where a request is served: API and stage, as the event has them."""

    api_id: str
    stage: str
    prefix: str
    """The part before the path in the client's address: `/{stage}`, or nothing behind a custom domain."""


def event(request: Request, match: Match, place: Place) -> dict[str, Any]:
    """The event that the function is called with. Every body is binary to the API (`*/*`), and so comes in base64."""
    added = _added(request)
    replaced = DROPPED | {name for name, _ in added}
    headers = [pair for pair in request.headers if pair[0] not in replaced] + added
    query = parse_qsl(request.query, keep_blank_values=True)
    return {
        "resource": match.resource,
        "path": request.path,
        "httpMethod": request.method,
        "headers": dict(headers) or None,
        "multiValueHeaders": _several(headers),
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _several(query),
        "pathParameters": dict(match.variables) or None,
        "stageVariables": None,
        "requestContext": _context(request, match, place),
        "body": base64.b64encode(request.body).decode() if request.body else None,
        "isBase64Encoded": bool(request.body),
    }


def _added(request: Request) -> list[tuple[str, str]]:
    """Headers that the gateway adds: the address that it saw goes behind the one that the client claims."""
    claimed = request.header("x-forwarded-for")
    return [
        ("x-forwarded-for", f"{claimed}, {request.client}" if claimed else request.client),
        ("x-forwarded-proto", "http"),
        ("x-amzn-trace-id", f"Root=1-{request.now // 10**9:08x}-{request.id.replace('-', '')[:24]}"),
    ]


def _several(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]] | None:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values or None


def _context(request: Request, match: Match, place: Place) -> dict[str, Any]:
    host = request.header("host") or ""
    seconds = request.now // 10**9
    return {
        "accountId": ACCOUNT,
        "apiId": place.api_id,
        "stage": place.stage,
        "resourcePath": match.resource,
        "httpMethod": request.method,
        "path": place.prefix + request.path,
        "protocol": "HTTP/1.1",
        "domainName": host.partition(":")[0],
        "requestId": request.id,
        "extendedRequestId": request.id,
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(seconds)),
        "requestTimeEpoch": request.now // 10**6,
        "identity": {"sourceIp": request.client, "userAgent": request.header("user-agent")},
    }


def context_variables(request: Request, resource: str, place: Place) -> Mapping[str, str]:
    """The values of `$context.…` in a gateway response."""
    return {
        "apiId": place.api_id,
        "stage": place.stage,
        "httpMethod": request.method,
        "path": place.prefix + request.path,
        "resourcePath": resource,
        "requestId": request.id,
        "extendedRequestId": request.id,
        "identity.sourceIp": request.client,
    }
