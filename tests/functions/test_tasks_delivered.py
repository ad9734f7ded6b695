"""Deliveries since a consumer's last call: each once, and again while it is leased."""

from __future__ import annotations

import time
from typing import Any
from unittest import mock

import pytest
from hearback.deadline import Deadline
from hearback.tasks import delivered, tasks
from hearback.tasks.lists import Wanted

from tests.functions.tasking import Desk, refused, rows, work

TAKE = "tasks/delivered.json"
WHENEVER = Deadline.after(3600)


def take(desk: Desk, by: str = "owner", **form: Any) -> list[str]:
    return [task["data"]["url"] for task in desk.post(TAKE, form, by)["tasks"]]


def deliver(desk: Desk, *urls: str) -> list[str]:
    return [desk.delivered(url=url) for url in urls]


def test_a_consumer_is_given_each_delivery_once_and_every_consumer_each(desk: Desk) -> None:
    deliver(desk, "a", "b", "c")
    assert take(desk, limit=2) == ["a", "b"]
    assert take(desk, consumer="warehouse") == ["a", "b", "c"]
    assert take(desk, consumer=None, limit=2) == ["c"]
    assert take(desk) == []
    deliver(desk, "d")
    assert take(desk) == ["d"]
    assert take(desk, consumer="warehouse") == ["d"]


def test_a_task_that_is_sent_back_comes_again_when_it_is_delivered_again(desk: Desk) -> None:
    first, _ = deliver(desk, "a", "b")
    desk.reject(first)
    assert take(desk) == ["b"]
    desk.put(f"tasks/{first}/submit.json", {"answers": {}})
    desk.approve(first)
    assert take(desk) == ["a"]


def test_a_page_is_given_again_while_it_is_leased(desk: Desk) -> None:
    deliver(desk, "a", "b", "c")
    assert take(desk, replay=True) == []
    assert take(desk, limit=2) == ["a", "b"]
    assert take(desk, replay=True) == ["a", "b"]
    assert take(desk, replay=True) == ["a", "b"]
    assert take(desk) == ["c"]
    assert take(desk, replay=True) == ["c"]
    assert take(desk) == []
    assert take(desk, replay=True) == ["c"]
    assert desk.post("tasks/delivered/acknowledge.json", {}) == {"acknowledged": 1}
    assert take(desk, replay=True) == []
    assert desk.post("tasks/delivered/acknowledge.json", {}) == {"acknowledged": 0}


def test_a_lease_ends_by_itself(desk: Desk) -> None:
    deliver(desk, "a")
    now = time.time_ns()
    assert len(delivered.next_page(desk.project, "c", Wanted(), 10, WHENEVER, now).tasks) == 1
    assert len(delivered.replay(desk.project, "c", now + delivered.LEASE - 1).tasks) == 1
    assert delivered.replay(desk.project, "c", now + delivered.LEASE).tasks == []


def test_what_is_sent_back_meanwhile_is_not_given_again(desk: Desk) -> None:
    first, _ = deliver(desk, "a", "b")
    assert take(desk) == ["a", "b"]
    desk.reject(first)
    assert take(desk, replay=True) == ["b"]


def test_a_consumer_is_in_another_place_of_each_list_that_it_reads(desk: Desk) -> None:
    several = [{"data": {"url": url}, "submit": True} for url in ("1", "2")]
    made = desk.post("batches.json", {"tasks": several, "client_batch_id": "spring|7"})
    work()
    for its_id in made["task_ids"]:
        desk.approve(its_id)
    deliver(desk, "a")
    batch_id = made["batch_id"]
    assert take(desk, consumer="c", batch_id=batch_id) == ["1", "2"]
    assert take(desk, consumer="c", batch_id=batch_id) == []
    assert take(desk, consumer="c", client_batch_id="spring", client_batch_id_match_type="contains") == [
        "1",
        "2",
    ]
    assert take(desk, consumer="c", client_batch_id="spring|7") == ["1", "2"]
    assert take(desk, consumer="c|", client_batch_id="spring|7") == ["1", "2"]
    assert take(desk, consumer="c") == ["1", "2", "a"]
    assert take(desk, consumer="c", batch_id=batch_id, replay=True) == ["1", "2"]


def test_the_names_of_consumers_may_be_anything(desk: Desk) -> None:
    deliver(desk, "a")
    for name in ("ä" * 200, "a#b", "\u0000", " "):
        assert take(desk, consumer=name, client_batch_id="ü" * 500) == []
        assert take(desk, consumer=name) == ["a"]
        assert take(desk, consumer=name) == []
    assert refused(desk.ask("POST", TAKE, {"consumer": "x" * 201}), 400) == [(400, None)]


def test_a_page_holds_no_more_than_one_answer_can(desk: Desk) -> None:
    deliver(desk, *("x" * 30_000 for _ in range(4)))
    with mock.patch.object(delivered, "MOST_BYTES", 70_000):
        told = desk.post(TAKE, {})
        assert (len(told["tasks"]), told["more"]) == (2, True)
        told = desk.post(TAKE, {})
        assert (len(told["tasks"]), told["more"]) == (2, False)
    with mock.patch.object(delivered, "MOST_BYTES", 10):
        desk.post(TAKE, {"consumer": "other"})
        assert len(desk.post(TAKE, {"consumer": "other"})["tasks"]) == 1


def test_a_delivery_whose_transaction_commits_late_is_not_lost(desk: Desk) -> None:
    early, late = desk.task("early", submit=True), desk.task("late", submit=True)
    now = time.time_ns()
    tasks.approve(desk.project, early, now)
    assert take(desk) == ["early"]
    tasks.approve(desk.project, late, now - 59 * 10**9)
    assert take(desk) == ["late"]
    assert take(desk) == []


def test_a_log_of_others_batches_moves_the_consumer_on_and_fills_nothing(desk: Desk) -> None:
    made = desk.post("batches.json", {"tasks": rows("later")})
    work()
    deliver(desk, "a", "b", "c")
    assert take(desk, batch_id=made["batch_id"]) == []
    kept = delivered._read(desk.number, f'["default", {made["batch_id"]}, null, false]')
    assert kept.cursor > 0
    assert (kept.recent, kept.leased) == ([], [])


@pytest.mark.parametrize("person", ["reviewer", "annotator"])
def test_every_member_may_take_deliveries(desk: Desk, person: str) -> None:
    deliver(desk, "a")
    assert take(desk, by=person) == ["a"]
