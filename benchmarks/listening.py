"""Receivers of callbacks in a process of their own, each with a latency of its own."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

_ANSWER = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)

Receive = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Receivers(NamedTuple):
    urls: list[str]
    last: Any
    """Where they note when (seconds since 1970) a request has come in the last time."""

    def next_arrival(self, patience: float) -> float:
        """When the next request comes; `last` must have been set to 0 before it is sent."""
        given_up = time.monotonic() + patience
        while not self.last.value:
            assert time.monotonic() < given_up, "the callback has not come"
            time.sleep(0.001)
        return float(self.last.value)


@contextmanager
def receivers(latencies: Sequence[float]) -> Iterator[Receivers]:
    """As many receivers as there are latencies (s), which answer when theirs is over."""
    context = get_context("spawn")
    here, there = context.Pipe()
    last = context.Value("d", 0.0)
    process = context.Process(target=_serve, args=(latencies, there, last), daemon=True)
    process.start()
    try:
        yield Receivers([f"http://127.0.0.1:{port}/done" for port in here.recv()], last)
    finally:
        process.terminate()
        process.join()


def _serve(latencies: Sequence[float], told: Connection, last: Any) -> None:
    asyncio.run(_listen(latencies, told, last))


async def _listen(latencies: Sequence[float], told: Connection, last: Any) -> None:
    servers = [await asyncio.start_server(_receiver(each, last), "127.0.0.1", 0) for each in latencies]
    told.send([server.sockets[0].getsockname()[1] for server in servers])
    await asyncio.Event().wait()


def _receiver(latency: float, last: Any) -> Receive:
    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        await reader.readexactly(int(length[1]) if length else 0)
        last.value = time.time()
        await asyncio.sleep(latency)
        writer.write(_ANSWER)
        writer.close()

    return receive
