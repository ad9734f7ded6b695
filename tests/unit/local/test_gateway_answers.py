"""What the gateway makes of a function's result, and what it answers by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.gateway import responses
from local.gateway.answers import Malformed, answer
from local.gateway.responses import render
from local.gateway.throttling import Bucket


@pytest.mark.parametrize(
    "result",
    [
        None,
        "text",
        ["statusCode", 200],
        {},
        {"statusCode": "OK"},
        {"statusCode": 99},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": "not base64!", "isBase64Encoded": True},
        {"statusCode": 200, "body": "é", "isBase64Encoded": True},
        {"statusCode": 200.7},
        {"statusCode": 200, "headers": "x"},
        {"statusCode": 200, "multiValueHeaders": {"a": None}},
        {"statusCode": 200, "multiValueHeaders": {"a": "bc"}},
        {"statusCode": 200, "headers": {"a": ["b"]}},
        {"statusCode": 200, "headers": {}, "unknown": 1},
        {"statusCode": float("inf")},
        {"statusCode": 150},
        {"statusCode": 200, "headers": {"a b": "1"}},
        {"statusCode": 200, "headers": {"a": "1\r\nSet-Cookie: x=1"}},
    ],
)
def test_what_is_no_proxy_response_is_refused(result: Any) -> None:
    with pytest.raises(Malformed):
        answer(result)


def test_names_that_the_gateway_keeps_for_itself_are_renamed() -> None:
    given = {"WWW-Authenticate": "Basic", "Date": "now", "server": "ours", "Content-Length": "7", "ETag": "x"}
    told = dict(answer({"statusCode": 401, "headers": given}).headers)
    assert told == {
        "x-amzn-Remapped-WWW-Authenticate": "Basic",
        "x-amzn-Remapped-Date": "now",
        "x-amzn-Remapped-server": "ours",
        "ETag": "x",
        "Content-Type": "application/json",
    }


def test_several_values_of_a_name_go_before_a_single_one() -> None:
    result = {"statusCode": "200", "headers": {"a": "0", "b": "1"}, "multiValueHeaders": {"A": ["2", "3"]}}
    assert [pair for pair in answer(result).headers if pair[0] != "Content-Type"] == [
        ("b", "1"),
        ("A", "2"),
        ("A", "3"),
    ]


def test_a_body_in_base64_is_sent_as_its_bytes() -> None:
    assert answer({"statusCode": 200, "body": "AP8=", "isBase64Encoded": True}).body == b"\x00\xff"


TOLD = '{"m":$context.error.messageString,"p":"$context.path","t":"$context.error.responseType"}'
CONTEXT = {"path": "/v1/x"}


def test_a_response_of_the_gateway_has_its_variables_filled_in() -> None:
    customized = {
        "THROTTLED": {
            "statusCode": "429",
            "responseTemplates": {"application/json": TOLD},
            "responseParameters": {"gatewayresponse.header.Retry-After": "'1'"},
        }
    }
    rendered = render(customized, responses.THROTTLED, CONTEXT)
    assert rendered.status == 429
    assert json.loads(rendered.body) == {"m": "Too Many Requests", "p": "/v1/x", "t": "THROTTLED"}
    assert ("Retry-After", "1") in rendered.headers


def test_a_variable_may_end_a_sentence() -> None:
    customized = {"THROTTLED": {"responseTemplates": {"application/json": "No room at $context.path."}}}
    assert render(customized, responses.THROTTLED, CONTEXT).body == b"No room at /v1/x."


@pytest.mark.parametrize(
    ("kind", "status"),
    [(responses.MALFORMED, 502), (responses.TIMEOUT, 504), (responses.NO_SUCH_METHOD, 403)],
)
def test_a_default_without_a_status_lends_its_body_and_leaves_the_status(
    kind: responses.Kind, status: int
) -> None:
    default = {"responseTemplates": {"application/json": TOLD}}
    rendered = render({"DEFAULT_4XX": default, "DEFAULT_5XX": default}, kind, CONTEXT)
    assert (rendered.status, json.loads(rendered.body)["t"]) == (status, kind.name)


def test_a_default_with_a_status_overwrites_that_of_every_failure() -> None:
    assert render({"DEFAULT_5XX": {"statusCode": "500"}}, responses.MALFORMED, CONTEXT).status == 500


def test_the_stage_lets_a_burst_through_and_then_its_rate() -> None:
    bucket = Bucket(rate=2, burst=3)
    assert [bucket.takes(0.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.takes(1.0) for _ in range(3)] == [True, True, False]


def test_a_rate_of_nothing_closes_the_api() -> None:
    assert not Bucket(rate=0, burst=5).takes(0.0)
