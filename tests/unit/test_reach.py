"""How a container on Linux reaches what listens on the loopback address alone.

Another address of the loopback interface, where nothing listens, stands for the gateway of Docker's bridge.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from local import reach

GATEWAY = "127.0.0.2" if sys.platform == "linux" else "::1"


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def _echo(server: socket.socket) -> None:
    """Answer one caller, who says all before hearing anything."""
    caller, _ = server.accept()
    with caller, caller.makefile("rb") as said:
        caller.sendall(said.read().upper())


def _ask(address: str, port: int, what: bytes) -> bytes:
    with socket.create_connection((address, port), timeout=30) as asking, asking.makefile("rb") as answer:
        asking.sendall(what)
        asking.shutdown(socket.SHUT_WR)
        return answer.read()


def test_while_a_function_is_invoked_the_bridge_leads_to_the_stack(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "_gateway", lambda: GATEWAY)
    port = listening.getsockname()[1]
    with ThreadPoolExecutor(1) as other, reach.reachable(port):
        echoed: Future[None] = other.submit(_echo, listening)
        assert _ask(GATEWAY, port, b"leaf" * 100_000) == b"LEAF" * 100_000
        echoed.result()
    with pytest.raises(ConnectionRefusedError):
        _ask(GATEWAY, port, b"")


def test_a_bridge_that_is_not_on_this_machine_needs_no_help(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in the virtual machine of Docker Desktop then."""
    monkeypatch.setattr(reach, "_gateway", lambda: "192.0.2.1")  # an address that no machine has (RFC 5737)
    with reach.reachable(listening.getsockname()[1]):
        pass


def test_where_there_is_no_docker_the_caller_learns_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(reach.NoDocker, match="no Docker here"), reach.reachable(1):
        pass
