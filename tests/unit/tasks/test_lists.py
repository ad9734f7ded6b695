"""What lists cost: walking through the pages reads each row about once, wherever the page is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from unittest import mock

import pytest
from hearback.deadline import Deadline
from hearback.tasks import delivered, ids, items, keys, lists
from hearback.tasks.lists import Page, Wanted
from hearback.tasks.model import State, Task
from hearback.timestamps import DAY, SECOND

from tests.unit.tasks.tables import NUMBER, PROJECT, Tables, tables

BEGAN = 1_700_000_000 * SECOND
WHENEVER = Deadline.after(10**6)
TASKS = 3_000
SIZE = 100


@pytest.fixture
def full() -> Iterator[Tables]:
    """A batch of delivered tasks, each in the log."""
    with tables() as made:
        for row in range(TASKS):
            its_id = ids.in_batch(7, BEGAN, row)
            data = {"url": f"https://images.example/{row:06}.jpg", "name": "x" * 300}
            task = Task(
                its_id,
                NUMBER,
                "acme",
                State.DELIVERED,
                0,
                data,
                {},
                BEGAN,
                BEGAN,
                7,
                row,
                delivered_at=BEGAN + row,
            )
            made.put(items.task_item(task))
            made.put(items.delivery_item(task))
        yield made


Listing = Callable[[Page], list[Task]]
LISTINGS: dict[str, Listing] = {
    "all": lambda page: lists.tasks(PROJECT, Wanted(), page, WHENEVER),
    "one state": lambda page: lists.tasks(PROJECT, Wanted(state=State.DELIVERED), page, WHENEVER),
    "delivered": lambda page: lists.delivered(PROJECT, Wanted(), page, WHENEVER),
    "delivered of a batch": lambda page: lists.delivered(PROJECT, Wanted(batch_id=7), page, WHENEVER),
}


@pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS)
def test_a_walk_through_the_pages_costs_what_they_return(full: Tables, listing: Listing) -> None:
    seen, units, calls = [], [], []
    for number in range(1, TASKS // SIZE + 2):
        full.read_units, full.calls = 0.0, []
        seen += [task.row for task in listing(Page(number, SIZE))]
        units.append(full.read_units)
        calls.append(len(full.calls))
    assert seen == list(range(TASKS))
    # The second page is read with the way to it; from there on, each begins where the last one ended.
    assert max(units[2:]) <= 1.1 * units[0]
    assert max(calls[2:]) <= calls[0] + 4
    assert sum(units) <= 1.1 * len(units) * units[0] + units[0]


def test_a_page_that_nobody_walked_to_is_found_as_well(full: Tables) -> None:
    page = lists.tasks(PROJECT, Wanted(), Page(21, SIZE), WHENEVER)
    assert [task.row for task in page] == list(range(2_000, 2_100))


def test_where_a_page_begins_is_forgotten_after_a_day(full: Tables) -> None:
    for number in (1, 2):
        lists.tasks(PROJECT, Wanted(), Page(number, SIZE), WHENEVER)
    for row in range(SIZE):
        full.remove(_place(ids.in_batch(7, BEGAN, row)))
    third = Page(3, SIZE)
    assert lists.tasks(PROJECT, Wanted(), third, WHENEVER)[0].row == 200
    later = time.time_ns() + 2 * DAY
    with mock.patch.object(time, "time_ns", return_value=later):
        assert lists.tasks(PROJECT, Wanted(), third, WHENEVER)[0].row == 300


def _place(task_id: str) -> tuple[str, str]:
    key = keys.task(NUMBER, task_id)
    return key["pk"]["S"], key["sk"]["S"]


def test_a_time_narrows_what_is_read(full: Tables) -> None:
    full.read_units = 0.0
    assert lists.tasks(PROJECT, Wanted(since=BEGAN + DAY), Page(1, SIZE), WHENEVER) == []
    assert lists.tasks(PROJECT, Wanted(until=BEGAN - SECOND), Page(1, SIZE), WHENEVER) == []
    assert full.read_units <= 2 * ids.SHARDS


def test_a_page_of_a_consumer_costs_what_it_hands_out(full: Tables) -> None:
    """And one row more, which tells whether there is more."""
    full.read_units = 0.0
    page = delivered.next_page(PROJECT, "warehouse", Wanted(), SIZE, WHENEVER, BEGAN)
    assert ([task.row for task in page.tasks], page.more) == (list(range(SIZE)), True)
    assert full.read_units <= 1.1 * (SIZE + 1)
