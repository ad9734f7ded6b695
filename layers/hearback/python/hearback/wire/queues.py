"""The front of a worker: messages of an SQS queue, one domain call each.

A message whose work fails is not deleted: it comes back after a pause of half a minute that doubles
with each receive (the queue's own visibility time-out is for workers that died), and after five receives it
rests in the dead-letter queue.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cached_property
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from hearback import clients
from hearback.deadline import Deadline

Work = Callable[[dict[str, Any], Deadline], None]
"""Does the work of one message, by the deadline; may be called twice for the same message."""

_RESERVE = 20.0
"""Seconds of a worker's time kept for ending the piece it is at and passing the rest on."""


class Worker:
    """One queue's Lambda handler."""

    def __init__(self, name: str, queue_url: Callable[[], str], work: Work) -> None:
        self.logger = Logger(service=name)
        self.metrics = Metrics(service=name)
        self._queue_url = queue_url
        self._work = work

    def handler(self, event: dict[str, Any], context: Any) -> Any:
        """The Lambda handler: answers which messages failed."""
        return self._observed(event, context)

    @cached_property
    def _observed(self) -> Callable[[dict[str, Any], Any], Any]:
        logged = self.logger.inject_lambda_context(self._each, clear_state=True)
        return self.metrics.log_metrics(logged)

    def _each(self, event: dict[str, Any], context: Any) -> Any:
        seconds = context.get_remaining_time_in_millis() / 1000
        deadline = Deadline.after(seconds - min(_RESERVE, seconds / 4))
        processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        self.metrics.add_metric(name="Messages", unit=MetricUnit.Count, value=len(event["Records"]))
        return process_partial_response(
            event=event, record_handler=lambda record: self._one(record, deadline), processor=processor
        )

    def _one(self, record: SQSRecord, deadline: Deadline) -> None:
        try:
            self._work(record.json_body, deadline)
        except Exception:
            self.logger.exception("the message's work failed", message_id=record.message_id)
            self.metrics.add_metric(name="Failures", unit=MetricUnit.Count, value=1)
            self._pause(record)
            raise

    def _pause(self, record: SQSRecord) -> None:
        receives = int(record.attributes.approximate_receive_count)
        seconds = min(900, 15 * 2**receives) * random.uniform(0.5, 1.0)
        clients.sqs().change_message_visibility(
            QueueUrl=self._queue_url(), ReceiptHandle=record.receipt_handle, VisibilityTimeout=int(seconds)
        )
