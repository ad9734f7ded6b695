"""A project of tasks to disturb: its batches and their files, its receivers, and the worker that creates."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from hearback import clients
from hearback.dataset import projects as dataset_projects
from hearback.deadline import Deadline
from hearback.jsonapi.errors import Unprocessable
from hearback.settings import settings
from hearback.storage import owed
from hearback.tasks import batches, bulk, creating, projects, tasks
from hearback.tasks.batches import About
from hearback.tasks.drafts import Draft
from hearback.tasks.model import Batch, Task
from hearback.tasks.projects import TaskProject
from hearback.tasks.tasks import Answered

from tests.crash import apart
from tests.crash.apart import Apart, Brief
from tests.crash.recount_tasks import Found, check
from tests.crash.translation import ADMIN, NOW, SECOND

QUEUES = ("creation", "callback")
SCHEMA = {"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]}
GOOD = (0, 2, 3)
"""Of `ROWS`, those that become tasks."""

ROWS: list[Any] = [
    {"data": {"url": "0"}, "client_batch_id": "mine"},
    {"data": {"name": "no url"}},
    {"data": {"url": "2", "output_weather": "sun"}, "submit": True},
    {"data": {"url": "3"}, "priority": -7},
    "no task at all",
]
ANSWERS = Answered({"weather": "rain"}, 2.5)


@dataclass
class World:
    """A project, a batch in it, tasks; and what the work was given, or said."""

    project: TaskProject
    batch: Batch | None = None
    several: list[str] = field(default_factory=list)
    """Ids of single tasks."""
    got: list[tuple[str, int]] = field(default_factory=list)
    """Task and round of what a consumer was handed out."""

    @property
    def task(self) -> str:
        return self.several[0]

    @property
    def batch_id(self) -> str:
        assert self.batch
        return str(self.batch.id)

    def found(self) -> Batch:
        """The batch as it is now."""
        assert self.batch
        found = batches.find(self.project.number, self.batch.id)
        assert found
        return found


def new_project(*kinds: str, **described: Any) -> World:
    """With a receiver for each of these kinds of callbacks."""
    receiver = {"url": "https://hooks.example/arrived"}
    described |= {f"{kind}_callback": receiver for kind in kinds}
    made = dataset_projects.create(ADMIN, {"name": "P", "input_schema": SCHEMA, **described}, NOW)
    return World(projects.find(ADMIN, str(made.task_project_id)))


def with_tasks(world: World, number: int = 1, *, submit: bool = False) -> World:
    """And with new tasks, or some that are completed."""
    made = [create(world, f"single {each}", submit=submit) for each in range(number)]
    world.several = [task.id for task in made]
    return world


def create(world: World, url: str = "single", *, submit: bool = False) -> Task:
    return tasks.create(world.project, Draft({"url": url}, submit=submit), NOW)


def with_file(world: World, content: list[Any] | None = None) -> World:
    """And with a batch whose file is there, waiting to be continued."""
    world.batch = batches.begin_upload(world.project, About(client_batch_id="all"), NOW)
    put_file(world, ROWS if content is None else content)
    return world


def put_file(world: World, content: list[Any]) -> None:
    """As a client does through its `tasks_put_url`."""
    assert world.batch
    place = batches.file_key(world.batch)
    body = json.dumps(content).encode()
    clients.s3().put_object(Bucket=settings().transfer_bucket, Key=place, Body=body)


def remembered(resources: Apart, prepare: Callable[[], World]) -> Callable[[], World]:
    """The same world each time, with the messages that its preparation sent to the worker, and no others."""
    resources.clear()
    _purge()
    tables = [settings().task_table, settings().callback_table, settings().owed_table]
    once = apart.remembered(resources, prepare, tables)
    once()
    url = settings().creation_queue
    answer = clients.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    sent = [message["Body"] for message in answer.get("Messages", [])]

    def again() -> World:
        world = once()
        _purge()
        for body in sent:
            clients.sqs().send_message(QueueUrl=url, MessageBody=body)
        world.got = []
        return world

    return again


def _purge() -> None:
    for queue in QUEUES:
        clients.sqs().purge_queue(QueueUrl=getattr(settings(), f"{queue}_queue"))


@contextmanager
def small_pieces() -> Iterator[None]:
    """So few rows and tasks at a time that there are many pieces."""
    with ExitStack() as small:
        small.enter_context(mock.patch.object(creating, "CHUNK", 2))
        small.enter_context(mock.patch.object(creating, "CALLING_BACK", 2))
        small.enter_context(mock.patch.object(bulk, "RUN", 2))
        yield


# ── What happens ──


def work_on(message: dict[str, Any], deadline: Deadline | None = None) -> None:
    """As `functions/task_creation` does, in rounds of two pieces."""
    creating.carry_on(message, deadline or Brief(2), NOW)


def work(world: World) -> None:
    """The worker does the batch's message."""
    assert world.batch
    work_on(batches.message(world.batch))


def go_on(world: World) -> None:
    batches.go_on(world.project, world.batch_id, NOW)


def cancel(world: World) -> None:
    """Or see that it has come to its end."""
    with suppress(Unprocessable):
        batches.cancel(world.project, world.batch_id, NOW)


_LATER = iter(range(10**19, 10**20, 10**15))
"""Instants (ns) at which everything is overdue, each later than what the sweep before it put off."""


def settle(_world: object = None) -> None:
    """Let the worker do all that was sent, and the sweep send again, until no batch is under way.
    Callbacks stay owed: nobody delivers them here."""
    for _ in range(100):
        while apart._deliver("creation", work_on):
            pass
        if not any(item["sk"]["S"].startswith("batch-") for item in apart.items(settings().owed_table)):
            return
        owed.sweep(next(_LATER), SECOND)
    raise AssertionError("the work goes on and on")


# ── What is compared ──


def holds(world: World) -> None:
    check(world.project)


def outcome(world: World) -> object:
    """What there is, whatever the ids and whenever it was made."""
    found = check(world.project)
    said = sorted((_said(task) for task in found.tasks.values()), key=repr)
    return said, sorted(map(_ended, found.batches)), _told(found)


def _said(task: Task) -> tuple[object, ...]:
    about = (task.data, task.answers, task.row, task.client_batch_id, task.priority)
    return *about, str(task.state), task.current_round, task.reasons, task.submitted_by


def _ended(batch: Batch) -> tuple[object, ...]:
    return str(batch.state), batch.rows, batch.failed, batch.total


def _told(found: Found) -> list[tuple[str, int]]:
    """Kind and round of each callback."""
    return sorted((str(each.kind), each.round) for each in found.callbacks)
