"""`organization audit` and `organization retention`: who did what, and how long what is kept."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.unit.cli.terminal import Answer, Line, Terminal, document, error, lost

AUDIT = "GET /api/v1/organization/audit"
RETENTION = "/api/v1/organization/retention"
ACCOUNTS = {"accounts": [{"accountId": 7, "email": "eve@acme.example"}]}


def audited(number: int, **more: Any) -> dict[str, Any]:
    told = {"email": "me@acme.example", "keyId": "k", "action": "update_feedback", "outcome": ""}
    told |= {"lineId": str(number), "at": "2026-11-22 08:00:00.123456789Z"}
    return {**told, "accountId": 1, "about": {"feedbackId": "5", "approvalState": "approved"}, **more}


def trail(total: int) -> Any:
    """So many lines, in pages as long as one asks for."""

    def answer(request: httpx.Request) -> Answer:
        start, size = int(request.url.params["after"] or 0), int(request.url.params["perPage"])
        end = min(start + size, total)
        lines = [audited(number) for number in range(start, end)]
        return document({"lines": lines, "next": str(end) if end < total else ""})

    return answer


# ── Who did what ──


@pytest.mark.parametrize(
    ("options", "number", "pages"),
    [([], 100, 1), (["--limit", "3"], 3, 1), (["--limit", "1500"], 1500, 2), (["--all"], 2500, 3)],
)
def test_the_trail_is_as_long_as_one_asks_for(
    terminal: Terminal, line: Line, options: list[str], number: int, pages: int
) -> None:
    line.on(AUDIT, trail(2500))
    ended = terminal.run("organization", "audit", "--json", *options)
    assert [it["lineId"] for it in ended.json["lines"]] == [str(each) for each in range(number)]
    assert len(line.asked) == pages
    assert ended.json["next"] == (str(number) if number < 2500 else "")
    assert ("--all lists all" in ended.err) == (number < 2500)


def test_an_empty_page_of_the_trail_is_not_its_end(terminal: Terminal, line: Line) -> None:
    line.once(AUDIT, {"lines": [], "next": "a"}, {"lines": [audited(1)], "next": ""})
    assert len(terminal.run("organization", "audit", "--json").json["lines"]) == 1
    assert [request.url.params["after"] for request in line.asked] == ["", "a"]


def test_every_filter_of_the_trail_is_passed_on(terminal: Terminal, line: Line) -> None:
    line.on(AUDIT, trail(0))
    line.on("GET /api/v1/access/accounts", ACCOUNTS)
    given = ("--from", "2026-01-01", "--to", "2026-02-01", "--action", "create_key")
    ended = terminal.run("organization", "audit", *given, "--account", "Eve@acme.example")
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert dict(line.asked[-1].url.params) == {
        "from": "2026-01-01", "to": "2026-02-01", "accountId": "7", "action": "create_key",
        "perPage": "100", "after": "",
    }  # fmt: skip


def test_an_account_that_is_gone_is_known_by_its_number(terminal: Terminal, line: Line) -> None:
    line.once(AUDIT, {"lines": [audited(1, accountId=12, email="", outcome="NotFound")], "next": ""})
    ended = terminal.run("organization", "audit", "--account", "12")
    about = "feedbackId=5 approvalState=approved"
    assert ended.out == f"2026-11-22 08:00:00\t12\tk\tupdate_feedback\t{about}\tNotFound\n"
    assert line.asked[0].url.params["accountId"] == "12"


def test_an_account_that_nobody_has_is_told(terminal: Terminal, line: Line) -> None:
    line.on("GET /api/v1/access/accounts", ACCOUNTS)
    ended = terminal.run("organization", "audit", "--account", "adam@acme.example")
    assert ended.code == 1
    assert "has no account adam@acme.example" in ended.err


def test_the_trail_is_for_admins(terminal: Terminal, line: Line) -> None:
    line.on(AUDIT, error(403, "Only an admin may do this."))
    ended = terminal.run("organization", "audit")
    assert (ended.code, "Only an admin" in ended.err) == (1, True)


# ── For how long ──

KEPT = {"translationFeedback": 0, "callbacks": 90, "contentAuthors": 365}
RUNS = [{"created": "2026-11-21 03:00:00.000000000Z", "state": "done", "ended": {"callbacks": 1200}}]


def test_how_long_what_is_kept_is_shown_with_what_has_ended(terminal: Terminal, line: Line) -> None:
    line.on(f"GET {RETENTION}", {**KEPT, "runs": [*RUNS, {**RUNS[0], "ended": {}}]})
    ended = terminal.run("organization", "retention")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "translationFeedback\tfor good",
        "callbacks\t90 days",
        "contentAuthors\t365 days",
        "run of 2026-11-21 03:00:00\tdone: ended callbacks 1,200",
        "run of 2026-11-21 03:00:00\tdone: ended nothing",
    ]
    assert terminal.run("organization", "retention", "--json").json["runs"][:1] == RUNS


def test_periods_that_are_named_are_changed(terminal: Terminal, line: Line) -> None:
    line.once(f"PATCH {RETENTION}", lost(), {**KEPT, "runs": []})
    given = ("--set", "callbacks=90", "--set", "translationFeedback=0")
    ended = terminal.run("organization", "retention", *given, "--json")
    assert ended.json == {**KEPT, "runs": []}
    assert line.asked[-1].content == b"callbacks=90&translationFeedback=0"
    assert "There is no way back" in ended.err


def test_who_keeps_for_good_is_not_warned(terminal: Terminal, line: Line) -> None:
    line.on(f"PATCH {RETENTION}", {**KEPT, "runs": []})
    assert terminal.run("organization", "retention", "--set", "callbacks=0").err == ""


TOO_LONG = "callbacks=" + "9" * 5000


@pytest.mark.parametrize(
    "given", ["tasks=90", "callbacks", "callbacks=-1", "callbacks=x", TOO_LONG, "callbacks=30 callbacks=90"]
)
def test_a_period_that_is_none_changes_nothing(terminal: Terminal, line: Line, given: str) -> None:
    options = [part for each in given.split() for part in ("--set", each)]
    assert terminal.run("organization", "retention", *options).code == 2
    assert line.asked == []


def test_a_period_that_is_too_short_is_refused_with_the_reason(terminal: Terminal, line: Line) -> None:
    refused = error(400, "A retention period is out of range.", "callbacks: 0, or 30 to 36500 days")
    line.on(f"PATCH {RETENTION}", refused)
    ended = terminal.run("organization", "retention", "--set", "callbacks=1")
    assert (ended.code, "30 to 36500 days" in ended.err) == (1, True)
