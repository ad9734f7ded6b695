"""`organization erase`: what is asked before, and what is waited for after."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cli.terminal import Ended, Line, Terminal, error

ERASURES = "/api/v1/organization/erasures"


def erased(state: str = "done", **more: Any) -> dict[str, Any]:
    told = {"erasureId": "r1", "state": state, "requestedBy": 1, "created": "", "finished": ""}
    told |= {"pseudonym": "erased-0a", "waitingFor": "", "error": ""}
    return {**told, "passes": 2, "found": {"translation": 3, "task": 1}, **more}


def erase(terminal: Terminal, *options: str, typed: str | None = None) -> Ended:
    return terminal.run("organization", "erase", "--email", "eve@acme.example", *options, typed=typed)


def asked_at_the_terminal(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """The person sees the question and types the answer."""

    def ask(question: str) -> str:
        print(question)  # noqa: T201 - as `input` does, which the program uses
        return answer

    monkeypatch.setattr("click.termui.visible_prompt_func", ask)


def test_an_erasure_is_waited_for(terminal: Terminal, line: Line) -> None:
    line.on(f"POST {ERASURES}", erased("running"))
    running = [erased("running", passes=number) for number in (0, 0, 1)]
    line.once(f"GET {ERASURES}/r1", *running, erased())
    ended = erase(terminal, "--user-id", "reader4711", "--user-id", "7", "--yes")
    assert (ended.code, ended.out) == (0, "4 records named them. What stays of them is by erased-0a.\n")
    assert ended.err == "".join(f"erasure: searching everything, pass {number} …\n" for number in (1, 2))
    assert line.asked[0].content == b'{"email":"eve@acme.example","userId":["reader4711","7"]}'
    assert len(terminal.slept) == 3


def test_what_an_erasure_waits_for_is_told(terminal: Terminal, line: Line) -> None:
    line.on(f"POST {ERASURES}", erased("running"))
    line.once(f"GET {ERASURES}/r1", erased("running", passes=1, waitingFor="import i1"), erased())
    ended = erase(terminal, "--yes")
    assert (ended.code, ended.err) == (0, "erasure: waiting until this is over: import i1 …\n")


def test_whoever_clients_know_needs_no_address(terminal: Terminal, line: Line) -> None:
    line.on(f"POST {ERASURES}", erased("running"))
    line.on(f"GET {ERASURES}/r1", erased())
    ended = terminal.run("organization", "erase", "--user-id", "reader4711", "--yes", "--json")
    assert ended.json == erased()
    assert line.asked[0].content == b'{"userId":["reader4711"]}'


def test_nobody_is_erased_without_a_yes(
    terminal: Terminal, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_at_the_terminal(monkeypatch, "")
    ended = erase(terminal, typed="")
    assert (ended.code, ended.out) == (1, "")
    assert "Erase 'eve@acme.example' from everything? There is no way back." in ended.err
    assert "Nobody is erased." in ended.err
    assert line.asked == []


def test_and_somebody_is_with_one(terminal: Terminal, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_at_the_terminal(monkeypatch, "y")
    line.on(f"POST {ERASURES}", erased("running"))
    line.on(f"GET {ERASURES}/r1", erased())
    assert erase(terminal, "--json", typed="").json == erased()


def test_a_script_has_to_say_that_it_is_meant(terminal: Terminal, line: Line) -> None:
    ended = erase(terminal)
    assert (ended.code, "--yes" in ended.err) == (2, True)
    assert line.asked == []


def test_who_is_to_be_erased_must_be_said(terminal: Terminal, line: Line) -> None:
    assert terminal.run("organization", "erase", "--yes").code == 2
    assert line.asked == []


@pytest.mark.parametrize("request_number", [2, 3])
def test_an_erasure_that_was_interrupted_is_waited_for_again(
    terminal: Terminal, line: Line, request_number: int
) -> None:
    line.on(f"POST {ERASURES}", erased("running"))
    line.on(f"GET {ERASURES}", {"erasures": [erased("running")]})
    line.on(f"GET {ERASURES}/r1", erased("running"))
    line.interruption = (request_number, "before")
    assert erase(terminal, "--yes").code == 130
    line.on(f"GET {ERASURES}/r1", erased())
    assert erase(terminal, "--yes").code == 0
    assert line.names.count(f"POST {ERASURES}") == 1
    assert terminal.files() == [terminal.home / "profiles.json"]


def test_after_one_that_is_over_the_same_person_is_erased_again(terminal: Terminal, line: Line) -> None:
    """A table may have been restored in between."""
    line.on(f"POST {ERASURES}", erased("running"))
    line.on(f"GET {ERASURES}", {"erasures": [erased()]})
    line.on(f"GET {ERASURES}/r1", erased())
    line.interruption = (2, "before")
    assert erase(terminal, "--yes").code == 130
    assert erase(terminal, "--yes").code == 0
    assert line.names.count(f"POST {ERASURES}") == 2


def test_the_erasure_of_another_person_is_another(terminal: Terminal, line: Line) -> None:
    line.on(f"POST {ERASURES}", erased("running"))
    line.on(f"GET {ERASURES}/r1", erased())
    line.interruption = (2, "before")
    assert erase(terminal, "--yes").code == 130
    assert erase(terminal, "--user-id", "7", "--yes").code == 0
    assert line.names.count(f"POST {ERASURES}") == 2


def test_an_erasure_that_failed_says_why(terminal: Terminal, line: Line) -> None:
    line.on(f"POST {ERASURES}", erased("running"))
    line.on(f"GET {ERASURES}/r1", erased("failed", error="Only an admin may do this."))
    ended = erase(terminal, "--yes")
    assert (ended.code, ended.out) == (1, "")
    assert "The erasure failed: Only an admin may do this." in ended.err


def test_nobody_erases_themselves(terminal: Terminal, line: Line) -> None:
    line.on(f"POST {ERASURES}", error(409, "Nobody erases themselves; another admin can."))
    ended = erase(terminal, "--yes")
    assert (ended.code, "another admin can" in ended.err) == (1, True)
