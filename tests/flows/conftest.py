"""What every flow finds: an organization of its own on the running product."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.permissions.decisions import take_denied
from local.stack import Stack
from tests.flows.organizations import Organization, found
from tests.flows.studios import Studio, studio
from tests.flows.validating import Validating


@pytest.fixture(autouse=True)
def _nothing_is_denied(request: pytest.FixtureRequest) -> Iterator[None]:
    """No role lacks a right that the product needs; what a test provokes, it takes away itself."""
    stack = request.getfixturevalue("stack") if "stack" in request.fixturenames else None
    yield
    assert stack is None or take_denied(stack.home) == [], "a role lacks a right"


@pytest.fixture(scope="session")
def http() -> Iterator[requests.Session]:
    with Validating() as session:
        session.trust_env = False  # no proxy and no .netrc of the developer's
        yield session


@pytest.fixture
def organization(stack: Stack, http: requests.Session) -> Organization:
    """Nobody else's: what a test does to it disturbs no other."""
    return found(stack, http)


@pytest.fixture
def another(stack: Stack, http: requests.Session) -> Organization:
    """A second organization, with the same language pairs."""
    return found(stack, http)


@pytest.fixture(scope="session")
def bystanders(stack: Stack, http: requests.Session) -> Organization:
    """An organization for tests that leave nothing behind: what they ask is refused, or only read."""
    return found(stack, http)


@pytest.fixture
def entry(organization: Organization) -> dict[str, Any]:
    """The user's."""
    return organization.user.give("hello", "bonjour", machineTranslation="salut", comment="warmer")


@pytest.fixture
def project(organization: Organization) -> Studio:
    """A project of the organization's, with people and a dataset."""
    return studio(organization)


@pytest.fixture(scope="session")
def quiet_project(stack: Stack, http: requests.Session) -> Studio:
    """A project for tests that leave nothing behind."""
    return studio(found(stack, http))
