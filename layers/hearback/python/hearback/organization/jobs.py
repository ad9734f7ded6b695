"""Erasures, exports and retention: work on all of an organization's data, in rounds, and how far it is.

A job walks from *stage* to *stage*: each table, then the folders of the bucket. Its place is saved with what
was done up to there; a worker that dies does the last piece again, which changes nothing.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Any, NamedTuple

from hearback.access.model import Caller
from hearback.errors import Busy, Conflict, NotFound
from hearback.ids import uuid7
from hearback.organization import keys
from hearback.storage import owed, reads, transactions
from hearback.storage.codec import JSON, NAME, NUMBER, TEXT, Codec, enum
from hearback.storage.items import Item, get_text, number, text
from hearback.storage.transactions import ConditionFailed, Write, transact
from hearback.timestamps import DAY, SECOND

QUEUE = "lifecycle"
KEPT = 400 * DAY
"""As long as the audit trail speaks of it."""
_PATIENCE = 60 * SECOND
_MOST_LISTED = 100
_TRIES = 20


GIVEN_UP = "It was tried many times to no effect, and given up."


class Kind(StrEnum):
    ERASURE = "erasures"
    EXPORT = "exports"
    RETENTION = "retentions"


MOST_RUNNING = {Kind.ERASURE: 10, Kind.EXPORT: 1}
"""Jobs of an organization at the same time: two workers serve everybody. A day's retention is nobody's."""


class State(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(NamedTuple):
    """Instants are nanoseconds since 1970."""

    id: str
    organization_id: str
    kind: Kind
    state: State
    requested_by: int
    """The account of the admin who asked."""
    created: int
    stage: int = 0
    place: dict[str, Any] | None = None
    """Where the stage goes on: DynamoDB's or S3's own word for it."""
    counts: dict[str, int] = {}  # noqa: RUF012 - never changed
    """What was done so far, by what it is."""
    finished: int | None = None
    error: str | None = None
    revision: int = 0

    email: str | None = None
    """Of an erasure, as long as it runs: whom it is about. Not known any more when it is done."""
    user_ids: tuple[str, ...] = ()
    account_id: int | None = None
    pseudonym: str | None = None
    passes: int = 0
    """How often everything was searched to the end."""
    found: int = 0
    """What the pass that is under way has found."""
    searched: int = 0
    """When the last pass had ended."""
    waiting_for: str = ""
    """What has to be over before the next one, as an admin is told."""

    organizations: int = 0
    """Of retention: how many do not want to keep everything."""

    @property
    def message(self) -> dict[str, Any]:
        """What a worker needs to go on with it."""
        return {"organization": self.organization_id, "job": self.id, "kind": str(self.kind)}

    @property
    def group(self) -> str:
        """Of its messages, so that none of an organization's many jobs makes another one's wait. A digest: not
        every organization's id is one that SQS takes."""
        return hashlib.sha256(self.organization_id.encode()).hexdigest()[:32]

    @property
    def folder(self) -> str:
        """Of an export, in the transfer bucket."""
        return f"organization-exports/{self.organization_id}/{self.id}"


_TUPLE = JSON._replace(read=lambda value: tuple(JSON.read(value)), absent=())

_JOB = Codec(
    Job,
    {"id": TEXT, "organization_id": TEXT, "kind": enum(Kind), "state": enum(State), "requested_by": NUMBER}
    | {"created": NUMBER, "stage": NUMBER, "place": JSON, "counts": JSON, "finished": NUMBER, "error": TEXT}
    | {"revision": NUMBER, "email": TEXT, "user_ids": _TUPLE, "account_id": NUMBER, "pseudonym": TEXT}
    | {"passes": NUMBER, "found": NUMBER, "searched": NUMBER, "waiting_for": NAME}
    | {"organizations": NUMBER},
)


def new(caller: Caller, kind: Kind, now: int) -> Job:
    its_id = uuid7(now, secrets.token_bytes(10))
    return Job(its_id, caller.organization_id, kind, State.RUNNING, caller.account_id, now)


class TooMany(Conflict):
    """As many `jobs` of the kind are running as the organization may have; the newest is the first."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        super().__init__("Too many of these are running; wait until one is done.", f"at most {len(jobs)}")
        self.jobs = tuple(jobs)


def start(job: Job) -> Job:
    """Keep the new job, owe its end, and tell the worker.

    Raises `TooMany`; `ConditionFailed` where the very same job is there already.
    """
    new = transactions.put(keys.table(), _item(job), "attribute_not_exists(pk)")
    writes = [new, owed.owe(job.id, QUEUE, job.message, job.created + _PATIENCE)]
    if job.kind in MOST_RUNNING:
        _begin_one(job, MOST_RUNNING[job.kind], writes)
    else:
        transact(writes)
    owed.tell(QUEUE, job.message, group=job.group)
    return job


def _begin_one(job: Job, most: int, writes: list[Write]) -> None:
    """Write it if there is room, and if no other one has begun since those that run were counted."""
    its_last = keys.last_job(job.organization_id, job.kind)
    for _ in range(_TRIES):
        seen = reads.get(keys.table(), its_last)
        running = [one for one in latest_of(job.organization_id, job.kind) if one.state is State.RUNNING]
        if len(running) >= most:
            raise TooMany(running)
        condition, values = (
            ("job = :seen", {"seen": seen["job"]}) if seen else ("attribute_not_exists(pk)", {})
        )
        last = transactions.put(keys.table(), its_last | {"job": text(job.id)}, condition, **values)
        with suppress(ConditionFailed):
            return transact([*writes, last])
    raise Busy("Others keep beginning the same.")


def find(organization_id: str, kind: Kind, job_id: str) -> Job | None:
    item = reads.get(keys.table(), keys.job(organization_id, kind, job_id))
    return _JOB.from_item(item) if item else None


def get(caller: Caller, kind: Kind, job_id: str) -> Job:
    caller.require_admin()
    job = find(caller.organization_id, kind, job_id)
    if job is None:
        raise NotFound(f"There is no such {kind.removesuffix('s')}.", job_id[:80])
    return _as_they_are([job])[0]


def latest(caller: Caller, kind: Kind) -> list[Job]:
    """The newest first."""
    caller.require_admin()
    return latest_of(caller.organization_id, kind)


def latest_of(organization_id: str, kind: Kind) -> list[Job]:
    run = keys.jobs(organization_id, kind)
    return _as_they_are([_JOB.from_item(item) for item in reads.query(run, _MOST_LISTED, backwards=True)[0]])


def _as_they_are(several: list[Job]) -> list[Job]:
    """The jobs, of which those that nobody goes on with have failed, whatever their records say.

    A person who sends the message of such a job again makes it a running one."""
    running = [job.id for job in several if job.state is State.RUNNING]
    given_up = owed.given_up(running)
    return [
        job._replace(state=State.FAILED, error=GIVEN_UP) if job.id in given_up else job for job in several
    ]


def advance(before: Job, after: Job, writes: Sequence[Write] = ()) -> Job:
    """Save a step. Raises `ConditionFailed` when another worker has made one since `before` was read."""
    after = after._replace(revision=before.revision + 1)
    seen = number(before.revision)
    transact([transactions.put(keys.table(), _item(after), "revision = :seen", seen=seen), *writes])
    return after


def end(before: Job, state: State, now: int, error: str | None = None) -> Job:
    """It is over, and nobody is named in it any more."""
    over = before._replace(state=state, finished=now, error=error, place=None, waiting_for="")
    over = over._replace(email=None, user_ids=())
    return advance(before, over, [owed.settle(before.id)])


def _at_once(_after: Job) -> int:
    return 0


def carry_on(
    message: Mapping[str, Any], go_on: Callable[[Job], Job], pause: Callable[[Job], int] = _at_once
) -> None:
    """A worker's round of a job, of which `go_on` does what there is time for; what is left is passed on.

    `pause`: the seconds until the next round, by the job as it is then. Behind one, rounds are counted anew.
    """
    owed.hold(message["job"], time.time_ns())
    job = find(message["organization"], Kind(message["kind"]), message["job"])
    if job is None or job.state is not State.RUNNING:
        return
    try:
        after = go_on(job)
    except ConditionFailed:
        return  # another worker has brought it further: it is left to that one
    if after.state is State.RUNNING:
        seconds = pause(after)
        owed.pass_on(QUEUE, job.message if seconds else message, seconds, job.group)


def is_running_job(item: Item) -> bool:
    """Whether an item is a job under way, which may name whom it is about; not one that nobody goes on with."""
    running = get_text(item, "pk").startswith("jobs#") and get_text(item, "state") == State.RUNNING
    return running and not owed.given_up([get_text(item, "id")])


def _item(job: Job) -> Item:
    expires = {"expires": number((job.created + KEPT) // SECOND)}
    return keys.job(job.organization_id, job.kind, job.id) | _JOB.to_item(job) | expires
