"""The command line on the running product: every command, and lost connections on the way."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.paths import ROOT
from tests.flows.callbacks import arrival, calling_back
from tests.flows.cutting import Cut, CuttingProxy
from tests.flows.organizations import ENG_FRA, Organization, Person
from tests.flows.terminals import Terminal
from tests.flows.test_tmx_uploads import tmx
from tests.unit.callbacks.receiver import Receiver, answering

WORDS = [f"text {number} " + "x" * 1000 for number in range(100)]
SIZE = len(tmx(*WORDS))


@pytest.fixture
def terminal(tmp_path: Path, organization: Organization) -> Terminal:
    """An admin's, who is logged in."""
    terminal = Terminal(tmp_path, organization.admin)
    terminal.log_in()
    return terminal


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    path = tmp_path / "memory.tmx"
    path.write_bytes(tmx(*WORDS))
    return path


def test_one_logs_in_looks_around_and_logs_out(terminal: Terminal) -> None:
    admin = terminal.person
    told = terminal.done("whoami")
    assert (told["email"], told["url"], told["role"]) == (admin.email, admin.base_url, "admin")
    assert terminal.done("logout")["loggedOut"]
    assert terminal.run("whoami").code == 3


def test_a_key_that_is_revoked_opens_nothing(terminal: Terminal, organization: Organization) -> None:
    made = terminal.done("keys", "create", "--name", "short", "--account", organization.user.email)
    other = Terminal(terminal.home / "other", Person(**vars(organization.user) | {"key": made["key"]}))
    other.home.mkdir()
    other.log_in()
    assert other.done("whoami")["email"] == organization.user.email
    assert made["keyId"] in {key["keyId"] for key in terminal.done("keys", "list")["keys"]}
    assert terminal.done("keys", "revoke", made["keyId"])["revoked"]
    ended = other.run("whoami")
    assert ended.code == 3
    assert "Log in again" in ended.err
    refused = other.run("login", other.person.base_url, stdin=made["key"])
    assert refused.code == 3


def test_who_is_no_admin_is_told(tmp_path: Path, organization: Organization) -> None:
    user = Terminal(tmp_path, organization.user)
    user.log_in()
    ended = user.run("pairs", "add", "X", "eng", "ita")
    assert ended.code == 1
    assert "Only an admin" in ended.err


def test_language_pairs_come_and_go(terminal: Terminal) -> None:
    assert terminal.done("pairs", "add", "EngIta", "eng", "ita")["targetLanguage"] == "Italian"
    (pair,) = terminal.done("pairs", "list", "--target", "ita")["languagePairs"]
    assert pair["languagePairId"] == "EngIta"
    terminal.done("pairs", "remove", "EngIta")
    ended = terminal.run("pairs", "remove", "EngIta")
    assert (ended.code, "404" in ended.err) == (1, True)


def test_feedback_is_listed_and_decided(terminal: Terminal, organization: Organization) -> None:
    first, second = (organization.user.give(text)["feedbackId"] for text in ("one", "two"))
    ids = terminal.run("feedback", "list", "--state", "awaitingApproval", "--ids").out
    assert ids.split() == [first, second]
    assert len(terminal.done("feedback", "approve", "-", stdin=ids)["feedback"]) == 2
    ended = terminal.run("feedback", "reject", second, "12")
    assert (ended.code, "12: " in ended.err) == (5, True)
    states = [it["approvalState"] for it in terminal.done("feedback", "list", "--pair", ENG_FRA)["feedback"]]
    assert states == ["approved", "rejected"]


def test_a_memory_comes_in_once_and_out_again(terminal: Terminal, memory: Path) -> None:
    (imported,) = terminal.done("tmx", "import", memory, "--approve")["imports"]
    assert (imported["successful"], imported["wasDone"]) == (100, False)
    (again,) = terminal.done("tmx", "import", memory, "--approve")["imports"]
    assert (again["importId"], again["wasDone"]) == (imported["importId"], True)
    target = terminal.home / "out.tmx"
    exported = terminal.done("tmx", "export", "--state", "approved", "--output", target)
    assert exported["bytes"] == target.stat().st_size
    assert target.read_bytes().count(b"</tu>") == 100
    assert terminal.run("tmx", "export").out.encode() == target.read_bytes()


def test_a_memory_that_is_none_is_refused_with_the_reason(terminal: Terminal, memory: Path) -> None:
    memory.write_bytes(memory.read_bytes()[:-30])
    ended = terminal.run("tmx", "import", memory)
    assert ended.code == 1
    assert "truncated" in ended.err


def imports(person: Person) -> list[str]:
    return [it["state"] for it in person.get("/api/v2/feedback/imports").json()["imports"]]


def test_an_upload_whose_connection_is_lost_is_sent_again(terminal: Terminal, memory: Path) -> None:
    with CuttingProxy(Cut("POST", "transfer", SIZE // 2), Cut("POST", "transfer", 1)) as proxy:
        ended = terminal.run("tmx", "import", memory, "--json", proxy=proxy.url)
    assert ended.code == 0, ended.err
    assert proxy.cuts == []
    assert [it["successful"] for it in ended.json["imports"]] == [100]
    assert imports(terminal.person) == ["done"]


def test_an_upload_that_was_given_up_goes_on_when_the_command_is_run_again(
    terminal: Terminal, memory: Path
) -> None:
    with CuttingProxy(*[Cut("POST", "transfer", SIZE // 2)] * 4) as proxy:
        ended = terminal.run("tmx", "import", memory, proxy=proxy.url)
    assert ended.code == 4
    assert "Run the same command again" in ended.err
    assert imports(terminal.person) == ["waiting"]
    assert [it["successful"] for it in terminal.done("tmx", "import", memory)["imports"]] == [100]
    assert imports(terminal.person) == ["done"]


def test_of_a_large_memory_only_the_parts_go_again_that_were_lost(terminal: Terminal, memory: Path) -> None:
    padding = (b"<!-- " + b"x" * 1000 + b" -->") * 25_000  # of four parts
    memory.write_bytes(tmx("one", "two").replace(b"<body>", b"<body>" + padding))
    with CuttingProxy(*[Cut("PUT", "partNumber=3", 1_000_000)] * 4) as proxy:
        ended = terminal.run("tmx", "import", memory, proxy=proxy.url)
    assert (ended.code, proxy.cuts) == (4, []), ended.err
    assert parts_sent(proxy) == [1, 2, 3, 3, 3, 3]
    with CuttingProxy(Cut("POST", "complete", 0, of_answer=True)) as proxy:
        ended = terminal.run("tmx", "import", memory, "--json", proxy=proxy.url)
    assert (ended.code, proxy.cuts) == (0, []), ended.err
    assert parts_sent(proxy) == [3, 4]
    assert [it["successful"] for it in ended.json["imports"]] == [2]
    assert imports(terminal.person) == ["done"]


def parts_sent(proxy: CuttingProxy) -> list[int]:
    return [int(found[1]) for each in proxy.seen if (found := re.match(r"PUT .*\bpartNumber=(\d+)", each))]


def test_a_lost_download_goes_on_where_it_was_cut(terminal: Terminal, memory: Path) -> None:
    memory.write_bytes(tmx(*(f"{number} " + "x" * 20_000 for number in range(250))))
    terminal.done("tmx", "import", memory)
    target = terminal.home / "out.tmx"
    cuts = [Cut("GET", "transfer", 20_000, of_answer=True), Cut("GET", "transfer", 2_000_000, of_answer=True)]
    with CuttingProxy(*cuts) as proxy:
        ended = terminal.run("tmx", "export", "--output", target, proxy=proxy.url)
    assert ended.code == 0, ended.err
    assert proxy.cuts == []
    assert sum("feedback/export" in each for each in proxy.seen) == 1
    exported = target.read_bytes()
    assert (exported.count(b"</tu>"), exported[-7:]) == (250, b"</tmx>\n")


def test_a_download_that_was_given_up_goes_on_when_the_command_is_run_again(
    terminal: Terminal, memory: Path
) -> None:
    memory.write_bytes(tmx(*(f"{number} " + "x" * 20_000 for number in range(250))))
    terminal.done("tmx", "import", memory)
    target = terminal.home / "out.tmx"
    lost = [Cut("GET", "transfer", 0, of_answer=True)] * 4
    with CuttingProxy(Cut("GET", "transfer", 3_000_000, of_answer=True), *lost) as proxy:
        assert terminal.run("tmx", "export", "--output", target, proxy=proxy.url).code == 4
    assert not target.exists()
    with CuttingProxy() as proxy:
        assert terminal.run("tmx", "export", "--output", target, proxy=proxy.url).code == 0
    assert [each for each in proxy.seen if "feedback/export" in each] == []
    assert target.read_bytes().count(b"</tu>") == 250


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A shell lets what it runs in the background ignore Ctrl-C, and so would whatever is started from there."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_during_an_upload_ends_it_and_the_next_run_goes_on(terminal: Terminal, memory: Path) -> None:
    with (
        CuttingProxy(*[Cut("POST", "transfer", 1)] * 4) as proxy,
        terminal.start("tmx", "import", memory, proxy=proxy.url) as process,
    ):
        assert process.stderr
        process.stderr.readline()  # it is uploading, or between two tries
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert process.returncode == 130
    assert "Interrupted." in err
    assert "Traceback" not in err
    assert terminal.done("tmx", "import", memory)["imports"][0]["successful"] == 100
    assert imports(terminal.person) == ["done"]


def test_tasks_their_callbacks_and_the_report(terminal: Terminal, organization: Organization) -> None:
    schema = {"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]}
    with Receiver(answering("200 OK")) as receiver:
        caller = calling_back(organization, receiver.url(), input_schema=schema)
        project = str(caller.number)
        table = terminal.home / "tasks.csv"
        table.write_text("url,count,priority\nhttps://x/1,3,2\nhttps://x/2,many,\n")
        ended = terminal.run("tasks", "create", table, "--project", project, "--json")
        assert ended.code == 5
        assert [(row["place"], row["type"]) for row in ended.json["failures"]] == [
            ("line 3", "InvalidInputSchema")
        ]
        assert f"{table}, line 3: " in ended.err
        assert terminal.run("tasks", "create", table, "--project", project, "--json").json["wasDone"]
        (task,) = caller.ask("GET", "tasks.json")["tasks"]
        assert (task["data"], task["priority"]) == ({"url": "https://x/1", "count": 3}, 2)

        caller.ask("PUT", f"tasks/{task['id']}/submit.json", json={"answers": {"weather": "rain"}})
        caller.ask("PUT", f"tasks/{task['id']}/approve.json")
        arrival(receiver)
        caller.when(task["id"], "delivered")
        (found,) = terminal.done("callbacks", "list", "--project", project, "--state", "delivered")[
            "callbacks"
        ]
        shown = terminal.done("callbacks", "show", found["id"], "--project", project)["callback"]
        assert [attempt["status"] for attempt in shown["log"]] == [200]
        assert "attempt 1:" in terminal.run("callbacks", "show", found["id"], "--project", project).out
        terminal.done("callbacks", "redeliver", found["id"], "--project", project)
        arrival(receiver, 2)
    assert terminal.done("callbacks", "redeliver", "--unreachable", "--project", project) == {
        "redelivered": 0
    }
    review = {"feedback": [{"type": "field", "field": "weather", "error_type": "Incorrect Metadata"}]}
    caller.ask("POST", f"tasks/{task['id']}/rounds/1/feedbacks.json", json=review)
    report = terminal.done("quality", "report", "--project", project)
    assert (report["tasks_with_errors"], report["groups"][0]["error_type"]) == (1, "Incorrect Metadata")
    assert "Incorrect Metadata\t1\t0" in terminal.run("quality", "report", "--project", project).out


def test_a_lost_upload_of_tasks_creates_each_once(terminal: Terminal, organization: Organization) -> None:
    caller = calling_back(organization, "http://127.0.0.1:9/nobody")
    path = terminal.home / "tasks.json"
    path.write_text(json.dumps([{"data": {"url": f"https://x/{number}"}} for number in range(300)]))
    command = ("tasks", "create", path, "--project", str(caller.number))
    with CuttingProxy(*[Cut("PUT", "transfer", 1000)] * 4) as proxy:
        assert terminal.run(*command, proxy=proxy.url).code == 4
    with CuttingProxy(Cut("PUT", "transfer", 5000), Cut("POST", "continue.json", 0, of_answer=True)) as proxy:
        ended = terminal.run(*command, "--json", proxy=proxy.url)
    assert ended.code == 0, ended.err
    assert proxy.cuts == []
    assert (ended.json["created"], ended.json["failed"]) == (300, 0)
    assert caller.ask("GET", "stats.json")["total"] == 300


def test_each_shell_takes_the_completion_it_is_given(terminal: Terminal) -> None:
    script = terminal.run("completion", "bash").out
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    lines = f'{script}\nCOMP_WORDS=(hearback key) COMP_CWORD=1\n_hearback_completion hearback\necho "${{COMPREPLY[@]}}"'
    done = subprocess.run(
        ["bash", "-c", lines], env=terminal.environ(), capture_output=True, text=True, check=True
    )
    assert done.stdout == "keys\n"


@pytest.mark.early
def test_what_the_guide_shows_works_when_pasted(organization: Organization, tmp_path: Path) -> None:
    """By an organization of its own: what the demo's has, other guides count."""
    guide = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    script = "\n".join(re.findall(r"```sh\n(.*?)```", guide, re.DOTALL))
    script = script.replace("acme.example", f"{organization.organization_id}.example")
    admin, user = organization.admin, organization.user
    schema = {"type": "object", "required": ["url"]}
    project = calling_back(organization, "http://127.0.0.1:9/nobody", input_schema=schema).number
    told = {"URL": admin.base_url, "KEY": admin.key, "USER_KEY": user.key, "PROJECT": str(project)}
    shutil.copy(ROOT / "tests" / "samples" / "garden.tmx", tmp_path)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=Terminal(tmp_path, admin).environ() | told,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert admin.email in done.stdout
    assert "5 entries are approved now." in done.stdout
    assert "line 3: InvalidInputSchema" in done.stderr
    assert admin.key not in done.stdout + done.stderr
    assert (tmp_path / "approved.tmx").read_bytes().endswith(b"</tmx>\n")


def test_the_guide_shows_every_command() -> None:
    from tests.unit.cli.test_program import commands

    guide = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    missing = [names for names, _ in commands() if "hearback " + " ".join(names) not in guide]
    assert missing == []
