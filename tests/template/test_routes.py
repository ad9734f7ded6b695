"""Which paths are deployed, and that whatever is asked below a family's prefix is answered by the family."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from lxml import etree

from local.openapi.routes import functions, routes
from local.paths import ROOT
from tests.functions.gateway import invoke
from tests.template import deployed

KNOWN = {route.operation.path for route in routes()}
PAGES = "console"
"""The function whose paths are for people with a browser."""

PREFIXES = {
    "/api/v2": "translation_feedback",
    "/api/v1/access": "access",
    "/api/v1/organization": "organization",
    "/api/v1/dataset": "dataset",
    "/data": "content_feedback",
    "/v2": "tasks",
}
VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
"""`ANY` passes on the first seven; the others only show that no verb is special."""

UNKNOWN = (
    "/api/v2", "/api/v2/nowhere", "/api/v2/feedback/1/2/3", "/api/v2/users", "/api/v2/system/nothing",
    "/api/v1/access", "/api/v1/access/nowhere", "/api/v1/access/keys/1/2",
    "/api/v1/organization", "/api/v1/organization/nowhere/at/all",
    "/api/v1/dataset", "/api/v1/dataset/nowhere", "/api/v1/dataset/nowhere/1/2", "/api/v1/dataset/deletions",
    *(f"/api/v1/dataset/{kind}/1/nothing/more" for kind in ("projects", "entries", "note_feeds", "deletions")),
    "/data", "/data/nowhere", "/data/nowhere.json", "/data/a/b", "/data/nowhere.xml", "/data/a/b.xml",
    "/v2", "/v2/nowhere", "/v2/projects", "/v2/projects/1/nowhere.json", "/v2/projects/1/tasks",
    "/v2/projects/1/tasks/2/nowhere.json", "/v2/projects/1/tasks/2/rounds/1/nowhere", "/v2/other/1",
)  # fmt: skip


def test_every_operation_of_the_code_is_deployed_with_its_own_function() -> None:
    expected = {route.operation.path: route.function.name for route in routes()}
    assert {path: deployed.paths().get(path) for path in expected} == expected


def test_what_is_deployed_beside_the_operations_only_refuses() -> None:
    """It is a catch-all, or a folder on the way to an operation."""
    for path, function in deployed.paths().items():
        folder = any(one.startswith(f"{path}/") for one in deployed.paths())
        assert function == PAGES or path in KNOWN or path.endswith("+}") or folder


@pytest.mark.parametrize("prefix", PREFIXES)
def test_everything_below_a_familys_prefix_reaches_a_function(prefix: str) -> None:
    for path in (prefix, f"{prefix}/nowhere", f"{prefix}/a/b/c/d/e/f/g"):
        assert deployed.matched(path).function


@pytest.mark.parametrize("path", ["/", "/api", "/api/v1", "/api/v3/feedback", "/no/such", "/favicon.ico"])
def test_what_is_below_no_prefix_is_answered_by_the_gateway(path: str) -> None:
    assert deployed.tree().match("GET", path) is None


@pytest.mark.parametrize("path", sorted({*UNKNOWN, *(re.sub(r"{\w+}", "1", path) for path in KNOWN)}))
def test_whatever_a_route_does_not_take_is_refused_in_its_familys_form_alone(path: str) -> None:
    allowed = _allowed(path)
    for verb in (verb for verb in VERBS if verb not in allowed):
        _assert_is_refused(path, _answer(verb, path), allowed)


def _answer(verb: str, path: str) -> dict[str, Any]:
    answer: dict[str, Any] = invoke(deployed.matched(path).function, deployed.event(verb, path))
    return answer


def _allowed(path: str) -> set[str]:
    """The methods that the function at this address declares for it; `entries/next` is an entry's address too."""
    function = deployed.matched(path).function
    (api,) = (one.api for one in functions() if one.name == function)
    return {operation.method for operation in api.operations if operation.address.fullmatch(path)}


def _assert_is_refused(path: str, answer: dict[str, Any], allowed: set[str]) -> None:
    (media_type,) = answer["multiValueHeaders"]["Content-Type"]
    (family,) = {name for prefix, name in PREFIXES.items() if f"{path}/".startswith(f"{prefix}/")}
    status, body = answer["statusCode"], answer["body"]
    here = 405 if allowed else 404
    match family:
        case "dataset":
            assert (media_type, status) == ("application/vnd.api+json", here)
            _assert_is_jsonapi(json.loads(body), status)
        case "tasks":
            assert (media_type, status) == ("application/json", here)
            (error,) = json.loads(body).pop("errors")
            assert (set(json.loads(body)), set(error), error["type"]) == (
                {"errors"},
                {"type", "message"},
                status,
            )
        case "content_feedback":
            _assert_is_an_envelope(path, media_type, body)
            assert status == here
        case _:
            assert (media_type, status) == ("application/json", 404)
            assert set(json.loads(body)) == {"error"}
            assert json.loads(body)["error"]["code"] == 404
    if status == 405:
        (allow,) = answer["multiValueHeaders"]["Allow"]
        assert set(allow.split(", ")) == allowed


def _assert_is_jsonapi(document: dict[str, Any], status: int) -> None:
    (error,) = document["errors"]
    assert set(document) == {"errors", "jsonapi"}
    assert error["status"] == str(status)


def _assert_is_an_envelope(path: str, media_type: str, body: str) -> None:
    """In XML where the address asks for it."""
    if path.endswith(".xml"):
        assert media_type == "application/xml"
        namespace = "{http://www.bazaarvoice.com/xs/DataApiSubmit/5.4}"
        assert etree.fromstring(body.encode()).findtext(f".//{namespace}Code") == "ERROR_UNSUPPORTED"
    else:
        assert media_type == "application/json"
        assert [error["Code"] for error in json.loads(body)["Errors"]] == ["ERROR_UNSUPPORTED"]
        assert "error" not in json.loads(body)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "events").glob("*/*.json")), ids=lambda path: path.parent.name
)
def test_an_event_names_the_resource_that_the_gateway_matches(path: Any) -> None:
    event = json.loads(path.read_text())
    if "httpMethod" in event:
        match = deployed.matched(event["path"])
        assert (match.resource, match.function) == (event["resource"], path.parent.name)
        assert event["requestContext"]["resourcePath"] == match.resource
        variables = set(re.findall(r"{(\w+)\+?}", event["resource"]))
        assert set(event["pathParameters"] or {}) == variables
