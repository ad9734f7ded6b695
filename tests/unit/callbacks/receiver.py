"""A callback receiver on 127.0.0.1 that behaves as badly as it is told to."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self

Behave = Callable[["Conversation"], None]


class Received(NamedTuple):
    """A request as it arrived; header names in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes


class Conversation:
    """One connection, of which the request has been read."""

    def __init__(self, connection: socket.socket, closing: threading.Event, received: Received) -> None:
        self.connection = connection
        self._closing = closing
        self.received = received

    def say(self, data: bytes) -> None:
        self.connection.sendall(data)

    def repeat(self, data: bytes, pause: float = 0) -> None:
        """Forever, or until the sender hangs up."""
        while not self._closing.wait(pause):
            self.say(data)

    def hang(self) -> None:
        """Until the sender hangs up."""
        self.connection.recv(1)

    def reset(self) -> None:
        """Not a polite end but RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Receiver:
    def __init__(self, behave: Behave, tls: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.connections = 0
        self._behave = behave
        self._tls = tls
        self._closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        for each in [self._listener, *self._open]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def url(self, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}/tasks/done"

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self._converse, args=[connection])
                self._threads.append(thread)
                thread.start()

    def _converse(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            self._open.add(connection)
            with connection:
                received = _read(connection)
                self.received.append(received)
                self._behave(Conversation(connection, self._closing, received))
        self._open.discard(connection)


def _read(connection: socket.socket) -> Received:
    with connection.makefile("rb") as stream:
        line = stream.readline().decode("latin-1").strip()
        if not line.endswith(" HTTP/1.1"):
            raise ConnectionAbortedError  # a handshake for who expects a request
        headers: dict[str, str] = {}
        while field := stream.readline().decode().strip():
            name, _, value = field.partition(": ")
            headers[name.lower()] = value
        return Received(line, headers, stream.read(int(headers["content-length"])))


def answering(status: str, body: bytes = b"", *fields: str) -> Behave:
    """The receiver that answers well-formed."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields, "", ""])
    return lambda conversation: conversation.say(head.encode() + body)
