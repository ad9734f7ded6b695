"""Two who do different things to the same: wherever the one is when the other comes, nothing is left over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from unittest import mock

import pytest
from hearback.dataset import annotating, datasets, deleting, entries, events, members, notes, rights, work
from hearback.errors import Conflict

from tests.crash.datasets import (
    ADMIN,
    CHOSEN,
    NOW,
    World,
    agrees,
    annotate,
    at_changes,
    comment,
    delete_in_background,
    repeated,
    select,
    settle_all,
    settled,
    small_blocks,
    submit,
    take_note,
)
from tests.crash.harness import OVERTAKEN, Workflow, exercise

NewWorld = Callable[[], World]
Act = Callable[[World], Any]


# ─── What goes ───


def entry_goes(world: World) -> None:
    entries.update(ADMIN, world.entries["held"], {"assigned_to_id": None}, NOW)
    entries.delete(ADMIN, world.entries["held"], NOW)


def annotation_goes(world: World) -> None:
    annotating.delete(ADMIN, world.annotation, NOW)


def chosen_annotation_goes(world: World) -> None:
    annotating.delete(ADMIN, CHOSEN.format(1), NOW)


def feed_goes(world: World) -> None:
    notes.delete_feed(ADMIN, world.feed, NOW)


def dataset_goes(world: World) -> None:
    """Though its entries are being worked on: whoever deletes it looked before that."""
    deleting.dataset(ADMIN, datasets.get(ADMIN, world.busy), NOW)


def project_goes(world: World) -> None:
    with mock.patch.object(deleting, "_require_idle_datasets"):
        deleting.project(rights.standing(ADMIN, world.project), NOW)


GOES: dict[str, Act] = {
    "entry": entry_goes,
    "annotation": annotation_goes,
    "chosen annotation": chosen_annotation_goes,
    "feed": feed_goes,
    "dataset": dataset_goes,
    "project": project_goes,
}

# ─── What comes, or happens to it ───


def end_block(world: World) -> None:
    with small_blocks():
        annotate(world, "held", "new")


HAPPENS: dict[str, Act] = {
    "new annotation": lambda w: annotate(w, "held", "new"),
    "last of a block": end_block,
    "new chosen annotation": lambda w: annotate(w, "held", "new", chosen=CHOSEN.format(9)),
    "new feed": lambda w: take_note(w, "held", "new"),
    "new feed on annotation": lambda w: take_note(w, "held", "new", w.annotation),
    "new feed on chosen annotation": lambda w: take_note(w, "held", "new", CHOSEN.format(1)),
    "new comment": lambda w: comment(w, w.feed, "new"),
    "new entry": lambda w: entries.create(ADMIN, w.busy, [{"resource": "newest"}], NOW),
    "new dataset": lambda w: datasets.create(ADMIN, w.project, {"name": "new", "modality": "text"}, NOW),
    "new member": lambda w: members.create(ADMIN, w.project, {"email": "newcomer@acme.example"}, NOW),
    "feed resolved": lambda w: notes.resolve(ADMIN, w.feed, NOW),
    "feed edited": lambda w: notes.update_feed(ADMIN, w.feed, {"content_md": "other"}, NOW),
    "annotation edited": lambda w: annotating.update(ADMIN, w.annotation, {"annotation": "other"}, NOW),
    "submitted": lambda w: submit(w, "held", w.ann),
    "settings": lambda w: datasets.update(
        ADMIN, w.busy, {"workflow_configuration": {"release_after": 5}}, NOW
    ),
    **GOES,
}

MEETINGS = {
    "entry": "new annotation, new chosen annotation, new feed, new feed on annotation, new comment, "
    "feed resolved, submitted, annotation, feed",
    "annotation": "new feed on annotation, new comment, feed resolved, feed",
    "chosen annotation": "new feed on chosen annotation",
    "feed": "new comment, feed resolved",
    "dataset": "new annotation, last of a block, new chosen annotation, new feed, new comment, new entry, "
    "submitted, settings, entry, annotation",
    "project": "new chosen annotation, new entry, new dataset, new member, settings, dataset",
}
"""What goes, and what happens meanwhile."""

PAIRS = [(goes, comes) for goes, several in MEETINGS.items() for comes in several.split(", ")]


def background(act: Act) -> Act:
    def begin(world: World) -> None:
        with delete_in_background():
            act(world)

    return begin


@pytest.mark.parametrize(("goes", "happens"), PAIRS)
def test_what_happens_while_it_goes_leaves_nothing_behind(
    new_project: NewWorld, new_idle_project: NewWorld, goes: str, happens: str
) -> None:
    prepare = new_idle_project if goes == "project" else new_project
    act = HAPPENS[happens] if happens not in GOES else background(GOES[happens])
    for going in (GOES[goes], background(GOES[goes])):
        flow = Workflow(prepare, act, repeated(going), left, agrees)
        assert exercise(flow, OVERTAKEN) > 1


def left(_world: World) -> object:
    return {kind: said for kind, said in settled().items() if kind != "deletions"}


@pytest.mark.parametrize("goes", MEETINGS)
def test_it_goes_whatever_happens_before_it_changes_something(new_project: NewWorld, goes: str) -> None:
    def happen(world: World) -> None:
        for each in MEETINGS[goes].split(", "):
            repeated(background(HAPPENS[each]))(world)

    def go(world: World) -> None:
        with suppress(Conflict):
            GOES[goes](world)
            return
        GOES[goes](world)

    flow = Workflow(new_project, go, happen, lambda _: settled() and None, agrees)
    assert exercise(flow, at_changes(OVERTAKEN)) > 1


# ─── A member is disabled ───

ASSIGNED: dict[str, Act] = {
    "selected": lambda w: select(w, "waiting"),
    "taken as the next": lambda w: work.take_next(w.ann, w.busy, None, NOW),
    "assigned": lambda w: events.assign(ADMIN, w.entries["waiting"], w.ann.account_id, NOW),
    "sent back": lambda w: submit(w, "reviewed", w.rev, approved=False),
    "submitted": lambda w: submit(w, "held", w.ann),
    "created": lambda w: entries.create(
        ADMIN, w.busy, [{"resource": "newest", "assigned_to_id": w.ann.account_id}], NOW
    ),
}


@pytest.mark.parametrize("act", ASSIGNED.values(), ids=ASSIGNED)
def test_nothing_stays_assigned_to_who_is_disabled_meanwhile(new_project: NewWorld, act: Act) -> None:
    def disable(world: World) -> None:
        members.disable(ADMIN, world.member, NOW)

    def nobodys(world: World) -> None:
        settle_all()
        assert not [e for e in agrees().every("entries") if e.assigned_to_id == world.ann.account_id]

    assert exercise(Workflow(new_project, act, disable, nobodys, agrees), OVERTAKEN) > 2


# ─── An entry is completed ───


CHANGES = (
    "new annotation, new chosen annotation, annotation edited, annotation, chosen annotation, "
    "new feed, new feed on annotation, feed edited, feed"
)


@pytest.mark.parametrize("act", CHANGES.split(", "))
def test_what_an_entry_has_stays_as_it_is_once_the_entry_is_completed(
    new_project: NewWorld, act: str
) -> None:
    def complete(world: World) -> None:
        entries.update(ADMIN, world.entries["held"], {"wf_step": "done"}, NOW)
        world.message = world.message or said()

    def unchanged(world: World) -> None:
        agrees()
        assert world.message in ({}, said())

    def said() -> dict[str, Any]:
        kind = "note_feeds" if "feed" in act else "annotations"
        return {"then": agrees().every(kind)}

    assert exercise(Workflow(new_project, HAPPENS[act], complete, lambda _: None, unchanged), OVERTAKEN) > 2
