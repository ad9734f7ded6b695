"""Lists of tasks and of deliveries: filters, pages, and what is out of order."""

from __future__ import annotations

import itertools
import time
from typing import Any
from unittest import mock

import pytest
from hearback.deadline import Deadline
from hearback.errors import TooDeep
from hearback.tasks import batches, creating, lists, tasks
from hearback.tasks.lists import Page, Wanted
from hearback.tasks.tasks import Answered
from hearback.timestamps import SECOND

from tests.functions.tasking import Desk, refused, rows, work

MINUTE = 60 * SECOND
WHENEVER = Deadline.after(3600)


def urls(document: dict[str, Any]) -> list[str]:
    return [task["data"]["url"] for task in document["tasks"]]


def walk(desk: Desk, path: str, size: int) -> list[list[str]]:
    """The pages as a client walks them: until one is not full."""
    pages = []
    mark = "&" if "?" in path else "?"
    for number in itertools.count(1):
        pages.append(urls(desk.get(f"{path}{mark}page={number}&page_size={size}")))
        if len(pages[-1]) < size:
            return pages
    raise AssertionError


def test_tasks_are_listed_in_the_order_in_which_they_were_begun(desk: Desk) -> None:
    for urls_of_batch in (("a1", "a2", "", "a4"), ("b1",)):
        desk.post("batches.json", {"tasks": rows(*urls_of_batch)})
        time.sleep(1.01)  # ids begin with the second
    desk.task("s1")
    work()
    assert walk(desk, "tasks.json", 2) == [["a1", "a2"], ["a4", "b1"], ["s1"]]
    assert walk(desk, "tasks.json?state=new", 5) == [["a1", "a2", "a4", "b1", "s1"], []]


@pytest.fixture
def sorts(desk: Desk) -> dict[str, str]:
    """A task of each kind, by name; its id."""
    made = {
        "new": desk.task("new", priority=5),
        "done": desk.task("done", submit=True),
        "delivered": desk.delivered(url="delivered"),
        "rejected": desk.delivered(url="rejected"),
    }
    desk.reject(made["rejected"])
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"new", "done", "delivered", "rejected"}),
        ("state=new", {"new"}),
        ("state=completed", {"done"}),
        ("state=delivered", {"delivered"}),
        ("state=in%20progress", set()),
        ("priority=5", {"new"}),
        ("priority=5&state=completed", set()),
        ("batch_id=7", set()),
        ("client_batch_id=mine", set()),
        ("date_type=submitted&from=2020-01-01", {"done", "delivered", "rejected"}),
        ("date_type=completion_date&from=2020-01-01", {"done", "delivered", "rejected"}),
        ("date_type=creation_date&from=20200101T00:00:00", {"new", "done", "delivered", "rejected"}),
        ("date_type=delivered&from=2020-01-01&state=delivered", {"delivered"}),
        ("date_type=updated_at&to=2020-01-01T00:00:00Z", set()),
        ("to=2020-01-01T00:00:00Z", set()),
        ("from=2100-01-01T00:00:00Z", set()),
    ],
)
def test_a_filter_says_which_tasks_are_meant(
    desk: Desk, sorts: dict[str, str], query: str, found: set[str]
) -> None:
    assert set(urls(desk.get(f"tasks.json?{query}"))) == found


@pytest.mark.parametrize(
    "query", ["state=gone", "date_type=birth", "from=yesterday", "page=0", "page_size=101"]
)
def test_a_filter_that_cannot_be_is_refused(desk: Desk, query: str) -> None:
    assert refused(desk.ask("GET", f"tasks.json?{query}"), 400) == [(400, None)]


def test_answers_are_left_out_unless_they_are_asked_for(desk: Desk, sorts: dict[str, str]) -> None:
    assert all("answers" not in task for task in desk.get("tasks.json")["tasks"])
    assert all("answers" in task for task in desk.get("tasks.json?omit_answers=false")["tasks"])


def test_a_time_that_an_answer_tells_finds_the_task_again(desk: Desk) -> None:
    its_id = desk.task()
    told = desk.show(its_id)["created_at"]
    assert len(desk.get(f"tasks.json?from={told}&to={told}")["tasks"]) == 1
    desk.set(time_form="rfc3339")
    told = desk.show(its_id)["created_at"]
    assert len(desk.get(f"tasks.json?from={told}&to={told}")["tasks"]) == 1


def test_batches_are_found_by_their_ids_and_by_their_clients_names(desk: Desk) -> None:
    ours = desk.post("batches.json", {"tasks": rows("1", "2"), "client_batch_id": "spring 7"})["batch_id"]
    theirs = desk.post("batches.json", {"tasks": rows("3"), "client_batch_id": "spring 8"})["batch_id"]
    waiting = desk.waiting()
    work()
    assert urls(desk.get(f"tasks.json?batch_id={ours}")) == ["1", "2"]
    assert urls(desk.get(f"tasks.json?batch_id={theirs}&state=new")) == ["3"]
    assert urls(desk.get(f"tasks.json?batch_id={waiting}")) == []
    assert urls(desk.get("tasks.json?client_batch_id=spring%207")) == ["1", "2"]
    assert urls(desk.get("tasks.json?client_batch_id=spring")) == []
    named = "client_batch_id=spring&client_batch_id_match_type=contains"
    assert sorted(urls(desk.get(f"tasks.json?{named}"))) == ["1", "2", "3"]  # begun in the same second


def test_tasks_of_a_batch_that_waited_long_for_its_file_are_found_by_their_own_times(desk: Desk) -> None:
    now = time.time_ns()
    batch = batches.begin_upload(desk.project, batches.About(), now - 180 * MINUTE)
    desk.upload(batch.id, b'[{"data": {"url": "late"}}]')
    batches.go_on(desk.project, str(batch.id), now - MINUTE)
    work()
    since = Wanted(since=now - 10 * MINUTE)
    assert [task.data["url"] for task in lists.tasks(desk.project, since, Page(1, 10), WHENEVER)] == ["late"]


def test_tasks_whose_creation_took_long_are_found_by_the_times_that_they_tell(desk: Desk) -> None:
    now = time.time_ns()
    for late in (MINUTE, 10 * MINUTE, 600 * MINUTE):
        batch = batches.begin_inline(desk.project, rows("late"), batches.About(), now)
        message = {"project": desk.number, "batch": batch.id}
        creating.carry_on(message, WHENEVER, now + late)
        (task,) = batches.rows(batches.find(desk.number, batch.id), 0, 1).tasks  # type: ignore[arg-type]
        exactly = Wanted(since=task.created_at, until=task.created_at)
        assert task.id in [found.id for found in lists.tasks(desk.project, exactly, Page(1, 10), WHENEVER)]


def test_pages_walked_while_tasks_leave_the_list_skip_none_that_stay(desk: Desk) -> None:
    made = desk.post("batches.json", {"tasks": rows(*(f"{number:02}" for number in range(12)))})
    work()
    seen = []
    with mock.patch.object(lists, "_WORTH_A_PLACE", 1):
        for number in (1, 2, 3):
            page = desk.get(f"tasks.json?state=new&page={number}&page_size=4")
            seen += urls(page)
            for task in page["tasks"]:
                tasks.submit(desk.project, task["id"], Answered({}), time.time_ns())
    assert seen == [f"{number:02}" for number in range(12)]
    assert len(made["task_ids"]) == 12


def test_more_than_one_request_can_look_through_is_refused_and_not_cut_short(desk: Desk) -> None:
    for number in range(5):
        desk.task(str(number))
    with mock.patch.object(lists, "MOST_ROWS", 4):
        reply = desk.ask("GET", "tasks.json?priority=9&page_size=2")
        assert refused(reply, 400) == [(400, None)]
        assert len(desk.get("tasks.json?page_size=4")["tasks"]) == 4
    with pytest.raises(TooDeep):
        lists.tasks(desk.project, Wanted(priority=9), Page(1, 2), Deadline.after(-1))


# ── The log of deliveries ──


def test_deliveries_are_listed_in_their_order_and_only_while_they_hold(desk: Desk) -> None:
    first, second, third = (desk.task(url, submit=True) for url in "abc")
    for its_id in (second, first, third):
        desk.approve(its_id)
    assert walk(desk, "tasks/delivered.json", 2) == [["b", "a"], ["c"]]
    desk.reject(first)
    assert walk(desk, "tasks/delivered.json", 2) == [["b", "c"], []]
    desk.put(f"tasks/{first}/submit.json", {"answers": {"weather": "rain"}})
    desk.approve(first)
    (again,) = [task for task in desk.get("tasks/delivered.json")["tasks"] if task["id"] == first]
    assert (again["answers"], again["current_round"]) == ({"weather": "rain"}, 2)
    assert walk(desk, "tasks/delivered.json", 3) == [["b", "c", "a"], []]


def test_deliveries_are_found_by_time_task_and_batch(desk: Desk) -> None:
    several = [{"data": {"url": url}, "submit": True} for url in ("1", "2")]
    made = desk.post("batches.json", {"tasks": several, "client_batch_id": "spring 7"})
    work()
    alone = desk.task("alone", submit=True)
    for its_id in (*made["task_ids"], alone):
        desk.approve(its_id)
    undelivered = desk.task("not yet", submit=True)
    path = "tasks/delivered.json"
    assert urls(desk.get(f"{path}?batch_id={made['batch_id']}")) == ["1", "2"]
    assert urls(desk.get(f"{path}?client_batch_id=spring&client_batch_id_match_type=contains")) == ["1", "2"]
    assert urls(desk.get(f"{path}?task_id={alone}")) == ["alone"]
    assert urls(desk.get(f"{path}?task_id={alone}&page=2")) == []
    assert urls(desk.get(f"{path}?task_id={alone}&batch_id={made['batch_id']}")) == []
    assert urls(desk.get(f"{path}?task_id={undelivered}")) == []
    assert urls(desk.get(f"{path}?task_id=none")) == []
    told = desk.show(alone)["delivered_at"]
    assert "alone" in urls(desk.get(f"{path}?from={told}"))
    assert urls(desk.get(f"{path}?from=2100-01-01")) == []
    assert urls(desk.get(f"{path}?from=2100-01-01&task_id={alone}")) == []
