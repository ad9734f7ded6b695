"""Sends again, every minute, what is owed and overdue: the messages that a crash has swallowed."""

import time
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from hearback.deadline import Deadline
from hearback.storage import owed
from hearback.timestamps import SECOND

PATIENCE = 10 * 60 * SECOND  # a worker that has the message now gets this long before the next
RESERVE = 5.0  # seconds for the message that is being sent, and the metrics

logger = Logger(service="owed_sweep")
metrics = Metrics(service="owed_sweep")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    deadline = Deadline.after(context.get_remaining_time_in_millis() / 1000).earlier(RESERVE)
    swept = owed.sweep(time.time_ns(), PATIENCE, deadline)
    if swept.given_up:
        logger.error("sent often to no effect, and given up", work=swept.given_up)
    metrics.add_metric(name="SentAgain", unit=MetricUnit.Count, value=swept.sent)
    metrics.add_metric(name="GivenUp", unit=MetricUnit.Count, value=len(swept.given_up))
    return {"sent": swept.sent, "given_up": len(swept.given_up)}
