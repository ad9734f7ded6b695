"""Carries out what requests of the dataset API owe: removes what is below something deleted, and takes
the work of disabled members back."""

import time
from typing import Any

from hearback.dataset import deleting, work
from hearback.deadline import Deadline
from hearback.settings import settings
from hearback.tasks import removing
from hearback.wire.queues import Worker


def carry_out(message: dict[str, Any], deadline: Deadline) -> None:
    """A message has `delete` (a kind of record, or `tasks` of a project) and `id`, or `unassign` (an account)."""
    if "unassign" in message:
        carry_on = work.carry_on
    else:
        carry_on = removing.carry_on if message["delete"] == "tasks" else deleting.carry_on
    carry_on(message, deadline, time.time_ns())


worker = Worker("dataset_upkeep", lambda: settings().upkeep_queue, carry_out)
handler = worker.handler
