"""Somebody at a terminal of their own, with the installed command line."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hearback_cli.edge import Edge
from hearback_cli.main import run

from tests.flows.organizations import Person

PROGRAM = Path(sys.executable).with_name("hearback")
_NO_PROXY = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


class Ended(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Terminal:
    """Has a home of its own; `person` is whose key is used. `run` is the program in this process, which
    saves the time of starting it; `start` is the program itself."""

    def __init__(self, home: Path, person: Person) -> None:
        self.home = home
        self.person = person

    def environ(self, proxy: str | None = None) -> dict[str, str]:
        """Without anything of the developer's that could matter."""
        mine = ("HEARBACK_", "AWS_", "XDG_", "HTTP", "http", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(mine)}
        through = {"HTTP_PROXY": proxy, "NO_PROXY": ""} if proxy else _NO_PROXY
        path = f"{PROGRAM.parent}{os.pathsep}{kept['PATH']}"
        return kept | through | {"HOME": str(self.home), "PATH": path, "LC_ALL": "C.UTF-8"}

    def start(self, *arguments: str | Path, proxy: str | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [PROGRAM, *map(str, arguments)],
            env=self.environ(proxy),
            cwd=self.home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str | Path, stdin: str = "", proxy: str | None = None) -> Ended:
        """The command when it is over. The key is never in what it says."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        edge = Edge(environ={}, home=self.home / ".config" / "hearback")
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environ(proxy).items():
                patch.setenv(name, value)
            for name, stream in {"stdin": io.StringIO(stdin), "stdout": out, "stderr": err}.items():
                patch.setattr(sys, name, stream)
            code = run(list(map(str, arguments)), edge)
        ended = Ended(code, _text(out), _text(err))
        assert self.person.key not in ended.out + ended.err
        assert "Traceback" not in ended.err
        return ended

    def log_in(self) -> None:
        ended = self.run("login", self.person.base_url, stdin=self.person.key)
        assert ended.code == 0, ended.err

    def done(self, *arguments: str | Path, stdin: str = "") -> Any:
        """The JSON of a command that must succeed."""
        ended = self.run(*arguments, "--json", stdin=stdin)
        assert ended.code == 0, ended.err
        return ended.json


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode()  # type: ignore[attr-defined, no-any-return]
