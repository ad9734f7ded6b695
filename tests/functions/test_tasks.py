"""Single tasks: created, worked on, delivered, sent back, deleted; and what of that is refused."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from hearback.tasks import bulk, drafts, tasks
from hearback.tasks.model import Task
from hearback.tasks.tasks import Answered

from tests.functions.gateway import invoke, sample
from tests.functions.tasking import Desk, fine, refused, work

NOBODY = "0123456789abcdef01234567"


def event(desk: Desk, case: str) -> Any:
    """What a documented event is answered for this project."""
    text = re.sub(r"/projects/\d+/", f"/projects/{desk.number}/", json.dumps(sample("tasks", case)))
    key = desk.team.product.keys["owner"]
    return invoke("tasks", json.loads(re.sub(r"hb_[0-9a-f]{16}_[0-9a-f]{40}", key, text)))


@pytest.mark.parametrize(
    ("case", "status", "members"),
    [
        ("create_task", 201, {"task"}),
        ("create_batch", 200, {"batch_id", "task_ids", "state", "total"}),
        ("await_file", 200, {"batch_id", "tasks_put_url"}),
        ("take_delivered", 200, {"tasks"}),
        ("show_stats", 200, {"id", "new", "throughput"}),
    ],
)
def test_the_documented_events_are_answered(desk: Desk, case: str, status: int, members: set[str]) -> None:
    answer = event(desk, case)
    assert answer["statusCode"] == status
    assert members <= json.loads(answer["body"]).keys()


# ── The way of a task ──


def test_a_task_is_created_with_the_published_members(desk: Desk) -> None:
    data = {"url": "s3://1", "name": "one", "output_weather": "sunny"}
    reply = desk.ask("POST", "tasks.json", {"task": {"data": data, "priority": -3}})
    assert reply.status == 201
    task = reply.document["task"]
    assert re.fullmatch(r"[0-9a-f]{24}", task["id"])
    assert re.fullmatch(r"\d{8}T\d\d:\d\d:\d\d", task["created_at"])
    assert (task["project_id"], task["state"], task["priority"]) == (desk.number, "new", -3)
    assert task["data"] == {"url": "s3://1", "name": "one"}
    assert task["answers"] == {"weather": "sunny"}
    assert task["current_round"] == 1
    assert desk.show(task["id"]) == task


def test_a_task_goes_its_way_and_every_step_is_counted(desk: Desk) -> None:
    its_id = desk.task()
    assert desk.stats() == {"total": 1, "new": 1}
    submitted = desk.put(
        f"tasks/{its_id}/submit.json", {"answers": {"weather": "rain"}, "duration": 1.5}, "annotator"
    )
    assert (submitted["task"]["state"], submitted["task"]["answers"]) == ("completed", {"weather": "rain"})
    desk.approve(its_id)
    assert desk.show(its_id)["state"] == "delivered"
    rejected = desk.reject(its_id, "too dark", {"field": "weather"})["task"]
    assert (rejected["state"], rejected["current_round"]) == ("rejected", 2)
    assert (rejected["reasons"], rejected["delivered_at"]) == (["too dark", {"field": "weather"}], None)
    desk.put(f"tasks/{its_id}/submit.json", {"answers": {"weather": "sun"}, "ordinal": 2}, "annotator")
    desk.approve(its_id)
    assert desk.show(its_id)["current_round"] == 2
    assert desk.stats() == {"total": 1, "delivered": 1}
    throughput = desk.get("stats.json")["throughput"]
    assert throughput == {
        "created": 1,
        "submitted": 2,
        "approved": 2,
        "delivered": 2,
        "rejected": 1,
        "deleted": 0,
    }
    assert desk.get("stats.json?from=2020-01-01&to=2020-12-31")["throughput"]["created"] == 0


def test_a_completed_task_may_be_sent_back_before_it_is_approved(desk: Desk) -> None:
    its_id = desk.task(submit=True)
    assert desk.show(its_id)["state"] == "completed"
    assert desk.reject(its_id)["task"]["state"] == "rejected"


@pytest.mark.parametrize("step", ["submit", "approve", "reject"])
def test_a_step_that_is_repeated_since_its_answer_was_lost_changes_nothing(desk: Desk, step: str) -> None:
    its_id = desk.task(submit=step != "submit")
    body = {"submit": {"answers": {"weather": "rain"}}, "approve": None, "reject": {"reasons": ["dark"]}}[
        step
    ]
    first = desk.put(f"tasks/{its_id}/{step}.json", body)
    assert desk.put(f"tasks/{its_id}/{step}.json", body) == first
    event = {"submit": "submitted", "approve": "delivered", "reject": "rejected"}[step]
    assert desk.get("stats.json")["throughput"][event] == 1


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("new", "approve"),
        ("new", "reject"),
        ("completed", "submit"),
        ("delivered", "submit"),
        ("rejected", "approve"),
        ("rejected", "reject"),
    ],
)
def test_a_step_that_the_state_does_not_allow_is_refused(desk: Desk, state: str, step: str) -> None:
    its_id = desk.task(submit=state != "new")
    if state == "delivered":
        desk.approve(its_id)
    if state == "rejected":
        desk.reject(its_id, "dark")
    body = {"submit": {"answers": {"weather": "rain"}}, "approve": None, "reject": {"reasons": ["other"]}}[
        step
    ]
    assert refused(desk.ask("PUT", f"tasks/{its_id}/{step}.json", body), 400) == [("InvalidState", None)]


def test_priorities_are_set_one_by_one_or_together(desk: Desk) -> None:
    its_ids = [desk.task() for _ in range(3)]
    assert desk.put(f"tasks/{its_ids[0]}.json", {"priority": -5})["task"]["priority"] == -5
    wanted = [*its_ids[1:], NOBODY, "no id", its_ids[1]]
    told = desk.post("tasks/bulk_update.json", {"task_ids": wanted, "priority": 9})
    assert told == {"count": 2, "updated": 2, "not_found_ids": [NOBODY, "no id"]}
    assert [desk.show(its_id)["priority"] for its_id in its_ids] == [-5, 9, 9]
    assert desk.stats() == {"total": 3, "new": 3}


def test_only_new_tasks_are_deleted_and_for_each_other_it_is_said_why(desk: Desk) -> None:
    new, also, done = desk.task(), desk.task(), desk.task(submit=True)
    told = desk.post("tasks/delete_tasks.json", {"task_ids": [new, done, NOBODY, also, new]})
    assert told["deleted_ids"] == [new, also]
    assert [(error["task_id"], error["index"]) for error in told["errors"]] == [(done, 1), (NOBODY, 2)]
    assert desk.ask("GET", f"tasks/{new}.json").status == 404
    assert desk.stats() == {"total": 1, "completed": 1}
    assert desk.get("stats.json")["throughput"]["deleted"] == 2


def test_what_changes_between_reading_and_writing_many_is_looked_at_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    its_ids = [desk.task() for _ in range(3)]
    seen: list[Task] = []
    get_many = tasks.get_many

    def meanwhile(project: int, wanted: Any) -> Any:
        found = get_many(project, wanted)
        if not seen:
            seen.append(tasks.submit(desk.project, its_ids[1], Answered({}), time.time_ns()))
        return found

    monkeypatch.setattr(tasks, "get_many", meanwhile)
    kept = bulk.delete(desk.project, its_ids, time.time_ns())
    assert [kept[its_id] is None for its_id in its_ids] == [True, False, True]
    assert desk.stats() == {"total": 1, "completed": 1}


# ── What cannot be ──


@pytest.mark.parametrize(
    ("task", "types"),
    [
        ({"data": {"name": "no url"}}, ["InvalidInputSchema"]),
        ({"data": {"url": 7, "name": 8}}, ["InvalidInputSchema"] * 2),
        ({"data": {"url": "s3://1", "output_weather": 7}, "submit": True}, ["InvalidInputSchema"]),
        ({"data": {"url": "x" * drafts.LARGEST}}, ["TaskTooLarge"]),
        ({"data": {"url": "\ud800"}}, ["InvalidTask"]),
        ({"data": {"url": "1", "more": float("nan")}}, ["InvalidTask"]),
        ({"data": {"url": "1", "more": json.loads("[" * 101 + "]" * 101)}}, ["InvalidTask"]),
        ({"data": 7}, [400]),
        ({"data": {"url": "s3://1"}, "priority": "high"}, [400]),
        ({}, [400]),
        (None, [400]),
    ],
)
def test_a_task_that_cannot_be_is_refused(desk: Desk, task: Any, types: list[Any]) -> None:
    assert [type for type, _ in refused(desk.ask("POST", "tasks.json", {"task": task}), 400)] == types
    assert desk.stats() == {}


def test_null_is_nothing_given(desk: Desk) -> None:
    task = {"data": {"url": "s3://1", "name": "x"}, "priority": None, "submit": None, "client_batch_id": None}
    assert desk.post("tasks.json", {"task": task})["task"]["priority"] == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("submit", {"answers": {"weather": 7}}),
        ("submit", {"answers": {"weather": "\ud800"}}),
        ("submit", {"answers": {"weather": "x" * drafts.LARGEST}}),
        ("submit", {"answers": {}, "duration": -1}),
        ("submit", {}),
        ("reject", {"reasons": ["x" * tasks.MOST_REASONS]}),
        ("reject", {"reasons": [float("inf")]}),
        ("reject", {"reasons": "none"}),
    ],
)
def test_what_cannot_be_kept_of_an_answer_or_a_reason_is_refused(desk: Desk, path: str, body: Any) -> None:
    its_id = desk.task(submit=path == "reject")
    assert len(refused(desk.ask("PUT", f"tasks/{its_id}/{path}.json", body), 400)) == 1


@pytest.mark.parametrize("body", ["", "{", "[]", '{"a"', "\x00", '"text"'])
def test_a_body_that_is_not_needed_may_be_anything(desk: Desk, body: str) -> None:
    its_id = desk.task(submit=True)
    assert desk.ask("PUT", f"tasks/{its_id}/approve.json", body).status == 200
    batch = desk.waiting()
    assert desk.ask("POST", f"batches/{batch}/cancel.json", body).status == 200


@pytest.mark.parametrize("path", ["tasks/delivered.json", "tasks/delivered/acknowledge.json"])
def test_a_body_all_of_whose_members_are_optional_may_be_empty(desk: Desk, path: str) -> None:
    assert desk.ask("POST", path, "").status == 200
    assert refused(desk.ask("POST", path, "{"), 400) == [(400, None)]


def test_errors_have_the_familys_form(desk: Desk) -> None:
    assert refused(desk.ask("GET", f"tasks/{NOBODY}.json"), 404) == [(404, None)]
    assert refused(desk.ask("GET", "tasks/no-id.json"), 404) == [(404, None)]
    assert refused(desk.ask("PATCH", "tasks.json", {}), 405) == [(405, None)]
    assert refused(desk.ask("GET", "nothing.json"), 404) == [(404, None)]
    assert refused(desk.ask("GET", "tasks.json", **{"X-Auth-Token": "hb_wrong"}), 401) == [(401, None)]
    for number in ("1", "no-number", "9" * 30, "1.5"):
        reply = desk.team.product.ask(
            "tasks",
            "GET",
            f"/v2/projects/{number}.json",
            headers={"X-Auth-Token": desk.team.product.keys["owner"]},
        )
        assert refused(reply, 404) == [(404, None)]


# ── Who may ──


@pytest.mark.parametrize(
    ("method", "path", "body", "allowed"),
    [
        ("GET", "tasks/{task}.json", None, {"admin", "owner", "reviewer", "annotator"}),
        ("GET", "tasks.json", None, {"admin", "owner", "reviewer", "annotator"}),
        ("PUT", "tasks/{task}/submit.json", {"answers": {}}, {"admin", "owner", "reviewer", "annotator"}),
        ("PUT", "tasks/{done}/approve.json", None, {"admin", "owner", "reviewer"}),
        ("PUT", "tasks/{done}/reject.json", {"reasons": []}, {"admin", "owner", "reviewer"}),
        ("PUT", "tasks/{task}.json", {"priority": 1}, {"admin", "owner"}),
        ("POST", "tasks.json", {"task": {"data": {"url": "1"}}}, {"admin", "owner"}),
        ("POST", "batches.json", {}, {"admin", "owner"}),
        ("POST", "tasks/bulk_update.json", {"task_ids": ["x"], "priority": 1}, {"admin", "owner"}),
        ("POST", "tasks/delete_tasks.json", {"task_ids": ["x"]}, {"admin", "owner"}),
        ("GET", "callbacks.json", None, {"admin", "owner"}),
    ],
)
def test_who_lacks_the_right_is_told_that_nothing_is_there(
    desk: Desk, method: str, path: str, body: Any, allowed: set[str]
) -> None:
    people = ("admin", "owner", "reviewer", "annotator", "user", "other_admin")
    answered = {}
    for name in people:
        filled = path.format(task=desk.task(), done=desk.task(submit=True))
        answered[name] = desk.ask(method, filled, body, by=name).status
    assert {name for name, status in answered.items() if status < 300} == allowed
    assert {status for name, status in answered.items() if name not in allowed} == {404}


def test_a_key_comes_in_the_query_a_token_or_as_a_bearer(desk: Desk) -> None:
    key, path = desk.team.product.keys["owner"], f"/v2/projects/{desk.number}.json"
    ask = desk.team.product.ask
    assert ask("tasks", "GET", f"{path}?access_key={key}").status == 200
    assert ask("tasks", "GET", path, headers={"X-Auth-Token": key}).status == 200
    assert ask("tasks", "GET", path, headers={"Authorization": f"Bearer {key}"}).status == 200
    assert ask("tasks", "GET", path).status == 401
    assert ask("tasks", "GET", f"{path}?access_key=").status == 401


# ── The project ──


def test_a_project_tells_itself_and_its_schemas(desk: Desk) -> None:
    told = desk.get()
    assert (told["id"], told["name"], told["creation_mode"], told["callbacks"]) == (
        desk.number,
        "Garden",
        "sync",
        [],
    )
    assert desk.get("schemas/create_task.json")["required"] == ["url"]
    assert desk.get("schemas/deliver_task.json")["properties"] == {"weather": {"type": "string"}}


def test_times_are_told_in_the_projects_form(desk: Desk) -> None:
    its_id = desk.task(submit=True)
    assert re.fullmatch(r"\d{8}T\d\d:\d\d:\d\d", desk.show(its_id)["created_at"])
    desk.set(time_form="rfc3339")
    shown = desk.show(its_id)
    for told in (shown["created_at"], shown["submitted_at"], desk.get()["created_at"]):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", told)
    batch = desk.batch(desk.waiting())
    assert batch["created_at"].endswith("Z")


def test_tasks_of_an_async_project_wait_for_the_worker(desk: Desk) -> None:
    desk.set(creation_mode="async")
    task = {"task": {"data": {"url": "s3://1"}}}
    assert refused(desk.ask("POST", "tasks.json", task), 400) == [(400, None)]
    desk.set(creation_callback={"url": "https://client.example/created"})
    reply = desk.ask("POST", "tasks.json", task)
    assert (reply.status, reply.document["enqueued"]) == (202, True)
    its_id = reply.document["task"]["id"]
    assert desk.ask("GET", f"tasks/{its_id}.json").status == 404
    assert work() == 1
    assert desk.show(its_id)["state"] == "new"
    (callback,) = desk.get("callbacks.json")["callbacks"]
    assert (callback["kind"], callback["task_id"]) == ("creation", its_id)


def test_the_answers_of_a_task_that_is_handed_in_are_no_ones_but_the_callers(desk: Desk) -> None:
    its_id = desk.task()
    fine(desk.ask("PUT", f"tasks/{its_id}/submit.json", {"answers": {"weather": "rain"}}, by="annotator"))
    found = tasks.get(desk.project, its_id)
    assert found.submitted_by == "annotator@acme.example"
