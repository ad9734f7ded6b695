"""Creates the tasks of a batch from its file, continuing itself until the file ends."""

import time
from typing import Any

from hearback.deadline import Deadline
from hearback.settings import settings
from hearback.tasks import creating
from hearback.wire.queues import Worker


def work(message: dict[str, Any], deadline: Deadline) -> None:
    """A message is `{"project", "batch", "round"}`."""
    creating.carry_on(message, deadline, time.time_ns())


worker = Worker("task_creation", lambda: settings().creation_queue, work)
handler = worker.handler
