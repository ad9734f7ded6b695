"""A connection to an address that was checked, on which every wait ends at one deadline.

The name is resolved once; each address it stands for is judged, and the connection is made to one of
the very addresses judged. Between the two nobody can put another (DNS rebinding).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache
from threading import Thread
from typing import Any, NamedTuple

from hearback.callbacks import targets
from hearback.callbacks.targets import Networks, Target
from hearback.deadline import Deadline

Address = tuple[int, int, int, str, Any]
"""Family, type, protocol, canonical name, and the socket address, which begins with the IP address."""

Resolve = Callable[[str, int, int, int], Sequence[Address]]
"""Host, port, family and type to addresses, as `socket.getaddrinfo`."""


class NotAllowed(Exception):
    """The name stands for an address that nothing may be sent to."""


class Unreached(Exception):
    """No address took the connection."""


class Reach(NamedTuple):
    """What of the network may be reached, and how: `allowed` opens ranges that `targets.refusal` refuses."""

    allowed: Networks = ()
    resolve: Resolve = socket.getaddrinfo
    trust: Callable[[], ssl.SSLContext] = cache(ssl.create_default_context)
    connect_seconds: float = 3
    """For each address that is tried."""


PUBLIC = Reach()
"""The internet, by the names and the authorities of this machine."""


class Line:
    """An open connection. `send` and `receive` raise `OSError`: `TimeoutError` at the deadline."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._connection.settimeout(_left(self._deadline))
            rest = rest[self._connection.send(rest) :]

    def receive(self) -> bytes:
        """What arrives next, at most 4 KiB; nothing once the other side is done."""
        self._connection.settimeout(_left(self._deadline))
        return self._connection.recv(4_096)


@contextmanager
def line(target: Target, reach: Reach, deadline: Deadline) -> Iterator[Line]:
    """A connection to the target. Raises `NotAllowed`, `Unreached`, and `OSError` (also those of TLS and DNS)."""
    addresses = _resolved(target, reach.resolve, deadline)
    _check(addresses, reach.allowed)
    with _connected(addresses, reach.connect_seconds, deadline) as plain:
        if not target.secure:
            yield Line(plain, deadline)
            return
        plain.settimeout(_left(deadline))
        with reach.trust().wrap_socket(plain, server_hostname=target.host) as secure:
            yield Line(secure, deadline)


def _resolved(target: Target, resolve: Resolve, deadline: Deadline) -> Sequence[Address]:
    """A resolver cannot be interrupted, only be left behind."""
    found: Future[Sequence[Address]] = Future()

    def ask() -> None:
        try:
            found.set_result(resolve(target.host, target.port, socket.AF_UNSPEC, socket.SOCK_STREAM))
        except Exception as failure:  # noqa: BLE001 - raised by result()
            found.set_exception(failure)

    Thread(target=ask, daemon=True).start()
    return found.result(deadline.remaining)


def _check(addresses: Sequence[Address], allowed: Networks) -> None:
    """One address that is refused spoils the name: no honest one is public and private at once."""
    for address in addresses:
        refused = targets.refusal(address[4][0], allowed)
        if refused:
            raise NotAllowed(f"The host is at a {refused} address.")


def _connected(addresses: Sequence[Address], seconds: float, deadline: Deadline) -> socket.socket:
    """A connection to the first address that takes one."""
    failure = OSError("The host name stands for no address.")
    for address in addresses:
        try:
            return _connect(address, min(seconds, _left(deadline)))
        except OSError as refused:
            failure = refused
    if isinstance(failure, TimeoutError):
        raise failure
    raise Unreached(failure.strerror or str(failure))


def _connect(address: Address, seconds: float) -> socket.socket:
    family, kind, protocol, _, place = address
    connection = socket.socket(family, kind, protocol)
    try:
        connection.settimeout(seconds)
        connection.connect(place)
    except OSError:
        connection.close()
        raise
    return connection


def _left(deadline: Deadline) -> float:
    """Seconds until the deadline; raises `TimeoutError` when none are left (0 would mean not to wait at all)."""
    left = deadline.remaining
    if not left:
        raise TimeoutError
    return left
