"""Imports: one TMX file on its way into an organization, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from hearback.access.model import Caller
from hearback.errors import NotFound
from hearback.settings import settings
from hearback.storage import owed, reads
from hearback.storage.items import (
    Item,
    get_number,
    get_optional_number,
    get_text,
    number,
    text,
    without_nothing,
)
from hearback.storage.transactions import Write, put, transact
from hearback.timestamps import SECOND
from hearback.translation import keys

MOST_WARNINGS = 10
LARGEST_UPLOAD = 1 << 30
"""Bytes of a file that comes through a presigned upload: 1 GB."""
UPLOAD_LIFETIME = 3600
"""Seconds in which a presigned upload can be used."""
DAY = 24 * 3600
KEPT = 90 * DAY
"""Seconds for which an import can be looked up after its start."""


class State(StrEnum):
    WAITING = "waiting"
    """for its file"""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is imported. Only one who manages restores what the file says of others' work:
    user names, states, reviewers and times; anybody else's entries are their own, new and unreviewed."""

    username: str
    manages: bool
    apply_all: bool = False
    approve_all: bool = False

    @classmethod
    def of(cls, caller: Caller, apply_all: bool, approve_all: bool) -> Options:
        return cls(caller.email, caller.is_admin, apply_all, approve_all and caller.is_admin)

    def to_metadata(self) -> dict[str, str]:
        """As metadata of the S3 object, which is how options travel with a file."""
        return {
            "username": self.username,
            "manages": str(self.manages).lower(),
            "apply-all": str(self.apply_all).lower(),
            "approve-all": str(self.approve_all).lower(),
        }

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> Options:
        """Whoever puts a file into the bucket by other means than an upload of ours holds the keys of
        the AWS account, and so manages."""
        return cls(
            username=metadata.get("username") or "import",
            manages=metadata.get("manages", "true") == "true",
            apply_all=metadata.get("apply-all") == "true",
            approve_all=metadata.get("approve-all") == "true",
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """What an import has done so far; `warnings` are the first few reasons of what is invalid."""

    successful: int = 0
    duplicate: int = 0
    invalid: int = 0
    warnings: tuple[str, ...] = ()

    def refuse(self, reason: str) -> Counts:
        warnings = self.warnings if len(self.warnings) >= MOST_WARNINGS else (*self.warnings, reason)
        return replace(self, invalid=self.invalid + 1, warnings=warnings)


@dataclass(frozen=True, slots=True)
class Import:
    """`position` is where to go on reading, `within` how many entries of the unit there are done."""

    organization_id: str
    import_id: str
    state: State
    options: Options
    created: int
    object_key: str = ""
    etag: str = ""
    size: int = 0
    upload_id: str = ""
    """Of the multipart upload, where the file comes in parts; `size` is announced then."""
    part_size: int = 0
    position: dict[str, Any] | None = None
    within: int = 0
    units: int = 0
    bytes_read: int = 0
    counts: Counts = field(default_factory=Counts)
    error: str = ""
    finished: int | None = None
    revision: int = 0

    @property
    def is_done(self) -> bool:
        return self.state is State.DONE

    @property
    def message(self) -> dict[str, Any]:
        """What a worker needs to go on with it."""
        return {"organization": self.organization_id, "import": self.import_id}


def to_item(record: Import) -> Item:
    return keys.import_(record.organization_id, record.import_id) | without_nothing(
        {
            "state": text(record.state),
            "options": text(json.dumps(record.options.to_metadata())),
            "created": number(record.created),
            "object": text(record.object_key) if record.object_key else None,
            "etag": text(record.etag) if record.etag else None,
            "size": number(record.size),
            "upload": text(record.upload_id) if record.upload_id else None,
            "part": number(record.part_size) if record.upload_id else None,
            "position": text(json.dumps(record.position)) if record.position else None,
            "within": number(record.within),
            "units": number(record.units),
            "bytes": number(record.bytes_read),
            "successful": number(record.counts.successful),
            "duplicate": number(record.counts.duplicate),
            "invalid": number(record.counts.invalid),
            "warnings": text(json.dumps(record.counts.warnings, ensure_ascii=False)),
            "error": text(record.error) if record.error else None,
            "finished": None if record.finished is None else number(record.finished),
            "revision": number(record.revision),
            "expires": number(record.created // SECOND + KEPT),
        }
    )


def from_item(item: Item) -> Import:
    position = get_text(item, "position")
    return Import(
        organization_id=item["pk"]["S"].partition("#")[0],
        import_id=item["sk"]["S"],
        state=State(get_text(item, "state")),
        options=Options.from_metadata(json.loads(get_text(item, "options"))),
        created=get_number(item, "created"),
        object_key=get_text(item, "object"),
        etag=get_text(item, "etag"),
        size=get_number(item, "size"),
        upload_id=get_text(item, "upload"),
        part_size=get_number(item, "part"),
        position=json.loads(position) if position else None,
        within=get_number(item, "within"),
        units=get_number(item, "units"),
        bytes_read=get_number(item, "bytes"),
        counts=Counts(
            get_number(item, "successful"),
            get_number(item, "duplicate"),
            get_number(item, "invalid"),
            tuple(json.loads(get_text(item, "warnings", "[]"))),
        ),
        error=get_text(item, "error"),
        finished=get_optional_number(item, "finished"),
        revision=get_number(item, "revision"),
    )


def find(organization_id: str, import_id: str) -> Import | None:
    item = reads.get(settings().translation_table, keys.import_(organization_id, import_id))
    return from_item(item) if item else None


def get(caller: Caller, import_id: str) -> Import:
    """An import of the caller's own, or any of the organization for an admin."""
    record = find(caller.organization_id, import_id)
    if record is None or not (caller.is_admin or record.options.username == caller.email):
        raise NotFound("There is no such import.", f"importId: {import_id[:80]}")
    return record


def latest(caller: Caller, most: int = 100) -> list[Import]:
    """The newest imports first (of the newest `most`, those that the caller may see)."""
    run = reads.Range(settings().translation_table, keys.imports_partition(caller.organization_id))
    records = [from_item(item) for item in reads.query(run, most, backwards=True)[0]]
    return [r for r in records if caller.is_admin or r.options.username == caller.email]


def start(record: Import, patience: int) -> None:
    """Keep a new import, and owe its completion: a worker goes on with it should this one die."""
    due = record.created + patience
    debt = owed.owe(record.import_id, "import", record.message, due)
    transact([put(settings().translation_table, to_item(record), "attribute_not_exists(pk)"), debt])


def await_file(record: Import) -> None:
    """Keep an import whose file is yet to come."""
    transact([put(settings().translation_table, to_item(record), "attribute_not_exists(pk)")])


def begin(record: Import, running: Import, now: int) -> None:
    """Keep that the import runs now, whether its file was awaited or just turned up, and owe its end.

    Raises `ConditionFailed` when another worker began it.
    """
    seen = {"seen": number(record.revision)}
    condition = "attribute_not_exists(pk) OR revision = :seen"
    debt = owed.owe(running.import_id, "import", running.message, now + owed.HOLD)
    transact([put(settings().translation_table, to_item(running), condition, **seen), debt])


def advance(record: Import, after: Import) -> Write:
    """The write of a step, on the condition that nobody else has made one since `record` was read."""
    table = settings().translation_table
    return put(table, to_item(after), "revision = :seen", seen=number(record.revision))
