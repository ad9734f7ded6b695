"""Every route of the template: closed without a key, and blind to other organizations.

The routes come from the template, what is public from the code that declares it. A new route is
therefore covered without being named here; one with a path variable that is not in `_things` fails
until it says what in an organization the variable can name.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
import requests

from local import cfn
from local.paths import ROOT
from local.stack import Stack
from tests.flows.content import ABOUT, FLAG, JSON
from tests.flows.organizations import ACCESS, FEEDBACK, Organization, Person, answer, found, refusal
from tests.flows.test_tmx import tmx, tu

WRONG_KEY = f"hb_{'0' * 16}_{'0' * 40}"
NOWHERE = "no/such/route"
MARK = f"private-{uuid4().hex[:8]}"
"""Stands in everything that organization A has, and in nothing that a stranger sends."""


class Route(NamedTuple):
    method: str
    path: str

    @property
    def variables(self) -> list[str]:
        return re.findall(r"{(\w+)\+?}", self.path)

    @property
    def is_catch_all(self) -> bool:
        return "+}" in self.path

    @property
    def is_refused(self) -> bool:
        """Deployed for no other sake than to refuse its method in the family's form."""
        return self.path.startswith("/data/submitfeedback.") and self.method != "POST"

    @property
    def refusals_are_200(self) -> bool:
        return self.path.startswith("/data/")

    def filled(self, things: dict[str, str]) -> str:
        return re.sub(r"{(\w+)\+?}", lambda variable: things[variable[1]], self.path)


def _routes() -> Iterator[Route]:
    functions = cfn.of_type(cfn.load(ROOT / "template.yaml"), "AWS::Serverless::Function")
    for function in functions.values():
        for event in function["Properties"].get("Events", {}).values():
            if event["Type"] == "Api":
                yield Route(event["Properties"]["Method"].upper(), event["Properties"]["Path"])


@cache
def _public() -> frozenset[Route]:
    """The routes that the code declares public."""
    return frozenset(
        Route(operation.method, operation.path)
        for file in sorted((ROOT / "functions").glob("*/app.py"))
        for operation in getattr(_module(str(file)), "api", _NoApi).operations
        if operation.public
    )


class _NoApi:
    operations: tuple[Any, ...] = ()


def _module(file: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"route_of_{uuid4().hex}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
    things = _things(organization)
    return Household(organization, things, _seen(organization.admin, things), found(stack, http).admin)


def _things(organization: Organization) -> dict[str, str]:
    """By the name of a path variable, something in the organization that it can name."""
    admin, user = organization.admin, organization.user
    pair_id = f"EngIta_{uuid4().hex}"
    pair = {"languagePairId": pair_id, "sourceLanguageId": "eng", "targetLanguageId": "ita", "domain": MARK}
    answer(admin.post("/api/v2/language-pairs", data=pair))
    texts = {"sourceText": MARK + "&" * 340_000, "suggestedTranslation": MARK, "languagePairId": pair_id}
    entries = [answer(user.post(FEEDBACK, json=texts)) for _ in range(3)]
    answer(user.import_tmx(tmx(tu(MARK, MARK))))
    accounts = f"{ACCESS}/accounts"
    account = answer(admin.post(accounts, json={"email": f"{MARK}@example.org", "name": MARK}))
    key = answer(admin.post(f"{ACCESS}/keys", json={"accountId": account["accountId"], "name": MARK}))
    answer(admin.ask("PATCH", "/data/configuration.json", json={"RemoderationThreshold": 1}))
    answer(user.post(JSON, data={**FLAG, "ReasonText": MARK, "UserId": MARK}))
    return {
        "proxy": NOWHERE,
        "accountId": str(account["accountId"]),
        "keyId": key["keyId"],
        "feedbackId": entries[0]["feedbackId"],
        "languagePairId": pair_id,
        "importId": answer(user.get(f"{FEEDBACK}/imports"))["imports"][0]["importId"],
        "exportId": _export_id(admin),
    }


def _export_id(admin: Person) -> str:
    """Of an export that is too large for one answer."""
    redirect = admin.get(f"{FEEDBACK}/export", allow_redirects=False)
    assert redirect.status_code == 302
    name = re.search(r"/([0-9a-f-]{36})\.tmx", redirect.headers["Location"])
    assert name is not None
    return name[1]


def _wishes(things: dict[str, str]) -> dict[str, Any]:
    """A request body that names all that another organization has, under every name there is."""
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


def _seen(admin: Person, things: dict[str, str]) -> dict[str, str]:
    """All that an organization's own admin can read of it."""
    return {
        route.path: _without_signature(
            admin.get(route.filled(things), params=ABOUT, allow_redirects=False).text
        )
        for route in ROUTES
        if route.method == "GET" and not route.path.endswith("/export")
    }


def _without_signature(text: str) -> str:
    """Download addresses are signed anew each time."""
    return re.sub(r"\?[^\"\s]*X-Amz-[^\"\s]*", "", text)


def test_the_template_has_routes_and_few_are_public() -> None:
    assert len(ROUTES) > 30
    assert {f"{route.method} {route.path}" for route in _public()} == {
        "POST /api/v2/auth",
        "GET /api/v2/system/info",
    }


def test_every_path_variable_names_something(household: Household) -> None:
    variables = {variable for route in ROUTES for variable in route.variables}
    unknown = variables - set(household.things)
    assert not unknown, f"say in _things what in an organization these can name: {sorted(unknown)}"


@each_route
@pytest.mark.parametrize("auth", [None, (WRONG_KEY, "")], ids=["no key", "a wrong key"])
def test_no_route_opens_without_a_valid_key(
    household: Household, route: Route, auth: tuple[str, str] | None
) -> None:
    path, body = route.filled(household.things), _wishes(household.things)
    response = household.stranger.ask(route.method, path, auth=auth, json=body)
    _assert_is_refused(route, response)
    assert MARK not in response.text


def _assert_is_refused(route: Route, response: requests.Response) -> None:
    if route.is_refused:
        assert response.status_code == 405
    elif route.refusals_are_200:
        assert response.status_code == (404 if route.is_catch_all else 200)
        assert ("ERROR_UNSUPPORTED" if route.is_catch_all else "ERROR_PARAM_INVALID_API_KEY") in response.text
    elif route.is_catch_all:
        refusal(response, 404)
    elif route not in _public():
        refusal(response, 401)


@each_route
def test_the_things_are_there_for_their_own_people(household: Household, route: Route) -> None:
    """Else the next test would prove nothing."""
    if route.method == "GET" and not route.is_catch_all and not route.is_refused:
        shown = household.organization.admin.get(
            route.filled(household.things), params=ABOUT, allow_redirects=False
        )
        assert shown.status_code in (200, 302)


@each_route
def test_no_route_shows_or_changes_what_another_organization_has(household: Household, route: Route) -> None:
    path, things = route.filled(household.things), household.things
    for body in ({"json": _wishes(things)}, {"params": {"feedbackIds": things["feedbackId"]}}, {}):
        response = household.stranger.ask(route.method, path, allow_redirects=False, **body)
        assert MARK not in response.text
        assert household.organization.organization_id not in response.text
        if route.variables and response.ok:
            _assert_is_the_strangers_own(response, things)


def _assert_is_the_strangers_own(response: requests.Response, things: dict[str, str]) -> None:
    """A thing named in the path is found only if the stranger made one of that name (a language pair)."""
    assert set(json.loads(response.text)) >= {"languagePairId"}, response.text
    assert json.loads(response.text)["domain"] == ""


def test_all_is_as_before_when_strangers_have_tried_everything(household: Household) -> None:
    assert any(MARK in text for text in household.seen.values())
    for route in ROUTES:
        path, body = route.filled(household.things), _wishes(household.things)
        household.stranger.ask(route.method, path, allow_redirects=False, json=body)
        household.stranger.ask(route.method, path, auth=None, json=body)
    assert _seen(household.organization.admin, household.things) == household.seen
