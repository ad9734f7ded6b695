"""Every route of the template: closed without a key, and blind to other organizations.

The routes come from the template, what is public from the code that declares it. A new route is
therefore covered without being named here; one with a path variable that is not in `household` fails
until that says what in an organization the variable can name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest
import requests

from local.openapi.routes import routes
from local.stack import Stack
from tests.flows.content import ABOUT
from tests.flows.household import MARK, all_of
from tests.flows.organizations import (
    Organization,
    Person,
    found,
    refusal,
)
from tests.flows.studios import DATASET, RPC, document
from tests.template import deployed

TASKS = "/v2"
WRONG_KEY = f"hb_{'0' * 16}_{'0' * 40}"


class Route(NamedTuple):
    method: str
    path: str
    refuses: bool = False
    """No operation: the path does not take this method, or is no route's."""

    @property
    def variables(self) -> list[str]:
        """What the path's variables name: those of the dataset API, a thing of the collection before."""
        found = re.findall(r"(\w*)}?/{(\w+)\+?}", self.path)
        return [before if name == "resource_id" else name for before, name in found]

    @property
    def collection(self) -> str | None:
        """Of the dataset API's, the one that the route is about."""
        if not self.path.startswith(DATASET):
            return None
        return self.path.removeprefix(f"{DATASET}/").partition("/")[0] or "projects"

    @property
    def is_about_tasks(self) -> bool:
        return self.path.startswith(TASKS)

    def filled(self, things: dict[str, str]) -> str:
        path = self.path
        for name in self.variables:
            path = re.sub(r"{\w+\+?}", things[name], path, count=1)
        return path


METHODS = ("PATCH", "PUT", "DELETE", "POST", "GET")


def _routes() -> Iterator[Route]:
    """Every operation, and for each deployed path one method that it does not take."""
    yield from (Route(route.operation.method, route.operation.path) for route in routes())
    for path, function in deployed.paths().items():
        if function != "console":  # the same for everybody
            taken = _methods(path)
            yield Route(next(method for method in METHODS if method not in taken), path, refuses=True)


def _methods(path: str) -> set[str]:
    """What the code takes at an address; `entries/next` could be an entry as well."""
    address = re.sub(r"{\w+\+?}", "1", path)
    return {it.operation.method for it in routes() if it.operation.address.fullmatch(address)}


@cache
def _public() -> frozenset[Route]:
    """The routes that the code declares public."""
    operations = [route.operation for route in routes()]
    return frozenset(Route(each.method, each.path) for each in operations if each.public)


ROUTES = sorted(_routes())
each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")


class Household(NamedTuple):
    """Organization A with something of everything, what its admin sees of it, and another's admin."""

    organization: Organization
    things: dict[str, str]
    seen: dict[str, str]
    stranger: Person


@pytest.fixture(scope="module")
def household(stack: Stack, http: requests.Session) -> Household:
    organization = found(stack, http)
    things = all_of(organization)
    return Household(organization, things, _seen(organization.admin, things), found(stack, http).admin)


def _wishes(things: dict[str, str], route: Route) -> dict[str, Any]:
    """A request body that names all that another organization has, under every name there is."""
    if route.path == RPC:
        return {"jsonrpc": "2.0", "method": "show", "params": {"id": things["annotations"]}, "id": 1}
    if route.collection:
        return _jsonapi_wishes(things, route.collection)
    if route.is_about_tasks:
        return _task_wishes(things)
    return {
        **things,
        **ABOUT,
        "ContentIds": ["product1"],
        "feedbackIds": things["feedbackId"],
        "accountId": int(things["accountId"]),
        "sourceText": "text",
        "sourceLanguageId": "eng",
        "targetLanguageId": "ita",
        "email": "stranger@example.org",
        "role": "user",
        "username": "stranger@example.org",
        "password": WRONG_KEY,
    }


def _task_wishes(things: dict[str, str]) -> dict[str, Any]:
    """What any of the routes about tasks can be told."""
    return {
        "task": {"data": {"url": "theirs"}},
        "tasks": [{"data": {"url": "theirs"}}],
        "task_ids": [things["task"]],
        "priority": 7,
        "answers": {"weather": "theirs"},
        "reasons": ["theirs"],
        "finalize": True,
        "feedback_ids": [things["feedback_id"]],
    }


def _jsonapi_wishes(things: dict[str, str], collection: str) -> dict[str, Any]:
    parents = {"project": "projects", "dataset": "datasets", "entry": "entries", "note_feed": "note_feeds"}
    attributes = {f"{name}_id": things[type] for name, type in parents.items()} | {
        "annotation_id": things["annotations"],
        "account_id": int(things["accountId"]),
        "assigned_to_id": int(things["accountId"]),
        "anchor_type": "annotation",
        **dict.fromkeys(("name", "modality", "resource", "annotation", "content_md", "message"), "theirs"),
    }
    return document(collection, attributes, **{name: things[type] for name, type in parents.items()})


def _seen(admin: Person, things: dict[str, str]) -> dict[str, str]:
    """All that an organization's own admin can read of it, but for the trail that this itself leaves."""
    return {
        route.path: _without_signature(
            admin.get(route.filled(things), params=_about(route), allow_redirects=False).text
        )
        for route in ROUTES
        if route.method == "GET" and not route.path.endswith(("/export", "/audit"))
    }


def _about(route: Route) -> dict[str, str]:
    """What its query string has to say."""
    return ABOUT if route.path.startswith("/data") else {}


def _without_signature(text: str) -> str:
    """Addresses of files are signed anew each time."""
    return re.sub(r"\?[^\"\s]*X-Amz-[^\"\s]*", "", text)


def test_the_template_has_routes_and_few_are_public() -> None:
    assert len(ROUTES) > 100
    assert {f"{route.method} {route.path}" for route in _public()} == {
        "POST /api/v2/auth",
        "GET /api/v2/system/info",
    }


def test_every_path_variable_names_something(household: Household) -> None:
    variables = {variable for route in ROUTES for variable in route.variables}
    unknown = variables - set(household.things)
    assert not unknown, f"say in household.py what in an organization these can name: {sorted(unknown)}"


@each_route
@pytest.mark.parametrize("auth", [None, (WRONG_KEY, "")], ids=["no key", "a wrong key"])
def test_no_route_opens_without_a_valid_key(
    household: Household, route: Route, auth: tuple[str, str] | None
) -> None:
    body = _wishes(household.things, route)
    response = household.stranger.ask(route.method, route.filled(household.things), auth=auth, json=body)
    assert MARK not in response.text
    if route.path.startswith("/data"):
        _is_refused_in_an_envelope(route, response)
    elif route.refuses:
        _is_refused(route, response, _no_such_method(route))
    elif route.path == RPC:
        assert response.status_code == 401
        assert response.json()["error"]["code"] == -32001
    elif route not in _public():
        _is_refused(route, response, 401)


def _is_refused(route: Route, response: requests.Response, status: int) -> None:
    """In the form of the route's family."""
    if not route.is_about_tasks:
        refusal(response, status)
        return
    assert response.status_code == status, response.text
    (error,) = response.json()["errors"]
    assert set(error) == {"type", "message"}
    assert error["type"] == status


def _is_refused_in_an_envelope(route: Route, response: requests.Response) -> None:
    if not route.refuses:
        assert response.status_code == 200
        assert "ERROR_PARAM_INVALID_API_KEY" in response.text
        return
    assert response.status_code == _no_such_method(route)
    assert "ERROR_UNSUPPORTED" in response.text or route.method == "HEAD"


def _no_such_method(route: Route) -> int:
    """What a family says at an address that does not take a method, or that no operation has at all."""
    knows_405 = route.collection or route.is_about_tasks or route.path.startswith("/data")
    return 405 if knows_405 and _methods(route.path) else 404


@each_route
def test_the_things_are_there_for_their_own_people(household: Household, route: Route) -> None:
    """Else the next test would prove nothing."""
    if route.method == "GET" and not route.refuses:
        shown = household.organization.admin.get(
            route.filled(household.things), params=_about(route), allow_redirects=False
        )
        assert shown.status_code in (200, 302)


@each_route
def test_no_route_shows_or_changes_what_another_organization_has(household: Household, route: Route) -> None:
    path, things = route.filled(household.things), household.things
    for body in ({"json": _wishes(things, route)}, {"params": {"feedbackIds": things["feedbackId"]}}, {}):
        response = household.stranger.ask(route.method, path, allow_redirects=False, **body)
        assert MARK not in response.text
        assert household.organization.organization_id not in response.text
        if route.variables and response.ok:
            _assert_is_the_strangers_own(response, things)


def _assert_is_the_strangers_own(response: requests.Response, things: dict[str, str]) -> None:
    """A thing named in the path is found only if the stranger made one of that name (a language pair)."""
    assert set(json.loads(response.text)) >= {"languagePairId"}, response.text
    assert json.loads(response.text)["domain"] == ""


NAMING = [
    route
    for route in ROUTES
    if (route.collection or route.is_about_tasks) and not route.refuses and route.path != RPC
]
NAMING = [
    route
    for route in NAMING
    if route.variables or (route.method == "POST" and route.path != f"{DATASET}/projects")
]


@pytest.mark.parametrize("route", NAMING, ids=lambda route: f"{route.method} {route.path}")
def test_what_another_organization_has_is_not_found(household: Household, route: Route) -> None:
    """Neither in an address nor as what a new record would belong to."""
    things = household.things
    body = None if route.method == "GET" else _wishes(things, route)
    response = household.stranger.ask(route.method, route.filled(things), json=body)
    _is_refused(route, response, 404)


def test_all_is_as_before_when_strangers_have_tried_everything(household: Household) -> None:
    assert any(MARK in text for text in household.seen.values())
    for route in ROUTES:
        path, body = route.filled(household.things), _wishes(household.things, route)
        household.stranger.ask(route.method, path, allow_redirects=False, json=body)
        household.stranger.ask(route.method, path, auth=None, json=body)
    assert _seen(household.organization.admin, household.things) == household.seen
