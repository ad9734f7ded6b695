"""What the gateway answers by itself: true about its status, and readable for the clients of every family."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sama.client import RetriableHTTPExceptions

from local import expansion

BODY = expansion.of_file()["Resources"]["Api"]["Properties"]["Body"]
RESPONSES: dict[str, dict[str, Any]] = BODY["x-amazon-apigateway-gateway-responses"]
VARIABLES = {
    "$context.error.messageString": '"The message."',
    "$context.error.responseType": "KIND",
    "$context.httpMethod": "GET",
    "$context.path": "/v1/no/such",
}
TRANSIENT = ("THROTTLED", "INTEGRATION_FAILURE", "API_CONFIGURATION_ERROR")
each_response = pytest.mark.parametrize("kind", RESPONSES)


def _filled(kind: str) -> dict[str, Any]:
    """The body as the gateway sends it, its variables filled in."""
    (text,) = RESPONSES[kind]["responseTemplates"].values()
    document: dict[str, Any] = json.loads(re.sub(r"\$context[.\w]+", lambda found: VARIABLES[found[0]], text))
    return document


@each_response
def test_each_familys_clients_find_their_error_in_it(kind: str) -> None:
    document = _filled(kind)
    (error,), (envelope,) = document["errors"], document["Errors"]
    assert document["error"]["message"] == error["detail"] == error["message"] == envelope["Message"]
    assert document["HasErrors"] is True
    assert envelope["Code"].startswith("ERROR_")


@each_response
def test_the_body_says_the_status_that_the_answer_has_or_none(kind: str) -> None:
    document, status = _filled(kind), RESPONSES[kind].get("statusCode")
    (error,) = document["errors"]
    if status:
        assert (error["status"], error["type"], document["error"]["code"]) == (
            status,
            int(status),
            int(status),
        )
    else:
        assert "status" not in error
        assert error["type"] == document["error"]["code"] == "KIND"


@pytest.mark.parametrize("kind", TRANSIENT)
def test_what_passes_says_when_to_come_again(kind: str) -> None:
    assert RESPONSES[kind]["responseParameters"] == {"gatewayresponse.header.Retry-After": "'1'"}


@pytest.mark.parametrize("kind", [*TRANSIENT, "INTEGRATION_TIMEOUT"])
def test_samas_own_client_repeats_what_passes(kind: str) -> None:
    assert int(RESPONSES[kind]["statusCode"]) in RetriableHTTPExceptions.ERROR_CODES


def test_a_crashed_functions_502_reaches_that_client_as_it_is() -> None:
    assert "statusCode" not in RESPONSES["DEFAULT_5XX"]
    assert 502 in RetriableHTTPExceptions.ERROR_CODES
