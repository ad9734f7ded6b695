"""What one request leaves in the audit trail (`hearback.organization.audit`)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from hearback.errors import HearbackError
from hearback.organization import audit
from hearback.wire.messages import Request
from hearback.wire.operations import Identified, Operation

LONGEST = 200
"""Characters of a value that a line repeats."""

LONGEST_ID = 64
"""Characters of an id: 5,000, more than any operation takes, fit in an item, which holds 400 KB."""

GIVEN = "(given)"
"""What a line says of a parameter of which nobody is to read the value there."""

_NO_ID = re.compile(r"[^\w.:@-]", re.ASCII)


class Trail:
    """One request's."""

    def __init__(self) -> None:
        self._line: audit.Line | None = None

    def begin(
        self, operation: Operation, request: Request, caller: Identified, named: Mapping[str, str]
    ) -> None:
        """The request is about to be carried out; `named` are its path variables."""
        if operation.is_audited:
            about = {name: value[:LONGEST] for name, value in named.items()}
            self._line = _write(operation, request, caller, {**about, **_told(operation, request)})

    def call(
        self, operation: Operation, request: Request, caller: Identified, about: Mapping[str, str]
    ) -> None:
        """One of several calls in the request is about to be carried out."""
        self._line = _write(operation, request, caller, about)

    def end(self) -> None:
        """It was carried out: what its answer meets does not concern the line."""
        self._line = None

    def refuse(self, error: HearbackError) -> None:
        """It was refused, or failed."""
        line, self._line = self._line, None
        if line is not None:
            audit.refuse(line, type(error).__name__)


def _write(
    operation: Operation, request: Request, caller: Identified, about: Mapping[str, str]
) -> audit.Line:
    action = operation.function.__name__
    return audit.write(caller.organization_id, caller.account_id, caller.key_id, action, about, request.now)


def _told(operation: Operation, request: Request) -> dict[str, str]:
    if not (operation.told or operation.ids or operation.given):
        return {}
    said = {name: values for name, values in operation.said(request).items() if values}
    told = {name: _shown(said[name.lower()][-1]) for name in operation.told if name.lower() in said}
    ids = {name: ",".join(_ids(said[name.lower()])) for name in operation.ids if name.lower() in said}
    return told | ids | {name: GIVEN for name in operation.given if name.lower() in said}


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:LONGEST]


def _ids(values: list[Any]) -> Iterator[str]:
    """All ids that are named: a list is one in JSON, or has commas."""
    for value in values:
        listed = value if isinstance(value, list) else str(value).split(",")
        yield from (_NO_ID.sub("?", str(each).strip()[:LONGEST_ID]) for each in listed)
