"""Imports, exports and batch-deletes, disturbed at every AWS call, end with the same entries and counts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hearback.deadline import Deadline
from hearback.settings import settings
from hearback.translation import deleting, exporting, feedback, imports, listing
from hearback.translation.filters import Filter
from hearback.translation.imports import State
from hearback.translation.model import Change

from tests.crash.apart import WHENEVER, Apart, Brief, items, remembered
from tests.crash.harness import FAULTS, OVERTAKEN, STOPS, Disturbance, Workflow, exercise, stumble
from tests.crash.recount import check_consistent
from tests.crash.translation import (
    ADMIN,
    COUNTED,
    NOW,
    OF_FRENCH,
    ORGANIZATION,
    World,
    agrees,
    announce_upload,
    begin_upload,
    entries_of,
    every_export,
    give_feedback,
    import_in_request,
    outcome_of_exports,
    outcome_of_imports,
    put_file,
    read,
    settle_all,
    upload_parts,
    work_on_deletion,
    work_on_export,
    work_on_import,
)

NewWorld = Callable[[], World]

each_stop = pytest.mark.parametrize("stop", STOPS, ids=[stop.name for stop in STOPS])


# ─── Import ───


@pytest.fixture
def request_import(new_world: NewWorld) -> Workflow[World]:
    return Workflow(new_world, import_in_request, settle_all, outcome_of_imports, agrees, or_nothing=True)


@pytest.fixture
def announced_import(resources: Apart, new_world: NewWorld) -> Workflow[World]:
    """A file that anybody put into the bucket, announced by S3."""

    def prepare() -> World:
        world = new_world()
        world.message = put_file(metadata={"approve-all": "true", "username": "ops"})
        return world

    def again(world: World) -> None:
        work_on_import(world.message)
        settle_all()

    prepared = remembered(resources, prepare)
    return Workflow(prepared, lambda w: work_on_import(w.message), again, outcome_of_imports, agrees)


def test_a_file_imported_in_a_request_is_whole_or_not_there(request_import: Workflow[World]) -> None:
    assert exercise(request_import) > 50


def test_a_client_that_repeats_an_import_adds_what_was_missing(request_import: Workflow[World]) -> None:
    def repeat(world: World) -> None:
        settle_all()
        import_in_request(world)

    flow = replace(request_import, recover=repeat, outcome=entries_of, or_nothing=False)
    assert exercise(flow, STOPS) > 15


def test_an_import_that_outlasts_its_request_is_finished_by_the_worker(
    request_import: Workflow[World],
) -> None:
    assert exercise(replace(request_import, work=lambda world: import_in_request(world, Brief()))) > 30


def test_a_file_that_s3_announces_is_imported_exactly_once(announced_import: Workflow[World]) -> None:
    assert exercise(announced_import) > 50


def test_an_import_loses_nothing_between_two_rounds(announced_import: Workflow[World]) -> None:
    assert exercise(replace(announced_import, work=lambda w: work_on_import(w.message, Brief()))) > 30


@each_stop
def test_an_import_ends_even_if_every_delivery_dies_a_little_later(
    announced_import: Workflow[World], stop: Disturbance
) -> None:
    assert stumble(announced_import, stop) > 2


def test_an_import_is_exact_though_another_worker_does_a_round_of_it(
    announced_import: Workflow[World],
) -> None:
    def settled(world: World) -> object:
        settle_all()
        return outcome_of_imports(world)

    def do_a_round(world: World) -> None:
        work_on_import(world.message, Brief())

    flow = replace(announced_import, recover=do_a_round, outcome=settled)
    assert exercise(flow, OVERTAKEN) > 10


def test_the_undisturbed_import_counts_what_the_file_holds(announced_import: Workflow[World]) -> None:
    announced_import.work(announced_import.prepare())
    (record,) = imports.latest(ADMIN)
    assert record.state is State.DONE
    assert (record.counts.successful, record.counts.duplicate, record.counts.invalid) == COUNTED
    assert len(record.counts.warnings) == 3
    assert len(check_consistent(ORGANIZATION)) == 7


def test_an_import_first_finishes_the_batch_delete_that_it_meets(
    resources: Apart, announced_import: Workflow[World]
) -> None:
    def prepare() -> World:
        world = announced_import.prepare()
        deleting.batch_delete(ADMIN, OF_FRENCH, Deadline(0), NOW)
        return world

    flow = replace(announced_import, prepare=remembered(resources, prepare))
    assert exercise(flow, STOPS + OVERTAKEN) > 40


def test_what_is_delivered_again_after_the_end_changes_nothing(announced_import: Workflow[World]) -> None:
    world = announced_import.prepare()
    announced_import.work(world)
    once = outcome_of_imports(world)
    for _ in range(2):
        announced_import.recover(world)
        assert outcome_of_imports(world) == once


# ─── Uploads in parts ───


@pytest.fixture
def upload_in_parts(new_world: NewWorld) -> Workflow[World]:
    """A file whose parts are sent and put together by a client that repeats both until it has an answer."""

    def prepare() -> World:
        world = new_world()
        begin_upload(world)  # anew each time: S3 ends an upload when it is complete
        return world

    def again(world: World) -> None:
        upload_parts(world)
        announce_upload(world)
        settle_all()

    return Workflow(prepare, upload_parts, again, outcome_of_imports, agrees)


def test_an_upload_that_is_completed_again_and_again_is_imported_exactly_once(
    upload_in_parts: Workflow[World],
) -> None:
    assert exercise(upload_in_parts, STOPS + OVERTAKEN) > 12


def test_the_undisturbed_upload_counts_what_the_file_holds(upload_in_parts: Workflow[World]) -> None:
    world = upload_in_parts.prepare()
    upload_in_parts.recover(world)
    (record,) = imports.latest(ADMIN)
    assert (record.counts.successful, record.counts.duplicate, record.counts.invalid) == COUNTED


@each_stop
def test_an_upload_ends_even_if_every_repetition_dies_a_little_later(
    upload_in_parts: Workflow[World], stop: Disturbance
) -> None:
    assert stumble(upload_in_parts, stop) > 2


def test_an_upload_whose_beginning_nobody_heard_of_imports_nothing(
    new_world: NewWorld, upload_in_parts: Workflow[World]
) -> None:
    def again(world: World) -> None:
        if "upload" not in world.message:
            begin_upload(world)
        upload_in_parts.recover(world)

    def whole(_world: World) -> object:
        states = [record.state for record in imports.latest(ADMIN) if record.state is not State.WAITING]
        return entries_of(_world), states

    flow = replace(upload_in_parts, prepare=new_world, work=begin_upload, recover=again, outcome=whole)
    assert exercise(flow, STOPS + FAULTS, every=1) > 5


# ─── Export ───


@pytest.fixture
def started_export(resources: Apart, new_world: NewWorld) -> Workflow[World]:
    """An export of several parts, of which the worker has the message."""

    def prepare() -> World:
        world = new_world()
        give_feedback(9)
        world.message = exporting.begin(ADMIN, Filter(), NOW).message
        return world

    def again(world: World) -> None:
        work_on_export(world.message)
        settle_all()

    prepared = remembered(resources, prepare)
    return Workflow(prepared, lambda w: work_on_export(w.message), again, outcome_of_exports)


def test_an_export_is_the_same_file_wherever_its_worker_dies(started_export: Workflow[World]) -> None:
    assert exercise(started_export) > 60


def test_an_export_that_continues_itself_is_the_same_file(started_export: Workflow[World]) -> None:
    def work(world: World) -> None:
        exporting.carry_on(world.message, Brief(), NOW)

    assert exercise(replace(started_export, work=work)) > 30


def test_an_export_that_was_begun_is_finished_by_the_worker(resources: Apart, new_world: NewWorld) -> None:
    def prepare() -> World:
        world = new_world()
        give_feedback(3)
        return world

    def begin(_world: World) -> None:
        exporting.begin(ADMIN, Filter(), NOW)

    flow = Workflow(remembered(resources, prepare), begin, settle_all, outcome_of_exports, or_nothing=True)
    assert exercise(flow) > 8


@each_stop
def test_an_export_ends_even_if_every_delivery_dies_a_little_later(
    started_export: Workflow[World], stop: Disturbance
) -> None:
    assert stumble(started_export, stop) > 2


def test_the_undisturbed_export_holds_every_entry_in_several_parts(started_export: Workflow[World]) -> None:
    started_export.work(started_export.prepare())
    (record,) = every_export()
    content = read(record.object_key)
    assert (record.state, record.entries, record.bytes_written) == (State.DONE, 10, len(content))
    assert len(record.parts) >= 3
    assert content.count(b"</tu>") == 10


def test_an_export_holds_every_entry_once_though_two_workers_write_it_while_entries_change(
    started_export: Workflow[World],
) -> None:
    def change_and_write_a_part(world: World) -> None:
        feedback.update(ADMIN, world.feedback_id, Change(comment="much longer " * 40), NOW)
        exporting.carry_on(world.message, Brief(), NOW)

    def sources(_world: World) -> object:
        settle_all()
        (record,) = every_export()
        return record.state, sorted(re.findall(rb"<seg>((?:source|one)[^<]*)<", read(record.object_key)))

    flow = replace(started_export, recover=change_and_write_a_part, outcome=sources)
    assert exercise(flow, OVERTAKEN) > 8


# ─── Batch-delete ───


def delete_french(world: World, deadline: Deadline = WHENEVER) -> None:
    world.answer = deleting.batch_delete(ADMIN, OF_FRENCH, deadline, NOW)


def shows_all_or_none(world: World) -> None:
    """What a batch-delete covers is gone for every reader at once, and never half."""
    check_consistent(ORGANIZATION)
    assert shown(OF_FRENCH) in ((0, 0), (7, 7))
    assert shown(Filter(language_pair_id="EngSpa")) == (3, 3)
    assert world.answer in (None, 7)


def shown(meant: Filter) -> tuple[int, int]:
    """How many entries a list says there are, and how many it has."""
    page = listing.page(listing.visible(ADMIN, meant), 1, 100, WHENEVER, NOW)
    return page.total, len(page.entries)


@pytest.fixture
def requested_delete(resources: Apart, new_world: NewWorld) -> Workflow[World]:
    def prepare() -> World:
        world = new_world()
        give_feedback(9)
        return world

    prepared = remembered(resources, prepare)
    return Workflow(prepared, delete_french, settle_all, entries_of, shows_all_or_none, or_nothing=True)


@pytest.fixture
def pending_delete(resources: Apart, requested_delete: Workflow[World]) -> Workflow[World]:
    """A batch-delete that did not fit into its request, of which the worker has the message."""

    def prepare() -> World:
        world = requested_delete.prepare()
        delete_french(world, Deadline(0))
        (debt,) = items(settings().owed_table)
        world.message = json.loads(debt["message"]["S"])
        return world

    def again(world: World) -> None:
        work_on_deletion(world.message)
        settle_all()

    prepared = remembered(resources, prepare)
    return Workflow(prepared, lambda w: work_on_deletion(w.message), again, entries_of, shows_all_or_none)


def test_a_batch_delete_removes_all_or_nothing(requested_delete: Workflow[World]) -> None:
    assert exercise(requested_delete) > 40


def test_a_batch_delete_that_outlasts_its_request_is_finished_by_the_worker(
    requested_delete: Workflow[World],
) -> None:
    assert exercise(replace(requested_delete, work=lambda world: delete_french(world, Brief(looks=2)))) > 25


def test_a_pending_batch_delete_is_finished_wherever_its_worker_dies(pending_delete: Workflow[World]) -> None:
    assert exercise(pending_delete) > 40


def test_a_batch_delete_that_continues_itself_is_finished(pending_delete: Workflow[World]) -> None:
    def work(world: World) -> None:
        deleting.carry_on(world.message, Brief(looks=3), NOW)

    assert exercise(replace(pending_delete, work=work)) > 20


@each_stop
def test_a_batch_delete_ends_even_if_every_delivery_dies_a_little_later(
    pending_delete: Workflow[World], stop: Disturbance
) -> None:
    assert stumble(pending_delete, stop) > 1
