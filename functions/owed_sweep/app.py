"""Sends again, every minute, what is owed and overdue: the messages that a crash has swallowed."""

import time
from typing import Any

from aws_lambda_powertools import Logger
from hearback.storage import owed

PATIENCE = 10 * 60 * owed.SECOND  # a worker that has the message now gets this long before the next

logger = Logger(service="owed_sweep")


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    sent = owed.sweep(time.time_ns(), PATIENCE)
    logger.info("swept", sent=sent)
    return {"sent": sent}
