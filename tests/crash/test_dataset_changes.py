"""One thing of a project made, changed or deleted: whole or not at all, and every count exact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from hearback.dataset import annotating, datasets, entries, events, members, notes, placing, projects, work
from hearback.storage import shelves
from hearback.storage.transactions import Contended, transact
from hearback.timestamps import SECOND

from tests.crash.apart import Apart
from tests.crash.datasets import (
    ADMIN,
    CHOSEN,
    NEVER,
    NOW,
    World,
    agrees,
    annotate,
    comment,
    remembered,
    repeated,
    select,
    settled,
    small_blocks,
    submit,
    take_note,
)
from tests.crash.harness import FAULTS, OVERTAKEN, STOPS, Workflow, exercise

NewWorld = Callable[[], World]
Act = Callable[[World], Any]

LATER = NOW + (NEVER + 1) * SECOND
"""When what was taken up at NOW is released."""


def enter(world: World, *resources: str) -> Any:
    return entries.create(ADMIN, world.busy, [{"resource": resource} for resource in resources], NOW)


def patch(world: World, entry: str, **attributes: Any) -> Any:
    return entries.update(ADMIN, world.entries[entry], attributes, NOW)


def rename_annotation(world: World) -> Any:
    return annotating.update(ADMIN, world.annotation, {"annotation": "renamed", "metadata": None}, NOW)


# ─── What a client that got no answer does not repeat ───

ONCE: dict[str, Act] = {
    "a project": lambda _: projects.create(ADMIN, {"name": "new"}, NOW),
    "a dataset": lambda w: datasets.create(ADMIN, w.project, {"name": "new", "modality": "text"}, NOW),
    "an annotation": lambda w: annotate(w, "held", "new"),
    "annotations": lambda w: annotate(w, "idle 2", "new", "newer", "newest"),
    "a feed": lambda w: take_note(w, "held", "new"),
    "a feed on an annotation": lambda w: take_note(w, "held", "new", CHOSEN.format(1)),
    "a comment": lambda w: comment(w, w.feed, "new"),
    "submitted from start": lambda w: submit(w, "new"),
    "submitted for a review": lambda w: submit(w, "held", w.ann),
    "sent back": lambda w: submit(w, "reviewed", w.rev, approved=False),
}


@pytest.mark.parametrize("act", ONCE.values(), ids=ONCE)
def test_it_happens_whole_or_not_at_all(new_project: NewWorld, act: Act) -> None:
    flow = Workflow(new_project, act, lambda _: None, settled, agrees, or_nothing=True)
    assert exercise(flow, STOPS + FAULTS) > 8


# ─── What a client may repeat ───

REPEATED: dict[str, Act] = {
    "an entry": lambda w: enter(w, "one"),
    "entries": lambda w: enter(w, "one", "two", "three"),
    "an annotation with an id of the client's": lambda w: annotate(w, "held", "x", chosen=CHOSEN.format(9)),
    "the first such annotation": lambda w: annotate(w, "plain", "x", chosen=CHOSEN.format(9)),
    "selected": lambda w: select(w, "waiting"),
    "selected for a review": lambda w: select(w, "in review", w.rev),
    "taken as the next": lambda w: work.take_next(w.ann, w.busy, None, NOW),
    "assigned": lambda w: events.assign(ADMIN, w.entries["held"], w.people["another"].account_id, NOW),
    "approved": lambda w: submit(w, "reviewed", w.rev, approved=True),
    "given up": lambda w: events.fail(w.ann, w.entries["held"], "blurred", NOW),
    "another resource": lambda w: patch(w, "held", resource="elsewhere", priority=1),
    "the media job's end": lambda w: patch(w, "processing", job_id=None),
    "set back": lambda w: patch(w, "reviewed", wf_step="annotate", status="pending"),
    "released": lambda w: work.release(datasets.find(ADMIN, w.busy)[1], LATER),
    "an annotation changed": rename_annotation,
    "a feed resolved": lambda w: notes.resolve(ADMIN, w.feed, NOW),
    "a comment deleted": lambda w: notes.delete_comment(ADMIN, w.comment),
    "a member's role": lambda w: members.update(ADMIN, w.member, {"role": "reviewer"}, NOW),
    "a dataset's settings": lambda w: datasets.update(
        ADMIN, w.busy, {"workflow_configuration": {}, "name": "b"}, NOW
    ),
    "a member taken in": lambda w: members.create(
        ADMIN, w.project, {"email": "newcomer@acme.example", "role": "annotator"}, NOW
    ),
}


@pytest.mark.parametrize("act", REPEATED.values(), ids=REPEATED)
def test_it_happens_once_though_it_is_repeated(new_project: NewWorld, act: Act) -> None:
    flow = Workflow(new_project, act, repeated(act), settled, agrees)
    assert exercise(flow) > 8


# ─── Blocks that end while somebody is writing ───


def fill(world: World) -> None:
    with small_blocks():
        enter(world, "one", "two", "three")


def widen(world: World) -> None:
    """Twice as many rows for what is new, as after meeting others."""
    dataset = datasets.get(ADMIN, world.busy)
    for kind in ("entries", "annotations"):
        spot = placing.in_dataset(dataset, kind).read()
        shelves.widen(spot.shelf, spot.tail, spot.owner, spot.attribute)


def meet_another(world: World) -> None:
    """Create an entry whose first attempt meets others at the same row."""
    meetings = iter([True])

    def met(writes: Any, patient: bool = True) -> None:
        if next(meetings, False):
            raise Contended([0])
        transact(writes, patient)

    with mock.patch.object(placing, "transact", met):
        enter(world, "one")


def select_beside_another(world: World) -> None:
    with mock.patch.object(shelves, "spare", lambda attempt: attempt + 3):
        select(world, "waiting")


EXTENSIONS: dict[str, Act] = {
    "a block ends": fill,
    "rows are added": meet_another,
    "a count goes to a row of its own": select_beside_another,
}


@pytest.mark.parametrize("act", EXTENSIONS.values(), ids=EXTENSIONS)
def test_a_shelf_grows_without_losing_a_count(new_project: NewWorld, act: Act) -> None:
    assert exercise(Workflow(new_project, act, repeated(act), settled, agrees)) > 10


def test_a_block_of_several_rows_ends_without_losing_a_count(resources: Apart, new_project: NewWorld) -> None:
    def prepare() -> World:
        world = new_project()
        for _ in range(2):
            widen(world)
            annotate(world, "held", *"abc")
        return world

    def extend(world: World) -> None:
        with small_blocks():
            annotate(world, "held", "d")

    prepared = remembered(resources, prepare)
    assert exercise(Workflow(prepared, extend, extend, lambda _: None, agrees), STOPS + OVERTAKEN) > 15
