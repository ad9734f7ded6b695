"""All items of a table and all objects of a folder, piece by piece: for workers, never for a request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from hearback import clients
from hearback.settings import settings
from hearback.storage.items import Item

PIECE = 1000
"""Items or objects of one piece; of items no more than 1 MB."""

_BLOCK = 1 << 20
"""Bytes of an object that are read at a time."""


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
    start: dict[str, Any]
    """The place at which the piece begins."""

    def offset(self, name: str) -> int:
        """Where to go on reading the object: in most of them at their beginning."""
        return int(self.start.get("offset", 0)) if self.start.get("of") == name else 0

    def behind(self, name: str) -> dict[str, Any] | None:
        """The place behind one of the objects."""
        return self.place if name == self.names[-1] else {"prefix": self.start["prefix"], "after": name}

    def within(self, name: str, offset: int) -> dict[str, Any]:
        """The place in the midst of an object."""
        index = self.names.index(name)
        before = self.names[index - 1] if index else self.start["after"]
        return {"prefix": self.start["prefix"], "after": before, "of": name, "offset": offset}


def objects(prefixes: Sequence[str], place: dict[str, Any] | None) -> Objects:
    """The next piece of the objects whose names begin with one of the prefixes."""
    at = place or {"prefix": 0, "after": ""}
    if at["prefix"] >= len(prefixes):
        return Objects([], None, at)
    answer = clients.s3().list_objects_v2(
        Bucket=settings().transfer_bucket,
        Prefix=prefixes[at["prefix"]],
        MaxKeys=PIECE,
        StartAfter=at["after"],
    )
    names = [found["Key"] for found in answer.get("Contents", [])]
    if answer.get("IsTruncated"):
        return Objects(names, {"prefix": at["prefix"], "after": names[-1]}, at)
    following = at["prefix"] + 1
    return Objects(names, {"prefix": following, "after": ""} if following < len(prefixes) else None, at)


class Window(NamedTuple):
    """A part of an object: from `start` to `end` it is in no other window, what is around that is."""

    content: bytes
    start: int
    end: int
    behind: int
    """The offset in the object at which the next window starts."""
    is_last: bool


class Opened(NamedTuple):
    """An object that is being read."""

    metadata: dict[str, str]
    """What travels with it."""
    windows: Iterator[Window]


def opened(name: str, offset: int, margin: int) -> Opened | None:
    """An object from an offset on, in windows with `margin` bytes around them; None if it is not there any more."""
    first = max(0, offset - margin)
    part: Any = {"Range": f"bytes={first}-"} if first else {}
    try:
        answer = clients.s3().get_object(Bucket=settings().transfer_bucket, Key=name, **part)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("416", "InvalidRange"):
            return opened(name, 0, margin)  # it was replaced by a shorter one
        if code in ("404", "NoSuchKey"):
            return None
        raise
    return Opened(answer["Metadata"], _windows(answer["Body"], first, offset, margin))


def _windows(body: Any, first: int, offset: int, margin: int) -> Iterator[Window]:
    """What is read from `first` on, as windows from `offset` on."""
    content, start = b"", offset - first
    with closing(body):
        while part := body.read(_BLOCK):
            content += part
            end = len(content) - margin
            if end > start:
                offset += end - start
                yield Window(content, start, end, offset, is_last=False)
                kept = max(0, end - margin)
                content, start = content[kept:], end - kept
    yield Window(content, start, len(content), offset + len(content) - start, is_last=True)
