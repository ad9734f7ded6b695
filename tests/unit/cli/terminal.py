"""A person at a terminal, and a service at the other end of the line, answer by answer."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from hearback_cli import profiles
from hearback_cli.edge import Edge
from hearback_cli.main import run
from hearback_cli.profiles import Profile

URL = "https://hearback.example/v1"
KEY = "hb_0011223344556677_00112233445566778899aabbccddeeff00112233"
ANOTHER_KEY = "hb_8899aabbccddeeff_00112233445566778899aabbccddeeff00112233"
"""Of the same account."""
STORE = "https://store.example"
INFO = {"product": "Hearback", "version": "8.5.0", "hearbackVersion": "1"}
ME = {"organizationId": "acme", "accountId": 1, "email": "me@acme.example", "role": "admin", "keyId": "00"}

Answer = httpx.Response | Exception
Route = Callable[[httpx.Request], Answer]


def document(content: Any, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=content, headers=headers)


def error(status: int, message: str, details: str = "") -> httpx.Response:
    """An error in the form of the translation API."""
    return document({"error": {"code": status, "message": message, "details": details}}, status)


def lost(kind: type[httpx.TransportError] = httpx.ReadError) -> httpx.TransportError:
    return kind("connection reset by peer")


class Line:
    """The network: what was asked, and what is answered to it."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.interruption: tuple[int, str] | None = None
        """At which request, from 1, the person interrupts the command: `before` it or `after` it."""
        self._routes: dict[str, Route] = {}

    def on(self, route: str, answer: Any) -> None:
        """Always this for `GET /path` (a path begins behind the stage; the store's with its host)."""
        if not callable(answer):
            self._routes[route] = lambda _: answer if isinstance(answer, Answer) else document(answer)
        else:
            self._routes[route] = answer

    def once(self, route: str, *answers: Any) -> None:
        """These one after the other; one more request would be a fault of the command."""
        rest = iter(answers)

        def next_one(_: httpx.Request) -> Answer:
            found = next(rest)
            return found if isinstance(found, Answer) else document(found)

        self._routes[route] = next_one

    def carry(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        if self.interruption == (len(self.asked), "before"):
            raise KeyboardInterrupt
        found = self._routes[name(request)](request)
        if self.interruption == (len(self.asked), "after"):
            raise KeyboardInterrupt
        if isinstance(found, Exception):
            raise found
        return found

    @property
    def names(self) -> list[str]:
        return [name(request) for request in self.asked]


def name(request: httpx.Request) -> str:
    address = f"{request.url.scheme}://{request.url.host}{request.url.path}"
    return f"{request.method} {address.removeprefix(URL)}"


class Ended(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


class Terminal:
    """Runs commands; `line` is its network, `slept` the pauses that a person would have waited."""

    def __init__(
        self, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.line = Line()
        self.home = home
        self.environ: dict[str, str] = {}
        self.slept: list[float] = []
        self.time = 1_800_000_000.0
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def log_in(self, key: str = KEY) -> None:
        profiles.keep(self.home, Profile("default", URL, key, profiles.account(ME)))

    def run(self, *arguments: str | Path, stdin: str = "", typed: str | None = None) -> Ended:
        """`typed` is what the person types where nothing is to be seen of it; else input is no terminal."""
        self._monkeypatch.setattr("sys.stdin", io.StringIO(stdin) if typed is None else Keyboard())
        self._monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: typed)
        edge = Edge(
            transport=httpx.MockTransport(self.line.carry),
            sleep=self.slept.append,
            now=lambda: self.time,
            environ=self.environ,
            home=self.home,
        )
        self._capsys.readouterr()
        code = run([str(each) for each in arguments], edge)
        ended = Ended(code, *self._capsys.readouterr())
        assert KEY not in ended.out + ended.err
        assert "Traceback" not in ended.err
        return ended

    def files(self) -> list[Path]:
        return sorted(path for path in self.home.rglob("*") if path.is_file())
