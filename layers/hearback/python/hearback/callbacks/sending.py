"""One attempt: a POST over a connection to a checked address, bounded in time and size.

Redirects are answers like others. HTTP is h11's: it reads and writes bytes and has no socket, so that
each wait can end at the attempt's deadline, however slowly a receiver drips.
"""

from __future__ import annotations

import codecs
import socket
import ssl
import time
from typing import Literal, NamedTuple

import h11

from hearback.callbacks import connecting, redaction, schedule
from hearback.callbacks.connecting import PUBLIC, Line, NotAllowed, Reach, Unreached
from hearback.callbacks.signing import Request
from hearback.deadline import Deadline

SECONDS = 10
"""The whole attempt, from the resolver to the last byte read."""

MOST_ANSWER = 2_048
"""Bytes of the answer's body that are kept."""

MOST_HEADER = 16_384
"""Bytes of the answer's status line and header."""

MOST_RECEIVED = 65_536
"""Bytes in all: interim answers, and the framing of chunks, count too. An answer that goes on is a failure."""

Failure = Literal["settings", "target", "dns", "tls", "connect", "timeout", "reset", "answer"]
"""In this order: no request can be made for the receiver as it is set; an address is not public; the name
does not resolve; TLS, or trust, fails; nobody takes the connection; time is over; the connection breaks; the
answer is not HTTP, breaks off, or is too long."""


class Attempt(NamedTuple):
    """What came of an attempt, without secrets. An answer that breaks off has both a status and an error."""

    status: int | None
    error: Failure | None
    detail: str
    """Of the error, in a sentence or the operating system's words; empty without one."""
    milliseconds: int
    answer: str
    """The body's first 2 KiB, read as UTF-8."""
    retry_after: int | None
    """Seconds that the receiver asks for."""

    @property
    def succeeded(self) -> bool:
        return self.error is None and self.status is not None and 200 <= self.status <= 299


def send(request: Request, reach: Reach = PUBLIC, seconds: float = SECONDS) -> Attempt:
    """POST the request once, within `seconds`. Whatever network and receiver do, it does not raise."""
    started = time.monotonic()
    answer = _Answer()
    error: Failure | None = None
    detail = ""
    try:
        with connecting.line(request.target, reach, Deadline.after(seconds)) as line:
            _exchange(line, request, answer)
    except (NotAllowed, Unreached, OSError, h11.RemoteProtocolError) as failure:
        error, detail = _named(failure)
    return Attempt(
        status=answer.status,
        error=error,
        detail=detail,
        milliseconds=round((time.monotonic() - started) * 1_000),
        answer=redaction.answer(answer.text, request.secrets),
        retry_after=answer.retry_after,
    )


def _named(failure: Exception) -> tuple[Failure, str]:
    match failure:
        case NotAllowed():
            return "target", str(failure)
        case Unreached():
            return "connect", str(failure)
        case TimeoutError():
            return "timeout", "The attempt's time was over."
        case socket.gaierror():
            return "dns", failure.strerror or "The host name does not resolve."
        case ssl.SSLCertVerificationError():
            return "tls", failure.verify_message
        case ssl.SSLError():
            return "tls", failure.reason or "TLS failed."
        case OSError():
            return "reset", failure.strerror or "The connection broke."
    return "answer", "The answer is not HTTP, breaks off, or has too long a header."


class _Answer:
    """What has arrived of the answer so far."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.retry_after: int | None = None
        self.complete = False
        self._body = bytearray()

    @property
    def text(self) -> str:
        """A character that the end cuts through is left out."""
        return codecs.getincrementaldecoder("utf-8")("replace").decode(self._body[:MOST_ANSWER])

    def take(self, event: h11.Event) -> None:
        match event:
            case h11.Response():
                self.status = event.status_code
                self.retry_after = _retry_after(event)
            case h11.Data():
                self._body += event.data[: MOST_ANSWER - len(self._body)]
            case h11.EndOfMessage():
                self.complete = True


def _retry_after(response: h11.Response) -> int | None:
    values = [value for name, value in response.headers if name == b"retry-after"]
    return schedule.retry_after(values[0].decode("latin-1"), int(time.time())) if values else None


def _exchange(line: Line, request: Request, answer: _Answer) -> None:
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_HEADER)
    line.send(b"".join(connection.send(event) or b"" for event in _events(request)))
    room = MOST_RECEIVED
    while not answer.complete:
        event = connection.next_event()
        if isinstance(event, h11.Event):
            answer.take(event)
            continue
        data = line.receive()
        room -= len(data)
        if room < 0:
            raise h11.RemoteProtocolError("longer than any answer that is read")
        connection.receive_data(data)


def _events(request: Request) -> list[h11.Event]:
    headers = {
        "Host": request.target.authority,
        "User-Agent": "Hearback",
        "Accept-Encoding": "identity",  # the answer is kept as text
        "Connection": "close",
        "Content-Length": str(len(request.body)),
        **request.headers,
    }
    return [
        h11.Request(method="POST", target=request.target.resource, headers=list(headers.items())),
        h11.Data(data=request.body),
        h11.EndOfMessage(),
    ]
