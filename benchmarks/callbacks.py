"""What a worker of callbacks gets done, what an endpoint that hangs holds up, and what a delivery costs.

A worker is one execution of the Lambda, in this process, on the stack that the tests use: it takes ten
messages of a queue of its own, sends them, and takes the next. Receivers answer after 100 ms. Beside it,
the same bodies sent one after another with requests, of which nothing is kept.
"""

from __future__ import annotations

import io
import os
import statistics
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from functools import partial
from typing import Any
from unittest import mock

import boto3
import requests
from hearback.callbacks import keys, owing, sending, slowness
from hearback.callbacks.model import Kind, Receiver
from hearback.callbacks.owing import Owed, Subject
from hearback.settings import settings
from hearback.storage import reads
from hearback.storage.transactions import transact
from hearback.tasks import tasks
from hearback.tasks.drafts import Draft
from hearback.timestamps import SECOND
from hearback.wire.deliveries import Deliveries

from benchmarks import task_world
from benchmarks.calling import Context
from benchmarks.costs import _row
from benchmarks.listening import Receivers, receivers
from benchmarks.meter import Meter, metered

LATENCY = 0.1
ENDPOINTS = 10
ATTEMPT = sending.SECONDS / 4
REMEMBERED = slowness.REMEMBERED // 4
BODY = '{"task":{"id":"51e77305ff1d8131a4000011","answers":{"weather":"rain"}}}'
_LATER = 3600 * SECOND
"""So much later the debts fall due: the stack's own sweep is not to send them to the stack's own worker."""


def rows(full: bool = True) -> list[dict[str, Any]]:
    each = 60 if full else 6
    arrivals = _arrivals(20 if full else 3)
    with _queues():
        healthy, hanging = _best([[LATENCY] * ENDPOINTS, [LATENCY] * (ENDPOINTS - 1) + [3600]], each)
        cost = _cost()
    every, nine = each * ENDPOINTS, each * (ENDPOINTS - 1)
    per_second = "callbacks delivered per second and worker, 100 ms latency"
    of = "per delivery, with its task's acknowledgement"
    return [
        _faster(f"{per_second}, against requests", every / healthy, _one_after_another(every // 6)),
        _held_up("the same to 9 endpoints while the 10th hangs", nine / hanging, nine / healthy),
        _row("from commit to arrival on the local stack, median", statistics.median(arrivals), "ms"),
        _row("from commit to arrival on the local stack, slowest", max(arrivals), "ms"),
        _row(f"AWS calls {of}", cost.all_calls / 10, "calls"),
        _row(f"write units {of}", cost.write_units / 10, "WCU"),
        _row(f"read units {of}", cost.read_units / 10, "RCU"),
    ]


# ── A worker ──


@contextmanager
def _queues() -> Iterator[None]:
    """Queues that no deployed worker knows of, and waits as they are outside of tests."""
    names = ("HEARBACK_CALLBACK_QUEUE", "HEARBACK_SLOW_CALLBACK_QUEUE")
    sqs, run = boto3.client("sqs"), uuid.uuid4().hex[:8]
    made = {
        name: sqs.create_queue(
            QueueName=f"{name[9:].lower()}-{run}", Attributes={"VisibilityTimeout": "360"}
        )["QueueUrl"]
        for name in names
    }
    with mock.patch.dict(os.environ, made | {"HEARBACK_CALLBACK_BACK_OFF": "60"}):
        settings.cache_clear()
        yield
    settings.cache_clear()


class Worker:
    def __init__(self) -> None:
        self._sqs = boto3.client("sqs")
        self._deliveries = Deliveries("bench", tasks.acknowledge)

    def received(self) -> list[dict[str, Any]]:
        """The next messages as Lambda hands them out."""
        url = settings().callback_queue
        answer = self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"])
        arn = f"arn:aws:sqs:us-east-1:000000000000:{url.rpartition('/')[2]}"
        return [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "eventSourceARN": arn,
            }
            for message in answer.get("Messages", [])
        ]

    def deliver(self, records: list[dict[str, Any]]) -> None:
        with redirect_stdout(io.StringIO()):  # where the metrics go
            answer = self._deliveries.handler({"Records": records}, Context())
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        done = [
            {"Id": str(place), "ReceiptHandle": record["receiptHandle"]}
            for place, record in enumerate(records)
            if record["messageId"] not in failed
        ]
        if done:
            self._sqs.delete_message_batch(QueueUrl=settings().callback_queue, Entries=done)  # type: ignore[arg-type]

    def work(self) -> None:
        """Until nothing is visible."""
        while records := self.received():
            self.deliver(records)


# ── Rates ──


def _best(contestants: list[list[float]], each: int) -> list[float]:
    """The shorter of two runs of each, by turns: what else the machine does is no part of it."""
    turns = [[_seconds(latencies, each) for latencies in contestants] for _ in range(2)]
    return [min(runs) for runs in zip(*turns, strict=True)]


def _seconds(latencies: list[float], each: int) -> float:
    """In which so many callbacks to each of the endpoints are delivered that answer.

    All times are a quarter of what they are, that of an attempt as that for which a slow endpoint is
    remembered: this takes no five minutes, and what an endpoint holds up has the same share of it.
    """
    project, worker = uuid.uuid4().int >> 76, Worker()
    with ExitStack() as in_use:
        urls = in_use.enter_context(receivers(latencies)).urls
        shorter = partial(sending.send, seconds=ATTEMPT)
        in_use.enter_context(mock.patch.object(sending, "send", shorter))
        in_use.enter_context(mock.patch.object(slowness, "REMEMBERED", REMEMBERED))
        owing.send(_owe(project, urls * each))
        began = time.monotonic()
        worker.work()
        seconds = time.monotonic() - began
    delivered = sum(1 for _ in reads.every(keys.in_state(project, "delivered")))
    assert delivered == each * sum(latency < ATTEMPT for latency in latencies), delivered
    return seconds


def _owe(project: int, urls: list[str]) -> list[Owed]:
    now = time.time_ns() + _LATER
    made = [
        owing.callback(
            Subject("bench", project, "bench", f"{number:024}", 1), Kind.ARCHIVAL, Receiver(url), BODY, now
        )
        for number, url in enumerate(urls)
    ]
    for start in range(0, len(made), 50):
        transact(owing.writes(made[start : start + 50]))
    return made


def _one_after_another(number: int) -> float:
    """Posts per second."""
    with receivers([LATENCY]) as listening, requests.Session() as session:
        began = time.monotonic()
        for _ in range(number):
            session.post(listening.urls[0], data=BODY, timeout=10)
        return number / (time.monotonic() - began)


# ── Latency and cost ──


def _arrivals(number: int) -> list[float]:
    """Milliseconds from the commit to the request, through the stack's own queue and worker."""
    with receivers([0.0]) as listening:
        return [_arrival(listening) for _ in range(number + 1)][1:]  # the first one is a cold start


def _arrival(listening: Receivers) -> float:
    owed = _owe(uuid.uuid4().int >> 76, listening.urls)
    listening.last.value = 0.0
    committed = time.time()
    owing.send(owed)
    return (listening.next_arrival(60) - committed) * 1000


def _cost() -> Meter:
    """Of ten deliveries in one batch."""
    with receivers([LATENCY]) as listening:
        world, worker = task_world.build(delivery_callback={"url": listening.urls[0]}), Worker()
        for _ in range(10):
            task = tasks.create(world.project, Draft({"url": "x"}, submit=True), time.time_ns())
            tasks.approve(world.project, task.id, time.time_ns())
        records = worker.received()
        assert len(records) == 10
        with metered() as meter:
            worker.deliver(records)
        return meter


# ── Rows ──


def _faster(name: str, value: float, baseline: float) -> dict[str, Any]:
    return _beside(name, value, baseline) | {"goal": None, "met": None}


def _held_up(name: str, value: float, baseline: float) -> dict[str, Any]:
    return _beside(name, value, baseline) | {"goal": "≥ 0.8×", "met": value >= 0.8 * baseline}


def _beside(name: str, value: float, baseline: float) -> dict[str, Any]:
    found = {"name": name, "value": round(value, 1), "unit": "/s", "baseline": round(baseline, 1)}
    return found | {"ratio": round(value / baseline, 2)}
