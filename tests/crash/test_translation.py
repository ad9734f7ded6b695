"""Translation feedback, disturbed at every AWS call: nothing is lost, nothing is there twice, counts are exact."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any
from unittest import mock
from urllib.parse import quote_plus

import pytest
from hearback import clients
from hearback.access import accounts, store
from hearback.access.model import Account, Caller, Role, read_key
from hearback.deadline import Deadline
from hearback.errors import Forbidden, HearbackError, Invalid, NotFound
from hearback.settings import settings
from hearback.translation import (
    arriving,
    catalogue,
    deleting,
    exporting,
    exports,
    feedback,
    importing,
    imports,
    listing,
)
from hearback.translation.feedback import NewFeedback
from hearback.translation.filters import Filter
from hearback.translation.imports import Options, State
from hearback.translation.model import ApprovalState, Change, Feedback, LanguagePair

from local.stack import Stack
from tests.crash import harness
from tests.crash.apart import WHENEVER, Apart, Brief, apart, items, settle
from tests.crash.harness import STOPS, Workflow, exercise, stumble
from tests.crash.recount import check_access, check_consistent, check_settled, contents

NOW = 1_700_000_000_000_000_000
SECOND = 1_000_000_000
FRENCH = LanguagePair("EngFra", "eng", "fra", source_language_tag="en", target_language_tag="fr")
SPANISH = LanguagePair("EngSpa", "eng", "spa", source_language_tag="en", target_language_tag="es")
ORGANIZATION = "acme"
ADMIN = Caller(ORGANIZATION, 1, "admin@acme.example", Role.ADMIN, "k1")
USER = Caller(ORGANIZATION, 2, "user@acme.example", Role.USER, "k2")
OF_FRENCH = Filter(language_pair_id="EngFra")

UNITS = """
<tu><tuv xml:lang="en"><seg>one</seg></tuv><tuv xml:lang="fr"><seg>un</seg></tuv></tu>
<tu><prop type="approval_state">approved</prop><prop type="username">ann@acme.example</prop>
 <tuv xml:lang="en"><seg>two</seg></tuv><tuv xml:lang="fr"><seg>deux</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>three</seg></tuv><tuv xml:lang="fr"><seg>trois</seg></tuv>
 <tuv xml:lang="es"><seg>tres</seg></tuv><tuv xml:lang="de"><seg>drei</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>two</seg></tuv><tuv xml:lang="fr"><seg>deux</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg> </seg></tuv><tuv xml:lang="fr"><seg>rien</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>two</seg></tuv><tuv xml:lang="fr"><seg>les deux</seg></tuv>
 <tuv xml:lang="fr-CA"><seg>toutes les deux</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>four</seg></tuv><tuv xml:lang="de"><seg>vier</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>five</seg></tuv><tuv xml:lang="es"><seg>cinco</seg></tuv></tu>
"""
"""Beside the one entry that is there: 6 new entries, 2 duplicates, 3 invalid."""
COUNTED = (6, 2, 3)


def tmx(units: str = UNITS) -> bytes:
    return f'<tmx version="1.4"><header srclang="en"/><body>{units}</body></tmx>'.encode()


@pytest.fixture(scope="module")
def resources(stack: Stack) -> Iterator[Apart]:
    """Tables, bucket and queues of the module's own, and pieces of work so small that there are many."""
    with apart(stack) as made, ExitStack() as small:
        small.enter_context(mock.patch.object(importing, "WINDOW", 3))
        small.enter_context(mock.patch.object(deleting, "STEP", 3))
        small.enter_context(mock.patch.object(exporting, "PART", 1500))
        yield made


@dataclass
class World:
    """One organization, as new; what the work was given, and what it said."""

    message: dict[str, Any] = field(default_factory=dict)
    entry: Feedback | None = None
    answer: object = None


@pytest.fixture
def new_world(resources: Apart) -> Callable[[], World]:
    def make() -> World:
        resources.clear()
        catalogue.install(ORGANIZATION, FRENCH)
        catalogue.install(ORGANIZATION, SPANISH)
        return World(entry=feedback.create(ADMIN, NewFeedback("EngFra", "one", "uno", "un"), NOW - SECOND))

    return make


def work_on_import(message: dict[str, Any], deadline: Deadline = WHENEVER) -> None:
    if "import" in message:
        arriving.carry_on(message, deadline, NOW)
    else:
        arriving.receive(message, deadline, NOW)


WORKERS = {
    "import": work_on_import,
    "export": lambda message: exporting.carry_on(message, WHENEVER, NOW),
    "deletion": lambda message: deleting.carry_on(message, WHENEVER),
}


def settle_all(_world: World) -> None:
    settle(WORKERS)
    check_consistent(ORGANIZATION)
    check_settled(ORGANIZATION)


def agrees(_world: World) -> None:
    check_consistent(ORGANIZATION)


def entries_of(_world: World) -> object:
    return contents(check_consistent(ORGANIZATION))


# ─── Import ───


def outcome_of_imports(_world: World) -> object:
    """The entries, and what every import says of itself."""
    records = imports.latest(ADMIN)
    said = [(record.state, record.counts, record.error, record.units) for record in records]
    return contents(check_consistent(ORGANIZATION)), said, results()


def results() -> list[object]:
    """What was left as JSON of the imports there are, less the imports' ids."""
    names = [
        f"import-results/{record.object_key.removeprefix('imports/')}.json"
        for record in imports.latest(ADMIN)
    ]
    found = [json.loads(content) for content in map(read, names) if content]
    return [{name: value for name, value in result.items() if name != "importId"} for result in found]


def read(key: str) -> bytes:
    """The object's bytes; none when it is not there."""
    try:
        return clients.s3().get_object(Bucket=settings().transfer_bucket, Key=key)["Body"].read()
    except clients.s3().exceptions.NoSuchKey:
        return b""


def import_in_request(world: World, deadline: Deadline = WHENEVER) -> None:
    options = Options.of(ADMIN, apply_all=False, approve_all=False)
    world.answer = arriving.import_now(ADMIN, tmx(), options, deadline, NOW)


@pytest.fixture
def request_import(new_world: Callable[[], World]) -> Workflow[World]:
    return Workflow(new_world, import_in_request, settle_all, outcome_of_imports, agrees, or_nothing=True)


def put_file(name: str = "a.tmx", content: bytes = b"", **metadata: str) -> dict[str, Any]:
    """Put a file into the bucket; the event with which S3 announces it."""
    key = f"imports/{ORGANIZATION}/{name}"
    bucket = settings().transfer_bucket
    clients.s3().put_object(Bucket=bucket, Key=key, Body=content or tmx(), Metadata=metadata)
    return event_of(key)


def event_of(key: str, sequencer: str = "0A") -> dict[str, Any]:
    created = {"key": quote_plus(key, safe="/"), "sequencer": sequencer}
    when = "2023-11-14T22:13:20.000Z"
    return {"Records": [{"eventName": "ObjectCreated:Put", "eventTime": when, "s3": {"object": created}}]}


@pytest.fixture
def announced_import(new_world: Callable[[], World]) -> Workflow[World]:
    """A file that anybody put into the bucket, announced by S3."""

    def prepare() -> World:
        world = new_world()
        world.message = put_file(**{"approve-all": "true", "username": "ops"})
        return world

    def again(world: World) -> None:
        work_on_import(world.message)
        settle_all(world)

    return Workflow(prepare, lambda w: work_on_import(w.message), again, outcome_of_imports, agrees)


def in_rounds(flow: Workflow[World], work: Callable[[World], object]) -> Workflow[World]:
    return replace(flow, work=work)


def test_a_file_imported_in_a_request_is_whole_or_not_there_wherever_the_request_dies(
    request_import: Workflow[World],
) -> None:
    assert exercise(request_import) > 60


def test_a_client_that_repeats_an_interrupted_import_adds_what_was_missing(
    request_import: Workflow[World],
) -> None:
    def repeat(world: World) -> None:
        import_in_request(world)
        settle_all(world)

    flow = replace(request_import, recover=repeat, outcome=entries_of, or_nothing=False)
    assert exercise(flow, STOPS) > 20


def test_an_import_that_outlasts_its_request_is_finished_by_the_worker(
    request_import: Workflow[World],
) -> None:
    flow = in_rounds(request_import, lambda world: import_in_request(world, Brief()))
    assert exercise(flow) > 40


def test_a_file_that_s3_announces_is_imported_exactly_once_wherever_its_worker_dies(
    announced_import: Workflow[World],
) -> None:
    assert exercise(announced_import) > 60


def test_a_worker_that_continues_itself_loses_nothing_between_two_rounds(
    announced_import: Workflow[World],
) -> None:
    flow = in_rounds(announced_import, lambda world: work_on_import(world.message, Brief()))
    assert exercise(flow) > 40


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.name)
def test_an_import_ends_even_if_every_delivery_dies_a_little_later(
    announced_import: Workflow[World], stop: harness.Disturbance
) -> None:
    assert stumble(announced_import, stop) > 10


def test_the_undisturbed_import_counts_what_the_file_holds(announced_import: Workflow[World]) -> None:
    world = announced_import.prepare()
    announced_import.work(world)
    (record,) = imports.latest(ADMIN)
    assert record.state is State.DONE
    assert (record.counts.successful, record.counts.duplicate, record.counts.invalid) == COUNTED
    assert len(record.counts.warnings) == 3
    assert len(check_consistent(ORGANIZATION)) == 7


def test_an_import_first_finishes_the_batch_delete_that_it_meets(
    announced_import: Workflow[World], new_world: Callable[[], World]
) -> None:
    def prepare() -> World:
        world = announced_import.prepare()
        delete_all_french(world, Deadline(0))
        return world

    assert exercise(replace(announced_import, prepare=prepare)) > 60


def test_what_is_delivered_again_after_the_end_changes_nothing(announced_import: Workflow[World]) -> None:
    world = announced_import.prepare()
    announced_import.work(world)
    once = outcome_of_imports(world)
    for _ in range(2):
        announced_import.recover(world)
        assert outcome_of_imports(world) == once


# ─── Export ───


@pytest.fixture
def started_export(new_world: Callable[[], World]) -> Workflow[World]:
    """An export of several parts, of which the worker has the message."""

    def prepare() -> World:
        world = new_world()
        give_feedback(9)
        world.message = exporting.begin(ADMIN, Filter(), NOW).message
        return world

    def again(world: World) -> None:
        WORKERS["export"](world.message)
        settle_all(world)

    return Workflow(prepare, lambda w: WORKERS["export"](w.message), again, outcome_of_exports, agrees)


def give_feedback(number: int) -> None:
    for index in range(number):
        pair = ("EngFra", "EngSpa")[index % 3 == 2]
        caller = (ADMIN, USER)[index % 2]
        new = NewFeedback(pair, f"source {index}", "machine", f"suggestion {index}", "a comment " * 10)
        feedback.create(caller, new, NOW - SECOND // (index + 2))


def outcome_of_exports(_world: World) -> object:
    """What every export says of itself, and its file."""
    table = items(settings().translation_table)
    records = [exports.from_item(item) for item in table if item["pk"]["S"] == f"{ORGANIZATION}#exports"]
    return [(r.state, r.entries, r.bytes_written, r.parts, read(r.object_key)) for r in records]


def test_an_export_is_the_same_file_wherever_its_worker_dies(started_export: Workflow[World]) -> None:
    assert exercise(started_export) > 60


def test_an_export_that_continues_itself_is_the_same_file(started_export: Workflow[World]) -> None:
    flow = in_rounds(started_export, lambda world: exporting.carry_on(world.message, Brief(), NOW))
    assert exercise(flow) > 30


def test_an_export_that_was_begun_is_finished_wherever_the_request_dies(
    started_export: Workflow[World], new_world: Callable[[], World]
) -> None:
    def prepare() -> World:
        world = new_world()
        give_feedback(3)
        return world

    def begin(world: World) -> None:
        exporting.begin(ADMIN, Filter(), NOW)

    assert exercise(Workflow(prepare, begin, settle_all, outcome_of_exports, agrees, or_nothing=True)) > 8


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.name)
def test_an_export_ends_even_if_every_delivery_dies_a_little_later(
    started_export: Workflow[World], stop: harness.Disturbance
) -> None:
    assert stumble(started_export, stop) > 8


def test_an_undisturbed_export_holds_every_entry_in_several_parts(started_export: Workflow[World]) -> None:
    world = started_export.prepare()
    started_export.work(world)
    ((state, entries, size, parts, content),) = outcome_of_exports(world)  # type: ignore[misc,attr-defined]
    assert (state, entries, size) == (State.DONE, 10, len(content))
    assert parts >= 2
    assert content.count(b"<tu>") + content.count(b"<tu ") == 10


# ─── Batch-delete ───


def delete_all_french(world: World, deadline: Deadline = WHENEVER) -> None:
    world.answer = deleting.batch_delete(ADMIN, OF_FRENCH, deadline, NOW)


def shows_all_or_none(world: World) -> None:
    """What a batch-delete covers is gone for every reader at once, and never half."""
    check_consistent(ORGANIZATION)
    french = listing.page(listing.visible(ADMIN, OF_FRENCH), 1, 100, WHENEVER)
    others = listing.page(listing.visible(ADMIN, Filter(language_pair_id="EngSpa")), 1, 100, WHENEVER)
    assert (french.total, len(french.entries)) in ((0, 0), (7, 7))
    assert (others.total, len(others.entries)) == (3, 3)
    assert world.answer in (None, 7)


@pytest.fixture
def batch_delete(new_world: Callable[[], World]) -> Workflow[World]:
    def prepare() -> World:
        world = new_world()
        give_feedback(9)
        return world

    return Workflow(prepare, delete_all_french, settle_all, entries_of, shows_all_or_none, or_nothing=True)


@pytest.fixture
def pending_delete(batch_delete: Workflow[World]) -> Workflow[World]:
    """A batch-delete that did not fit into its request, of which the worker has the message."""

    def prepare() -> World:
        world = batch_delete.prepare()
        delete_all_french(world, Deadline(0))
        (debt,) = items(settings().owed_table)
        world.message = json.loads(debt["message"]["S"])
        return world

    def again(world: World) -> None:
        WORKERS["deletion"](world.message)
        settle_all(world)

    return Workflow(prepare, lambda w: WORKERS["deletion"](w.message), again, entries_of, shows_all_or_none)


def test_a_batch_delete_removes_all_or_nothing_wherever_the_request_dies(
    batch_delete: Workflow[World],
) -> None:
    assert exercise(batch_delete) > 60


def test_a_batch_delete_that_outlasts_its_request_is_finished_by_the_worker(
    batch_delete: Workflow[World],
) -> None:
    flow = in_rounds(batch_delete, lambda world: delete_all_french(world, Brief(looks=2)))
    assert exercise(flow) > 30


def test_a_pending_batch_delete_is_finished_wherever_its_worker_dies(pending_delete: Workflow[World]) -> None:
    assert exercise(pending_delete) > 40


def test_a_batch_delete_that_continues_itself_is_finished(pending_delete: Workflow[World]) -> None:
    flow = in_rounds(pending_delete, lambda world: deleting.carry_on(world.message, Brief(looks=3)))
    assert exercise(flow) > 30


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.name)
def test_a_batch_delete_ends_even_if_every_delivery_dies_a_little_later(
    pending_delete: Workflow[World], stop: harness.Disturbance
) -> None:
    assert stumble(pending_delete, stop) > 8


# ─── One entry, one pair, one upload, one key: all or nothing, and a client may repeat ───


def repeated(work: Callable[[World], object]) -> Callable[[World], None]:
    """A client's repetition, which may be told that there is nothing to do any more."""

    def repeat(world: World) -> None:
        try:
            work(world)
        except HearbackError as refusal:
            assert isinstance(refusal, (Invalid, NotFound))  # noqa: PT017

    return repeat


def client(prepare: Callable[[], World], work: Callable[[World], object]) -> Workflow[World]:
    """Work that a client repeats until it is done; doing it twice is like doing it once."""
    return Workflow(prepare, work, repeated(work), entries_of, agrees)


def fed_back(world: World) -> Feedback:
    assert world.entry
    return world.entry


def test_an_entry_is_created_whole_or_not_at_all(new_world: Callable[[], World]) -> None:
    def create(_world: World) -> None:
        feedback.create(USER, NewFeedback("EngSpa", "six", "6", "seis"), NOW)

    flow = replace(client(new_world, create), recover=lambda _: None, or_nothing=True)
    assert exercise(flow) > 12


@pytest.mark.parametrize(
    "change",
    [
        Change(approval_state=ApprovalState.APPROVED),
        Change(suggested_translation="une"),
        Change("une", "said a native speaker", ApprovalState.REJECTED),
    ],
    ids=["approved", "corrected", "rejected and corrected"],
)
def test_an_entry_is_changed_whole_or_not_at_all(new_world: Callable[[], World], change: Change) -> None:
    def update(world: World) -> None:
        feedback.update(ADMIN, fed_back(world).feedback_id, change, NOW)

    assert exercise(client(new_world, update)) > 15


def test_an_entry_is_deleted_whole_or_not_at_all(new_world: Callable[[], World]) -> None:
    def delete(world: World) -> None:
        feedback.delete(ADMIN, fed_back(world).feedback_id)

    assert exercise(client(new_world, delete)) > 15


def test_a_language_pair_is_installed_with_all_its_counters_or_not_at_all(
    new_world: Callable[[], World],
) -> None:
    german = LanguagePair("EngGer", "eng", "ger")
    flow = client(new_world, lambda _: catalogue.install(ORGANIZATION, german))
    assert exercise(replace(flow, outcome=lambda _: list(catalogue.load(ORGANIZATION).pairs))) > 4


def test_a_language_pair_is_removed_with_all_its_counters_or_not_at_all(
    new_world: Callable[[], World],
) -> None:
    flow = client(new_world, lambda _: catalogue.remove(ORGANIZATION, "EngSpa"))
    assert exercise(replace(flow, outcome=lambda _: list(catalogue.load(ORGANIZATION).pairs))) > 10


def test_an_upload_is_awaited_before_a_client_can_know_of_it(new_world: Callable[[], World]) -> None:
    def begin(world: World) -> None:
        world.answer = arriving.begin_upload(USER, Options.of(USER, False, False), NOW).import_id

    def awaited(world: World) -> None:
        if world.answer:
            assert imports.get(USER, str(world.answer)).state is State.WAITING

    assert exercise(Workflow(new_world, begin, repeated(begin), entries_of, awaited)) > 4


@dataclass
class Members:
    owner: Caller
    member: Account
    key: str


@pytest.fixture
def new_members(resources: Apart) -> Callable[[], Members]:
    def make() -> Members:
        resources.clear()
        first = accounts.first_admin(ORGANIZATION, "Acme", "owner@acme.example", NOW)
        owner = store.authenticate(first)
        member = accounts.add_account(ORGANIZATION, "member@acme.example", "", Role.USER, NOW + SECOND)
        accounts.issue_key(member, "one", NOW)
        return Members(owner, member, accounts.issue_key(member, "two", NOW)[1])

    return make


def members_of(_members: Members) -> object:
    return check_access(ORGANIZATION)


def members_agree(members: Members) -> None:
    check_access(ORGANIZATION)
    parts = read_key(members.key)
    assert parts


def test_a_key_is_made_whole_or_not_at_all(new_members: Callable[[], Members]) -> None:
    def issue(members: Members) -> None:
        accounts.issue_key(accounts.account_for_key(members.owner, members.member.account_id), "three", NOW)

    flow = Workflow(new_members, issue, lambda _: None, members_of, members_agree, or_nothing=True)
    assert exercise(flow) > 8


def test_a_key_is_revoked_everywhere_or_not_at_all(new_members: Callable[[], Members]) -> None:
    def revoke(members: Members) -> None:
        parts = read_key(members.key)
        assert parts
        accounts.revoke_key(members.owner, parts[0], NOW)

    assert exercise(Workflow(new_members, revoke, revoke, members_of, members_agree)) > 12


def test_a_role_changes_for_an_account_and_all_its_keys_or_not_at_all(
    new_members: Callable[[], Members],
) -> None:
    def promote(members: Members) -> None:
        accounts.change_role(members.owner, members.member.account_id, Role.ADMIN)

    assert exercise(Workflow(new_members, promote, promote, members_of, members_agree)) > 15


# ─── What S3 announces ───


def test_a_file_that_is_gone_when_its_event_comes_is_no_import(new_world: Callable[[], World]) -> None:
    new_world()
    assert arriving.receive(event_of(f"imports/{ORGANIZATION}/never.tmx"), WHENEVER, NOW) == []
    assert imports.latest(ADMIN) == []


def test_the_test_event_with_which_s3_begins_is_no_import(new_world: Callable[[], World]) -> None:
    new_world()
    event = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": settings().transfer_bucket}
    assert arriving.receive(event, WHENEVER, NOW) == []


def test_what_is_put_elsewhere_is_no_import(new_world: Callable[[], World]) -> None:
    new_world()
    for key in (f"imports/{ORGANIZATION}/a.txt", "imports/a.tmx", f"exports/{ORGANIZATION}/a.tmx"):
        clients.s3().put_object(Bucket=settings().transfer_bucket, Key=key, Body=tmx())
        assert arriving.receive(event_of(key), WHENEVER, NOW) == []


@pytest.mark.parametrize("name", ["a b.tmx", "a+b.tmx", "ä & 50%.tmx", "folder/a  b+c.tmx", "a%20b.tmx"])
def test_a_file_is_found_whatever_characters_its_name_has(new_world: Callable[[], World], name: str) -> None:
    new_world()
    (record,) = arriving.receive(put_file(name), WHENEVER, NOW)
    assert record.state is State.DONE
    assert record.object_key == f"imports/{ORGANIZATION}/{name}"
    assert (
        json.loads(read(f"import-results/{ORGANIZATION}/{name}.json"))["successful"]
        == record.counts.successful
    )


def test_a_file_that_was_replaced_before_its_event_came_is_imported_once(
    new_world: Callable[[], World],
) -> None:
    new_world()
    put_file(content=tmx("<tu/>"))
    put_file()
    key = f"imports/{ORGANIZATION}/a.tmx"
    first, second = (
        arriving.receive(event_of(key, sequencer), WHENEVER, NOW)[0] for sequencer in ("0A", "0B")
    )
    assert (first.counts.successful, second.counts.successful) == (6, 0)
    assert second.counts.duplicate == 8
    assert len(check_consistent(ORGANIZATION)) == 7


def test_a_file_that_is_replaced_between_two_rounds_fails_and_the_new_one_is_imported(
    new_world: Callable[[], World],
) -> None:
    new_world()
    message = put_file()
    (begun,) = arriving.receive(message, Brief(), NOW)
    assert begun.state is State.RUNNING
    put_file(content=tmx(UNITS.replace("trois", "3")))
    settle(WORKERS)
    (after,) = arriving.receive(event_of(begun.object_key, "0B"), WHENEVER, NOW)
    failed = imports.get(ADMIN, begun.import_id)
    assert (failed.state, after.state) == (State.FAILED, State.DONE)
    assert "replaced" in failed.error
    assert failed.counts.successful + after.counts.successful == len(check_consistent(ORGANIZATION)) - 1


def test_a_file_that_is_deleted_between_two_rounds_fails_the_import(new_world: Callable[[], World]) -> None:
    new_world()
    (begun,) = arriving.receive(put_file(), Brief(), NOW)
    clients.s3().delete_object(Bucket=settings().transfer_bucket, Key=begun.object_key)
    settle(WORKERS)
    failed = imports.get(ADMIN, begun.import_id)
    assert failed.state is State.FAILED
    assert failed.counts.successful == len(check_consistent(ORGANIZATION)) - 1


def test_an_awaited_upload_is_imported_once_with_the_rights_of_who_began_it(
    new_world: Callable[[], World],
) -> None:
    new_world()
    upload = arriving.begin_upload(USER, Options.of(USER, apply_all=False, approve_all=True), NOW)
    message = put_file(f"{upload.import_id}.tmx", **{"manages": "true", "approve-all": "true"})
    for _ in range(2):
        (record,) = arriving.receive(message, WHENEVER, NOW)
        assert record.import_id == upload.import_id
        assert (record.counts.successful, record.counts.duplicate, record.counts.invalid) == COUNTED
    added = [entry for entry in check_consistent(ORGANIZATION) if entry.source_text != "one"]
    assert {entry.username for entry in added} == {USER.email}
    assert {entry.approval_state for entry in added} == {ApprovalState.AWAITING}
    with pytest.raises(Forbidden):
        feedback.update(USER, added[0].feedback_id, Change(approval_state=ApprovalState.APPROVED), NOW)
