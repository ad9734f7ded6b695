"""What requests of the task feedback API say."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hearback.errors import Invalid
from hearback.quality import aggregates
from hearback.quality.model import Entry
from hearback.wire.tasks.requests import Instant, read_instant

MOST_IDS = 500

Context = Annotated[str, Field(min_length=1, max_length=200)]


class _Model(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True, extra="ignore")


class FeedbackQuery(_Model):
    context: Context | None = None
    type: Literal["shape", "field"] | None = None
    finalized: bool | None = None

    def matches(self, entry: Entry) -> bool:
        return (
            self.context in (None, entry.context)
            and self.type in (None, entry.type)
            and self.finalized in (None, entry.is_final)
        )


class FeedbackForm(_Model):
    feedbacks: list[Any] | None = None
    feedback: list[Any] | None = None
    finalize: bool = False
    context: Context | None = None

    def given(self) -> list[Any] | None:
        """The list, under either name; None where `finalize` is about what is there."""
        if self.feedbacks is not None and self.feedback is not None:
            raise Invalid("Feedback is given under two names.", "feedback: is the same as feedbacks")
        found = self.feedbacks if self.feedbacks is not None else self.feedback
        if found is None and not self.finalize:
            raise Invalid("There is neither feedback nor finalize.", "feedbacks: is required")
        return found


class DeletionForm(_Model):
    feedback_ids: Annotated[list[str], Field(max_length=MOST_IDS)] | None = None
    ids: Annotated[str, Field(max_length=25 * MOST_IDS)] | None = None
    """The same in the query string, between commas."""

    def wanted(self) -> list[str]:
        listed = [its_id for its_id in (self.ids or "").split(",") if its_id]
        found = [*(self.feedback_ids or ()), *listed]
        if not found:
            raise Invalid("No feedback is named.", "feedback_ids: is required")
        return found


class QualityQuery(_Model):
    group_by: Literal["error_type", "severity", "output", "round", "submitter"] = "error_type"
    since: Annotated[Instant | None, Field(alias="from")] = None
    until: Annotated[Instant | None, Field(alias="to")] = None

    def days(self) -> tuple[str, str]:
        """The first and the last day, both included."""
        since, until = read_instant(self.since), read_instant(self.until)
        first = "0000" if since is None else aggregates.day(since)
        return first, "9999" if until is None else aggregates.day(until)
