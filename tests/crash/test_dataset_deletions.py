"""What is deleted goes with all that is below it, and leaves every other count exact, wherever it stops."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hearback.dataset import annotating, datasets, entries, members, notes, projects
from hearback.settings import settings
from hearback.storage.items import get_text

from tests.crash.apart import Apart, Brief, items
from tests.crash.datasets import (
    ADMIN,
    NOW,
    World,
    agrees,
    delete_in_background,
    remembered,
    repeated,
    settle_all,
    settled,
    work_on,
)
from tests.crash.harness import OVERTAKEN, STOPS, Disturbance, Workflow, exercise, stumble

NewWorld = Callable[[], World]
Act = Callable[[World], Any]

each_stop = pytest.mark.parametrize("stop", STOPS, ids=[stop.name for stop in STOPS])


def delete_entry(world: World) -> None:
    entries.delete(ADMIN, world.entries["idle 1"], NOW)


def delete_annotation(world: World) -> None:
    annotating.delete(ADMIN, world.annotation, NOW)


def delete_feed(world: World) -> None:
    notes.delete_feed(ADMIN, world.feed, NOW)


def delete_dataset(world: World) -> None:
    datasets.delete(ADMIN, world.idle, NOW)


def delete_project(world: World) -> None:
    projects.delete(ADMIN, world.project, NOW)


def disable(world: World) -> None:
    members.disable(ADMIN, world.member, NOW)


ACTS: dict[str, tuple[str, Act]] = {
    "an entry": ("idle", delete_entry),
    "an annotation": ("busy", delete_annotation),
    "a feed": ("busy", delete_feed),
    "a dataset": ("idle", delete_dataset),
    "a project": ("idle", delete_project),
    "a membership": ("busy", disable),
}
"""In which project each is deleted, and how."""


@pytest.fixture(params=list(ACTS.values()), ids=list(ACTS))
def flow(
    request: pytest.FixtureRequest, new_project: NewWorld, new_idle_project: NewWorld
) -> Workflow[World]:
    which, act = request.param
    prepare = {"busy": new_project, "idle": new_idle_project}[which]
    return Workflow(prepare, act, repeated(act), settled, agrees)


def test_it_goes_with_all_that_is_below_it_or_not_at_all(flow: Workflow[World]) -> None:
    assert exercise(flow) > 25


# ─── What does not fit into its request ───


@pytest.fixture
def in_background(resources: Apart, flow: Workflow[World]) -> Workflow[World]:
    """The same when nothing of it is done in the request, and the worker has the message."""

    def prepare() -> World:
        world = flow.prepare()
        with delete_in_background():
            flow.work(world)
        (debt,) = items(settings().owed_table)
        world.message = json.loads(get_text(debt, "message"))
        return world

    def again(world: World) -> None:
        work_on(world.message)
        settle_all()

    return replace(
        flow, prepare=remembered(resources, prepare), work=lambda w: work_on(w.message), recover=again
    )


@pytest.mark.parametrize("act", ["an entry", "a project"])
def test_it_is_only_begun_in_its_request(new_idle_project: NewWorld, act: str) -> None:
    def begin(world: World) -> None:
        with delete_in_background():
            ACTS[act][1](world)

    assert exercise(Workflow(new_idle_project, begin, repeated(begin), settled, agrees)) > 15


def test_rounds_of_the_worker_finish_it(in_background: Workflow[World]) -> None:
    flow = replace(in_background, work=lambda w: work_on(w.message, Brief(2)), recover=settle_all)
    assert exercise(flow, STOPS + OVERTAKEN) > 5


@each_stop
def test_it_ends_even_if_every_delivery_dies_a_little_later(
    in_background: Workflow[World], stop: Disturbance
) -> None:
    assert stumble(in_background, stop) > 1
