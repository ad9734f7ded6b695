"""How files arrive: in a request, through a presigned upload, or put into the bucket by anybody else."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote_plus

from botocore.exceptions import ClientError

from hearback import clients, timestamps
from hearback.access.model import Caller
from hearback.deadline import Deadline
from hearback.errors import Invalid, Unfinished
from hearback.ids import uuid7
from hearback.settings import settings
from hearback.storage import owed
from hearback.storage.transactions import ConditionFailed
from hearback.timestamps import SECOND
from hearback.tmx.reader import TmxReader
from hearback.translation import importing, imports
from hearback.translation.importing import Superseded
from hearback.translation.imports import LARGEST_UPLOAD, UPLOAD_LIFETIME, Import, Options, State

_PATIENCE = 60 * SECOND
"""After which an import that was begun in a request is looked after by the sweep."""
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Upload:
    """Where and with which form fields to send a file."""

    import_id: str
    url: str
    fields: dict[str, str]


def import_now(caller: Caller, content: bytes, options: Options, deadline: Deadline, now: int) -> Import:
    """Import a file that came in a request, and wait for it as long as the request may take.

    A file that cannot be read to its end is `TmxError`, and nothing of it is imported.
    """
    read_through(content)
    import_id = uuid7(now, secrets.token_bytes(10))
    key = f"request-imports/{caller.organization_id}/{import_id}.tmx"
    stored = clients.s3().put_object(Bucket=settings().transfer_bucket, Key=key, Body=content)
    record = Import(
        organization_id=caller.organization_id,
        import_id=import_id,
        state=State.RUNNING,
        options=options,
        created=now,
        object_key=key,
        etag=stored["ETag"],
        size=len(content),
    )
    imports.start(record, _PATIENCE)
    after = _go_on(record.message, deadline, now)
    if after is None:
        raise Unfinished("The import was lost.")
    if after.state is State.FAILED:
        raise Invalid(after.error)
    return after


def read_through(content: bytes) -> None:
    """Raises `TmxError` unless the whole file can be read."""
    reader = TmxReader()
    for start in range(0, len(content), _BLOCK):
        reader.feed(content[start : start + _BLOCK])
    reader.close()


def begin_upload(caller: Caller, options: Options, now: int) -> Upload:
    """A presigned POST for one file of up to 1 GB, and the import that it will be.

    Its policy pins the key and the options, so that whoever has the form cannot claim other rights.
    """
    import_id = uuid7(now, secrets.token_bytes(10))
    key = f"imports/{caller.organization_id}/{import_id}.tmx"
    record = Import(caller.organization_id, import_id, State.WAITING, options, created=now, object_key=key)
    imports.await_file(record)
    pinned = {f"x-amz-meta-{name}": value for name, value in options.to_metadata().items()}
    post = clients.links().generate_presigned_post(
        Bucket=settings().transfer_bucket,
        Key=key,
        Fields=dict(pinned),
        Conditions=[
            *({name: value} for name, value in pinned.items()),
            ["content-length-range", 1, LARGEST_UPLOAD],
        ],
        ExpiresIn=UPLOAD_LIFETIME,
    )
    return Upload(import_id, post["url"], post["fields"])


def receive(event: Mapping[str, Any], deadline: Deadline, now: int) -> list[Import]:
    """Import the files that an S3 notification names. Events may come twice, late, and as a test."""
    arrived = [_arrive(record, now) for record in event.get("Records", [])]
    return [carry_on(record.message, deadline, now) or record for record in arrived if record]


def carry_on(message: Mapping[str, Any], deadline: Deadline, now: int) -> Import | None:
    """A worker's round of an import."""
    owed.hold(message["import"], now)
    return _go_on(message, deadline, now)


def _go_on(message: Mapping[str, Any], deadline: Deadline, now: int) -> Import | None:
    """Go on with an import, and pass what is left on to the next round of the worker.

    What another worker has brought further is that one's: a message more would only set two against
    each other. The import that comes back is as far as this worker, or a faster one, has brought it.
    """
    try:
        record = importing.run(message["organization"], message["import"], deadline, now)
    except Superseded:
        return imports.find(message["organization"], message["import"])
    if record and record.state is State.RUNNING:
        owed.pass_on("import", {**record.message, "round": message.get("round", 0)})
    return record


def _arrive(event: Mapping[str, Any], now: int) -> Import | None:
    """The import for one created object; None when it is not one of ours or was over long ago."""
    created = event["s3"]["object"]
    key, sequencer = unquote_plus(created["key"]), str(created.get("sequencer", ""))
    folder, _, rest = key.partition("/")
    organization_id, _, name = rest.partition("/")
    if folder != "imports" or not organization_id or not name.lower().endswith(".tmx"):
        return None
    head = _head(key)
    if head is None:
        return None  # deleted again before anybody read it
    awaited = imports.find(organization_id, name[: -len(".tmx")])
    if awaited and awaited.state is State.WAITING:
        return _begin(awaited, head, now)
    if awaited and awaited.etag == head["ETag"]:
        return awaited
    import_id = _id_for(key, sequencer, event, now)
    known = imports.find(organization_id, import_id)
    options = Options.from_metadata(head.get("Metadata", {}))
    return known or _begin(Import(organization_id, import_id, State.WAITING, options, now, key), head, now)


def _head(key: str) -> dict[str, Any] | None:
    try:
        return dict(clients.s3().head_object(Bucket=settings().transfer_bucket, Key=key))
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
            raise
        return None


def _id_for(key: str, sequencer: str, event: Mapping[str, Any], now: int) -> str:
    """The same id for the same event however often it comes, another for every new object."""
    when = str(event.get("eventTime", ""))
    digest = hashlib.sha256(f"{key}\x00{sequencer}\x00{when}".encode()).digest()
    return uuid7(timestamps.parse(when) if when else now, digest[:10])


def _begin(record: Import, head: Mapping[str, Any], now: int) -> Import | None:
    """The import of a file that is there, running; whoever else begins it at once, it runs once."""
    running = replace(
        record,
        state=State.RUNNING,
        object_key=record.object_key,
        etag=head["ETag"],
        size=int(head["ContentLength"]),
        revision=record.revision + 1,
    )
    try:
        imports.begin(record, running, now)
    except ConditionFailed:
        return imports.find(record.organization_id, record.import_id)
    return running
