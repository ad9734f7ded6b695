"""A world apart: tables, a bucket and queues like the stack's, which no deployed worker knows of.

What is owed and sent there waits until a test delivers it, in this process.
"""

from __future__ import annotations

import json
import math
import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

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


@dataclass(frozen=True)
class Brief(Deadline):
    """Passes at the n-th look at it, however long the looks take."""

    at: float = math.inf
    looks: int = 1
    _seen: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def passed(self) -> bool:
        return next(self._seen) >= self.looks


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
        if not delivered and not owed.sweep(next(_FAR_FUTURE), 10**9):
            return
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


def items(table: str) -> list[dict[str, Any]]:
    """Every item of the table."""
    pages = clients.dynamodb().get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]
