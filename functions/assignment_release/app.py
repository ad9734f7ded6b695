"""Every minute: assignments go back that nobody has touched for the time that their dataset sets."""

import time
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from hearback.dataset import work
from hearback.deadline import Deadline

logger = Logger(service="assignment_release")
metrics = Metrics(service="assignment_release")


@metrics.log_metrics
@logger.inject_lambda_context
def handler(_event: Any, context: Any) -> None:
    deadline = Deadline.after(context.get_remaining_time_in_millis() / 1000 - 10)
    released = work.release_everywhere(time.time_ns(), deadline)
    if released:
        logger.info("assignments released", number=released)
    metrics.add_metric(name="Released", unit=MetricUnit.Count, value=released)
