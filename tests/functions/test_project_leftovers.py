"""What a deleted project leaves in the tasks API goes too: tasks, feedback, batches, callbacks, secrets."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hearback import clients
from hearback.callbacks import admission, keys, owing, store
from hearback.callbacks.items import callback_from
from hearback.callbacks.model import Admission
from hearback.dataset import deleting
from hearback.deadline import Deadline
from hearback.settings import settings
from hearback.storage import owed, reads
from hearback.storage.transactions import transact
from hearback.tasks import removing

from tests.functions.labelling import Team
from tests.functions.tasking import Desk, begin, fine, rows, work

RECEIVER = {"url": "https://hooks.acme.example/", "authentication": {"mode": "token", "token": "planted"}}


def later() -> int:
    """When no request can add to what a project left, by the clock of the test: not of its collection."""
    return time.time_ns() + 10 * deleting.TASKS_LATER


@pytest.fixture
def desk(team: Team) -> Desk:
    desk = begin(team)
    desk.set(creation_callback=RECEIVER, delivery_callback=RECEIVER)
    return desk


def left(desk: Desk) -> list[str]:
    """The partitions of all that is kept under the project's number."""
    found = []
    for table in (settings().task_table, settings().callback_table, settings().feedback_table):
        for page in clients.dynamodb().get_paginator("scan").paginate(TableName=table):
            found += [item["pk"]["S"] for item in page["Items"]]
    return sorted(found)


def files() -> list[str]:
    listed = clients.s3().list_objects_v2(Bucket=settings().transfer_bucket).get("Contents", [])
    return [found["Key"] for found in listed]


def secrets(desk: Desk) -> list[str]:
    """Those of this project: other tests leave some of theirs."""
    names = [secret["Name"] for secret in clients.secrets().list_secrets()["SecretList"]]
    return [name for name in names if name == f"{settings().callback_secrets}/{desk.team.project}"]


def sweep_and_work(now: int) -> int:
    """How many messages the worker got."""
    owed.sweep(now, 1)
    return work("dataset_upkeep", "upkeep", "delete_tasks")


def fill(desk: Desk) -> None:
    """Something of each kind."""
    desk.post("batches.json", {"tasks": rows("s3://1", "", "s3://2")})
    desk.waiting()
    work()
    task = desk.delivered()
    place = f"/v2/projects/{desk.number}/tasks/{task}/rounds/1/feedbacks.json"
    entry = {"type": "field", "field": "weather", "error_type": "Missing Metadata"}
    key = {"X-Auth-Token": desk.team.product.keys["owner"], "Content-Type": "application/json"}
    body = json.dumps({"feedbacks": [entry]})
    fine(desk.team.product.ask("task_feedback", "POST", place, body, key))
    desk.post("tasks/delivered.json", {"consumer": "me"})


def test_all_that_a_deleted_project_left_is_removed_when_no_request_can_add_to_it(desk: Desk) -> None:
    fill(desk)
    kinds = {partition.partition("#")[0] for partition in left(desk)}
    assert kinds == {"tasks", "batches", "failures", "counts", "delivered", "consumers"} | {
        "callbacks",
        "reviews",
        "quality",
    }
    assert secrets(desk)
    assert desk.team.owner.delete(f"projects/{desk.team.project}").status == 204
    assert desk.ask("GET", "tasks.json").status == 404
    assert sweep_and_work(time.time_ns() + deleting.TASKS_LATER // 2) == 0
    assert sweep_and_work(later()) == 1
    assert left(desk) == []
    assert secrets(desk) == []


def test_callbacks_that_are_parked_go_with_their_debts(desk: Desk) -> None:
    desk.delivered()
    several = [callback_from(item) for item in reads.every(keys.callbacks(int(desk.number)))]
    assert several
    for found in several:
        parked = found._replace(admission=Admission.PARKED)
        transact([store.replace(found, parked), owing.park(parked, admission.lane(parked), later())])
    assert desk.team.owner.delete(f"projects/{desk.team.project}").status == 204
    assert sweep_and_work(later()) == 1
    assert left(desk) == []
    debts = clients.dynamodb().scan(TableName=settings().owed_table)["Items"]
    assert [debt for debt in debts if "parked" in debt["lane"]["S"]] == []


def test_its_lists_of_tasks_go_too(desk: Desk) -> None:
    desk.post("batches.json", {"tasks": rows("s3://1")})
    desk.waiting(b"[]")
    theirs = f"task-files/{desk.number}1/1-1.json"
    clients.s3().put_object(Bucket=settings().transfer_bucket, Key=theirs, Body=b"[]")
    assert len(files()) == 3
    desk.team.owner.delete(f"projects/{desk.team.project}")
    sweep_and_work(later())
    assert files() == [theirs]


def test_nothing_of_it_is_owed_any_more(desk: Desk) -> None:
    fill(desk)
    desk.team.owner.delete(f"projects/{desk.team.project}")
    sweep_and_work(later())
    rest = clients.dynamodb().scan(TableName=settings().owed_table)["Items"]
    assert rest == []


def test_it_goes_on_where_time_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(desk)
    desk.team.owner.delete(f"projects/{desk.team.project}")
    message: dict[str, Any] = {"delete": "tasks", "id": desk.team.project, "number": desk.number}
    passed_on: list[Any] = []
    monkeypatch.setattr(owed, "pass_on", lambda queue, message: passed_on.append((queue, message)))
    removing.carry_on(message, Deadline.after(-1), time.time_ns())
    assert passed_on == [("upkeep", message)]
    assert secrets(desk)
    removing.carry_on(message, Deadline.after(60), time.time_ns())
    assert left(desk) == []
    removing.carry_on(message, Deadline.after(60), time.time_ns())  # once more is fine
