"""The front of callback delivery: a batch of messages, each an attempt, all at once.

A message whose attempt failed is answered as failed, with its visibility changed to the back-off: the
queue's own count of receives is the count of attempts.
"""

from __future__ import annotations

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import compress
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from hearback import clients
from hearback.callbacks import delivering
from hearback.callbacks.delivering import Acknowledge, Again, Received
from hearback.settings import settings

_PAUSE = 90
"""Seconds after which a message comes back whose work failed for a reason of ours: when the attempt that
it may have begun is no longer taken for a living one (`delivering.ALIVE`)."""


class Deliveries:
    """The Lambda handler of both queues of callbacks."""

    def __init__(self, name: str, acknowledge: Acknowledge) -> None:
        self.logger = Logger(service=name)
        self.metrics = Metrics(service=name)
        self._acknowledge = acknowledge

    def handler(self, event: dict[str, Any], context: Any) -> Any:
        """Answers which messages are to come again."""
        return self._observed(event, context)

    @cached_property
    def _observed(self) -> Any:
        logged = self.logger.inject_lambda_context(self._all, clear_state=True)
        return self.metrics.log_metrics(logged)

    def _all(self, event: dict[str, Any], _context: Any) -> dict[str, Any]:
        records = event["Records"]
        with ThreadPoolExecutor(max(1, len(records))) as threads:
            again = [pause is not None for pause in threads.map(self._one, records)]
        self.metrics.add_metric(name="Messages", unit=MetricUnit.Count, value=len(records))
        self.metrics.add_metric(name="MessagesAgain", unit=MetricUnit.Count, value=sum(again))
        return {"batchItemFailures": list(compress(map(_identifier, records), again))}

    def _one(self, record: dict[str, Any]) -> int | None:
        """Seconds after which the message comes again; None when it is done with."""
        try:
            delivering.deliver(_received(record), self._acknowledge, time.time_ns(), random.random())
        except Again as again:
            pause = again.seconds
        except Exception:
            self.logger.exception("an attempt could not be made", message_id=record["messageId"])
            pause = _PAUSE
        else:
            return None
        try:
            _hide(record, pause)
        except (BotoCoreError, ClientError):  # the queue's own time-out holds: later, but not lost
            self.logger.exception("a message keeps its visibility", message_id=record["messageId"])
        return pause


def _received(record: dict[str, Any]) -> Received:
    attributes = record["attributes"]
    return Received(
        message=json.loads(record["body"]),
        receives=int(attributes["ApproximateReceiveCount"]),
        sent_at=int(attributes["SentTimestamp"]) * 1_000_000,
        slow=_is_slow(record),
    )


def _is_slow(record: dict[str, Any]) -> bool:
    """Whether the message comes from the queue of slow endpoints."""
    name: str = record["eventSourceARN"].rpartition(":")[2]
    return name == settings().slow_callback_queue.rpartition("/")[2]


def _hide(record: dict[str, Any], seconds: int) -> None:
    queue = settings().slow_callback_queue if _is_slow(record) else settings().callback_queue
    clients.sqs().change_message_visibility(
        QueueUrl=queue, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=seconds
    )


def _identifier(record: dict[str, Any]) -> dict[str, str]:
    return {"itemIdentifier": record["messageId"]}
