"""The gateway's own answers: gateway responses, as the template customizes them.

Before any of them, the gateway's own listener refuses what is too large, in plain text that nothing customizes.

A type without a response of its own takes the body and headers of `DEFAULT_4XX` or `DEFAULT_5XX`, and keeps its
status unless that default sets one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.gateway.answers import Answer


@dataclass(frozen=True)
class Kind:
    """A type of gateway response, with what AWS answers where nothing is customized."""

    name: str
    status: int
    message: str
    error: str
    """The value of the header `x-amzn-ErrorType`."""


NO_SUCH_METHOD = Kind(
    "MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token", "MissingAuthenticationTokenException"
)
SIGNED_AND_NO_SUCH_METHOD = Kind(
    "INVALID_SIGNATURE",
    403,
    "Authorization header requires 'Credential' parameter.",
    "InvalidSignatureException",
)
"""AWS takes an `Authorization` header of a request that reaches no method for a signature."""
TOO_LARGE_FOR_FUNCTION = Kind("REQUEST_TOO_LARGE", 413, "Request Too Long", "BadRequestException")
THROTTLED = Kind("THROTTLED", 429, "Too Many Requests", "TooManyRequestsException")
TIMEOUT = Kind("INTEGRATION_TIMEOUT", 504, "Endpoint request timed out", "InternalServerErrorException")
NO_ROOM = Kind("INTEGRATION_FAILURE", 500, "Internal server error", "InternalServerErrorException")
"""The function could not be called: Lambda had no room for it."""
MALFORMED = Kind("INTEGRATION_FAILURE", 502, "Internal server error", "InternalServerErrorException")
"""The function crashed, or answered what is too large or no proxy response."""

_VARIABLE = re.compile(r"\$context\.(\w+(?:\.\w+)*)")


BODY_TOO_LARGE = Answer(
    413, [("Content-Type", "text; charset=utf-8")], b"HTTP content length exceeded 10485760 bytes."
)
HEADERS_TOO_LARGE = Answer(
    431, [("Content-Type", "text; charset=utf-8")], b"HTTP header is larger than 10240 bytes."
)


def render(customized: Mapping[str, Any], kind: Kind, context: Mapping[str, str]) -> Answer:
    """`kind` as the API customizes it (`{type: {statusCode, responseTemplates, responseParameters}}`)."""
    default = customized.get(f"DEFAULT_{kind.status // 100}XX", {})
    told = customized.get(kind.name) or default
    status = int(told.get("statusCode") or default.get("statusCode") or kind.status)
    values = {
        **context,
        "error.message": kind.message,
        "error.messageString": json.dumps(kind.message),
        "error.responseType": kind.name,
    }
    template = told.get("responseTemplates", {}).get(
        "application/json", '{"message":$context.error.messageString}'
    )
    headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", kind.error)]
    return Answer(status, headers + _own_headers(told), _filled(template, values).encode())


def _own_headers(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The headers that the template sets to fixed values, which it writes in single quotes."""
    parameters: Mapping[str, str] = told.get("responseParameters", {})
    return [
        (name.removeprefix("gatewayresponse.header."), value.strip("'")) for name, value in parameters.items()
    ]


def _filled(template: str, values: Mapping[str, str]) -> str:
    """The template with its variables replaced; one that has no value becomes nothing, as on AWS."""
    return _VARIABLE.sub(lambda found: values.get(found[1], ""), template)
