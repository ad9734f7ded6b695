"""Which failures of AWS pass by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from hearback.storage.troubles import passes


def refusal(code: str, status: int = 400) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Query")


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("dynamodb", "ProvisionedThroughputExceededException", 400),
        ("dynamodb", "RequestLimitExceeded", 400),
        ("dynamodb", "TransactionConflictException", 400),
        ("dynamodb", "InternalServerError", 500),
        ("sqs", "RequestThrottled", 403),
        ("sqs", "InternalFailure", 500),
        ("s3", "SlowDown", 503),
        ("s3", "InternalError", 500),
        ("s3", "RequestTimeout", 400),
        ("secretsmanager", "ThrottlingException", 400),
        ("secretsmanager", "InternalServiceError", 500),
    ],
)
def test_a_service_that_is_busy_or_fails_passes(service: str, code: str, status: int) -> None:
    assert passes(refusal(code, status))


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ValidationException", "NoSuchKey", "ExpiredToken"]
)
def test_what_is_wrong_with_the_request_itself_does_not_pass(code: str) -> None:
    assert not passes(refusal(code))


@pytest.mark.parametrize(
    "error",
    [
        exceptions.EndpointConnectionError(endpoint_url="https://aws"),
        exceptions.ReadTimeoutError(endpoint_url="https://aws"),
        exceptions.ConnectionClosedError(endpoint_url="https://aws"),
    ],
)
def test_a_lost_connection_passes(error: exceptions.BotoCoreError) -> None:
    assert passes(error)


def test_a_mistake_in_the_program_does_not_pass() -> None:
    assert not passes(exceptions.ParamValidationError(report="no such parameter"))
    assert not passes(KeyError("name"))
