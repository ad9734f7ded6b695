"""A custom domain may put the API below a base path, and no route notices."""

from __future__ import annotations

from typing import Any

import pytest
from hearback.wire.addresses import below_base_path
from hearback.wire.api import Api
from hearback.wire.families import TRANSLATION
from hearback.wire.messages import Answer, Request

from tests.unit.wire.gateway import Context, authenticate, event, header

THING = "/api/v2/things/{thingId}"


@pytest.mark.parametrize("base", ["", "/hb", "/feedback", "/teams/hearback", "/v2", "/api", "/v1.0-x_y"])
@pytest.mark.parametrize(
    ("resource", "path"),
    [
        ("/api/v2/feedback", "/api/v2/feedback"),
        ("/api/v2/feedback", "/api/v2/feedback/"),
        (THING, "/api/v2/things/a%2Fb"),
        ("/v2/projects/{project}/tasks/{task}", "/v2/projects/v2/tasks/projects"),
        ("/data/{proxy+}", "/data/a/b/c"),
        ("/data/feedback.json", "/data/feedback.json"),
    ],
)
def test_the_path_is_what_the_matched_resource_takes(base: str, resource: str, path: str) -> None:
    assert below_base_path({"resource": resource, "path": base + path})["path"] == path


def test_a_path_that_the_resource_does_not_take_stays_as_it_is() -> None:
    for resource in ("/api/v2/feedback", "", None):
        assert below_base_path({"resource": resource, "path": "/hb/data/x"})["path"] == "/hb/data/x"


def _below(base: str, path: str, resource: str) -> dict[str, Any]:
    """As the gateway sends it on from a custom domain: the stage is not in the path, the base path is."""
    asked = event(path=f"{base}{path}") | {"resource": resource}
    return asked | {"requestContext": {**asked["requestContext"], "path": f"{base}{path}"}}


@pytest.mark.parametrize("base", ["", "/hb", "/teams/hearback"])
def test_a_route_is_found_and_its_links_lead_back_below_the_base_path(base: str) -> None:
    api = Api(TRANSLATION, authenticate)

    @api.get(THING)
    def show(request: Request, thingId: str) -> Answer:  # noqa: N803
        return Answer.of(thingId, headers={"Location": f"{request.base_url}/api/v2/things/{thingId}"})

    answer = api.handler(_below(base, "/api/v2/things/7", THING), Context())
    host = "https://abc.execute-api.eu-west-1.amazonaws.com"
    assert header(answer, "Location") == f"{host}{base}/api/v2/things/7"


def test_what_is_no_route_is_named_without_the_base_path() -> None:
    api = Api(TRANSLATION, authenticate)
    answer = api.handler(_below("/hb", "/api/v2/nowhere", "/api/v2/{proxy+}"), Context())
    assert (answer["statusCode"], "GET /api/v2/nowhere" in answer["body"]) == (404, True)
