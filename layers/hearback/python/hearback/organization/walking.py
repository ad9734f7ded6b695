"""All items of a table and all objects of a folder, piece by piece: for workers, never for a request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from hearback import clients
from hearback.settings import settings
from hearback.storage.items import Item

PIECE = 1000
"""Items or objects of one piece; of items no more than 1 MB."""


class Items(NamedTuple):
    items: list[Item]
    place: dict[str, Any] | None
    """Where the table goes on; None at its end."""


def items(table: str, place: dict[str, Any] | None) -> Items:
    """The next piece of a table (a setting's name), read strongly."""
    question: dict[str, Any] = {
        "TableName": getattr(settings(), table),
        "ConsistentRead": True,
        "Limit": PIECE,
    }
    if place:
        question["ExclusiveStartKey"] = place
    answer: Any = clients.dynamodb().scan(**question)
    return Items(answer["Items"], answer.get("LastEvaluatedKey"))


class Objects(NamedTuple):
    names: list[str]
    place: dict[str, Any] | None


def objects(prefixes: Sequence[str], place: dict[str, Any] | None) -> Objects:
    """The next piece of the objects whose names begin with one of the prefixes."""
    at = place or {"prefix": 0, "after": ""}
    if at["prefix"] >= len(prefixes):
        return Objects([], None)
    answer = clients.s3().list_objects_v2(
        Bucket=settings().transfer_bucket,
        Prefix=prefixes[at["prefix"]],
        MaxKeys=PIECE,
        StartAfter=at["after"],
    )
    names = [found["Key"] for found in answer.get("Contents", [])]
    if answer.get("IsTruncated"):
        return Objects(names, {**at, "after": names[-1]})
    following = at["prefix"] + 1
    return Objects(names, {"prefix": following, "after": ""} if following < len(prefixes) else None)


def metadata(name: str) -> dict[str, str] | None:
    """What travels with an object; None where there is none any more."""
    try:
        return clients.s3().head_object(Bucket=settings().transfer_bucket, Key=name)["Metadata"]
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
            return None
        raise


def content(name: str, overlap: int) -> Iterator[bytes]:
    """An object's bytes in pieces of 1 MB, each beginning with the last `overlap` bytes of the one before."""
    body = clients.s3().get_object(Bucket=settings().transfer_bucket, Key=name)["Body"]
    tail = b""
    while part := body.read(1 << 20):
        yield tail + part
        tail = (tail + part)[-overlap:] if overlap else b""
