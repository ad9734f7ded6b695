"""Feedback entries: what somebody says of a task's answers in one round."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple


class Kind(StrEnum):
    SHAPE = "shape"
    FIELD = "field"


class Severity(StrEnum):
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


SHAPE_ERRORS = ("Missing Shape", "Extra Shape", "Inaccurate Shape", "Incorrect Label", "Inaccurate Attribute")
FIELD_ERRORS = ("Missing Metadata", "Extra Metadata", "Incorrect Metadata")

MISSING_SHAPE = "Missing Shape"
MISSING_METADATA = "Missing Metadata"


class Shape(NamedTuple):
    """Which of an output's shapes; shapes have no ids, only a place."""

    place: int
    """Its `index` within the output, from 0."""
    frame: int | None = None


class Entry(NamedTuple):
    """One thing that is said. Instants are nanoseconds since 1970."""

    id: str
    """24 hexadecimal digits."""
    type: Kind
    error_type: str
    created_at: int
    updated_at: int
    author: str
    output: str | None = None
    shape: Shape | None = None
    field: str | None = None
    comment: str | None = None
    severity: Severity | None = None
    original_value: Any = None
    final_value: Any = None
    context: str | None = None
    external_id: str | None = None
    """Unique in task, round and context."""
    source: str | None = None
    submitter: str | None = None
    """Whose answers it is about."""
    finalized_at: int | None = None

    @property
    def is_final(self) -> bool:
        return self.finalized_at is not None


class Review(NamedTuple):
    """All that is said of one task in one round. With no entry: somebody looked, and found nothing."""

    project: int
    task_id: str
    round: int
    organization_id: str
    created_at: int
    entries: tuple[Entry, ...] = ()
    revision: int = 0
