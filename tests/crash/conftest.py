"""Worlds to disturb: resources of the tests' own, and pieces of work so small that there are many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from unittest import mock

import pytest
from hearback.translation import deleting, exporting, importing

from local.stack import Stack
from tests.crash.apart import Apart, apart, remembered
from tests.crash.translation import World, new_organization


@pytest.fixture(scope="module")
def resources(stack: Stack) -> Iterator[Apart]:
    with apart(stack) as made, ExitStack() as small:
        small.enter_context(mock.patch.object(importing, "WINDOW", 3))
        small.enter_context(mock.patch.object(deleting, "STEP", 3))
        small.enter_context(mock.patch.object(exporting, "PART", 1500))
        yield made


@pytest.fixture
def new_world(resources: Apart) -> Callable[[], World]:
    resources.clear()
    return remembered(resources, new_organization)
