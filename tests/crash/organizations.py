"""An organization to erase somebody from and to export: small, but with something of every treatment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from hearback import clients
from hearback.content.model import Vote
from hearback.organization import erasing, expiring, exporting, jobs, retention
from hearback.organization.jobs import Job, Kind
from hearback.settings import settings
from hearback.timestamps import DAY
from hearback.translation import exporting as translations
from hearback.translation import feedback
from hearback.translation.filters import Filter
from hearback.translation.model import ApprovalState, Change, NewFeedback

from tests.crash import content
from tests.crash.apart import WHENEVER, items, settle
from tests.crash.recount import check_consistent, contents
from tests.crash.translation import (
    ADMIN,
    NOW,
    ORGANIZATION,
    USER,
    every_export,
    new_organization,
    put_file,
    read,
    work_on_export,
)

GONE = USER.email
TABLES = ("translation_table", "content_table")
"""Those with something in them: to search the others, at each call anew, would only take long."""
FOLDERS = ("imports", "exports")


@contextmanager
def small() -> Iterator[None]:
    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(erasing, "STAGES", (*TABLES, *FOLDERS)))
        patches.enter_context(mock.patch.object(exporting, "TABLES", TABLES))
        patches.enter_context(mock.patch.object(expiring, "TABLES", TABLES))
        yield


@dataclass
class World:
    """What was asked for."""

    job: Job
    export: dict[str, Any] = field(default_factory=dict)
    """The message about an export of translations that is under way."""


def _traces() -> None:
    """An entry, a vote and a file of theirs."""
    new_organization()
    feedback.create(USER, NewFeedback("EngFra", "two", "dos", "deux", "so I say"), NOW)
    content.cast(GONE, Vote.POSITIVE)
    put_file(content=b"<tmx/>", metadata={"username": GONE})


def erased_person() -> World:
    _traces()
    return World(erasing.begin(ADMIN, GONE, (), NOW))


def named_in_texts() -> World:
    """Others name them in texts, whose guards go by a hash of them; and all of that is being exported."""
    _traces()
    for suggested in ("demande", f"demande à {GONE}"):
        feedback.create(ADMIN, NewFeedback("EngFra", f"ask {GONE}", "", suggested), NOW)
    export = translations.begin(ADMIN, Filter(), NOW)
    return World(erasing.begin(ADMIN, GONE, (), NOW), export.message)


def exported() -> World:
    _traces()
    return World(exporting.begin(ADMIN, NOW))


def old() -> World:
    """Months later the organization does not want to keep any of it."""
    _traces()
    made = feedback.create(ADMIN, NewFeedback("EngFra", "three", "tres", "trois"), NOW)
    feedback.update(ADMIN, made.feedback_id, Change(approval_state=ApprovalState.APPROVED), NOW)
    retention.set_days(ADMIN, dict.fromkeys(retention.KINDS, retention.SHORTEST), NOW)
    job = retention.begin(NOW + 2 * retention.SHORTEST * DAY)
    assert job
    return World(job)


def work(world: World) -> None:
    carry_out(world.job.message)


def work_beside_an_export(world: World) -> None:
    """A search, a wait, the export's end, and the search that finds its file."""
    work(world)
    work(world)
    work_on_export(world.export)
    work(world)


def carry_out(message: dict[str, Any]) -> None:
    workers = {Kind.ERASURE: erasing, Kind.EXPORT: exporting, Kind.RETENTION: expiring}
    workers[Kind(message["kind"])].carry_on(message, WHENEVER)


def recover(_world: World) -> None:
    settle({"lifecycle": carry_out, "export": work_on_export})


def of_erasure(world: World) -> object:
    """Nobody is named, and what is counted is what there is; the job, less what is by chance."""
    job = _job(world)
    everything = [*items(settings().translation_table), *items(settings().content_table)]
    everything += items(settings().organization_table)
    assert GONE not in json.dumps(everything)
    kept = contents(check_consistent(ORGANIZATION))
    content.check_counts()
    file = read(f"imports/{ORGANIZATION}/a.tmx")
    exports = [(each.state, GONE in read(each.object_key).decode()) for each in every_export()]
    return job.state, str(kept).replace(job.pseudonym or "", "nobody"), file, exports


def of_retention(world: World) -> object:
    """What is left, of which all counts are right, and who is named in votes."""
    kept = contents(check_consistent(ORGANIZATION))
    content.check_counts()
    named = [item["user"] for item in items(settings().content_table) if "user" in item]
    return _job(world).state, kept, named


def of_export(world: World) -> object:
    """The records of the finished export's files, by kind."""
    job = _job(world)
    found: dict[str, list[str]] = {}
    for name in exporting.files(job).links:
        lines = read(f"{job.folder}/{name}").decode().splitlines()
        found.setdefault(name.rpartition("-")[0], []).extend(json.loads(line)["key"] for line in lines)
    assert {kind: len(keys) for kind, keys in found.items()} == job.counts
    return job.state, found


def _job(world: World) -> Job:
    job = jobs.find(world.job.organization_id, world.job.kind, world.job.id)
    assert job
    return job


def purge() -> None:
    for queue in (settings().lifecycle_queue, settings().export_queue):
        clients.sqs().purge_queue(QueueUrl=queue)
