"""A world apart: tables, a bucket and queues like the stack's, which no deployed worker knows of.

What is owed and sent there waits until a test delivers it, in this process.
"""

from __future__ import annotations

import json
import math
import os
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass
from itertools import chain, count, repeat
from typing import Any, Self, TypeVar

import urllib3
from hearback import clients
from hearback.deadline import Deadline
from hearback.settings import Settings, settings
from hearback.storage import owed

from local import seed
from local.stack import Stack

Worker = Callable[[dict[str, Any]], object]
Workers = Mapping[str, Worker]
"""By the name of the queue that `owed.send` is told."""

WHENEVER = Deadline(math.inf)
_FAR_FUTURE = count(10**19, 10**15)
"""Instants (ns) at which everything is overdue, each later than what the sweep before it put off."""


class Brief(Deadline):
    """Passes at the n-th look at it, however long the looks take."""

    _looks: Iterator[bool]

    def __new__(cls, looks: int = 1) -> Self:
        brief = super().__new__(cls, math.inf)
        brief._looks = chain(repeat(False, looks - 1), repeat(True))
        return brief

    @property
    def passed(self) -> bool:
        return next(self._looks)


@dataclass(frozen=True)
class Picture:
    """The items of tables, and the objects' names unless they do not matter."""

    tables: dict[str, list[dict[str, Any]]]
    objects: frozenset[str] | None


@dataclass(frozen=True)
class Apart:
    """The names of the resources are in the settings while this is in use."""

    tables: dict[str, dict[str, Any]]
    """How each is made, by its name."""

    def clear(self) -> None:
        """Empty the tables."""
        for name in self.tables:
            self._drop(name)
            clients.dynamodb().create_table(**self.tables[name])

    def drop(self) -> None:
        for name in self.tables:
            self._drop(name)

    def picture(self, only: Collection[str] = ()) -> Picture:
        """Of everything, or of these tables where nothing else changes."""
        return Picture({name: items(name) for name in only or self.tables}, None if only else self._objects())

    def restore(self, picture: Picture) -> None:
        """Go back to what was there when the picture was taken: items as they were, and no object more."""
        changes = [(name, change) for name, then in picture.tables.items() for change in _back(name, then)]
        for start in range(0, len(changes), 25):
            batch: dict[str, Any] = {}
            for name, change in changes[start : start + 25]:
                batch.setdefault(name, []).append(change)
            clients.dynamodb().batch_write_item(RequestItems=batch)
        for key in set() if picture.objects is None else self._objects() - picture.objects:
            clients.s3().delete_object(Bucket=settings().transfer_bucket, Key=key)

    @staticmethod
    def _objects() -> frozenset[str]:
        listed = clients.s3().list_objects_v2(Bucket=settings().transfer_bucket)
        return frozenset(found["Key"] for found in listed.get("Contents", []))

    def _drop(self, name: str) -> None:
        with suppress(clients.dynamodb().exceptions.ResourceNotFoundException):
            clients.dynamodb().delete_table(TableName=name)


@contextmanager
def apart(stack: Stack) -> Iterator[Apart]:
    """Let the product work, in this process, on resources of its own beside the stack's."""
    seed.use(stack)
    suffix = uuid.uuid4().hex[:8]
    tables = [_like(name, getattr(settings(), name), suffix) for name in _settings("table")]
    made = Apart({table["TableName"]: table for table in tables})
    names = dict(zip(_settings("table"), made.tables, strict=True))
    names |= {name: _bucket(f"apart-{suffix}") for name in _settings("bucket")}
    names |= {name: _queue(f"{name}-{suffix}") for name in _settings("queue")}
    os.environ |= {f"HEARBACK_{name.upper()}": value for name, value in names.items()}
    settings.cache_clear()
    made.clear()
    try:
        yield made
        made.drop()
    finally:
        seed.use(stack)


World = TypeVar("World")


def remembered(
    resources: Apart, prepare: Callable[[], World], only: Collection[str] = ()
) -> Callable[[], World]:
    """The same preparation, whose second time is cheap: things go back to what they were after the first.

    `only` these tables, if nothing else changes.
    """
    made: list[tuple[World, Picture]] = []

    def again() -> World:
        if not made:
            made.append((prepare(), resources.picture(only)))
        world, picture = made[0]
        resources.restore(picture)
        return copy(world)

    return again


def _settings(kind: str) -> list[str]:
    return [name for name in Settings._fields if name.endswith(f"_{kind}")]


def _like(setting: str, deployed: str, suffix: str) -> dict[str, Any]:
    """What makes a table with the keys and indexes of a deployed one."""
    shape: Any = clients.dynamodb().describe_table(TableName=deployed)["Table"]
    table = {name: shape[name] for name in ("KeySchema", "AttributeDefinitions")}
    indexes = [
        {name: index[name] for name in ("IndexName", "KeySchema", "Projection")}
        for index in shape.get("GlobalSecondaryIndexes", [])
    ]
    more = {"GlobalSecondaryIndexes": indexes} if indexes else {}
    return {"TableName": f"{setting}-{suffix}", "BillingMode": "PAY_PER_REQUEST", **table, **more}


def _bucket(name: str) -> str:
    clients.s3().create_bucket(Bucket=name)
    return name


def _queue(name: str) -> str:
    return clients.sqs().create_queue(QueueName=name)["QueueUrl"]


def settle(workers: Workers) -> None:
    """Deliver what was sent, sweep what is overdue, until nothing is left to do."""
    for _ in range(100):
        delivered = [name for name, worker in workers.items() if _deliver(name, worker)]
        if not delivered and not items(settings().owed_table):
            return
        if not delivered:
            owed.sweep(next(_FAR_FUTURE), 10**9)
    raise AssertionError("the work goes on and on")


def _deliver(name: str, worker: Worker) -> bool:
    """Let the worker do its queue's next messages; only what it has done is taken out of the queue."""
    url = getattr(settings(), f"{name}_queue")
    answer = clients.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    messages = answer.get("Messages", [])
    for message in messages:
        worker(json.loads(message["Body"]))
        clients.sqs().delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bool(messages)


_SCAN = {
    "X-Amz-Target": "DynamoDB_20120810.Scan",
    "Content-Type": "application/x-amz-json-1.0",
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20000101/us-east-1/dynamodb/aws4_request, Signature=0",
}


def items(table: str) -> list[dict[str, Any]]:
    """Every item of the table. Past the SDK, whose reading of them would be half of what a test costs."""
    found: list[dict[str, Any]] = []
    request: dict[str, Any] = {"TableName": table, "ConsistentRead": True}
    while True:
        url, body = f"{os.environ['AWS_ENDPOINT_URL']}/", json.dumps(request)
        page = urllib3.request("POST", url, body=body, headers=_SCAN).json()
        found += page["Items"]
        if "LastEvaluatedKey" not in page:
            return found
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _back(table: str, wanted: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The changes that bring the table back to these items."""
    found = items(table)
    kept = {(item["pk"]["S"], item["sk"]["S"]) for item in wanted}
    for item in found:
        if (item["pk"]["S"], item["sk"]["S"]) not in kept:
            yield {"DeleteRequest": {"Key": {"pk": item["pk"], "sk": item["sk"]}}}
    yield from ({"PutRequest": {"Item": item}} for item in wanted if item not in found)
