"""What one request leaves in the audit trail (`hearback.organization.audit`)."""

from __future__ import annotations

from collections.abc import Mapping

from hearback.errors import HearbackError
from hearback.organization import audit
from hearback.wire.messages import Request
from hearback.wire.operations import Identified, Operation

LONGEST = 200
"""Characters of a value that a line repeats."""


class Trail:
    """One request's."""

    def __init__(self) -> None:
        self._line: audit.Line | None = None

    def begin(
        self, operation: Operation, request: Request, caller: Identified, named: Mapping[str, str]
    ) -> None:
        """The request is about to be carried out; `named` are its path variables."""
        if operation.is_audited:
            about = {name: value[:LONGEST] for name, value in {**named, **_told(operation, request)}.items()}
            self._line = audit.write(
                caller.organization_id,
                caller.account_id,
                caller.key_id,
                operation.function.__name__,
                about,
                request.now,
            )

    def end(self) -> None:
        """It was carried out: what its answer meets does not concern the line."""
        self._line = None

    def refuse(self, error: HearbackError) -> None:
        """It was refused, or failed."""
        line, self._line = self._line, None
        if line is not None:
            audit.refuse(line, type(error).__name__)


def _told(operation: Operation, request: Request) -> dict[str, str]:
    if not operation.told:
        return {}
    said = request.said
    return {name: str(said[name.lower()][-1]) for name in operation.told if said.get(name.lower())}
