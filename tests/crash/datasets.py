"""A project to disturb: its people, two datasets with all that entries can have, and the worker that serves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any
from unittest import mock

from hearback.access import accounts
from hearback.access.model import Account, Caller, Role
from hearback.dataset import (
    annotating,
    clearing,
    datasets,
    deleting,
    entries,
    events,
    members,
    notes,
    projects,
    work,
)
from hearback.dataset.model import Entry, MemberRole
from hearback.deadline import Deadline
from hearback.errors import HearbackError
from hearback.settings import settings
from hearback.storage import shelves
from hearback.tasks import removing

from tests.crash import apart
from tests.crash.apart import WHENEVER, Apart, Brief, items, settle
from tests.crash.harness import STOPS, Disturbance
from tests.crash.recount_datasets import Found, check

NOW = 2_000_000_000_000_000_000
"""Later than every id that is made, so that what is changed is always changed at the same instant."""
ORGANIZATION = "acme"
ADMIN = Caller(ORGANIZATION, 1, "admin@acme.example", Role.ADMIN, "k1")
ROLES = {
    "ann": MemberRole.ANNOTATOR,
    "another": MemberRole.ANNOTATOR,
    "rev": MemberRole.REVIEWER,
    "owner": MemberRole.OWNER,
}
CHOSEN = "11111111-2222-4333-8444-{:012d}"
NEVER = 1_000_000
STEP = clearing._STEP
"""Before `small_pieces` made it less."""


@dataclass
class World:
    """A project, a dataset that is worked on, one that waits, and one without chosen ids; and a test's own."""

    project: str = ""
    busy: str = ""
    idle: str = ""
    plain: str = ""
    people: dict[str, Caller] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    """Ids of the entries by their resources."""
    annotation: str = ""
    feed: str = ""
    comment: str = ""
    """The annotation of the entry that is held, the feed on it, and the comment there."""
    member: str = ""
    """The membership of `ann`."""
    message: dict[str, Any] = field(default_factory=dict)

    @property
    def ann(self) -> Caller:
        return self.people["ann"]

    @property
    def rev(self) -> Caller:
        return self.people["rev"]


@contextmanager
def small_pieces() -> Iterator[None]:
    """So little at a time that there is much of it; nobody looks after a block unless a test wants it."""
    with ExitStack() as small:
        small.enter_context(mock.patch.object(clearing, "_CHUNK", 1))
        small.enter_context(mock.patch.object(clearing, "_STEP", 3))
        small.enter_context(mock.patch.object(clearing, "_THREADS", 2))
        small.enter_context(mock.patch.object(shelves, "due", return_value=False))
        yield


@contextmanager
def small_blocks(records: int = 2) -> Iterator[None]:
    """Blocks that are full after so many records, which every writer looks after."""
    with (
        mock.patch.object(shelves, "BLOCK", records),
        mock.patch.object(shelves, "due", return_value=True),
    ):
        yield


@contextmanager
def delete_in_background() -> Iterator[None]:
    """Nothing of what is below something deleted fits into the request."""
    with mock.patch.object(deleting, "_IN_REQUEST", -1), mock.patch.object(members, "_IN_REQUEST", -1):
        yield


def new_project() -> World:
    """Shelves have several blocks each, and their open ones hold something."""
    world = new_idle_project()
    with small_blocks():
        world.busy = _dataset(world, "busy")
        _fill_busy(world)
    check()
    return world


def new_idle_project() -> World:
    """The same without the dataset that is worked on, so that it may be deleted; another stands for that."""
    world = World()
    with small_blocks():
        world.project = projects.create(ADMIN, {"name": "the project"}, NOW).id
        projects.create(ADMIN, {"name": "another project"}, NOW)
        world.people = {name: _join(world, name, role) for name, role in ROLES.items()}
        world.idle = _dataset(world, "idle")
        _fill_idle(world)
        world.busy, world.entries["held"] = world.idle, world.entries["idle 1"]
        world.plain = _dataset(world, "plain")
        _enter(world, world.plain, "plain")
        annotate(world, "plain", "nine")
        _add_account("newcomer")
    check()
    return world


def _join(world: World, name: str, role: MemberRole) -> Caller:
    account = _add_account(name)
    member = members.create(ADMIN, world.project, {"account_id": account.account_id, "role": role}, NOW)
    world.member = world.member or member.id
    return Caller(ORGANIZATION, account.account_id, account.email, Role.USER, name)


def _add_account(name: str) -> Account:
    return accounts.add_account(ORGANIZATION, f"{name}@acme.example", name, Role.USER, NOW)


def _dataset(world: World, name: str) -> str:
    configuration = {"release_after": NEVER} if name == "busy" else None
    attributes = {"name": name, "modality": "image", "workflow_configuration": configuration}
    return datasets.create(ADMIN, world.project, attributes, NOW).id


def _fill_busy(world: World) -> None:
    """An entry of each step, one of them with all that it can have."""
    _enter(world, world.busy, "new", "processing", "waiting", "held", "in review", "reviewed")
    entries.update(ADMIN, world.entries["processing"], {"job_id": "a job"}, NOW)
    for resource in ("waiting", "held", "in review", "reviewed"):
        submit(world, resource)
    for resource in ("held", "in review", "reviewed"):
        select(world, resource)
    annotate_all(world)
    submit(world, "in review", world.ann)
    submit(world, "reviewed", world.ann)
    select(world, "reviewed", world.rev)


def _enter(world: World, dataset: str, *resources: str) -> None:
    for resource in resources:
        (entry,) = entries.create(ADMIN, dataset, [{"resource": resource, "priority": 3}], NOW)
        world.entries[resource] = entry.id


def annotate_all(world: World) -> None:
    held = world.entries["held"]
    world.annotation = annotate(world, "held", "one")[0]
    annotate(world, "held", "two", "three")
    annotate(world, "held", "four", chosen=CHOSEN.format(1))
    world.feed = take_note(world, "held", "on one", world.annotation)
    take_note(world, "held", "also on one", world.annotation)
    notes.resolve(ADMIN, take_note(world, "held", "on four", CHOSEN.format(1)), NOW)
    take_note(world, "held", "on the entry")
    world.comment = comment(world, world.feed, "yes")
    for text in ("no", "maybe", "who knows"):
        comment(world, world.feed, text)
    assert entries.get(ADMIN, held)


def _fill_idle(world: World) -> None:
    """Entries that nobody has worked on for good, with all that they can have."""
    _enter(world, world.idle, "idle 1", "idle 2")
    submit(world, "idle 1")
    select(world, "idle 1")
    annotate(world, "idle 1", "five", "six")
    annotate(world, "idle 1", "seven", chosen=CHOSEN.format(2))
    feed = take_note(world, "idle 1", "on seven", CHOSEN.format(2))
    take_note(world, "idle 1", "on idle 1")
    comment(world, feed, "idle")
    comment(world, feed, "talk")
    annotate(world, "idle 2", "eight")
    entries.update(ADMIN, world.entries["idle 1"], {"assigned_to_id": None}, NOW)


# ── What people do ──


def submit(world: World, resource: str, caller: Caller = ADMIN, approved: bool | None = None) -> Entry:
    return events.submit(caller, world.entries[resource], approved, NOW)


def select(world: World, resource: str, caller: Caller | None = None) -> Entry:
    return events.select(caller or world.ann, world.entries[resource], NOW)


def annotate(world: World, resource: str, *said: str, chosen: str | None = None) -> list[str]:
    several = [{"annotation": text, "dimensions": [1, 2.5]} for text in said]
    made = annotating.create(ADMIN, world.entries[resource], several, NOW, chosen)
    return [annotation.id for annotation in made]


def take_note(world: World, resource: str, said: str, annotation: str | None = None) -> str:
    attributes = {"content_md": said, "annotation_id": annotation}
    return notes.create_feed(ADMIN, world.entries[resource], attributes, NOW).id


def comment(world: World, feed: str, said: str) -> str:
    return notes.create_comment(ADMIN, feed, {"content_md": said}, NOW).id


def repeated(act: Callable[[World], object]) -> Callable[[World], None]:
    """The same once more, which may be told that there is nothing to do any more."""

    def repeat(world: World) -> None:
        with suppress(HearbackError):
            act(world)

    return repeat


def remembered(resources: Apart, prepare: Callable[[], World]) -> Callable[[], World]:
    """The same preparation, whose second time is cheap."""
    return apart.remembered(resources, prepare, only=[settings().dataset_table, settings().owed_table])


def at_changes(disturbances: Sequence[Disturbance]) -> list[Disturbance]:
    """The same for long work, only where something changes: who dies before reading has died after a change."""
    return [_at_changes(each) for each in disturbances if each is not STOPS[0]]


def _at_changes(disturbance: Disturbance) -> Disturbance:
    return replace(disturbance, meets=lambda call: call.takes_effect and disturbance.meets(call))


# ── What follows ──


def work_on(message: dict[str, Any], deadline: Deadline = WHENEVER) -> None:
    """As `functions/dataset_upkeep` does."""
    if "unassign" in message:
        carry_on = work.carry_on
    else:
        carry_on = removing.carry_on if message["delete"] == "tasks" else deleting.carry_on
    carry_on(message, deadline, NOW)


def settle_all(_world: object = None) -> None:
    """Let the worker do all that was sent and is owed, in short rounds; nothing is left over then."""
    settle({"upkeep": lambda message: work_on(message, Brief(8))})
    assert not items(settings().owed_table)


def agrees(_world: object = None) -> Found:
    """What holds at every moment."""
    return check()


def settled(_world: object = None) -> dict[str, Any]:
    """What the table says when all is done that is owed, whatever the ids are."""
    settle_all()
    found = check()
    assert not found.debts
    assert not found.shut
    return found.contents()
