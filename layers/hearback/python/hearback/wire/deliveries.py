"""The front of callback delivery: a batch of messages, each an attempt, all at once.

A message whose attempt failed is answered as failed, with its visibility changed to the back-off: the
queue's own count of receives is the count of attempts.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from hearback import clients
from hearback.callbacks import delivering
from hearback.callbacks.delivering import Acknowledge, Again, Received
from hearback.settings import settings

_PAUSE = 30
"""Seconds after which a message comes back whose work failed for a reason of ours."""


class Deliveries:
    """The Lambda handler of both queues of callbacks."""

    def __init__(self, name: str, acknowledge: Acknowledge) -> None:
        self.logger = Logger(service=name)
        self.metrics = Metrics(namespace="Hearback", service=name)
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
            done = list(threads.map(self._one, records))
        failed = [record["messageId"] for record, well in zip(records, done, strict=True) if not well]
        self.metrics.add_metric(name="Attempts", unit=MetricUnit.Count, value=len(records))
        self.metrics.add_metric(name="FailedAttempts", unit=MetricUnit.Count, value=len(failed))
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

    def _one(self, record: dict[str, Any]) -> bool:
        """Whether the message is done with."""
        slow = record["eventSourceARN"].rpartition(":")[2] == _name(settings().slow_callback_queue)
        receive = int(record["attributes"]["ApproximateReceiveCount"])
        received = Received(json.loads(record["body"]), receive, slow)
        try:
            delivering.deliver(received, self._acknowledge, time.time_ns())
        except Again as again:
            self._come_again(record, slow, again.seconds)
            return False
        except Exception:
            self.logger.exception("an attempt could not be made", message_id=record["messageId"])
            self._come_again(record, slow, _PAUSE)
            return False
        return True

    def _come_again(self, record: dict[str, Any], slow: bool, seconds: int) -> None:
        queue = settings().slow_callback_queue if slow else settings().callback_queue
        clients.sqs().change_message_visibility(
            QueueUrl=queue, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=min(seconds, 43_000)
        )


def _name(queue_url: str) -> str:
    return queue_url.rpartition("/")[2]
