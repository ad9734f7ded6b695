"""The recount of tasks itself: it notices each item that is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hearback import clients
from hearback.settings import settings
from hearback.tasks import batches

from tests.crash.apart import Apart, Brief, items
from tests.crash.recount_tasks import check
from tests.crash.tasks import (
    World,
    go_on,
    new_project,
    remembered,
    small_pieces,
    with_file,
    work_on,
)


@pytest.fixture(autouse=True)
def _small_pieces() -> Iterator[None]:
    with small_pieces():
        yield


@pytest.mark.parametrize("table", ["task_table", "callback_table", "owed_table"])
def test_the_recount_notices_each_item_that_is_missing(resources: Apart, table: str) -> None:
    prepare = remembered(resources, _half_done)
    name = getattr(settings(), table)
    there = items(name)
    assert len(there) >= 2
    for item in there:
        world = prepare()
        check(world.project)
        clients.dynamodb().delete_item(TableName=name, Key={"pk": item["pk"], "sk": item["sk"]})
        with pytest.raises(AssertionError):
            check(world.project)


def _half_done() -> World:
    """One piece is created: a task, a failure, a callback for each."""
    world = with_file(new_project("creation"))
    go_on(world)
    work_on(batches.message(world.found()), Brief(1))
    return world
