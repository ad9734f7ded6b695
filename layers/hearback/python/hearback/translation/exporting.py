"""The work of an export: write entries as TMX, a part of a multipart upload at a time.

A worker claims the export, and writes parts under numbers that no other worker has; a part counts when
the record says so. A worker that dies before that leaves a part that nobody asks for, and one that was
overtaken can neither touch what counts nor add to it. So the finished file is whole and holds every
entry once, whatever happened on its way. (An entry that changes its state meanwhile may be missing from
an export by pair or state: the lists of the two states are read at different moments.)
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from hearback import clients
from hearback.access.model import Caller
from hearback.deadline import Deadline
from hearback.errors import TooLarge
from hearback.ids import uuid7
from hearback.settings import settings
from hearback.storage import owed
from hearback.storage.transactions import ConditionFailed, Write, transact
from hearback.timestamps import SECOND
from hearback.tmx import writer
from hearback.translation import catalogue as catalogues
from hearback.translation import exports, listing
from hearback.translation.catalogue import Catalogue
from hearback.translation.exports import Export
from hearback.translation.filters import Filter
from hearback.translation.imports import State
from hearback.translation.listing import Selection, TooMuchToRead
from hearback.translation.model import Feedback

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART = 8 << 20
"""Bytes of a part: S3 takes at most 10,000 parts, so a file can have 80 GB."""
_PATIENCE = 60 * SECOND
_PAGE = 1000


def inline(caller: Caller, meant: Filter, most: int, deadline: Deadline) -> bytes:
    """The whole export, if it fits in `most` bytes and the time; `TooLarge` otherwise."""
    selection = listing.select(catalogues.load(caller.organization_id), meant)
    counted = selection.counted()
    if counted is not None and counted * 200 > most:  # an entry takes more than 200 bytes even when empty
        raise TooLarge("The export is too large for one answer.")
    written = [writer.header(_source_tag(selection))]
    size = 0
    try:
        for entry in selection.read(counted or _PAGE, deadline):
            written.append(_unit(selection.catalogue, entry))
            size += len(written[-1])
            if size > most:
                raise TooLarge("The export is too large for one answer.")
    except TooMuchToRead:
        raise TooLarge("The export takes too long for one answer.") from None
    return b"".join([*written, writer.FOOTER])


def begin(caller: Caller, meant: Filter, now: int) -> Export:
    """Start an export in the background."""
    record = Export(
        organization_id=caller.organization_id,
        export_id=uuid7(now, secrets.token_bytes(10)),
        state=State.RUNNING,
        requested_by=caller.email,
        meant=meant,
        created=now,
    )
    exports.start(record, _PATIENCE)
    owed.tell("export", record.message)
    return record


def wait(record: Export, deadline: Deadline) -> Export:
    """The export as it is when it is over, or at the deadline."""
    pause = 0.1
    while record.state is State.RUNNING and deadline.remaining > pause:
        time.sleep(pause)
        pause = min(1.0, pause * 1.5)
        record = exports.find(record.organization_id, record.export_id) or record
    return record


def download_url(record: Export) -> str:
    """A URL under which the finished file can be fetched for an hour at most: it ends with its signer's
    credentials, which a Lambda cannot look at."""
    name = f'attachment; filename="feedback-{record.export_id}.tmx"'
    return clients.links().generate_presigned_url(
        "get_object",
        Params={
            "Bucket": settings().transfer_bucket,
            "Key": record.object_key,
            "ResponseContentType": "text/x-tmx",
            "ResponseContentDisposition": name,
        },
        ExpiresIn=exports.LINK_LIFETIME,
    )


class _Superseded(Exception):
    """Another worker has brought the export further: leave it to that one."""


def run(organization_id: str, export_id: str, deadline: Deadline) -> Export | None:
    """Go on with an export until it is over or the deadline; None when there is none of this id, or
    another worker has taken it up meanwhile."""
    record = exports.find(organization_id, export_id)
    if record is None or record.state is not State.RUNNING:
        return record
    try:
        return _Work(record, deadline).go_on()
    except _Superseded:
        return None


def carry_on(message: Mapping[str, Any], deadline: Deadline, now: int) -> None:
    """Go on with an export, and pass what is left on to the next round of the worker."""
    owed.hold(message["export"], now)
    record = run(message["organization"], message["export"], deadline)
    if record and record.state is State.RUNNING:
        owed.pass_on("export", message)


class _Work:
    """One worker's part of one export."""

    def __init__(self, record: Export, deadline: Deadline) -> None:
        self._record = record
        self._deadline = deadline

    def go_on(self) -> Export:
        self._claim()
        if not self._record.is_written and not self._write():
            return self._record
        error = "" if self._complete() else "Its upload was interrupted for too long; export again."
        state = State.FAILED if error else State.DONE
        over = replace(self._record, state=state, error=error, finished=time.time_ns())
        self._step(over, owed.settle(over.export_id))
        return self._record

    def _claim(self) -> None:
        """From here on every other worker loses its next step."""
        upload_id = self._record.upload_id or self._create_upload()
        self._step(replace(self._record, upload_id=upload_id, claims=self._record.claims + 1))

    def _write(self) -> bool:
        """Write parts until the last; whether there was time for it."""
        selection = listing.select(catalogues.load(self._record.organization_id), self._record.meant)
        part = self._unfinished(selection)
        seen = self._record.entries
        try:
            for entry in selection.read(_PAGE * 100, self._deadline, self._record.after):
                part += _unit(selection.catalogue, entry)
                seen += 1
                if len(part) >= PART:
                    self._write_part(part, entry.feedback_id, seen)
                    part.clear()
        except TooMuchToRead as over:
            self._pause(part, over.scanned, seen)
            return False
        self._write_part(part + writer.FOOTER, self._record.after, seen, is_last=True)
        return True

    def _unfinished(self, selection: Selection) -> bytearray:
        """What there is already of the part that is next: the round before may have left its beginning."""
        if not self._record.unfinished:
            return bytearray(b"" if self._record.parts else writer.header(_source_tag(selection)))
        key = self._record.unfinished_key
        return bytearray(clients.s3().get_object(Bucket=settings().transfer_bucket, Key=key)["Body"].read())

    def _pause(self, part: bytearray, after: int, seen: int) -> None:
        """Leave what there is of a part, which S3 would not take so small, to the next round."""
        paused = replace(self._record, unfinished=self._record.claims, after=after, entries=seen)
        clients.s3().put_object(
            Bucket=settings().transfer_bucket, Key=paused.unfinished_key, Body=bytes(part)
        )
        self._step(paused)

    def _create_upload(self) -> str:
        bucket, name = settings().transfer_bucket, self._record.object_key
        return clients.s3().create_multipart_upload(Bucket=bucket, Key=name, ContentType="text/x-tmx")[
            "UploadId"
        ]

    def _write_part(self, part: bytearray, after: int, seen: int, is_last: bool = False) -> None:
        # Later claims give larger numbers, so an overtaken worker's last part is never one that counts.
        number = len(self._record.parts) + self._record.claims
        clients.s3().upload_part(
            Bucket=settings().transfer_bucket,
            Key=self._record.object_key,
            UploadId=self._record.upload_id,
            PartNumber=number,
            Body=bytes(part),
        )
        self._step(
            replace(
                self._record,
                parts=(*self._record.parts, number),
                unfinished=0,
                is_written=is_last,
                after=after,
                entries=seen,
                bytes_written=self._record.bytes_written + len(part),
            )
        )

    def _complete(self) -> bool:
        """Make the parts that count one file, unless a worker before this one did, and died then.

        False when there is neither upload nor file: S3 gives uploads up that nobody completes for days.
        """
        try:
            self._complete_upload()
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchUpload":
                raise
            return self._is_there()
        return True

    def _is_there(self) -> bool:
        try:
            clients.s3().head_object(Bucket=settings().transfer_bucket, Key=self._record.object_key)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
                raise
            return False
        return True

    def _complete_upload(self) -> None:
        bucket, name, upload = settings().transfer_bucket, self._record.object_key, self._record.upload_id
        pages = clients.s3().get_paginator("list_parts").paginate(Bucket=bucket, Key=name, UploadId=upload)
        counting: list[CompletedPartTypeDef] = [
            {"PartNumber": part["PartNumber"], "ETag": part["ETag"]}
            for page in pages
            for part in page.get("Parts", [])
            if part["PartNumber"] in self._record.parts
        ]
        clients.s3().complete_multipart_upload(
            Bucket=bucket, Key=name, UploadId=upload, MultipartUpload={"Parts": counting}
        )

    def _step(self, after: Export, *extra: Write) -> None:
        after = replace(after, revision=self._record.revision + 1)
        try:
            transact([exports.advance(self._record, after), *extra])
        except ConditionFailed:
            raise _Superseded from None
        self._record = after


def _source_tag(selection: Selection) -> str:
    """The header's source language: `*all*` when the entries have several."""
    catalogue = selection.catalogue
    tags = {
        catalogue.pairs[pair].source_language_tag for pair, _ in selection.leaves if pair in catalogue.pairs
    }
    return tags.pop() if len(tags) == 1 else writer.SEVERAL_SOURCES


def _unit(catalogue: Catalogue, entry: Feedback) -> bytes:
    pair = catalogue.pairs[entry.language_pair_id]
    return writer.unit(
        source_language=pair.source_language_tag,
        target_language=pair.target_language_tag,
        source_text=entry.source_text,
        suggested_translation=entry.suggested_translation,
        machine_translation=entry.machine_translation,
        comment=entry.comment,
        language_pair_id=entry.language_pair_id,
        username=entry.username,
        approval_state=entry.approval_state,
        reviewer=entry.reviewer,
        reviewed=entry.reviewed,
        created=entry.created,
        modified=entry.modified,
    )
