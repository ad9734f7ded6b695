"""Callbacks that are owed under moto, and the events with which the delivery Lambda gets them."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from threading import Barrier, Lock
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from hearback.callbacks import items, keys, owing, secrets, store
from hearback.callbacks.model import FIELDS, Attempted, Callback, Kind, Receiver
from hearback.callbacks.owing import Subject
from hearback.callbacks.secrets import Secrets
from hearback.settings import settings
from hearback.storage import reads
from hearback.storage.transactions import transact

from tests.functions.gateway import Product, invoke, sample
from tests.unit.callbacks.receiver import Behave, Conversation

PLANTED = "planted-secret-7f3a9c"
SIGNING = "whsec_cGxhbnRlZC1zaWduaW5nLXNlY3JldA=="


@pytest.fixture
def delivery(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables and queues as the template has them, and parameters as the local stack's."""
    one_at_a_time, call = Lock(), BaseClient._make_api_call  # type: ignore[attr-defined]

    def make(*arguments: Any) -> Any:
        with one_at_a_time:  # moto's transactions disturb each other
            return call(*arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", make)
    for name, value in {"NETWORKS": "127.0.0.1/32", "HTTP": "true", "BACK_OFF": "60"}.items():
        monkeypatch.setenv(f"HEARBACK_CALLBACK_{name}", value)
    settings.cache_clear()


@pytest.fixture
def servers(delivery: None) -> Iterator[ExitStack]:
    with ExitStack() as open_ones:
        yield open_ones


def owed(url: str, mode: str = "none", number: int = 0, project: int = 117) -> Callback:
    """A callback that is owed to the URL; its secrets are planted ones."""
    found = Secrets(PLANTED if mode != "none" else None, SIGNING)
    version = secrets.keep("project-1", {"delivery": found})
    user = "ada" if FIELDS[mode][0] else None
    receiver = Receiver(url, mode, user, mode != "none", True, version)
    subject = Subject("acme", project, "project-1", f"51e77305ff1d8131a40{number:05d}", 1)
    made = owing.callback(subject, Kind.DELIVERY, receiver, '{"task":{}}', time.time_ns())
    transact(owing.writes([made]))
    owing.send([made])
    return made.callback


def received(queue: str = "callback") -> dict[str, Any]:
    """The event with which Lambda hands out what is visible in the queue."""
    url = getattr(settings(), f"{queue}_queue")
    answer = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"])
    return event_of(answer.get("Messages", []), url)


def event_of(messages: Sequence[Any], url: str) -> dict[str, Any]:
    event = sample("callback_delivery", "first_receive")
    like = event["Records"].pop()
    arn = f"arn:aws:sqs:us-east-1:123456789012:{url.rpartition('/')[2]}"
    for message in messages:
        record = copy.deepcopy(like) | {"eventSourceARN": arn}
        record |= {"messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"]}
        event["Records"].append(record | {"body": message["Body"], "attributes": message["Attributes"]})
    return event


def work(event: dict[str, Any]) -> list[str]:
    """The ids of the messages that are to come again."""
    answer = invoke("callback_delivery", event)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def now(callback: Callback) -> Callback:
    found = store.read(callback.project, callback.id)
    assert found
    return found


def attempts(callback: Callback) -> list[Attempted]:
    return [items.attempt_from(item) for item in reads.every(keys.attempts(callback.id))]


def after(seconds: float, behave: Behave) -> Behave:
    def slowly(it: Conversation) -> None:
        time.sleep(seconds)
        behave(it)

    return slowly


def together(others: Barrier, behave: Behave) -> Behave:
    """Answers once the others have been asked too."""

    def wait(it: Conversation) -> None:
        others.wait()
        behave(it)

    return wait
