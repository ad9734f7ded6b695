"""From a domain call back to the gateway: answers, errors, and the address of both."""

import base64
import gzip
import json
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hearback import errors
from hearback.access.model import Caller
from hearback.settings import Settings, settings
from hearback.wire.api import ANSWER_LIMIT, Api
from hearback.wire.families import CONTENT, CONTENT_XML, TRANSLATION
from hearback.wire.messages import Answer, Request

from tests.unit.wire.gateway import (
    FORM,
    KEY,
    REQUEST_ID,
    ask,
    authenticate,
    commenting,
    event,
    header,
    refused,
    shown,
)

# ── What goes wrong ──


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.Invalid("m", "d"), 400),
        (errors.TooLarge("m", "d"), 413),
        (errors.Unauthenticated("m", "d"), 401),
        (errors.Forbidden("m", "d"), 403),
        (errors.NotFound("m", "d"), 404),
        (errors.Conflict("m", "d"), 400),
        (errors.Busy("m", "d"), 429),
        (errors.Unfinished("m", "d"), 500),
    ],
)
def test_a_domain_error_is_answered_in_the_familys_form(api: Api, error: Exception, status: int) -> None:
    failing(api, error)
    assert refused(ask(api), status) == {"code": status, "message": "m", "details": "d"}


def test_an_unexpected_error_names_the_request_and_nothing_else_and_is_logged(
    api: Api, log: list[logging.LogRecord]
) -> None:
    failing(api, RuntimeError("the secret is 42"))
    answer = ask(api)
    assert REQUEST_ID in refused(answer, 500)["details"]
    assert "42" not in answer["body"]
    assert [record.levelname for record in log if record.exc_info] == ["ERROR"]


@pytest.mark.parametrize(
    "code",
    [
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "SlowDown",
        "RequestThrottled",
        "TransactionConflictException",
    ],
)
def test_throttling_that_outlasts_the_retries_asks_to_come_again(api: Api, code: str) -> None:
    failing(api, ClientError({"Error": {"Code": code, "Message": ""}}, "Query"))
    answer = ask(api)
    refused(answer, 429)
    assert header(answer, "Retry-After") == "1"


@pytest.mark.parametrize(
    "error",
    [
        ClientError(
            {"Error": {"Code": "InternalError"}, "ResponseMetadata": {"HTTPStatusCode": 500}},  # type: ignore[typeddict-item]
            "GetObject",
        ),
        ReadTimeoutError(endpoint_url="https://dynamodb.eu-west-1.amazonaws.com"),
    ],
)
def test_a_failure_of_aws_that_outlasts_the_retries_asks_to_come_again_too(
    api: Api, error: Exception
) -> None:
    failing(api, error)
    answer = ask(api)
    refused(answer, 429)
    assert header(answer, "Retry-After") == "1"


UNANSWERED = ReadTimeoutError(endpoint_url="https://dynamodb.eu-west-1.amazonaws.com")


@pytest.mark.parametrize(("method", "status"), [("PUT", 429), ("DELETE", 429), ("POST", 500), ("PATCH", 500)])
def test_nobody_is_asked_to_repeat_what_may_have_been_done(api: Api, method: str, status: int) -> None:
    @getattr(api, method.lower())("/api/v2/things")  # type: ignore[untyped-decorator]
    def fail() -> None:
        raise UNANSWERED

    refused(ask(api, method), status)


@pytest.mark.parametrize(
    ("error", "count"),
    [(UNANSWERED, 1), (ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "Query"), 0)],
)
def test_an_outage_of_aws_is_counted_as_a_failure_and_its_throttling_is_not(
    api: Api, error: Exception, count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(api, error)
    ask(api)
    assert capsys.readouterr().out.count('"Failures":[1.0]') == count


def test_any_other_error_of_aws_is_a_failure_of_ours(api: Api) -> None:
    failing(api, ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "Query"))
    refused(ask(api), 500)


@pytest.mark.parametrize("path", ["/api/v2/nothing", "/api/v2/things/1/2", "/", "/api/v2/\u2192"])
def test_an_unknown_route_is_answered_in_the_familys_form(api: Api, path: str) -> None:
    commenting(api)
    assert refused(ask(api, path=path), 404)["details"] == f"GET {path}"


def test_an_unknown_method_of_a_route_is_too(api: Api) -> None:
    commenting(api)
    assert refused(ask(api, "PATCH"), 404)["details"] == "PATCH /api/v2/things"


def test_a_family_may_have_a_status_for_a_method_that_a_route_does_not_have() -> None:
    api = Api(CONTENT, authenticate)

    @api.post("/data/things.json")
    def make() -> str:
        return "made"

    @api.delete("/data/things.json")
    def remove() -> str:
        return "gone"

    answer = ask(api, "GET", "/data/things.json")
    assert answer["statusCode"] == 405
    assert header(answer, "Allow") == "DELETE, POST"
    assert ask(api, "GET", "/data/thingsXjson")["statusCode"] == 404


def test_a_route_may_say_what_went_wrong_in_a_form_of_its_own() -> None:
    api = Api(CONTENT, authenticate)

    @api.post("/data/things.xml", family=CONTENT_XML)
    def make() -> None:
        raise errors.Invalid("m", "d")

    for method, status in (("POST", 200), ("PUT", 405)):
        answer = ask(api, method, "/data/things.xml")
        assert (answer["statusCode"], answer["body"][:5]) == (status, "<?xml")
        assert header(answer, "Content-Type") == "application/xml"


def test_what_a_request_has_for_its_answer_is_in_the_answer_whatever_becomes_of_it() -> None:
    def counted(request: Request) -> Caller:
        request.answer_headers["X-Count"] = "1"
        return authenticate(request)

    api = Api(TRANSLATION, counted)
    commenting(api)
    for headers in (KEY, {}):
        assert header(ask(api, "POST", body=b"page=2", headers={**FORM, **headers}), "X-Count") == "1"


def test_a_family_may_read_requests_and_finish_answers_in_its_own_way() -> None:
    def read(kind: Any, name: str, request: Request) -> Any:
        return kind(comment=f"{name} of {request.body.decode()}")

    api = Api(TRANSLATION, authenticate, read, lambda _, answer: replace(answer, body=f"<{answer.body}>"))
    commenting(api)
    assert ask(api, "POST", body=b"me")["body"] == '<[1,"form of me"]>'
    assert ask(api, "POST", body=b"me", headers={})["body"].startswith('<{"error":')


def test_an_error_can_repeat_what_no_answer_can_hold(api: Api) -> None:
    failing(api, errors.Invalid("A parameter is wrong.", "half of a pair: \ud83d"))
    assert "half of a pair: ?" in refused(ask(api), 400)["details"]


# ── Answers ──


def test_an_answer_is_json_that_nobody_keeps(api: Api) -> None:
    @api.get("/api/v2/things")
    def show() -> dict[str, str]:
        return {"é": "\u2028"}

    answer = ask(api)
    assert shown(answer) == {"é": "\u2028"}
    assert header(answer, "Content-Type") == "application/json"
    assert header(answer, "Cache-Control") == "no-store"


def test_an_answer_may_have_a_status_a_media_type_and_headers_of_its_own(api: Api) -> None:
    @api.get("/api/v2/things")
    def show() -> Answer:
        return Answer("<tmx/>", 202, "text/x-tmx", {"Location": "/there"})

    answer = ask(api)
    assert (answer["statusCode"], answer["body"]) == (202, "<tmx/>")
    assert header(answer, "Content-Type") == "text/x-tmx"
    assert header(answer, "Location") == "/there"


def test_an_answer_larger_than_lambda_takes_is_compressed_for_who_accepts_it(api: Api) -> None:
    large(api, lambda: "x" * (ANSWER_LIMIT + 1))
    answer = ask(api, headers={**KEY, "accept-encoding": "br, gzip"})
    assert answer["isBase64Encoded"] is True
    assert header(answer, "Content-Encoding") == "gzip"
    assert len(json.loads(gzip.decompress(base64.b64decode(answer["body"])))) == ANSWER_LIMIT + 1


def test_for_who_does_not_it_is_refused_with_the_share_that_fits(api: Api) -> None:
    large(api, lambda: "x" * (2 * ANSWER_LIMIT))
    error = refused(ask(api), 413)
    assert re.search(r"\b(49|50) %", error["details"])


def test_an_answer_too_large_even_compressed_is_refused_too(api: Api) -> None:
    from random import Random

    large(api, lambda: Random(1).randbytes(ANSWER_LIMIT).hex())
    refused(ask(api, headers={**KEY, "Accept-Encoding": "gzip"}), 413)


def test_what_counts_is_the_size_inside_lambdas_own_json(api: Api) -> None:
    large(api, lambda: '"' * (ANSWER_LIMIT // 3))
    refused(ask(api), 413)


# ── The address ──


@pytest.mark.parametrize(
    ("host", "whole", "base_url"),
    [
        (
            "abc.execute-api.eu-west-1.amazonaws.com",
            "/v1",
            "https://abc.execute-api.eu-west-1.amazonaws.com/v1",
        ),
        ("feedback.acme.example", "", "https://feedback.acme.example"),
    ],
)
def test_a_link_leads_back_to_where_the_client_came_in(host: str, whole: str, base_url: str) -> None:
    came = event(headers={"host": host})
    came["headers"].pop("Host")
    came["requestContext"]["path"] = whole + came["path"]
    assert Request(came, 0).base_url == base_url


@pytest.mark.parametrize(("environment", "scheme"), [("local", "http"), ("prod", "https")])
def test_only_the_local_stack_speaks_http(
    environment: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in Settings._fields:
        monkeypatch.setenv(f"HEARBACK_{name.upper()}", environment)
    settings.cache_clear()
    came = event()
    del came["headers"]["X-Forwarded-Proto"]
    assert Request(came, 0).base_url.startswith(f"{scheme}://")
    settings.cache_clear()


def failing(api: Api, error: Exception) -> None:
    @api.get("/api/v2/things")
    def fail() -> None:
        raise error


def large(api: Api, make: Callable[[], str]) -> None:
    @api.get("/api/v2/things")
    def show() -> str:
        return make()
