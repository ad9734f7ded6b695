"""What is deleted goes with all that is below it, and leaves every other count exact, wherever it stops."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from hearback.dataset import annotating, clearing, datasets, entries, members, notes, projects
from hearback.settings import settings
from hearback.storage.items import get_text

from tests.crash.apart import Apart, Brief, items
from tests.crash.datasets import (
    ADMIN,
    CHOSEN,
    NOW,
    STEP,
    World,
    agrees,
    annotate,
    at_changes,
    delete_in_background,
    remembered,
    repeated,
    select,
    settle_all,
    settled,
    take_note,
    work_on,
)
from tests.crash.harness import ALL, OVERTAKEN, STOPS, Disturbance, Workflow, exercise, stumble

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


@pytest.fixture(params=ACTS)
def what(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def flow(what: str, new_project: NewWorld, new_idle_project: NewWorld) -> Workflow[World]:
    which, act = ACTS[what]
    prepare = {"busy": new_project, "idle": new_idle_project}[which]
    return Workflow(prepare, act, repeated(act), settled, agrees)


def test_it_goes_with_all_that_is_below_it_or_not_at_all(what: str, flow: Workflow[World]) -> None:
    if what == "a project":  # mostly what is done with each of its datasets
        assert exercise(flow, at_changes(STOPS + OVERTAKEN)) > 25
    else:
        assert exercise(flow, at_changes(ALL) if what == "a dataset" else ALL) > 25


# ─── What does not fit into its request ───


@pytest.fixture
def in_background(resources: Apart, flow: Workflow[World]) -> Workflow[World]:
    """The same when nothing of it is done in the request, and the worker has the message."""

    def prepare() -> World:
        world = flow.prepare()
        with delete_in_background():
            flow.work(world)
        world.message = owed_message()
        return world

    def again(world: World) -> None:
        work_on(world.message)
        settle_all()

    return replace(
        flow, prepare=remembered(resources, prepare), work=lambda w: work_on(w.message), recover=again
    )


@pytest.mark.parametrize("act", [delete_entry, delete_dataset])
def test_it_is_only_begun_in_its_request(new_idle_project: NewWorld, act: Act) -> None:
    def begin(world: World) -> None:
        with delete_in_background():
            act(world)

    flow = Workflow(new_idle_project, begin, repeated(begin), settled, agrees)
    assert exercise(flow, at_changes(ALL)) > 5


def test_rounds_of_the_worker_finish_it(in_background: Workflow[World]) -> None:
    flow = replace(in_background, work=lambda w: work_on(w.message, Brief(2)), recover=settle_all)
    assert exercise(flow, at_changes(STOPS + OVERTAKEN)) > 5


@each_stop
def test_it_ends_even_if_every_delivery_dies_a_little_later(
    in_background: Workflow[World], stop: Disturbance
) -> None:
    assert stumble(in_background, stop) > 1


# ─── What else happens while it is owed ───


def owed_message() -> dict[str, Any]:
    """Of the deletion itself: what a project leaves in the tasks API is a work of its own."""
    owed = [json.loads(get_text(debt, "message")) for debt in items(settings().owed_table)]
    (message,) = [each for each in owed if each.get("delete") != "tasks"]
    return dict(message)


def test_an_entry_whose_end_is_owed_leaves_no_counts_when_its_dataset_goes(
    resources: Apart, new_idle_project: NewWorld
) -> None:
    def prepare() -> World:
        world = new_idle_project()
        with delete_in_background():
            delete_entry(world)
        world.message = owed_message()
        return world

    def last(world: World) -> None:
        work_on(world.message)

    flow = Workflow(remembered(resources, prepare), last, repeated(delete_dataset), settled, agrees)
    assert exercise(flow, OVERTAKEN) > 5
    assert exercise(replace(flow, work=delete_dataset, recover=last), at_changes(OVERTAKEN)) > 5


def delete_chosen(_world: World) -> None:
    with delete_in_background():
        annotating.delete(ADMIN, CHOSEN.format(1), NOW)


def test_an_annotation_whose_id_is_chosen_again_keeps_its_own_notes(
    resources: Apart, new_project: NewWorld
) -> None:
    def prepare() -> World:
        world = new_project()
        delete_chosen(world)
        world.message = owed_message()
        return world

    def choose_again(world: World) -> None:
        annotate(world, "held", "again", chosen=CHOSEN.format(1))
        take_note(world, "held", "of its own", CHOSEN.format(1))

    def clear_up(world: World) -> None:
        work_on(world.message)

    def notes_of_it(_world: World) -> object:
        settle_all()
        return "of its own" in {feed.content_md for feed in agrees().every("note_feeds")}

    flow = Workflow(remembered(resources, prepare), choose_again, clear_up, notes_of_it, agrees)
    assert exercise(flow, OVERTAKEN) > 5
    flow = replace(flow, work=clear_up, recover=repeated(choose_again))
    assert exercise(flow, OVERTAKEN) > 5


def test_of_two_annotations_that_had_the_same_id_both_lose_their_notes(new_project: NewWorld) -> None:
    world = new_project()
    delete_chosen(world)
    select(world, "waiting")
    annotate(world, "waiting", "again", chosen=CHOSEN.format(1))
    take_note(world, "waiting", "of its own", CHOSEN.format(1))
    delete_chosen(world)
    agrees()
    settle_all()
    assert not [feed for feed in agrees().every("note_feeds") if feed.annotation_id == CHOSEN.format(1)]


def test_an_entry_goes_with_more_annotations_than_a_transaction_takes(new_idle_project: NewWorld) -> None:
    """Those with chosen ids are two items each."""
    world = new_idle_project()
    for number in range(STEP + 1):
        annotate(world, "idle 2", "many", chosen=CHOSEN.format(100 + number))
    annotate(world, "idle 2", *["more"] * STEP)
    with mock.patch.object(clearing, "_STEP", STEP):
        entries.delete(ADMIN, world.entries["idle 2"], NOW)
    settle_all()
    assert {each.annotation for each in agrees().every("annotations")} == {"five", "six", "seven", "nine"}
