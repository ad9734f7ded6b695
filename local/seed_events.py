"""The world that the events in `events/` speak of: an organization of their own, `garden`, the same on every machine.

An event is a file, so the ids in it must be those of every fresh stack. While this world is made, its clock is
set to the moment of the events and chance is drawn from a fixed seed: every id comes out as the events have it
(`tests/runtime` calls each function with each event). Each entry, task and upload is there for one event, so
that none depends on another one's having run.
"""

from __future__ import annotations

import itertools
import random
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

from hearback import clients
from hearback.access import accounts, store
from hearback.access.model import ApiKey, Caller, Role, write_key
from hearback.content import contents
from hearback.content.model import Content, ContentType
from hearback.dataset import datasets, deleting, entries, events, notes, projects
from hearback.dataset.model import Project
from hearback.deadline import Deadline
from hearback.quality import feedback
from hearback.settings import settings
from hearback.tasks import batches, creating, tasks
from hearback.tasks import projects as task_projects
from hearback.tasks.tasks import Answered
from hearback.translation import uploads
from hearback.translation.imports import Options

ORGANIZATION = "garden"
MOMENT = 1_786_482_417_242_000_000
"""When the events happen: 2026-08-11, 21:06:57 UTC, in nanoseconds since 1970."""

ENTRIES = (
    "annotate",
    "annotate by rpc",
    "note",
    "look at the note",
    "assign",
    "fail",
    "select",
    "submit",
    "next",
)
"""The purpose of each of the entries."""

FEEDBACK = {"type": "shape", "error_type": "Incorrect Label", "output": "image", "shape": {"index": 0}}
MEMORY = b"""<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4"><header srclang="en"/><body>
<tu><tuv xml:lang="en"><seg>hello leaf</seg></tuv><tuv xml:lang="fr"><seg>bonjour la feuille</seg></tuv></tu>
</body></tmx>"""


def make(key: tuple[str, str], schemas: Mapping[str, Any], answers: Mapping[str, Any]) -> None:
    """Make what is missing, which is all or nothing; `key` is the id and the secret of the admin's key."""
    if store.organization_exists(ORGANIZATION):
        return
    with _at_the_same_moment_everywhere():
        caller = _admin(key)
        contents.register([Content(ORGANIZATION, each, "product1") for each in ContentType])
        project = projects.create(caller, {"name": "Garden", **schemas}, time.time_ns())
        _fill_dataset(caller, project)
        gone = datasets.create(caller, project.id, {"name": "Weeds", "modality": "image"}, time.time_ns())
        _fill_tasks(caller, project, answers)
        _upload(caller)
    deleting.dataset(caller, gone, time.time_ns())  # today: what is told of it is kept for some weeks only


@contextmanager
def _at_the_same_moment_everywhere() -> Iterator[None]:
    chance = random.Random("events")
    drawn: dict[str, Any] = {
        "token_bytes": chance.randbytes,
        "token_hex": lambda size: chance.randbytes(size).hex(),
        "randbelow": chance.randrange,
    }
    clock = mock.patch.object(time, "time_ns", side_effect=itertools.count(MOMENT, 1_000_000))
    with clock, mock.patch.multiple(secrets, **drawn):
        yield


def _admin(key: tuple[str, str]) -> Caller:
    """The organization, with an admin who acts here and a user who is no member yet."""
    now = time.time_ns()
    store.create_organization(ORGANIZATION, "Garden", now)
    admin = accounts.add_account(ORGANIZATION, "admin@garden.example", "admin", Role.ADMIN, now)
    accounts.add_account(ORGANIZATION, "user@garden.example", "user", Role.USER, time.time_ns())
    key_id, secret = key
    store.create_key(admin, ApiKey(key_id, admin.account_id, admin.email, "events", now, None), secret)
    return store.authenticate(write_key(key_id, secret))


def _fill_dataset(caller: Caller, project: Project) -> None:
    now = time.time_ns()
    leaves = datasets.create(
        caller, project.id, {"name": "Leaves", "modality": "image", "labels": ["maple", "oak"]}, now
    )
    resources = [
        {"resource": f"s3://garden/for-{name.replace(' ', '-')}.png", "priority": int(name == "next")}
        for name in ENTRIES
    ]
    made = dict(zip(ENTRIES, entries.create(caller, leaves.id, resources, now), strict=True))
    for entry in made.values():
        events.submit(caller, entry.id, None, now)
    for name in ("annotate", "annotate by rpc", "note", "look at the note", "fail", "submit"):
        events.select(caller, made[name].id, now)
    notes.create_feed(caller, made["look at the note"].id, {"content_md": "How many leaves?"}, now)


def _fill_tasks(caller: Caller, project: Project, answers: Mapping[str, Any]) -> None:
    """A task with a finding that is to be deleted, and one without any."""
    now = time.time_ns()
    found = task_projects.find(caller, str(project.task_project_id))
    rows = [{"data": {"url": f"https://images.example/leaf-{row}.jpg"}} for row in (1, 2)]
    batch = batches.begin_inline(found, rows, batches.About(client_batch_id="leaves"), now)
    creating.carry_on(batches.message(batch), Deadline.after(60), now)
    for task_id in batches.task_ids(batch):
        tasks.submit(found, task_id, Answered(dict(answers), 41.5), now)
    first = feedback.place(found, batches.task_ids(batch)[0], "1")
    feedback.post(first, [FEEDBACK], False, "weekly review", now)


def _upload(caller: Caller) -> None:
    """A file in parts, all of which are there."""
    begun = uploads.begin(caller, Options.of(caller, False, False), len(MEMORY), time.time_ns()).record
    clients.s3().upload_part(
        Bucket=settings().transfer_bucket,
        Key=begun.object_key,
        UploadId=begun.upload_id,
        PartNumber=1,
        Body=MEMORY,
    )
