"""What S3 announces twice, late, under odd names, or of files that are gone or others by then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hearback import clients
from hearback.settings import settings
from hearback.translation import arriving, imports
from hearback.translation.imports import Options, State
from hearback.translation.model import ApprovalState

from tests.crash.apart import WHENEVER, Brief
from tests.crash.recount import check_consistent
from tests.crash.translation import (
    ADMIN,
    COUNTED,
    NOW,
    ORGANIZATION,
    UNITS,
    USER,
    World,
    event_of,
    put_file,
    result_of,
    settle_all,
    tmx,
)

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def world(new_world: Callable[[], World]) -> World:
    return new_world()


def test_a_file_that_is_gone_when_its_event_comes_is_no_import() -> None:
    assert arriving.receive(event_of(f"imports/{ORGANIZATION}/never.tmx"), WHENEVER, NOW) == []
    assert imports.latest(ADMIN) == []


def test_the_test_event_with_which_s3_begins_is_no_import() -> None:
    event = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": settings().transfer_bucket}
    assert arriving.receive(event, WHENEVER, NOW) == []


@pytest.mark.parametrize(
    "key", [f"imports/{ORGANIZATION}/a.txt", "imports/a.tmx", f"exports/{ORGANIZATION}/a.tmx"]
)
def test_what_is_put_elsewhere_is_no_import(key: str) -> None:
    clients.s3().put_object(Bucket=settings().transfer_bucket, Key=key, Body=tmx())
    assert arriving.receive(event_of(key), WHENEVER, NOW) == []


@pytest.mark.parametrize("name", ["a b.tmx", "a+b.tmx", "ä & 50%.tmx", "folder/a  b+c.tmx", "a%20b.tmx"])
def test_a_file_is_found_whatever_characters_its_name_has(name: str) -> None:
    (record,) = arriving.receive(put_file(name), WHENEVER, NOW)
    assert (record.state, record.object_key) == (State.DONE, f"imports/{ORGANIZATION}/{name}")
    assert result_of(record.object_key)["successful"] == record.counts.successful


def test_an_event_that_comes_twice_is_one_import() -> None:
    event = put_file()
    (first,) = arriving.receive(event, WHENEVER, NOW)
    (second,) = arriving.receive(event, WHENEVER, NOW)
    assert first == second
    assert imports.latest(ADMIN) == [first]
    assert len(check_consistent(ORGANIZATION)) == 7


def test_a_file_that_was_replaced_before_its_event_came_is_imported_once() -> None:
    put_file(content=tmx("<tu/>"))
    put_file()
    key = f"imports/{ORGANIZATION}/a.tmx"
    (first,) = arriving.receive(event_of(key, "0A"), WHENEVER, NOW)
    (second,) = arriving.receive(event_of(key, "0B"), WHENEVER, NOW)
    assert (first.counts.successful, second.counts.successful) == (6, 0)
    assert (first.counts.duplicate, second.counts.duplicate) == (2, 8)
    assert len(check_consistent(ORGANIZATION)) == 7


def test_a_file_that_is_replaced_between_two_rounds_fails_and_the_new_one_is_imported() -> None:
    (begun,) = arriving.receive(put_file(), Brief(), NOW)
    assert begun.state is State.RUNNING
    put_file(content=tmx(UNITS.replace("trois", "3")))
    settle_all()
    (after,) = arriving.receive(event_of(begun.object_key, "0B"), WHENEVER, NOW)
    failed = imports.get(ADMIN, begun.import_id)
    assert (failed.state, after.state) == (State.FAILED, State.DONE)
    assert "replaced" in failed.error
    assert failed.counts.successful + after.counts.successful == len(check_consistent(ORGANIZATION)) - 1


def test_a_file_that_is_deleted_between_two_rounds_fails_the_import() -> None:
    (begun,) = arriving.receive(put_file(), Brief(), NOW)
    clients.s3().delete_object(Bucket=settings().transfer_bucket, Key=begun.object_key)
    settle_all()
    failed = imports.get(ADMIN, begun.import_id)
    assert failed.state is State.FAILED
    assert failed.counts.successful == len(check_consistent(ORGANIZATION)) - 1


def test_an_awaited_upload_is_imported_once_with_the_rights_of_who_began_it() -> None:
    upload = arriving.begin_upload(USER, Options.of(USER, apply_all=False, approve_all=True), NOW)
    event = put_file(f"{upload.import_id}.tmx", metadata={"manages": "true", "approve-all": "true"})
    for _ in range(2):
        (record,) = arriving.receive(event, WHENEVER, NOW)
        assert record.import_id == upload.import_id
        assert (record.counts.successful, record.counts.duplicate, record.counts.invalid) == COUNTED
    added = [entry for entry in check_consistent(ORGANIZATION) if entry.source_text != "one"]
    assert {entry.username for entry in added} == {USER.email}
    assert {entry.approval_state for entry in added} == {ApprovalState.AWAITING}
