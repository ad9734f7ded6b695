"""Feedback entries: what somebody says of a task's answers in one round."""

from __future__ import annotations

from collections.abc import Mapping
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
    """Its `index` within the output."""
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

    @property
    def name(self) -> tuple[str | None, str] | None:
        """By what its author knows it, if they gave it a name."""
        return (self.context, self.external_id) if self.external_id else None

    def final(self, now: int) -> Entry:
        return self if self.is_final else self._replace(finalized_at=now, updated_at=now)


Entries = tuple[Entry, ...]


class Review(NamedTuple):
    """All that is said of one task in one round."""

    project: int
    task_id: str
    round: int
    organization_id: str
    began_at: int
    """When the first entry was made, or nothing was found; everything in it counts on that day."""
    entries: Entries = ()
    found_nothing: bool = False
    """Somebody has looked and finalized that there was nothing to say."""
    revision: int = 0

    @property
    def counts(self) -> bool:
        """Not if all that was said has been deleted again."""
        return bool(self.entries) or self.found_nothing


class Standing(NamedTuple):
    """What a round's review makes of its task."""

    day: str
    """YYYY-MM-DD, on which the review began."""
    faulty: bool


class Reviewed(NamedTuple):
    """The rounds in which a task is reviewed: a task counts once, in however many rounds it was."""

    project: int
    task_id: str
    organization_id: str
    rounds: Mapping[int, Standing]
    revision: int = 0
