"""Writes TMX exports to S3, a round of the worker's time after another."""

import time
from typing import Any

from hearback import translation
from hearback.deadline import Deadline
from hearback.settings import settings
from hearback.wire.queues import Worker


def work(message: dict[str, Any], deadline: Deadline) -> None:
    """A message is `{"organization", "export", "round"}`."""
    translation.exporting.carry_on(message, deadline, time.time_ns())


worker = Worker("tmx_export", lambda: settings().export_queue, work)
handler = worker.handler
