"""What races in datasets begin with: tables apart, transactions that meet, a project full of annotators."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from unittest import mock

import pytest
from hearback import clients
from hearback.dataset import clearing, datasets, projects
from hearback.storage import shelves

from local.stack import Stack
from tests.crash.apart import Apart, apart
from tests.crash.datasets import ADMIN
from tests.races.studio import CALLERS, Studio, join
from tests.races.test_shelves import Meeting


@pytest.fixture(scope="module")
def tables(stack: Stack) -> Iterator[Apart]:
    with apart(stack) as made, ExitStack() as small:
        small.enter_context(mock.patch.object(shelves, "BLOCK", 10))
        small.enter_context(mock.patch.object(clearing, "_CHUNK", 4))
        small.enter_context(mock.patch.object(clearing, "_THREADS", 4))
        yield made


@pytest.fixture(scope="module")
def project(tables: Apart) -> Studio:
    made = projects.create(ADMIN, {"name": "the project"}, time.time_ns())
    return Studio(made.id, [join(made.id, f"annotator-{number}") for number in range(CALLERS)])


@pytest.fixture
def met(tables: Apart) -> Iterator[Meeting]:
    """The client, which knows how many transactions have met others."""
    client = Meeting(clients.dynamodb())
    with mock.patch.object(clients, "dynamodb", return_value=client):
        yield client


@pytest.fixture
def studio(project: Studio, met: Meeting) -> Studio:
    attributes = {"name": "the dataset", "modality": "image"}
    dataset = datasets.create(ADMIN, project.project, attributes, time.time_ns())
    return Studio(project.project, project.people, dataset.id)
