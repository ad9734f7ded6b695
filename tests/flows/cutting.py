"""A proxy that loses connections where a test wants it to."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit


class Cut(NamedTuple):
    """Lose the connection of a request (its method, a part of its address) behind so many bytes of its body,
    or of the answer to it."""

    method: str
    part: str
    after: int
    of_answer: bool = False


class CuttingProxy:
    """A forward proxy for http; each request has a connection of its own."""

    def __init__(self, *cuts: Cut) -> None:
        self.cuts = list(cuts)
        """What is still to happen: each cut happens once."""
        self.seen: list[str] = []
        """Method and path of each request, with its query."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                thread = threading.Thread(target=self._pass_on, args=[client])
                self._threads.append(thread)
                thread.start()

    def _pass_on(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            head, _, begun = _head(client).partition(b"\r\n\r\n")
            line, *fields = head.decode("latin-1").split("\r\n")
            method, address, version = line.split()
            parts = urlsplit(address)
            path = address[address.index(parts.netloc) + len(parts.netloc) :]
            self.seen.append(f"{method} {path}")
            kept = [field for field in fields if not field.lower().startswith(("connection:", "proxy-"))]
            told = "\r\n".join([f"{method} {path} {version}", *kept, "Connection: close", "", ""])
            with socket.create_connection((parts.hostname, parts.port or 80)) as service:
                service.sendall(told.encode("latin-1"))
                self._carry(client, service, begun, self._cut(method, address))

    def _cut(self, method: str, address: str) -> Cut | None:
        for cut in self.cuts:
            if cut.method == method and cut.part in address:
                self.cuts.remove(cut)
                return cut
        return None

    def _carry(self, client: socket.socket, service: socket.socket, begun: bytes, cut: Cut | None) -> None:
        up = cut.after if cut and not cut.of_answer else None
        sending = threading.Thread(target=_pump, args=[client, service, begun, up])
        sending.start()
        head = _head(service)
        begin, _, rest = head.partition(b"\r\n\r\n")
        if begin:
            client.sendall(begin + b"\r\n\r\n")
            _pump(service, client, rest, cut.after if cut and cut.of_answer else None)
        _reset(client)
        sending.join()


def _head(connection: socket.socket) -> bytes:
    """What has come when the head of a message is there, or the connection ended."""
    found = b""
    while b"\r\n\r\n" not in found and (more := connection.recv(1 << 16)):
        found += more
    return found


def _pump(source: socket.socket, target: socket.socket, begun: bytes, limit: int | None) -> None:
    """Carry bytes until the source ends, or the limit is reached, which both ends then see as a loss."""
    block, carried = begun, 0
    with suppress(OSError):
        while True:
            part = block if limit is None else block[: limit - carried]
            target.sendall(part)
            carried += len(part)
            if limit is not None and carried >= limit:
                _reset(source)
                _reset(target)
                return
            block = source.recv(1 << 16)
            if not block:
                return


def _reset(connection: socket.socket) -> None:
    """Not a polite end but RST."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
