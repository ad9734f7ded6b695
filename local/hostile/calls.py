"""The call of AWS that a request is, if a function of the product makes it."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from local.hostile.plan import PRESIGNED

Scope = MutableMapping[str, Any]

_SCOPE = re.compile(r"Credential=([^/,]+)/\d+/[^/]+/(\w+)/aws4_request")
OPERATORS_OWN = "test"
"""The access key of whoever works on the stack from outside: a developer, a test, the seed."""
DISTURBED = ("dynamodb", "sqs", "s3", "secretsmanager")


class Call(NamedTuple):
    service: str
    operation: str
    attempt_of: str
    """The mark that all attempts of the SDK at this call have in common."""


def of_product(scope: Scope) -> Call | None:
    """The call that a request is; None for one that is left alone."""
    if scope["type"] != "http":
        return None
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return _form(scope, headers) or _presigned(scope) or _signed(scope, headers)


def _form(scope: Scope, headers: dict[str, str]) -> Call | None:
    """A file for a bucket, whose name is the whole path. Its signature is in the form."""
    is_form = headers.get("content-type", "").startswith("multipart/form-data")
    at_bucket = scope["path"].strip("/").count("/") == 0 and "authorization" not in headers
    return Call("s3", PRESIGNED, "") if scope["method"] == "POST" and is_form and at_bucket else None


def _presigned(scope: Scope) -> Call | None:
    said = parse_qs(scope["query_string"].decode("latin-1"))
    signer = said.get("X-Amz-Credential", [OPERATORS_OWN])[0].partition("/")[0]
    return None if signer == OPERATORS_OWN else Call("s3", PRESIGNED, "")


def _signed(scope: Scope, headers: dict[str, str]) -> Call | None:
    signer = _SCOPE.search(headers.get("authorization", ""))
    if not signer or signer[1] == OPERATORS_OWN or signer[2] not in DISTURBED:
        return None
    target = headers.get("x-amz-target", "").rpartition(".")[2]
    operation = target or f"{scope['method']} {_of_s3(scope)}".strip()
    return Call(signer[2], operation, headers.get("amz-sdk-invocation-id", ""))


def _of_s3(scope: Scope) -> str:
    """The parameters that set the operations of one method apart, but for names: `uploadId`, `list-type`."""
    said = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return ",".join(sorted(set(said) & {"uploads", "uploadId", "partNumber", "list-type", "delete"}))
