"""The first session of the README, and the tour's of every other family, work when pasted."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

from local.banner import banner
from local.paths import ROOT
from local.server import free_port
from local.stack import Stack

PASTED = ("  curl", "  ENTRY", "    -d", '    "params')
"""How the lines begin that `make run` prints to be pasted."""


def blocks(page: str, section: str, language: str = "sh") -> str:
    """What a section has to be pasted."""
    text = (ROOT / page).read_text(encoding="utf-8").partition(f"# {section}\n")[2]
    return "".join(re.findall(rf"```{language}\n(.*?)```", text.partition("\n## ")[0], re.DOTALL))


def tour(section: str) -> str:
    return blocks("docs/tour.md", "A tour") + blocks("docs/tour.md", section)


def run(script: str, stack: Stack) -> list[str]:
    """What the lines print, run by bash in the project's folder; the stack's address instead of the default."""
    script = script.replace("http://127.0.0.1:4566/v1", stack.base_url).replace("\ncurl", "\necho; curl")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in done.stdout.splitlines() if line]


def test_the_first_session_ends_with_all_duplicates(stack: Stack) -> None:
    script = blocks("README.md", "A first session")
    script = script.replace("/tmp/feedback.tmx", f"/tmp/hearback-{os.getpid()}.tmx")
    created, listed, first, second, approved, again = map(json.loads, run(script, stack))
    assert created["approvalState"] == "awaitingApproval"
    assert created in listed["feedback"]
    assert (first["successful"], first["invalid"]) == (300, 0)
    assert (second["successful"], second["duplicate"]) == (0, 300)
    assert approved["approvalState"] == "approved"
    assert (again["successful"], again["invalid"]) == (0, 0)
    assert again["duplicate"] >= 301


def test_an_entry_of_the_tour_is_annotated_and_waits_for_review(stack: Stack) -> None:
    annotation, submitted, waiting = map(json.loads, run(tour("Datasets"), stack))
    assert annotation["data"]["attributes"]["annotation"] == {"label": "car"}
    assert annotation["data"]["relationships"]["entry"]["data"]["id"] == submitted["data"]["id"]
    assert submitted["data"]["attributes"]["wf_step"] == "review"
    assert submitted["data"]["id"] in {entry["id"] for entry in waiting["data"]}


def test_a_vote_and_a_flag_of_the_tour_count(stack: Stack) -> None:
    voted, flagged, statistics = map(json.loads, run(tour("Votes and flags"), stack))
    assert voted["Feedback"] == {"Helpfulness": {"Vote": "POSITIVE", "AuthorId": "reader1"}}
    assert (flagged["HasErrors"], statistics["HasErrors"]) == (False, False)
    assert statistics["TotalPositiveFeedbackCount"] >= 1
    assert "It shows another product." in [it["ReasonText"] for it in statistics["InappropriateFeedbackList"]]


def test_a_task_of_the_tour_is_called_back_and_reviewed(stack: Stack) -> None:
    script = tour("Tasks and callbacks")
    script = script.replace("9000", str(free_port())).replace(".venv/bin/python", sys.executable)
    answers = [json.loads(line) for line in run(script, stack)]
    project, submitted = answers[:2]
    approved = next(it for it in answers if it.get("task", {}).get("delivered_at"))
    called = next(it for it in answers[2:] if "task" in it and "delivered_at" not in it["task"])
    logged, reviewed, quality = answers[-3:]
    assert project["data"]["attributes"]["delivery_callback"]["url"].startswith("http://127.0.0.1:")
    assert submitted["task"]["state"] == "completed"
    assert called["task"]["id"] == approved["task"]["id"] == submitted["task"]["id"]
    assert called["task"]["answers"] == {"weather": "rain"}
    assert logged["callbacks"][0]["task_id"] == approved["task"]["id"]
    assert [it["finalized"] for it in reviewed["feedbacks"]] == [True]
    assert "Incorrect Metadata" in [group["error_type"] for group in quality["groups"]]


def test_a_large_file_of_the_tour_is_imported(stack: Stack) -> None:
    program = blocks("docs/tour.md", "Large files", "python").replace(
        "http://127.0.0.1:4566/v1", stack.base_url
    )
    key = stack.keys["admin"]["key"]
    environment = os.environ | {"KEY": key, "URL": stack.base_url, "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-1] == "done"


def test_the_keys_and_lines_that_make_run_prints_work(stack: Stack) -> None:
    printed = banner(stack.as_json())
    assert all(key["key"] in printed for key in stack.keys.values())
    script = "\n".join(line[2:] for line in printed.splitlines() if line.startswith(PASTED))
    answers = run(script.replace("\ncurl", "\necho; curl"), stack)
    assert not [answer for answer in answers if '"error":' in answer or '"errors":' in answer]
    assert [answer for answer in answers if '"wf_step":"review"' in answer]
    assert answers[-1] == "</tmx>"
