"""Carries out what an organization's admins ask of all of its data: exports, erasures, retention."""

from typing import Any

from hearback.deadline import Deadline
from hearback.organization import erasing, expiring, exporting
from hearback.organization.jobs import Kind
from hearback.settings import settings
from hearback.wire.queues import Worker


def carry_out(message: dict[str, Any], deadline: Deadline) -> None:
    """A message has `organization`, `job`, and of which `kind` it is."""
    match message["kind"]:
        case Kind.ERASURE:
            erasing.carry_on(message, deadline)
        case Kind.EXPORT:
            exporting.carry_on(message, deadline)
        case Kind.RETENTION:
            expiring.carry_on(message, deadline)


worker = Worker("lifecycle", lambda: settings().lifecycle_queue, carry_out)
handler = worker.handler
