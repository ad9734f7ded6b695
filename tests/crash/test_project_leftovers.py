"""What a deleted project leaves in the tasks API: all of it goes, whatever befalls the worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hearback.callbacks import secrets
from hearback.callbacks.secrets import Secrets
from hearback.dataset import deleting
from hearback.deadline import Deadline
from hearback.quality import feedback
from hearback.settings import settings
from hearback.storage import owed
from hearback.storage.transactions import transact
from hearback.tasks import removing, tasks
from hearback.tasks.delivered import next_page
from hearback.tasks.lists import Wanted

from tests.crash import apart
from tests.crash.apart import Apart, Brief
from tests.crash.harness import STOPS, Workflow, exercise
from tests.crash.tasks import ANSWERS, World, go_on, new_project, settle, with_file, with_tasks
from tests.crash.translation import NOW

LATER = Deadline.after(10**6)


def a_deleted_project() -> World:
    """Batches with bad rows, tasks in two rounds with feedback, callbacks owed and ended; and the debt."""
    world = with_file(with_tasks(new_project("creation", "delivery"), 2, submit=True))
    go_on(world)
    settle()
    tasks.approve(world.project, world.task, NOW)
    next_page(world.project, "me", Wanted(), 10, LATER, NOW)
    tasks.reject(world.project, world.task, ["again"], NOW)
    tasks.submit(world.project, world.task, ANSWERS, NOW)
    for round in ("1", "2"):
        given = [{"type": "field", "field": "weather", "error_type": "Incorrect Metadata"}]
        feedback.post(feedback.place(world.project, world.task, round), given, True, None, NOW)
    project = world.project.project
    secrets.keep(project.id, {"delivery": Secrets("planted")})
    transact([owed.owe(deleting.tasks_debt(project.id), deleting.QUEUE, message(world), NOW)])
    return world


def message(world: World) -> dict[str, Any]:
    project = world.project.project
    return {"delete": "tasks", "id": project.id, "number": project.task_project_id}


@pytest.fixture
def prepare(resources: Apart) -> Callable[[], World]:
    resources.clear()
    several = [settings().task_table, settings().callback_table, settings().feedback_table]
    return apart.remembered(resources, a_deleted_project, [*several, settings().owed_table])


def left(_world: World) -> list[Any]:
    """Of all that is kept under the project's number, and owed for it."""
    several = (settings().task_table, settings().callback_table, settings().feedback_table)
    return [key for table in (*several, settings().owed_table) for key in apart.items(table)]


def settle_all(_world: object = None) -> None:
    apart.settle({"upkeep": lambda message: removing.carry_on(message, Brief(8), NOW)})


def test_there_is_something_of_each_kind_to_remove(prepare: Callable[[], World]) -> None:
    kinds = {item["pk"]["S"].partition("#")[0] for item in left(prepare())}
    assert kinds == {"tasks", "batches", "failures", "counts", "delivered", "consumers"} | {
        "callbacks",
        "reviews",
        "quality",
        "owed",
    }


def test_all_of_it_goes_wherever_the_worker_is_disturbed(
    prepare: Callable[[], World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removing, "_STEP", 2)
    flow = Workflow(
        prepare,
        lambda world: removing.carry_on(message(world), Brief(50), NOW),
        settle_all,
        left,
    )
    assert exercise(flow, STOPS) > 10
    assert left(prepare())
