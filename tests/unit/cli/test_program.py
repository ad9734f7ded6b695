"""The program itself: what it costs to start, how it ends, and that it is installed."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from hearback_cli.edge import Edge
from hearback_cli.main import hearback, run

from local.paths import ROOT
from tests.unit.cli.terminal import INFO, ME, URL, Line, Terminal

WHO = "GET /api/v1/access/me"


def commands(group: click.Group = hearback, *names: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its full name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *names, name)
        else:
            yield (*names, name), command


def loaded(*arguments: str) -> set[str]:
    """The modules that a start of the program has loaded in the end."""
    script = "import json, sys; from hearback_cli.main import run; from hearback_cli.edge import Edge; "
    script += "run(sys.argv[1:], Edge()); print(json.dumps(list(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT / "cli",
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_help_loads_no_network_and_no_drawing() -> None:
    modules = loaded("--help")
    packages = {name.partition(".")[0] for name in modules}
    assert packages.isdisjoint({"httpx", "rich", "ssl", "asyncio", "http", "hearback", "pydantic", "boto3"})
    assert len(modules) < 200


def test_the_command_line_knows_the_product_by_its_http_alone() -> None:
    for path in (ROOT / "cli").rglob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        imports = [line.split()[1] for line in lines if line.lstrip().startswith(("import ", "from "))]
        assert not [name for name in imports if name.partition(".")[0] in ("hearback", "local", "boto3")]


def test_what_is_installed_is_what_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "requirements" / "cli.in").read_text(encoding="utf-8").splitlines()
    assert project["dependencies"] == [line for line in lines if line and not line.startswith("#")]
    assert project["scripts"] == {"hearback": "hearback_cli.main:main"}


@pytest.mark.parametrize(
    ("names", "command"), commands(), ids=lambda it: "-".join(it) if isinstance(it, tuple) else ""
)
def test_every_command_explains_itself(
    terminal: Terminal, names: tuple[str, ...], command: click.Command
) -> None:
    ended = terminal.run(*names, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert command.help
    if names != ("completion",):
        assert {"as_json", "profile"} <= {parameter.name for parameter in command.params}


def test_its_version_is_the_projects(terminal: Terminal) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert terminal.run("--version").out == f"hearback, version {project['version']}\n"


@pytest.mark.parametrize("arguments", [["nothing"], ["--nothing"], ["keys", "nothing"], ["keys", "revoke"]])
def test_what_is_no_command_is_told(terminal: Terminal, arguments: list[str]) -> None:
    ended = terminal.run(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "--help" in ended.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_learns_to_complete(terminal: Terminal, shell: str) -> None:
    ended = terminal.run("completion", shell)
    assert ended.code == 0
    assert f"_HEARBACK_COMPLETE={shell}_complete" in ended.out


def test_commands_options_and_profiles_are_completed(terminal: Terminal, tmp_path: Path) -> None:
    def completed(words: str) -> list[str]:
        environ = os.environ | {
            "_HEARBACK_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(words.count(" ")),
            "XDG_CONFIG_HOME": str(terminal.home.parent),
        }
        program = Path(sys.executable).with_name("hearback")
        done = subprocess.run([program], env=environ, capture_output=True, text=True, check=True)
        return [line.partition(",")[2] for line in done.stdout.splitlines()]

    assert completed("hearback t") == ["tasks", "tmx"]
    assert completed("hearback tmx import --all") == ["--all-pairs"]
    assert completed("hearback whoami --profile d") == ["default"]


def test_a_key_is_no_argument_of_any_command() -> None:
    for names, command in commands():
        options = {option for parameter in command.params for option in parameter.opts}
        assert options.isdisjoint({"--key", "--token", "--password", "key"}), names


def test_a_reader_that_has_seen_enough_is_no_fault() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "from hearback_cli.main import main; input(); main()", "--help"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT / "cli",
    ) as process:
        assert process.stdout
        process.stdout.close()
        assert process.stdin
        process.stdin.write(b"\n")
        process.stdin.close()
        assert process.stderr
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_an_interruption_ends_it_cleanly(terminal: Terminal, line: Line) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    line.on(WHO, interrupt)
    ended = terminal.run("whoami")
    assert (ended.code, ended.out) == (130, "")
    assert "Interrupted." in ended.err


def test_a_fault_of_its_own_is_no_traceback(terminal: Terminal, line: Line) -> None:
    line.on(WHO, ["not", "an", "object"])
    ended = terminal.run("whoami")
    assert (ended.code, ended.out) == (70, "")
    assert "has a fault: TypeError" in ended.err
    terminal.environ["HEARBACK_DEBUG"] = "1"
    with pytest.raises(TypeError):
        terminal.run("whoami")


def test_results_are_ascii_where_the_terminal_knows_nothing_else(
    terminal: Terminal, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.on(WHO, ME | {"email": "ü"})
    screen = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    import httpx

    edge = Edge(httpx.MockTransport(line.carry), environ={}, home=terminal.home)
    assert run(["whoami", "--json"], edge) == 0
    assert '"email": "\\u00fc"' in screen.buffer.getvalue().decode("ascii")


class Screen(io.TextIOWrapper):
    """A terminal, as far as a program can tell."""

    def isatty(self) -> bool:
        return True

    @property
    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode()  # type: ignore[attr-defined, no-any-return]


def test_on_a_terminal_a_result_is_a_table_with_whole_ids(
    terminal: Terminal, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "0123456789abcdef"
    key = {"keyId": long, "email": "me@acme.example", "name": "[red]x", "created": "", "revoked": ""}
    line.on("GET /api/v1/access/keys", {"keys": [key]})
    screen = Screen(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    import httpx

    assert run(["keys", "list"], Edge(httpx.MockTransport(line.carry), environ={}, home=terminal.home)) == 0
    assert {"Key", "Account", long, "[red]x"} <= set(screen.text.split())


def test_on_a_terminal_progress_is_a_bar_beside_the_result(
    terminal: Terminal, line: Line, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from hearback_cli.progress import bar

    screen = Screen(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with bar("a[b].tmx") as drawn:
        drawn.stage("uploading")
        drawn.reach(1, 2, "1 of 2")
    assert "a[b].tmx: uploading" in screen.text
    assert "1 of 2" in screen.text


def test_whoami_says_where_one_is(terminal: Terminal) -> None:
    told = terminal.run("whoami", "--json").json
    assert told == {"profile": "default", "url": URL, **ME}
    assert INFO["product"] == "Hearback"
