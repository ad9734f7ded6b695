"""Worlds to disturb: resources of the tests' own, and pieces of work so small that there are many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from unittest import mock

import pytest
from hearback import clients
from hearback.settings import settings
from hearback.translation import deleting, exporting, importing, uploads

from local.stack import Stack
from tests.crash import datasets
from tests.crash.apart import Apart, apart, remembered
from tests.crash.translation import World, new_organization

NewProject = Callable[[], datasets.World]


@pytest.fixture(scope="module")
def resources(stack: Stack) -> Iterator[Apart]:
    with apart(stack) as made, ExitStack() as small:
        small.enter_context(mock.patch.object(importing, "WINDOW", 3))
        small.enter_context(mock.patch.object(deleting, "STEP", 3))
        small.enter_context(mock.patch.object(exporting, "PART", 1500))
        small.enter_context(mock.patch.object(uploads, "PART", 500))
        small.enter_context(datasets.small_pieces())
        yield made


@pytest.fixture
def new_world(resources: Apart) -> Callable[[], World]:
    resources.clear()
    return remembered(resources, new_organization)


@pytest.fixture(scope="module")
def _projects(resources: Apart) -> dict[str, NewProject]:
    """Each made once for all tests of a module, in tables of its own."""

    def alone(make: NewProject) -> datasets.World:
        resources.clear()
        return make()

    return {
        "busy": datasets.remembered(resources, lambda: alone(datasets.new_project)),
        "idle": datasets.remembered(resources, lambda: alone(datasets.new_idle_project)),
    }


@pytest.fixture
def _no_messages(resources: Apart) -> Iterator[None]:
    """What a test that failed has left in the queue is nothing to the next one."""
    yield
    clients.sqs().purge_queue(QueueUrl=settings().upkeep_queue)


@pytest.fixture
def new_project(_projects: dict[str, NewProject], _no_messages: None) -> NewProject:
    return _projects["busy"]


@pytest.fixture
def new_idle_project(_projects: dict[str, NewProject], _no_messages: None) -> NewProject:
    return _projects["idle"]
