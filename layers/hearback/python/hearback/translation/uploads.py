"""A file that comes in parts, each through an address of its own: a multipart upload of S3.

Which parts are there, S3 alone knows, and is asked each time. So a client that has lost its connection
asks as well, and sends what is missing; and the file is put together once its parts make the size that
was announced, whoever asks for that and however often. What S3 then announces is imported like any file.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import ClientError

from hearback import clients
from hearback.access.model import Caller
from hearback.errors import Conflict, NotFound
from hearback.ids import uuid7
from hearback.settings import settings
from hearback.translation import imports
from hearback.translation.imports import UPLOAD_LIFETIME, Import, Options, State

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART = 8 << 20
"""Bytes of a part (S3 wants 5 MB of every part but the last): what a lost connection costs at most."""


class Arrived(NamedTuple):
    """A part that S3 has."""

    number: int
    size: int
    etag: str


class Missing(NamedTuple):
    """A part that is yet to come: exactly `size` bytes, sent with PUT to `url` within an hour at most."""

    number: int
    size: int
    url: str


class Upload(NamedTuple):
    """The import that awaits the file, or has got it: then nothing is missing."""

    record: Import
    arrived: list[Arrived]
    missing: list[Missing]


class _GivenUp(Exception):
    """S3 knows the upload no longer: it is complete, or nobody has completed it for days."""


def begin(caller: Caller, options: Options, size: int, now: int) -> Upload:
    """Addresses for the parts of one file of so many bytes, and the import that it will be.

    The options are the object's metadata from the start, so that no part can bring other rights.
    """
    import_id = uuid7(now, secrets.token_bytes(10))
    key = f"imports/{caller.organization_id}/{import_id}.tmx"
    upload_id = clients.s3().create_multipart_upload(
        Bucket=settings().transfer_bucket, Key=key, Metadata=options.to_metadata()
    )["UploadId"]
    record = Import(
        organization_id=caller.organization_id,
        import_id=import_id,
        state=State.WAITING,
        options=options,
        created=now,
        object_key=key,
        size=size,
        upload_id=upload_id,
        part_size=PART,
    )
    imports.await_file(record)
    return Upload(record, [], _missing(record, []))


def look(caller: Caller, import_id: str) -> Upload:
    """Which parts are there, and fresh addresses for the others.

    `NotFound` where there is no such import of the caller's, or S3 has given the upload up.
    """
    record = _awaiting_parts(caller, import_id)
    if record.state is not State.WAITING:
        return Upload(record, [], [])
    try:
        arrived = _arrived(record)
    except _GivenUp:
        _demand_file(record)
        return Upload(record, [], [])
    return Upload(record, arrived, _missing(record, arrived))


def complete(caller: Caller, import_id: str) -> Import:
    """Make the parts one file, unless they are already. `Conflict` names the parts that are missing."""
    upload = look(caller, import_id)
    if upload.missing:
        numbers = ", ".join(str(part.number) for part in upload.missing)
        raise Conflict("The file is not there yet.", f"missing parts: {numbers}")
    if upload.arrived:
        _put_together(upload)
    return upload.record


def _awaiting_parts(caller: Caller, import_id: str) -> Import:
    record = imports.get(caller, import_id)
    if not record.upload_id:
        raise Conflict("The file of this import does not come in parts.", f"importId: {import_id}")
    return record


def _arrived(record: Import) -> list[Arrived]:
    """The parts that S3 has of the upload. Raises `_GivenUp`."""
    pages = clients.s3().get_paginator("list_parts")
    asked = pages.paginate(
        Bucket=settings().transfer_bucket, Key=record.object_key, UploadId=record.upload_id
    )
    try:
        parts = [part for page in asked for part in page.get("Parts", [])]
    except ClientError as error:
        raise _meaning(error) from None
    return [Arrived(part["PartNumber"], part["Size"], part["ETag"]) for part in parts]


def _missing(record: Import, arrived: list[Arrived]) -> list[Missing]:
    there = {(part.number, part.size) for part in arrived}
    return [
        Missing(number, size, _address(record, number, size))
        for number, size in enumerate(_sizes(record), 1)
        if (number, size) not in there
    ]


def _sizes(record: Import) -> list[int]:
    """Bytes of each part: all of one size but the last, which has the rest."""
    starts = range(0, record.size, record.part_size)
    return [min(record.part_size, record.size - start) for start in starts]


def _address(record: Import, number: int, size: int) -> str:
    """Where a part goes to. Its length is signed as well: nobody sends more than was announced."""
    return clients.links().generate_presigned_url(
        "upload_part",
        Params={
            "Bucket": settings().transfer_bucket,
            "Key": record.object_key,
            "UploadId": record.upload_id,
            "PartNumber": number,
            "ContentLength": size,
        },
        ExpiresIn=UPLOAD_LIFETIME,
    )


def _put_together(upload: Upload) -> None:
    """Complete the upload, unless somebody else just did."""
    record = upload.record
    parts: list[CompletedPartTypeDef] = [
        {"PartNumber": part.number, "ETag": part.etag} for part in upload.arrived
    ]
    try:
        clients.s3().complete_multipart_upload(
            Bucket=settings().transfer_bucket,
            Key=record.object_key,
            UploadId=record.upload_id,
            MultipartUpload={"Parts": parts},
            MpuObjectSize=record.size,
        )
    except ClientError as error:
        meaning = _meaning(error)
        if not isinstance(meaning, _GivenUp):
            raise meaning from None
        _demand_file(record)


def _meaning(error: ClientError) -> Exception:
    """What S3's refusal says of the upload; the refusal itself where it says something else."""
    match error.response["Error"]["Code"]:
        case "NoSuchUpload":
            return _GivenUp()
        case "InvalidPart":
            return Conflict("A part was sent again while the file was put together.", "Ask once more.")
        case _:
            return error


def _demand_file(record: Import) -> None:
    """Raises `NotFound` unless the whole file is there, of which S3 may be about to tell the importer."""
    found = clients.s3().list_objects_v2(
        Bucket=settings().transfer_bucket, Prefix=record.object_key, MaxKeys=1
    )
    if not found.get("Contents"):
        raise NotFound(
            "The upload is gone: nobody completed it for two days.", "Begin another, with the whole file."
        )
