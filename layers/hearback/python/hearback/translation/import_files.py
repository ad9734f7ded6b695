"""An import's file on S3, and the outcome that is left for whoever put it there."""

from __future__ import annotations

import json
from collections.abc import Iterator

from botocore.exceptions import ClientError

from hearback import clients
from hearback.settings import settings
from hearback.tmx.errors import TmxError
from hearback.translation.imports import Import

_PIECE = 1 << 20
"""Bytes of the file read at a time."""


def pieces(record: Import, start: int) -> Iterator[bytes]:
    """The file's bytes from `start` on. Raises `TmxError` when it is gone or was replaced meanwhile."""
    try:
        answer = clients.s3().get_object(
            Bucket=settings().transfer_bucket,
            Key=record.object_key,
            Range=f"bytes={start}-",
            IfMatch=record.etag,
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("NoSuchKey", "404"):
            raise TmxError("is no longer there") from None
        if code in ("PreconditionFailed", "412"):
            raise TmxError("was replaced by another while it was being imported") from None
        if code in ("InvalidRange", "416"):
            return  # an empty file has no byte 0
        raise
    yield from answer["Body"].iter_chunks(_PIECE)


def leave_result(record: Import) -> None:
    """The outcome as JSON, under import-results/ at the path that the file has under imports/."""
    if not record.object_key.startswith("imports/"):
        return
    result = {
        "importId": record.import_id,
        "state": record.state,
        "successful": record.counts.successful,
        "duplicate": record.counts.duplicate,
        "invalid": record.counts.invalid,
        "warnings": record.counts.warnings,
        "error": record.error,
    }
    clients.s3().put_object(
        Bucket=settings().transfer_bucket,
        Key=f"import-results/{record.object_key.removeprefix('imports/')}.json",
        Body=json.dumps(result, ensure_ascii=False, indent=2).encode(),
        ContentType="application/json",
    )
