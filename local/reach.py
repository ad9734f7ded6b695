"""Let containers reach what listens on this machine's loopback address, for as long as they need it.

Docker Desktop (macOS, Windows, Linux) leads `host.docker.internal` to the loopback address by itself. Docker
Engine on Linux leads it to the gateway of its bridge, where nothing listens; `--docker-network host` does not
help, since SAM then leaves the container where it is. So the gateway's address listens meanwhile, and passes on.
"""

from __future__ import annotations

import asyncio
import errno
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from local.paths import STACK_FILE

BRIDGE = ["docker", "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}"]


class NoDocker(Exception):
    """Docker cannot be asked where its bridge is; the message says why."""


def running_port() -> int:
    """The port of the stack that `make run` has started."""
    told = json.loads(STACK_FILE.read_text(encoding="utf-8"))
    return urlsplit(str(told["endpoint_url"])).port or 80


@contextmanager
def reachable(port: int) -> Iterator[None]:
    """While this lasts, containers reach `port` of 127.0.0.1 as `host.docker.internal`."""
    gateway = _gateway()
    try:
        server = None if gateway is None else _Forward(gateway, port)
    except OSError as problem:
        if problem.errno != errno.EADDRNOTAVAIL:
            raise
        server = None  # the bridge is in the virtual machine of Docker Desktop, which needs no help
    try:
        yield
    finally:
        if server:
            server.stop()


def _gateway() -> str | None:
    """The bridge's address on this machine; None where Docker is always in a virtual machine."""
    if sys.platform != "linux":
        return None
    try:
        gateway = subprocess.run(BRIDGE, check=True, capture_output=True, text=True).stdout.strip()
    except FileNotFoundError:
        raise NoDocker("There is no Docker here: `docker` is not on the PATH.") from None
    except subprocess.CalledProcessError as failed:
        raise NoDocker(f"Docker does not answer: {failed.stderr.strip()}") from None
    if not gateway or "<" in gateway:  # an empty address would be every address of this machine
        raise NoDocker("Docker's bridge has no gateway.")
    return gateway


class _Forward:
    """A thread that passes connections to `port` of `address` on to the same port of 127.0.0.1."""

    def __init__(self, address: str, port: int) -> None:
        self._port = port
        self._loop = asyncio.new_event_loop()
        try:
            self._server = self._loop.run_until_complete(asyncio.start_server(self._pass, address, port))
        except BaseException:
            self._loop.close()
            raise
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for connection in others:
            connection.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _pass(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            await asyncio.gather(_copy(incoming, writer), _copy(reader, outgoing))
        finally:
            writer.close()
            outgoing.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side has said everything, or is gone: then the other one learns it."""
    with suppress(ConnectionError):
        while some := await reader.read(65536):
            writer.write(some)
            await writer.drain()
        writer.write_eof()


def main() -> None:
    """For `sam local start-api`: as long as nobody presses Ctrl-C."""
    with suppress(KeyboardInterrupt), reachable(running_port()):
        print("Containers reach the stack as host.docker.internal. Ctrl-C ends it.")
        threading.Event().wait()


if __name__ == "__main__":
    main()
