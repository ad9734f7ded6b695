"""Commands that list, and commands that decide about several things at once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.unit.cli.terminal import Answer, Line, Terminal, document, error, lost

FEEDBACK = "/api/v2/feedback"
CALLBACKS = "/v2/projects/5/callbacks"


def entry(number: int, **more: str) -> dict[str, Any]:
    names = ("languagePairId", "approvalState", "username", "machineTranslation", "suggestedTranslation")
    return {"feedbackId": str(number), **dict.fromkeys(names, "x"), "sourceText": f"text {number}", **more}


def paged(total: int) -> Any:
    """So many entries, a page at a time."""

    def answer(request: httpx.Request) -> Answer:
        page, size = (int(request.url.params[name]) for name in ("page", "perPage"))
        found = [entry(number) for number in range(total)][(page - 1) * size : page * size]
        return document({"feedback": found, "totalPages": -(-total // size), "totalItems": total})

    return answer


@pytest.mark.parametrize(
    ("options", "number", "pages"),
    [([], 25, 1), (["--limit", "3"], 3, 1), (["--limit", "1500"], 1500, 2), (["--all"], 2500, 3)],
)
def test_a_list_is_as_long_as_one_asks_for(
    terminal: Terminal, line: Line, options: list[str], number: int, pages: int
) -> None:
    line.on(f"GET {FEEDBACK}", paged(2500))
    ended = terminal.run("feedback", "list", "--json", *options)
    assert (len(ended.json["feedback"]), ended.json["totalItems"], len(line.asked)) == (number, 2500, pages)
    assert ("--all lists all" in ended.err) == (number < 2500)


def test_an_empty_list_is_one(terminal: Terminal, line: Line) -> None:
    line.on(f"GET {FEEDBACK}", paged(0))
    ended = terminal.run("feedback", "list", "--all")
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_every_filter_is_passed_on(terminal: Terminal, line: Line) -> None:
    line.on(f"GET {FEEDBACK}", paged(0))
    options = {"pair": "P", "source": "eng", "target": "fra", "user": "u@x", "reviewer": "r@x"}
    options |= {"text": "a b", "since": "2026-01-01", "until": "2026-02-01"}
    given = [part for name, value in options.items() for part in (f"--{name}", value)]
    terminal.run("feedback", "list", *given, "--state", "approved", "--state", "rejected")
    assert dict(line.asked[0].url.params) == {
        "languagePairId": "P", "sourceLanguageId": "eng", "targetLanguageId": "fra", "username": "u@x",
        "reviewer": "r@x", "sourceText": "a b", "startTimeCreated": "2026-01-01",
        "endTimeCreated": "2026-02-01", "approvalStates": "approved,rejected", "page": "1", "perPage": "25",
    }  # fmt: skip


def test_what_somebody_wrote_stays_on_its_line(terminal: Terminal, line: Line) -> None:
    evil = entry(1, sourceText="a\tb\r\n\x1b]0;owned\x07\u202ec", suggestedTranslation="[bold]x[/bold]")
    line.on(f"GET {FEEDBACK}", {"feedback": [evil], "totalPages": 1, "totalItems": 1})
    (told,) = terminal.run("feedback", "list").out.splitlines()
    assert told.split("\t") == ["1", "x", "x", "x", "a b   ]0;owned  c", "x", "[bold]x[/bold]"]
    assert terminal.run("feedback", "list", "--json").json["feedback"] == [evil]


def test_ids_of_one_command_are_the_input_of_another(terminal: Terminal, line: Line) -> None:
    line.on(f"GET {FEEDBACK}", paged(3))
    ids = terminal.run("feedback", "list", "--ids").out
    for number in range(3):
        line.on(f"PUT {FEEDBACK}/{number}", entry(number))
    ended = terminal.run("feedback", "approve", "-", stdin=ids)
    assert ended.out == "3 entries are approved now.\n"
    assert [each.content for each in line.asked if each.method == "PUT"] == [b"approvalState=approved"] * 3


def test_an_id_given_twice_is_decided_once(terminal: Terminal, line: Line) -> None:
    line.once(f"PUT {FEEDBACK}/1", entry(1))
    ended = terminal.run("feedback", "reject", "1", "-", stdin="1 1\n")
    assert ended.out == "1 entry is rejected now.\n"


def test_a_refusal_of_one_does_not_hold_up_the_others(terminal: Terminal, line: Line) -> None:
    line.on(f"PUT {FEEDBACK}/1", error(404, "There is no such feedback entry."))
    line.on(f"PUT {FEEDBACK}/2", entry(2))
    ended = terminal.run("feedback", "approve", "1", "2", "--json")
    assert ended.code == 5
    assert [it["feedbackId"] for it in ended.json["feedback"]] == ["2"]
    assert [(it["id"], it["status"]) for it in ended.json["refused"]] == [("1", 404)]
    assert "1: The service refused this (404): There is no such feedback entry." in ended.err


def test_where_all_are_refused_nothing_is_done(terminal: Terminal, line: Line) -> None:
    line.on(f"PUT {FEEDBACK}/1", error(404, "No."))
    assert terminal.run("feedback", "approve", "1").code == 1


def test_a_service_that_fails_is_not_asked_for_the_rest(terminal: Terminal, line: Line) -> None:
    line.on(f"PUT {FEEDBACK}/1", entry(1))
    line.on(f"PUT {FEEDBACK}/2", error(500, "Oh."))
    line.on(f"PUT {FEEDBACK}/3", entry(3))
    ended = terminal.run("feedback", "approve", "1", "2", "3")
    assert (ended.code, ended.out) == (5, "2 entries are approved now.\n")
    assert "left: 2\n" in ended.err
    assert "2 of 3 entries are done: run the command again with the ids that are left." in ended.err
    assert terminal.run("feedback", "approve", "2").code == 1


STOPS = [error(500, "Oh."), error(429, "Slow down."), error(401, "The key is revoked."), lost()]


@pytest.mark.parametrize("stop", STOPS, ids=["fails", "is busy", "is closed", "is lost"])
def test_what_was_done_refused_and_left_is_told_whatever_stops_it(
    terminal: Terminal, line: Line, stop: Answer
) -> None:
    for number in range(20):
        answer = document({"callback": {"id": str(number)}})
        line.on(f"POST {CALLBACKS}/{number}/redeliver.json", answer)
    line.on(f"POST {CALLBACKS}/3/redeliver.json", error(404, "There is no such callback."))
    line.on(f"POST {CALLBACKS}/9/redeliver.json", stop)
    ids = [str(number) for number in range(20)]
    ended = terminal.run("callbacks", "redeliver", *ids, "--project", "5", "--json")
    assert ended.code == 5
    assert [it["id"] for it in ended.json["callbacks"]] == [*ids[:3], *ids[4:9], *ids[10:16]]
    assert [it["id"] for it in ended.json["refused"]] == ["3"]
    assert ended.json["left"] == ["9", *ids[16:]]
    assert "left: 9 16 17 18 19\n" in ended.err
    assert "3: The service refused this (404)" in ended.err
    assert "14 of 20 callbacks are done" in ended.err
    assert "same command" not in ended.err


def test_where_nothing_was_done_the_exit_code_says_what_stopped_it(terminal: Terminal, line: Line) -> None:
    for number in (1, 2):
        line.on(f"POST {CALLBACKS}/{number}/redeliver.json", lost())
    ended = terminal.run("callbacks", "redeliver", "1", "2", "--project", "5", "--json")
    assert (ended.code, ended.json["callbacks"]) == (4, [])
    assert ended.json["left"] == ["1", "2"]


def test_interrupted_it_tells_what_is_left(terminal: Terminal, line: Line) -> None:
    for number in range(10):
        line.on(f"PUT {FEEDBACK}/{number}", entry(number))
    line.interruption = (3, "after")
    ended = terminal.run("feedback", "approve", *map(str, range(10)), "--json")
    assert ended.code == 130
    done, left = ended.json["feedback"], ended.json["left"]
    assert (len(done), len(left), left[-2:]) == (7, 3, ["8", "9"])


def test_what_is_no_id_does_not_hold_up_the_others(terminal: Terminal, line: Line) -> None:
    line.on(f"PUT {FEEDBACK}/2", entry(2))
    ended = terminal.run("feedback", "approve", "..", "2", "--json")
    assert (ended.code, [it["id"] for it in ended.json["refused"]]) == (5, [".."])


def test_many_are_decided_in_the_order_given(terminal: Terminal, line: Line) -> None:
    ids = [str(number) for number in range(50)]
    for number in range(50):
        line.once(f"PUT {FEEDBACK}/{number}", entry(number) if number % 7 else error(404, "No."))
    told = terminal.run("feedback", "approve", *ids, "--json").json
    assert [it["feedbackId"] for it in told["feedback"]] == [its_id for its_id in ids if int(its_id) % 7]
    assert [it["id"] for it in told["refused"]] == [its_id for its_id in ids if not int(its_id) % 7]


def test_after_a_failure_no_more_are_asked(terminal: Terminal, line: Line) -> None:
    for number in range(50):
        line.on(f"PUT {FEEDBACK}/{number}", error(500, "Oh."))
    terminal.run("feedback", "approve", *map(str, range(50)))
    assert len(line.asked) == 8


def test_without_any_id_it_is_a_mistake(terminal: Terminal, line: Line) -> None:
    assert terminal.run("feedback", "approve").code == 2
    assert terminal.run("feedback", "approve", "-", stdin=" \n").code == 2
    assert line.asked == []


def test_unreachable_callbacks_are_sent_again_until_there_are_no_more(terminal: Terminal, line: Line) -> None:
    line.once(
        f"POST {CALLBACKS}/redeliver.json",
        {"redelivered": 40, "more": True},
        {"redelivered": 2, "more": False},
    )
    ended = terminal.run("callbacks", "redeliver", "--unreachable", "--since", "2026-01-01", "--project", "5")
    assert (ended.code, ended.out) == (0, "42 callbacks are on the way again.\n")
    assert [each.content for each in line.asked] == [b'{"since":"2026-01-01"}'] * 2


@pytest.mark.parametrize("given", [[], ["1", "--unreachable"], ["1", "--since", "2026-01-01"]])
def test_what_is_to_be_redelivered_must_be_clear(terminal: Terminal, line: Line, given: list[str]) -> None:
    assert terminal.run("callbacks", "redeliver", *given, "--project", "5").code == 2
    assert line.asked == []


def test_callbacks_are_read_page_by_page(terminal: Terminal, line: Line) -> None:
    names = ("id", "kind", "task_id", "round", "state", "attempts", "outcome", "created_at", "url")
    one = dict.fromkeys(names, "x")
    line.once(f"GET {CALLBACKS}.json", {"callbacks": [one] * 100}, {"callbacks": [one] * 20})
    ended = terminal.run("callbacks", "list", "--project", "5", "--limit", "110", "--json")
    assert len(ended.json["callbacks"]) == 110


def test_a_report_adds_up_below_its_groups(terminal: Terminal, line: Line) -> None:
    counts = {"count": 3, "finalized": 1, "tasks_reviewed": 2, "tasks_with_errors": 1, "errors_per_task": 1.5}
    group = {"severity": None, "count": 3, "finalized": 1}
    series = [{"date": "2026-03-01", **counts, "groups": [group]}]
    report = {"project_id": 5, "group_by": "severity", **counts, "groups": [group], "series": series}
    line.on("GET /v2/projects/5/quality.json", report)
    ended = terminal.run("quality", "report", "--project", "5", "--by", "severity", "--from", "2026-03-01")
    assert ended.out == "none\t3\t1\nin all\t3\t1\ntasks with errors\t1 of 2\t\nerrors per task\t1.5\t\n"
    assert dict(line.asked[0].url.params) == {"group_by": "severity", "from": "2026-03-01"}
    daily = terminal.run("quality", "report", "--project", "5", "--by", "severity", "--daily")
    assert daily.out == "2026-03-01\t3\t1\t2\t1\t1.5\n"
