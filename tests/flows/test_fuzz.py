"""Whatever comes in, the product answers as the reference says and never fails."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, assume, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from local.openapi.document import PATH
from local.stack import Stack
from tests.flows.content import VOTE
from tests.flows.organizations import ACCESS, ENG_FRA, FEEDBACK, Organization, answer, found

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

FEW = settings(
    max_examples=8,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def _reference() -> dict[str, Any]:
    """The reference with its answers closed: what it does not name may not be in them."""
    document: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    for name, schema in document["components"]["schemas"].items():
        if schema.get("type") == "object" and not name.endswith(("Form", "Options", "Selection", "Query")):
            schema.setdefault("additionalProperties", False)
    return document


ABOUT_SOMETHING = (
    "create_feedback",
    "export_feedback",
    "submit_content_feedback",
    "submit_content_feedback_for_xml",
    "get_content_statistics",
)
"""Operations without a path variable that need something to exist, or to be said, to do anything."""

reference = schemathesis.openapi.from_dict(_reference())
declared = schemathesis.openapi.from_dict(_reference())
declared.config.phases.coverage.enabled = False  # it is done with the whole reference
private = declared.exclude(lambda context: context.operation.definition.raw["security"] == [])
about_something = declared.include(
    lambda context: (
        "{" in context.operation.path or context.operation.definition.raw["operationId"] in ABOUT_SOMETHING
    )
)


@pytest.fixture(scope="module")
def fuzzed(stack: Stack, http: requests.Session) -> Organization:
    """An organization that nobody will miss."""
    return found(stack, http)


@pytest.fixture
def there(fuzzed: Organization) -> dict[str, Any]:
    """The names of things that exist in it."""
    admin = fuzzed.admin
    account = answer(admin.post(f"{ACCESS}/accounts", data={"email": f"{uuid4().hex}@fuzz.example"}))
    return {
        "feedbackId": admin.give()["feedbackId"],
        **VOTE,
        "languagePairId": ENG_FRA,
        "importId": answer(admin.post(f"{FEEDBACK}/import/uploads"))["importId"],
        "accountId": account["accountId"],
        "keyId": answer(admin.post(f"{ACCESS}/keys", data={"accountId": account["accountId"]}))["keyId"],
    }


@reference.parametrize()
@FEW
def test_any_request_gets_an_answer_that_the_reference_declares(
    case: Case[Any], fuzzed: Organization, http: requests.Session
) -> None:
    _send(case, fuzzed, http)


@about_something.parametrize()
@FEW
def test_any_request_about_something_that_exists_gets_such_an_answer(
    case: Case[Any], fuzzed: Organization, there: dict[str, Any], http: requests.Session
) -> None:
    for told in (case.path_parameters, case.query, case.body):
        if isinstance(told, dict):
            told.update({name: value for name, value in there.items() if name in told})
    _send(case, fuzzed, http)


LONGEST_ADDRESS = 8_000
"""Bytes of a URL: past about 10 kB of headers, any gateway answers by itself."""


def _send(case: Case[Any], fuzzed: Organization, http: requests.Session) -> None:
    admin = fuzzed.admin
    assume(
        len(str(requests.Request(**case.as_transport_kwargs(admin.base_url)).prepare().url)) < LONGEST_ADDRESS
    )
    case.call_and_validate(admin.base_url, http, checks=CHECKS, auth=(admin.key, ""), allow_redirects=False)


@private.parametrize()
@settings(FEW, max_examples=3)
def test_any_request_without_a_key_is_refused(case: Case[Any], stack: Stack, http: requests.Session) -> None:
    response = case.call(stack.base_url, http)
    if case.operation.path.startswith("/data/"):
        assert '"HasErrors":true' in response.text or "<HasErrors>true</HasErrors>" in response.text
    else:
        assert response.status_code == 401, response.text
    case.validate_response(response, checks=CHECKS)
