"""Removes the entries of a batch-delete that did not fit into its request."""

import time
from typing import Any

from hearback import translation
from hearback.deadline import Deadline
from hearback.settings import settings
from hearback.wire.queues import Worker


def work(message: dict[str, Any], deadline: Deadline) -> None:
    """A message is `{"organization", "deletion", "round"}`."""
    translation.deleting.carry_on(message, deadline, time.time_ns())


worker = Worker("feedback_deletion", lambda: settings().deletion_queue, work)
handler = worker.handler
