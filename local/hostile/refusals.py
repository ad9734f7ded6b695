"""How each service of AWS refuses: the status, the code, and the document around it.

The codes are those of the services' own references; SDKs decide by them what they try again.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from local.hostile.plan import Kind


class Refusal(NamedTuple):
    status: int
    media_type: str
    body: bytes


_JSON = "application/x-amz-json-1.0"
_FAILED = {
    "dynamodb": (500, "InternalServerError"),
    "sqs": (500, "InternalFailure"),
    "secretsmanager": (500, "InternalServiceError"),
}
_THROTTLED = {
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
    "sqs": (403, "RequestThrottled"),
    "secretsmanager": (400, "ThrottlingException"),
}


def refusal(service: str, operation: str, kind: Kind, request: dict[str, Any]) -> Refusal:
    """The answer to an attempt that `kind` happens to."""
    if service == "s3":
        return _of_s3(kind)
    if kind is Kind.CONFLICT:
        return _conflict(operation, request)
    if kind is Kind.LIMITED:
        return _json(400, "RequestLimitExceeded")
    if kind is Kind.THROTTLED and operation == "TransactWriteItems":
        return _json(400, "ThrottlingException")
    return _json(*(_THROTTLED if kind is Kind.THROTTLED else _FAILED)[service])


def _conflict(operation: str, request: dict[str, Any]) -> Refusal:
    """Another transaction is at one of the items: a transaction is cancelled, with a reason for each write."""
    if operation != "TransactWriteItems":
        return _json(400, "TransactionConflictException")
    rest = [{"Code": "None"}] * (len(request["TransactItems"]) - 1)
    return _json(
        400,
        "TransactionCanceledException",
        CancellationReasons=[
            {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"},
            *rest,
        ],
    )


def _json(status: int, code: str, **more: Any) -> Refusal:
    said = {"__type": f"com.amazonaws#{code}", "message": "a bad day", "Message": "a bad day", **more}
    return Refusal(status, _JSON, json.dumps(said).encode())


def _of_s3(kind: Kind) -> Refusal:
    match kind:
        case Kind.EXPIRED:
            return _xml(400, "ExpiredToken", "The provided token has expired.")
        case Kind.THROTTLED | Kind.LIMITED:
            return _xml(503, "SlowDown", "Please reduce your request rate.")
        case _:
            return _xml(500, "InternalError", "We encountered an internal error. Please try again.")


def _xml(status: int, code: str, message: str) -> Refusal:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    body = f"{head}<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Refusal(status, "application/xml", body.encode())
