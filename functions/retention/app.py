"""Every day: what organizations do not want to keep any longer begins to end."""

import time
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from hearback.organization import retention

logger = Logger(service="retention")
metrics = Metrics(service="retention")


@metrics.log_metrics
@logger.inject_lambda_context
def handler(_event: Any, _context: Any) -> None:
    job = retention.begin(time.time_ns())
    metrics.add_metric(name="Organizations", unit=MetricUnit.Count, value=job.organizations if job else 0)
