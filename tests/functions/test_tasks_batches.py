"""Batches: from a request's list or an uploaded file, in the background, each row a task or a reason."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

import boto3
import pytest
from hearback.deadline import Deadline
from hearback.settings import settings
from hearback.storage import owed, transactions
from hearback.tasks import batches, creating, elements
from hearback.tasks.drafts import LARGEST
from hearback.tasks.elements import elements as read_elements

from tests.functions import gateway
from tests.functions.gateway import invoke, sample
from tests.functions.tasking import Desk, refused, rows, work

HOUR = 3600 * 10**9
WHENEVER = Deadline(math.inf)


def file(*urls: str) -> bytes:
    return json.dumps(rows(*urls)).encode()


@pytest.fixture
def short_rounds() -> Iterator[None]:
    """Each round of the worker has time for one transaction of three rows."""
    with (
        mock.patch.object(creating, "CHUNK", 3),
        mock.patch.object(creating, "CALLING_BACK", 3),
        mock.patch.object(gateway.Context, "get_remaining_time_in_millis", return_value=0),
    ):
        yield


def states(batch: dict[str, Any]) -> list[tuple[int, str]]:
    return [(row["index"], row["state"]) for row in batch["tasks"]]


# ── From a request's list ──


def test_a_batch_tells_the_ids_of_its_tasks_before_they_are_there(desk: Desk) -> None:
    made = desk.post("batches.json", {"tasks": rows("1", "2", "3"), "notification_email": None})
    assert isinstance(made["batch_id"], int)
    assert (made["state"], made["total"], made["created"]) == ("creating", 3, 0)
    assert desk.batch(made["batch_id"])["tasks"] == []
    assert work() == 1
    batch = desk.batch(made["batch_id"])
    assert (batch["state"], batch["processed"], batch["created"], batch["failed"]) == ("completed", 3, 3, 0)
    assert [task["id"] for task in batch["tasks"]] == made["task_ids"]
    assert [task["data"]["url"] for task in batch["tasks"]] == ["1", "2", "3"]
    assert {task["batch_id"] for task in batch["tasks"]} == {made["batch_id"]}
    assert desk.stats() == {"total": 3, "new": 3}
    assert desk.show(made["task_ids"][2])["data"] == {"url": "3"}


def test_what_a_row_says_of_its_task_is_kept(desk: Desk) -> None:
    several = [
        {
            "data": {"url": "1", "output_weather": "sunny"},
            "priority": -7,
            "submit": True,
            "client_batch_id": "mine",
        },
        {"data": {"url": "2"}, "priority": None, "submit": None, "client_batch_id": None, "more": 1},
    ]
    desk.post("batches.json", {"tasks": several, "client_batch_id": "the batch's"})
    work()
    one, two = desk.get("tasks.json?omit_answers=false")["tasks"]
    assert (one["state"], one["priority"], one["client_batch_id"]) == ("completed", -7, "mine")
    assert (one["data"], one["answers"]) == ({"url": "1"}, {"weather": "sunny"})
    assert (two["state"], two["priority"], two["client_batch_id"]) == ("new", 0, "the batch's")


BAD_ROWS: list[tuple[Any, str]] = [
    ({"data": {"name": "no url"}}, "InvalidInputSchema"),
    ({"data": {"url": 7}}, "InvalidInputSchema"),
    ({"data": {"url": "1", "output_weather": 7}, "submit": True}, "InvalidInputSchema"),
    ({"data": {"url": "x" * LARGEST}}, "TaskTooLarge"),
    ({"data": {"url": "\ud800"}}, "InvalidTask"),
    ({"data": {"url": "1", "n": float("nan")}}, "InvalidTask"),
    ({"data": {"url": "1", "n": float("inf")}}, "InvalidTask"),
    ({"data": {"url": "1", "n": json.loads("[" * 200 + "]" * 200)}}, "InvalidTask"),
    ({"data": {"url": "1"}, "priority": "high"}, "InvalidPriority"),
    ({"data": {"url": "1"}, "priority": True}, "InvalidPriority"),
    ({"data": {"url": "1"}, "priority": 10**19}, "InvalidPriority"),
    ({"data": {"url": "1"}, "submit": "yes"}, "InvalidTask"),
    ({"data": {"url": "1"}, "client_batch_id": "x" * 501}, "InvalidTask"),
    ({"data": {"url": "1"}, "client_batch_id": "\ud800"}, "InvalidTask"),
    ({"data": {"url": "1"}, "client_batch_id": 7}, "InvalidTask"),
    ({"data": ["1"]}, "InvalidTask"),
    ({}, "InvalidTask"),
    ("a task", "InvalidTask"),
    (None, "InvalidTask"),
    (7, "InvalidTask"),
]


@pytest.mark.parametrize("uploaded", [False, True], ids=["listed", "uploaded"])
def test_a_bad_row_is_told_with_its_reason_and_the_others_are_created(desk: Desk, uploaded: bool) -> None:
    several = [row for bad, _ in BAD_ROWS for row in (bad, *rows("good"))]
    if uploaded:
        batch_id = desk.waiting(json.dumps(several).encode())
        desk.post(f"batches/{batch_id}/continue.json")
    else:
        body = json.dumps({"tasks": several})
        batch_id = desk.post("batches.json", body)["batch_id"]
    work()
    batch = desk.batch(batch_id)
    number = len(BAD_ROWS)
    assert (batch["state"], batch["total"], batch["failed"], batch["created"]) == (
        "completed",
        2 * number,
        number,
        number,
    )
    failed = [row for row in batch["tasks"] if row["state"] == "failed"]
    assert [(row["index"], row["type"]) for row in failed] == [
        (2 * index, type) for index, (_, type) in enumerate(BAD_ROWS)
    ]
    assert all(row["message"] and "data" in row for row in failed)
    assert failed[0]["data"] == {"name": "no url"}
    assert failed[3]["data"].startswith('{"url":"xxx')
    assert len(failed[3]["data"]) < 30_000
    assert states(batch)[1::2] == [(2 * index + 1, "new") for index in range(number)]
    assert desk.stats() == {"total": number, "new": number}
    bare = desk.batch(batch_id, omit_failed_task_data="true")
    assert not any("data" in row for row in bare["tasks"] if row["state"] == "failed")


@pytest.mark.parametrize("tasks", [[], [{}] * 1001, {"0": {}}, "tasks"])
def test_a_list_is_one_of_1_to_1000_tasks(desk: Desk, tasks: Any) -> None:
    assert refused(desk.ask("POST", "batches.json", {"tasks": tasks}), 400) == [(400, None)]


def test_a_page_of_a_batch_has_an_element_for_each_row(desk: Desk) -> None:
    made = desk.post("batches.json", {"tasks": rows("0", "", "2", "3", "4", "", "6")})
    work()
    desk.post("tasks/delete_tasks.json", {"task_ids": [made["task_ids"][3]]})
    pages = [desk.batch(made["batch_id"], page=number, page_size=3) for number in (1, 2, 3, 4)]
    assert [states(page) for page in pages] == [
        [(0, "new"), (1, "failed"), (2, "new")],
        [(3, "deleted"), (4, "new"), (5, "failed")],
        [(6, "new")],
        [],
    ]
    assert pages[1]["tasks"][0]["id"] == made["task_ids"][3]


# ── From a file ──


def test_a_file_is_put_to_an_address_that_is_signed_for_its_media_type(desk: Desk) -> None:
    made = desk.post("batches.json", {"notification_email": None, "tasks_file_name": "python_sdk"})
    assert (made["state"], made["total"], made["task_ids"]) == ("waiting", None, [])
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in made["tasks_put_url"]
    assert re.search(r"X-Amz-SignedHeaders=content-type%3Bhost", made["tasks_put_url"])
    assert 14_390 <= int(re.findall(r"X-Amz-Expires=(\d+)", made["tasks_put_url"])[0]) <= 14_400
    batch = desk.batch(made["batch_id"])
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in batch["tasks_put_url"]
    assert (batch["state"], batch["tasks"], batch["tasks_file_name"]) == ("waiting", [], "python_sdk")


def test_a_file_is_created_in_as_many_rounds_as_it_takes(desk: Desk, short_rounds: None) -> None:
    batch_id = desk.waiting(file("0", "1", "", "3", "4", "5", "6", "7"))
    assert desk.post(f"batches/{batch_id}/continue.json")["batch_id"] == batch_id
    seen = []
    create = creating._create

    def looked_at(*arguments: Any) -> bool:
        done = create(*arguments)
        batch = batches.find(desk.number, batch_id)
        assert batch
        seen.append((str(batch.state), batch.rows, batch.failed, batch.total))
        return done

    with mock.patch.object(creating, "_create", looked_at):
        assert work() == 4  # the last one finds nothing left
    assert seen == [
        ("creating", 3, 1, None),
        ("creating", 6, 1, None),
        ("creating", 8, 1, None),
        ("completed", 8, 1, 8),
    ]
    urls = [row.get("data", {}).get("url") for row in desk.batch(batch_id)["tasks"]]
    assert urls == ["0", "1", None, "3", "4", "5", "6", "7"]
    assert desk.stats() == {"total": 7, "new": 7}
    assert owed.sweep(time.time_ns() + HOUR, 1).sent == 0


def test_to_continue_again_is_fine_and_creates_nothing_twice(desk: Desk) -> None:
    batch_id = desk.waiting(file("0", "1"))
    for _ in range(2):
        assert desk.post(f"batches/{batch_id}/continue.json")["state"] == "creating"
    work()
    desk.upload(batch_id, file("0", "1", "2"))
    assert desk.post(f"batches/{batch_id}/continue.json")["state"] == "completed"
    assert invoke("task_creation", message(desk, batch_id)) == {"batchItemFailures": []}
    assert work() == 0
    assert desk.stats() == {"total": 2, "new": 2}


def message(desk: Desk, batch_id: int) -> dict[str, Any]:
    event = sample("task_creation", "batch")
    event["Records"][0]["body"] = json.dumps({"project": desk.number, "batch": batch_id})
    return event


@pytest.mark.parametrize(
    ("content", "created", "why"),
    [
        (None, 0, "was not uploaded"),
        (b"", 0, r"begin with \["),
        (b'{"tasks": []}', 0, r"begin with \["),
        (b"[" * 100_000, 0, "nested too deeply"),
        (b'[{"data": {"url": "1"}}, {"data"', 1, "cut off|Expecting"),
        (b'[{"data": {"url": "1"}}] ]', 1, "behind its end"),
        (b'[{"data": {"url": "1"}} {}]', 1, "belongs"),
        (b'[{"data": {"url": "\xff"}}]', 0, "not UTF-8"),
    ],
)
def test_a_file_that_is_no_array_fails_the_batch_and_says_why(
    desk: Desk, content: bytes | None, created: int, why: str
) -> None:
    batch_id = desk.waiting(content)
    desk.post(f"batches/{batch_id}/continue.json")
    assert work() == 1
    batch = desk.batch(batch_id)
    # What was read before the fault and did not fill a transaction is not created.
    assert batch["state"] == "failed"
    assert batch["created"] <= created
    assert re.search(why, batch["message"])
    assert refused(desk.ask("POST", f"batches/{batch_id}/continue.json"), 400) == [("InvalidState", None)]
    assert owed.sweep(time.time_ns() + HOUR, 1).sent == 0


def test_an_empty_array_is_a_batch_of_nothing(desk: Desk) -> None:
    batch_id = desk.waiting(b" [ ] ")
    desk.post(f"batches/{batch_id}/continue.json")
    work()
    batch = desk.batch(batch_id)
    assert (batch["state"], batch["total"], batch["tasks"]) == ("completed", 0, [])


def test_a_file_that_is_replaced_while_its_tasks_are_created_is_not_mixed_with_the_other(
    desk: Desk, short_rounds: None
) -> None:
    batch_id = desk.waiting(file("0", "1", "2", "3"))
    desk.post(f"batches/{batch_id}/continue.json")
    invoke("task_creation", message(desk, batch_id))
    desk.upload(batch_id, file("a", "b", "c", "d"))
    work()
    batch = desk.batch(batch_id)
    assert (batch["state"], batch["created"]) == ("failed", 3)
    assert "replaced" in batch["message"]
    assert [row["data"]["url"] for row in batch["tasks"]] == ["0", "1", "2"]


def test_the_same_file_put_again_while_its_tasks_are_created_is_no_other(
    desk: Desk, short_rounds: None
) -> None:
    batch_id = desk.waiting(file("0", "1", "2", "3"))
    desk.post(f"batches/{batch_id}/continue.json")
    invoke("task_creation", message(desk, batch_id))
    desk.upload(batch_id, file("0", "1", "2", "3"))
    work()
    assert desk.batch(batch_id)["state"] == "completed"
    assert desk.stats() == {"total": 4, "new": 4}


def test_a_row_that_does_not_end_does_not_fill_the_memory(desk: Desk) -> None:
    with (
        mock.patch.object(elements, "LARGEST", 1_000),
        pytest.raises(elements.Malformed, match="1000 characters"),
    ):
        list(read_elements(iter([b'["', *[b"x" * 100] * 100])))


# ── Cancelled, expired ──


def test_a_batch_is_cancelled_before_and_while_it_is_created(desk: Desk, short_rounds: None) -> None:
    waiting = desk.waiting()
    assert desk.post(f"batches/{waiting}/cancel.json")["state"] == "cancelled"
    assert desk.post(f"batches/{waiting}/cancel.json")["batch_id"] == waiting
    assert refused(desk.ask("POST", f"batches/{waiting}/continue.json"), 400) == [("InvalidState", None)]
    begun = desk.waiting(file("0", "1", "2", "3", "4"))
    desk.post(f"batches/{begun}/continue.json")
    invoke("task_creation", message(desk, begun))
    assert desk.post(f"batches/{begun}/cancel.json")["state"] == "cancelled"
    work()
    batch = desk.batch(begun)
    assert (batch["state"], batch["created"], len(batch["tasks"])) == ("cancelled", 3, 3)
    assert owed.sweep(time.time_ns() + HOUR, 1).sent == 0


def test_a_cancelled_batch_stays_so_though_its_last_chunk_is_being_created(desk: Desk) -> None:
    batch_id = desk.waiting(file("0"))
    desk.post(f"batches/{batch_id}/continue.json")
    create = creating._create_chunk

    def then_cancel(*arguments: Any) -> Any:
        after = create(*arguments)
        batches.cancel(desk.project, str(batch_id), time.time_ns())
        return after

    with mock.patch.object(creating, "_create_chunk", then_cancel):
        creating.carry_on({"project": desk.number, "batch": batch_id}, WHENEVER, time.time_ns())
    assert (desk.batch(batch_id)["state"], desk.stats()) == ("cancelled", {"total": 1, "new": 1})


def test_a_batch_that_is_over_cannot_be_cancelled(desk: Desk) -> None:
    made = desk.post("batches.json", {"tasks": rows("1")})
    work()
    path = f"batches/{made['batch_id']}/cancel.json"
    assert refused(desk.ask("POST", path), 400) == [("InvalidState", None)]


def test_after_four_hours_a_batch_waits_no_longer(desk: Desk) -> None:
    batch_id = desk.waiting(file("0"))
    with mock.patch.object(batches, "UPLOAD", -1):
        batch = desk.batch(batch_id)
        assert (batch["state"], "tasks_put_url" in batch) == ("expired", False)
        for action in ("continue", "cancel"):
            reply = desk.ask("POST", f"batches/{batch_id}/{action}.json")
            assert refused(reply, 400) == [("InvalidState", None)]
    assert work() == 0


@pytest.mark.parametrize("batch_id", ["1", "9" * 16, "9" * 40, "none", "²"])
def test_an_unknown_batch_is_not_found(desk: Desk, batch_id: str) -> None:
    for method, path in (("GET", ""), ("POST", "/continue"), ("POST", "/cancel")):
        assert refused(desk.ask(method, f"batches/{batch_id}{path}.json"), 404) == [(404, None)]


# ── The worker ──


def test_work_that_is_over_or_unknown_is_no_failure(desk: Desk) -> None:
    assert invoke("task_creation", sample("task_creation", "batch")) == {"batchItemFailures": []}
    assert invoke("task_creation", sample("task_creation", "next_round")) == {"batchItemFailures": []}


def test_a_batch_whose_message_was_never_sent_is_found_by_the_sweep(desk: Desk) -> None:
    with mock.patch.object(owed, "send"):
        made = desk.post("batches.json", {"tasks": rows("1")})
    assert work() == 0
    assert owed.sweep(time.time_ns() + HOUR, 1).sent == 1
    assert work() == 1
    assert desk.batch(made["batch_id"])["state"] == "completed"


def test_a_batch_whose_project_is_gone_fails(desk: Desk) -> None:
    made = desk.post("batches.json", {"tasks": rows("1")})
    number, batch_id = desk.number, made["batch_id"]
    assert desk.team.owner.delete(f"projects/{desk.team.project}").status == 204
    work()
    batch = batches.find(number, batch_id)
    assert batch
    assert (batch.state, batch.message) == ("failed", "the project is gone")


def test_every_row_owes_its_creation_callback_and_no_more(desk: Desk, short_rounds: None) -> None:
    desk.set(creation_callback={"url": "https://client.example/created"}, time_form="rfc3339")
    made = desk.post("batches.json", {"tasks": rows("0", "", "2", "3", "")})
    work()
    told = desk.get("callbacks.json")["callbacks"]
    assert sorted(callback["task_id"] for callback in told) == made["task_ids"]
    bodies = {item["task_id"]["S"]: json.loads(item["body"]["S"]) for item in callback_items()}
    good, bad = bodies[made["task_ids"][0]], bodies[made["task_ids"][1]]
    assert good["task"].keys() == {"id", "project_id", "created_at", "state", "data", "answers"}
    assert good["task"]["created_at"].endswith("Z")
    assert bad == {
        "success": False,
        "errors": [
            {
                "task_id": made["task_ids"][1],
                "type": "InvalidInputSchema",
                "message": 'data: "url" is a required property',
                "request_data": {"name": "no url"},
            }
        ],
    }


def callback_items() -> list[dict[str, Any]]:
    found = boto3.client("dynamodb").scan(TableName=settings().callback_table)["Items"]
    return [item for item in found if item["pk"]["S"].startswith("callbacks#")]


def test_large_rows_go_in_transactions_that_fit(desk: Desk) -> None:
    batch_id = desk.waiting(file(*["x" * 340_000] * 11))
    desk.post(f"batches/{batch_id}/continue.json")
    sizes = []

    def weighed(writes: list[dict[str, Any]]) -> None:
        sizes.append(sum(len(json.dumps(write)) for write in writes))
        transactions.transact(writes)

    with mock.patch.object(creating, "transact", weighed):
        work()
    assert desk.batch(batch_id, page_size=1)["created"] == 11
    assert len(sizes) == 2
    assert max(sizes) < 4_000_000
