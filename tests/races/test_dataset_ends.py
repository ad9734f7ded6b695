"""Annotations and notes that come while their entry is completed, or goes with all that is around it."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from unittest import mock

import pytest
from hearback.dataset import (
    annotating,
    clearing,
    datasets,
    deleting,
    entries,
    events,
    notes,
    projects,
    rights,
)
from hearback.dataset.model import Annotation, Status
from hearback.errors import Busy, Conflict, Forbidden, HearbackError, NotFound
from hearback.jsonapi.errors import Unprocessable

from tests.crash.datasets import ADMIN, settle_all
from tests.races.at_once import at_once
from tests.races.studio import Studio, submit
from tests.races.test_shelves import Meeting


def test_nothing_is_annotated_after_its_entry_is_completed(studio: Studio) -> None:
    datasets.update(ADMIN, studio.dataset, {"workflow_configuration": {"sample_rate": 0}}, time.time_ns())
    wanted = studio.enter(4)
    then: dict[str, list[Annotation]] = {}

    def annotate(entry_id: str) -> None:
        refusals = 0
        while refusals < 3:
            try:
                annotation = annotating.create(ADMIN, entry_id, [{"annotation": 1}], time.time_ns())[0]
                annotating.update(ADMIN, annotation.id, {"annotation": 2}, time.time_ns())
                annotating.delete(ADMIN, annotation.id, time.time_ns())
            except (Unprocessable, Conflict):
                refusals += 1

    def complete(entry_id: str) -> None:
        time.sleep(0.2)
        assert submit(ADMIN, entry_id).status is Status.COMPLETED
        then[entry_id] = annotations_of(entry_id)

    at_once(*[partial(work_on, each) for each in wanted for work_on in (*[annotate] * 4, complete)])
    studio.check()
    assert then == {entry_id: annotations_of(entry_id) for entry_id in wanted}


def annotations_of(entry_id: str) -> list[Annotation]:
    return sorted(clearing._annotations_of(entry_id))


def entry_goes(_studio: Studio, entry_id: str) -> None:
    entries.update(ADMIN, entry_id, {"assigned_to_id": None}, time.time_ns())
    entries.delete(ADMIN, entry_id, time.time_ns())


def dataset_goes(studio: Studio, _entry_id: str) -> None:
    """Though it is worked on: whoever deletes it looked before that."""
    gone = datasets.find(ADMIN, studio.dataset)[1]
    deleting.dataset(ADMIN, gone, time.time_ns())


def project_goes(studio: Studio, _entry_id: str) -> None:
    gone = rights.standing(ADMIN, datasets.find(ADMIN, studio.dataset)[1].project_id)
    with mock.patch.object(deleting, "_require_idle_datasets"):
        deleting.project(gone, time.time_ns())


def go(goes: Callable[[Studio, str], None], studio: Studio, entry_id: str) -> None:
    """However often somebody else is at it."""
    with suppress(NotFound):
        while True:
            with suppress(Conflict, Busy, Unprocessable, Forbidden):
                return goes(studio, entry_id)


@pytest.mark.parametrize("in_request", [5, -1], ids=["at once", "later"])
@pytest.mark.parametrize("goes", [entry_goes, dataset_goes, project_goes])
def test_what_is_noted_while_all_of_it_goes_goes_too(
    studio: Studio, met: Meeting, goes: Callable[[Studio, str], None], in_request: float
) -> None:
    if goes is project_goes:
        studio = another_project()
    wanted = studio.enter(3)
    over, noted = threading.Event(), list[str]()

    def note(number: int) -> None:
        chance, entry_id = random.Random(number), wanted[number % len(wanted)]
        while not over.is_set():
            with suppress(HearbackError):
                _note(studio, entry_id, chance)
                noted.append(entry_id)

    def end() -> None:
        while len(noted) < 5:
            time.sleep(0.01)
        with mock.patch.object(deleting, "_IN_REQUEST", in_request):
            for entry_id in wanted:
                go(goes, studio, entry_id)
        time.sleep(0.1)
        over.set()

    at_once(end, *[partial(note, number) for number in range(10)])
    studio.check()
    settle_all()
    found = studio.check()
    assert not {*wanted} & {*found.records["entries"]}
    assert met.met


def another_project() -> Studio:
    """One that may go."""
    project = projects.create(ADMIN, {"name": "another"}, time.time_ns()).id
    dataset = datasets.create(ADMIN, project, {"name": "its", "modality": "text"}, time.time_ns()).id
    return Studio(project, [], dataset)


def _note(studio: Studio, entry_id: str, chance: random.Random) -> None:
    """Take an entry up; annotate it, with a note and a comment on that; resolve or delete some of it."""
    now, chosen = time.time_ns(), str(uuid.uuid4()) if chance.random() < 0.5 else None
    events.select(ADMIN, entry_id, now)
    annotation = annotating.create(ADMIN, entry_id, [{"annotation": 1}], now, chosen)[0].id
    feed = notes.create_feed(ADMIN, entry_id, {"annotation_id": annotation}, now).id
    notes.create_comment(ADMIN, feed, {"content_md": "yes"}, now)
    match chance.choice(["keep", "resolve", "delete the feed", "delete the annotation", "create"]):
        case "resolve":
            notes.resolve(ADMIN, feed, now)
        case "delete the feed":
            notes.delete_feed(ADMIN, feed, now)
        case "delete the annotation":
            annotating.delete(ADMIN, annotation, now)
        case "create":
            entries.create(ADMIN, studio.dataset, [{"resource": annotation}], now)
