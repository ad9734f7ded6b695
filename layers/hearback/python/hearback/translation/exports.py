"""Exports: a selection of entries on its way into a TMX file on S3."""

from __future__ import annotations

import json
from dataclasses import dataclass
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
from hearback.translation import filters, keys
from hearback.translation.filters import Filter
from hearback.translation.imports import KEPT, State

LINK_LIFETIME = 3600
"""Seconds for which a download URL can be used; the export's status gives a fresh one."""


@dataclass(frozen=True, slots=True)
class Export:
    """`after` is the last entry looked at, `parts` the numbers of the upload's parts that count, `claims` how
    many workers have taken it up, `unfinished` which of them left the beginning of a part (0 for none); once
    it `is_written`, only the upload's completion is missing."""

    organization_id: str
    export_id: str
    state: State
    requested_by: str
    meant: Filter
    created: int
    upload_id: str = ""
    parts: tuple[int, ...] = ()
    claims: int = 0
    unfinished: int = 0
    is_written: bool = False
    after: int = -1
    entries: int = 0
    bytes_written: int = 0
    error: str = ""
    finished: int | None = None
    revision: int = 0

    @property
    def object_key(self) -> str:
        return f"exports/{self.organization_id}/{self.export_id}.tmx"

    @property
    def unfinished_key(self) -> str:
        return f"exports/{self.organization_id}/{self.export_id}.unfinished-{self.unfinished}"

    @property
    def is_done(self) -> bool:
        return self.state is State.DONE

    @property
    def message(self) -> dict[str, Any]:
        """What a worker needs to go on with it."""
        return {"organization": self.organization_id, "export": self.export_id}


def to_item(record: Export) -> Item:
    return keys.export(record.organization_id, record.export_id) | without_nothing(
        {
            "state": text(record.state),
            "requested_by": text(record.requested_by),
            "meant": text(json.dumps(filters.to_json(record.meant))),
            "created": number(record.created),
            "upload": text(record.upload_id) if record.upload_id else None,
            "parts": text(json.dumps(record.parts)),
            "claims": number(record.claims),
            "unfinished": number(record.unfinished),
            "written": number(1) if record.is_written else None,
            "after": number(record.after),
            "entries": number(record.entries),
            "bytes": number(record.bytes_written),
            "error": text(record.error) if record.error else None,
            "finished": None if record.finished is None else number(record.finished),
            "revision": number(record.revision),
            "expires": number(record.created // SECOND + KEPT),
        }
    )


def from_item(item: Item) -> Export:
    return Export(
        organization_id=item["pk"]["S"].partition("#")[0],
        export_id=item["sk"]["S"],
        state=State(get_text(item, "state")),
        requested_by=get_text(item, "requested_by"),
        meant=filters.from_json(json.loads(get_text(item, "meant"))),
        created=get_number(item, "created"),
        upload_id=get_text(item, "upload"),
        parts=tuple(json.loads(get_text(item, "parts", "[]"))),
        claims=get_number(item, "claims"),
        unfinished=get_number(item, "unfinished"),
        is_written="written" in item,
        after=get_number(item, "after"),
        entries=get_number(item, "entries"),
        bytes_written=get_number(item, "bytes"),
        error=get_text(item, "error"),
        finished=get_optional_number(item, "finished"),
        revision=get_number(item, "revision"),
    )


def find(organization_id: str, export_id: str) -> Export | None:
    item = reads.get(settings().translation_table, keys.export(organization_id, export_id))
    return from_item(item) if item else None


def get(caller: Caller, export_id: str) -> Export:
    record = find(caller.organization_id, export_id)
    if record is None or not (caller.is_admin or record.requested_by == caller.email):
        raise NotFound("There is no such export.", f"exportId: {export_id[:80]}")
    return record


def start(record: Export, patience: int) -> None:
    """Keep a new export, and owe its completion."""
    debt = owed.owe(record.export_id, "export", record.message, record.created + patience)
    transact([put(settings().translation_table, to_item(record), "attribute_not_exists(pk)"), debt])


def advance(record: Export, after: Export) -> Write:
    """The write of a step, on the condition that nobody else has made one since `record` was read."""
    table = settings().translation_table
    return put(table, to_item(after), "revision = :seen", seen=number(record.revision))
