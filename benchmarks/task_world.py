"""A project of the tasks API in an organization of its own, filled through the product's own worker."""

from __future__ import annotations

import io
import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any, NamedTuple
from unittest import mock

from hearback import clients
from hearback.access import accounts, store
from hearback.access.model import Account, Caller, Role
from hearback.deadline import Deadline
from hearback.settings import settings
from hearback.tasks import batches, creating, projects, tasks
from hearback.tasks.batches import About
from hearback.tasks.model import Batch, BatchState
from hearback.tasks.projects import TaskProject

from benchmarks import calling
from benchmarks.calling import DatasetClient

SCHEMAS: dict[str, Any] = {
    "input_schema": {
        "type": "object",
        "properties": {"url": {"type": "string"}, "name": {"type": "string", "maxLength": 2_000}},
        "required": ["url"],
    },
    "answer_schema": {"type": "object", "properties": {"weather": {"type": "string"}}},
}
RECEIVER = {"url": "https://hooks.example/arrived"}
ANSWERS = {"answers": {"weather": "rain"}, "duration": 12.5}


@contextmanager
def apart() -> Iterator[None]:
    """Let what is owed and sent meanwhile go to an outbox and queues that no deployed worker knows of."""
    suffix = uuid.uuid4().hex[:8]
    names = {f"HEARBACK_{name}_QUEUE": _queue(f"{name}-{suffix}") for name in ("CREATION", "CALLBACK")}
    names["HEARBACK_OWED_TABLE"] = _table(f"owed-{suffix}")
    with mock.patch.dict(os.environ, names):
        settings.cache_clear()
        yield
    settings.cache_clear()


def _queue(name: str) -> str:
    return clients.sqs().create_queue(QueueName=name)["QueueUrl"]


def _table(name: str) -> str:
    clients.dynamodb().create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


class World(NamedTuple):
    project: TaskProject
    key: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """What the tasks API's Lambda answers to its owner; `path` is below the project."""
        text = "" if body is None else json.dumps(body)
        path = f"/v2/projects/{self.project.number}/{path}"
        with redirect_stdout(io.StringIO()):  # where the metrics go
            event = calling.event(method, path, self.key, text, "application/json")
            answer = calling.invoke("tasks", event)
        assert answer["statusCode"] < 300, (method, path, answer["statusCode"], answer["body"][:1000])
        return json.loads(answer["body"])


def build(**described: Any) -> World:
    organization, now = f"bench-{uuid.uuid4().hex[:8]}", time.time_ns()
    store.create_organization(organization, organization, now)
    account = accounts.add_account(organization, "bench@bench.example", "", Role.ADMIN, now)
    key = accounts.issue_key(account, "", now)[1]
    with redirect_stdout(io.StringIO()):
        client = DatasetClient(key)
        made = client.create("projects", {"name": "Bench", **SCHEMAS, **described})
        number = client.get(f"projects/{made}")["data"]["attributes"]["task_project_id"]
    return World(projects.find(_caller(account), str(number)), key)


def _caller(account: Account) -> Caller:
    return Caller(account.organization_id, account.account_id, account.email, account.role, "0" * 16)


def row(number: int) -> dict[str, Any]:
    """A task of some 600 bytes in its table."""
    return {"data": {"url": f"https://images.example/2026/picture-{number:07}.jpg", "name": "a street " * 30}}


def waiting(world: World, content: bytes) -> Batch:
    """A batch whose file is there and whose creation has begun."""
    batch = batches.begin_upload(world.project, About(), time.time_ns())
    place = batches.file_key(batch)
    clients.s3().put_object(Bucket=settings().transfer_bucket, Key=place, Body=content)
    return batches.go_on(world.project, str(batch.id), time.time_ns())


def create(world: World, batch: Batch) -> Batch:
    """As the worker does; the batch when it is over."""
    creating.carry_on(batches.message(batch), Deadline.after(3600), time.time_ns())
    found = batches.find(world.project.number, batch.id)
    assert found
    assert found.state is BatchState.COMPLETED
    return found


def fill(world: World, start: int, end: int) -> None:
    """Tasks with these numbers, ten thousand in a batch."""
    for first in range(start, end, 10_000):
        several = [row(number) for number in range(first, min(first + 10_000, end))]
        done = create(world, waiting(world, json.dumps(several).encode()))
        assert done.created == len(several)


def deliver(world: World, number: int) -> list[str]:
    """So many more tasks, which are delivered; their ids."""
    done = [row(each) | {"submit": True} for each in range(number)]
    batch = create(world, waiting(world, json.dumps(done).encode()))
    its_ids = batches.task_ids(batch)
    for its_id in its_ids:
        tasks.approve(world.project, its_id, time.time_ns())
    return its_ids
