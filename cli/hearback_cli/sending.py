"""Files on their way up, through presigned forms and addresses of S3."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from hearback_cli import refusals
from hearback_cli.errors import NoConnection, Refused
from hearback_cli.progress import Bar
from hearback_cli.service import TRIES, Service
from hearback_cli.text import counted, size

if TYPE_CHECKING:
    import httpx

_BLOCK = 1 << 16
_PATIENCE = 300
"""Seconds for S3 to take a file in."""

NO_LONGER_ALLOWED = 403
"""The status of a refusal because the address serves no longer, whichever S3's own was."""


class Counting:
    """A file that tells the bar how much of it was read, and which begins anew where it is sent again."""

    def __init__(self, file: BinaryIO, length: int, bar: Bar) -> None:
        self._file = file
        self._length = length
        self._bar = bar
        self.fileno = file.fileno  # by which its length is found

    def read(self, most: int = -1) -> bytes:
        found = self._file.read(most)
        done = self._file.tell()
        self._bar.reach(done, self._length, f"{size(done)} of {size(self._length)}")
        return found

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def __iter__(self) -> Iterator[bytes]:
        self.seek(0)
        return iter(lambda: self.read(_BLOCK), b"")


class Piece:
    """`length` bytes of a file from `start` on, which tell the bar how much of the whole is there.

    `before` are the bytes of it that were there already, of `whole`.
    """

    def __init__(self, path: Path, start: int, length: int, bar: Bar, before: int, whole: int) -> None:
        self._path = path
        self._start = start
        self._bar = bar
        self._before = before
        self._whole = whole
        self.length = length

    def __iter__(self) -> Iterator[bytes]:
        left = self.length
        with self._path.open("rb") as file:
            file.seek(self._start)
            while left and (block := file.read(min(left, _BLOCK))):
                yield block
                left -= len(block)
                done = self._before + self.length - left
                self._bar.reach(done, self._whole, f"{size(done)} of {size(self._whole)}")


def digest(path: Path) -> str:
    """What tells this content from any other."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def length_of(path: Path, most: int, what: str) -> int:
    """Bytes of the file. Raises a usage error for one that the service would not take."""
    length = path.stat().st_size
    if not length:
        raise click.BadParameter(f"{path} is empty.")
    if length > most:
        raise click.BadParameter(f"{path} has {size(length)}; {what} takes {size(most)}.")
    return length


def until_it_is_there(
    service: Service, send: Callable[[], httpx.Response], has_arrived: Callable[[], bool]
) -> None:
    """Send until S3 has it. After a lost connection, whether it has arrived all the same is asked first.

    Raises `Refused` when S3 does not want it, and `NoConnection` when the connection is lost every time.
    """
    import httpx

    for number in range(1, TRIES + 1):
        try:
            answer = send()
        except httpx.TransportError as error:
            if has_arrived():
                return
            if number == TRIES or refusals.lasts(error):
                raise _lost(error, number) from None
        else:
            if answer.is_success:
                return
            if number == TRIES or not _passes(answer):
                said = f"The upload was refused ({answer.status_code}): {refusals.message(answer)}"
                is_over = refusals.permission_is_over(answer)
                raise Refused(said, NO_LONGER_ALLOWED if is_over else answer.status_code)
        service.pause(number)


def _passes(answer: httpx.Response) -> bool:
    """Whether S3 may take it another time: it is busy, or was tired of waiting for a connection that came to a halt."""
    return answer.status_code >= 500 or (
        answer.status_code == 400 and "<Code>RequestTimeout</Code>" in answer.text
    )


def _lost(error: httpx.TransportError, number: int) -> NoConnection:
    return NoConnection(
        f"The connection was lost during the upload, {counted(number, 'time')}: {error or type(error).__name__}\n"
        "Run the same command again: it goes on with this upload."
    )


def post_form(
    service: Service, url: str, fields: dict[str, str], path: Path, bar: Bar
) -> Callable[[], httpx.Response]:
    """How to send the file with a presigned form."""

    def send() -> httpx.Response:
        with path.open("rb") as file:
            counting = Counting(file, path.stat().st_size, bar)
            parts = {"file": (path.name, counting, "application/octet-stream")}
            return service.http.post(url, data=fields, files=parts, timeout=_PATIENCE)  # type: ignore[arg-type]

    return send


def put(service: Service, url: str, path: Path, bar: Bar) -> Callable[[], httpx.Response]:
    """How to send the file to a presigned address of a JSON object."""

    def send() -> httpx.Response:
        length = path.stat().st_size
        headers = {"Content-Type": "application/json", "Content-Length": str(length)}
        with path.open("rb") as file:
            content = iter(Counting(file, length, bar))
            return service.http.put(url, content=content, headers=headers, timeout=_PATIENCE)

    return send


def put_piece(service: Service, url: str, piece: Piece) -> Callable[[], httpx.Response]:
    """How to send a piece of a file to the presigned address of a part."""

    def send() -> httpx.Response:
        headers = {"Content-Length": str(piece.length)}
        return service.http.put(url, content=iter(piece), headers=headers, timeout=_PATIENCE)

    return send
