"""Imports TMX files: those that S3 announces, and those that were begun in a request or a round before."""

import time
from typing import Any

from hearback import translation
from hearback.deadline import Deadline
from hearback.settings import settings
from hearback.wire.queues import Worker


def work(message: dict[str, Any], deadline: Deadline) -> None:
    """A message is an S3 notification, or our own `{"organization", "import", "round"}`."""
    if "import" in message:
        translation.arriving.carry_on(message, deadline, time.time_ns())
    else:
        translation.arriving.receive(message, deadline, time.time_ns())


worker = Worker("tmx_import", lambda: settings().import_queue, work)
handler = worker.handler
