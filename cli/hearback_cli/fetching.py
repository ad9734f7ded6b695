"""A file on its way down, from where it was interrupted."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from hearback_cli import refusals
from hearback_cli.errors import NoConnection, Refused
from hearback_cli.progress import Bar
from hearback_cli.service import TRIES, Service
from hearback_cli.text import size

if TYPE_CHECKING:
    import httpx

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


class Replaced(Exception):
    """What is there is not the file of which the beginning was fetched, or may no longer be fetched."""


def fetch(service: Service, url: str, partial: Path, bar: Bar, mode: int = 0o666) -> None:
    """Go on fetching the file into `partial` until it is whole. Raises `Replaced` and `NoConnection`.

    A connection that brought something does not count as a failure. `mode` says who may read the file,
    as far as the umask allows.
    """
    import httpx

    failures = 0
    while True:
        before = _have(partial)
        try:
            if _fetch_on(service, url, partial, bar, mode):
                return
            raise httpx.ReadError("the connection ended early")
        except httpx.TransportError as error:
            failures = 0 if _have(partial) > before else failures + 1
            if failures == TRIES or refusals.lasts(error):
                raise _lost(error) from None
        service.pause(max(1, failures))


def _have(partial: Path) -> int:
    return partial.stat().st_size if partial.exists() else 0


def _fetch_on(service: Service, url: str, partial: Path, bar: Bar, mode: int) -> bool:
    """Append what is missing; whether the file is whole now."""
    have = _have(partial)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with service.http.stream("GET", url, headers=headers) as answer:
        if answer.status_code == 416:
            return _is_whole(answer, have)
        start, total = _promised(answer)
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT, mode), "wb") as file:  # noqa: PTH123 - of a mode
            file.truncate(start)
            file.seek(start)
            for block in answer.iter_bytes():
                file.write(block)
                bar.reach(file.tell(), total, size(file.tell()))
            return total is None or file.tell() == total


def _is_whole(answer: httpx.Response, have: int) -> bool:
    """The answer to a range behind the end: all right if there is nothing more."""
    if answer.headers.get("Content-Range") == f"bytes */{have}":
        return True
    raise Replaced


def _promised(answer: httpx.Response) -> tuple[int, int | None]:
    """At which byte the answer begins, and how many the whole file has."""
    if answer.status_code >= 500:
        import httpx

        raise httpx.RemoteProtocolError(f"status {answer.status_code}")
    if answer.status_code in (403, 404, 412):
        raise Replaced
    if answer.status_code == 206 and (found := _RANGE.match(answer.headers.get("Content-Range", ""))):
        return int(found[1]), int(found[2])
    if answer.status_code == 200:
        length = answer.headers.get("Content-Length")
        return 0, int(length) if length else None
    answer.read()
    if refusals.permission_is_over(answer):
        raise Replaced
    raise Refused(f"The file cannot be fetched ({answer.status_code}): {refusals.message(answer)}")


def _lost(error: httpx.TransportError) -> NoConnection:
    return NoConnection(
        f"The connection was lost during the download: {error or type(error).__name__}\n"
        "Run the same command again: it goes on where this one ended."
    )
