"""Erasures, exports and retention: work on all of an organization's data, in rounds, and how far it is.

A job walks from *stage* to *stage*: each table, then the folders of the bucket. Its place is saved with what
was done up to there; a worker that dies does the last piece again, which changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from hearback.access.model import Caller
from hearback.errors import NotFound
from hearback.ids import uuid7
from hearback.organization import keys
from hearback.storage import owed, reads, transactions
from hearback.storage.codec import JSON, NAME, NUMBER, TEXT, Codec, enum
from hearback.storage.items import Item, get_text, number
from hearback.storage.transactions import Write, transact
from hearback.timestamps import DAY, SECOND

QUEUE = "lifecycle"
KEPT = 400 * DAY
"""As long as the audit trail speaks of it."""
_PATIENCE = 60 * SECOND
_MOST_LISTED = 100


class Kind(StrEnum):
    ERASURE = "erasures"
    EXPORT = "exports"
    RETENTION = "retentions"


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

    limits: dict[str, dict[str, int]] = {}  # noqa: RUF012 - never changed
    """Of retention, by organization and kind of record: the instant (ns) before which it ends."""

    files: tuple[str, ...] = ()
    """Of an export: the objects written so far, by their names below its folder."""

    @property
    def message(self) -> dict[str, Any]:
        """What a worker needs to go on with it."""
        return {"organization": self.organization_id, "job": self.id, "kind": str(self.kind)}

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
    | {"files": _TUPLE, "limits": JSON._replace(absent={})},
)


def new(caller: Caller, kind: Kind, now: int) -> Job:
    its_id = uuid7(now, secrets.token_bytes(10))
    return Job(its_id, caller.organization_id, kind, State.RUNNING, caller.account_id, now)


def start(job: Job) -> Job:
    """Keep the new job, owe its end, and tell the worker."""
    debt = owed.owe(job.id, QUEUE, job.message, job.created + _PATIENCE)
    transact([transactions.put(keys.table(), _item(job), "attribute_not_exists(pk)"), debt])
    owed.send(QUEUE, job.message)
    return job


def find(organization_id: str, kind: Kind, job_id: str) -> Job | None:
    item = reads.get(keys.table(), keys.job(organization_id, kind, job_id))
    return _JOB.from_item(item) if item else None


def get(caller: Caller, kind: Kind, job_id: str) -> Job:
    caller.require_admin()
    job = find(caller.organization_id, kind, job_id)
    if job is None:
        raise NotFound(f"There is no such {kind.removesuffix('s')}.", job_id[:80])
    return job


def latest(caller: Caller, kind: Kind) -> list[Job]:
    """The newest first."""
    caller.require_admin()
    return latest_of(caller.organization_id, kind)


def latest_of(organization_id: str, kind: Kind) -> list[Job]:
    run = keys.jobs(organization_id, kind)
    return [_JOB.from_item(item) for item in reads.query(run, _MOST_LISTED, backwards=True)[0]]


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


def is_running_job(item: Item) -> bool:
    """Whether an item is a job under way, which may name whom it is about."""
    return get_text(item, "pk").startswith("jobs#") and get_text(item, "state") == State.RUNNING


def _item(job: Job) -> Item:
    expires = {"expires": number((job.created + KEPT) // SECOND)}
    return keys.job(job.organization_id, job.kind, job.id) | _JOB.to_item(job) | expires
