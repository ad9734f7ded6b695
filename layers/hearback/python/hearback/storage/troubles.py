"""The failures of AWS that pass by themselves, whatever the service: the one list of them.

A service that throttles says so by a code of its own, and one that fails by a status of 500 or more; where no
answer came at all, the SDK has given up on the connection. In each case the same call may succeed a little later.
The SDK has by then tried five times.
"""

from __future__ import annotations

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

from hearback.errors import Busy

_CODES = {
    "BandwidthLimitExceeded",
    "InternalServerError",  # a DynamoDB transaction's, whose status the SDK may not tell
    "KmsThrottled",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionConflictException",
    "TransactionInProgressException",
}

UNDONE = (Busy, ClientError, BotoCoreError)
"""How a call fails of which the outbox makes good what it did not do."""


_THROTTLED = _CODES - {"InternalServerError", "RequestTimeout"}


def is_throttled(error: BaseException) -> bool:
    """Whether AWS works, and only takes no more at this moment."""
    return isinstance(error, ClientError) and error.response["Error"].get("Code", "") in _THROTTLED


def is_unanswered(error: BaseException) -> bool:
    """Whether nobody knows what became of the call: it may have been carried out."""
    return isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError) and not isinstance(
        error, exceptions.EndpointConnectionError | exceptions.ConnectTimeoutError
    )


def passes(error: BaseException) -> bool:
    """Whether the same call may succeed a little later."""
    if isinstance(error, ClientError):
        return error.response["Error"].get("Code", "") in _CODES or _status(error) >= 500
    return isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError)


def _status(error: ClientError) -> int:
    answer: dict[str, int] = dict(error.response.get("ResponseMetadata") or {})  # type: ignore[arg-type]
    return int(answer.get("HTTPStatusCode", 0))
