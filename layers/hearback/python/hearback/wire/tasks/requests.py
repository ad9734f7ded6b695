"""What requests of the tasks API say. `null` is nothing given."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from hearback.errors import Invalid
from hearback.jsonapi import instants
from hearback.tasks.batches import MOST_INLINE, About
from hearback.tasks.drafts import LONGEST_NAME, MOST_URGENT, Draft
from hearback.tasks.lists import Page, Wanted
from hearback.tasks.model import State
from hearback.tasks.tasks import Answered
from hearback.timestamps import SECOND

MOST_IDS = 5_000

Text = Annotated[str, Field(max_length=LONGEST_NAME)]
Priority = Annotated[int, Field(ge=-MOST_URGENT, le=MOST_URGENT)]


def _instant(value: str) -> str:
    read_instant(value)
    return value


_BASIC = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d):?(\d\d):?(\d\d)", re.ASCII)
"""`20130715T04:45:57`, as our answers have it."""

_WHOLE_SECONDS = re.compile(r".*:\d\dZ?", re.ASCII)


def read_instant(value: str | None, *, end: bool = False) -> int | None:
    """The instant (ns); as the `end` of a range, a day or a second that is named is meant whole."""
    if not value:
        return None
    value = _BASIC.sub(r"\1-\2-\3T\4:\5:\6", value)
    try:
        instant = instants.parse(value, end=end)
    except Invalid as error:
        raise ValueError(error.message) from None
    return instant + SECOND - 1 if end and _WHOLE_SECONDS.fullmatch(value) else instant


Instant = Annotated[str, AfterValidator(_instant)]
"""RFC 3339, the form of our own answers, and every form that the dataset API takes."""


class _Model(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _null_is_nothing(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {name: member for name, member in value.items() if member is not None}


class TaskIn(_Model):
    data: dict[str, Any]
    priority: Priority = 0
    submit: bool = False
    client_batch_id: Text | None = None

    def draft(self) -> Draft:
        return Draft(self.data, self.priority, self.submit, self.client_batch_id)

    def row(self) -> dict[str, Any]:
        """The same as a row of a batch."""
        return self.draft()._asdict()


class TaskForm(_Model):
    task: TaskIn


class BatchForm(_Model):
    tasks: Annotated[list[Any], Field(min_length=1, max_length=MOST_INLINE)] | None = None
    tasks_file_name: Text | None = None
    notification_email: Text | None = None
    client_batch_id: Text | None = None

    def about(self) -> About:
        return About(self.tasks_file_name, self.notification_email, self.client_batch_id)


class PriorityForm(_Model):
    priority: Priority


class RejectForm(_Model):
    reasons: Annotated[list[Any], Field(max_length=100)] = []


class SubmitForm(_Model):
    answers: dict[str, Any]
    ordinal: int | None = None
    duration: Annotated[float, Field(ge=0, le=10**9, allow_inf_nan=False)] | None = None

    def answered(self) -> Answered:
        return Answered(self.answers, self.duration)


class IdsForm(_Model):
    task_ids: Annotated[list[str], Field(min_length=1, max_length=MOST_IDS)]


class BulkForm(IdsForm):
    priority: Priority


class _PageQuery(_Model):
    page: Annotated[int, Field(ge=1, le=10**9)] = 1
    page_size: Annotated[int, Field(ge=1, le=1_000)] = 1_000

    def part(self) -> Page:
        return Page(self.page, self.page_size)


class BatchQuery(_PageQuery):
    omit_failed_task_data: bool = False


class TaskQuery(_Model):
    same_as_delivery: bool = True


class _BatchFilter(_Model):
    batch_id: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    client_batch_id: Text | None = None
    client_batch_id_match_type: Literal["exact", "contains"] | None = None

    def meant(self) -> Wanted:
        return Wanted(
            batch_id=self.batch_id,
            client_batch_id=self.client_batch_id,
            contains=self.client_batch_id_match_type == "contains",
        )


_DATES = {
    "created": "created",
    "creation": "created",
    "updated": "updated",
    "update": "updated",
    "submitted": "submitted",
    "completed": "submitted",
    "completion": "submitted",
    "delivered": "delivered",
    "delivery": "delivered",
}
"""What clients call the dates of a task; with `_at`, `_date` or nothing behind."""


def _date_type(value: str) -> str:
    found = _DATES.get(re.sub(r"_(at|date)$", "", value.strip().lower()))
    if found is None:
        raise ValueError(f"must be one of {', '.join(_DATES)}")
    return found


class TasksQuery(_PageQuery, _BatchFilter):
    page_size: Annotated[int, Field(ge=1, le=100)] = 100
    date_type: Annotated[str, AfterValidator(_date_type)] = "created"
    since: Annotated[Instant | None, Field(alias="from")] = None
    until: Annotated[Instant | None, Field(alias="to")] = None
    state: State | None = None
    priority: Priority | None = None
    omit_answers: bool = True

    def wanted(self) -> Wanted:
        return self.meant()._replace(
            date_type=self.date_type,
            since=read_instant(self.since),
            until=read_instant(self.until, end=True),
            state=self.state,
            priority=self.priority,
        )


class DeliveredQuery(_PageQuery, _BatchFilter):
    since: Annotated[Instant | None, Field(alias="from")] = None
    task_id: Annotated[str, Field(max_length=100)] | None = None

    def wanted(self) -> Wanted:
        return self.meant()._replace(since=read_instant(self.since), task_id=self.task_id)


class DeliveredForm(_BatchFilter):
    consumer: Annotated[str, Field(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=1_000)] = 1_000
    replay: bool = False

    def name(self) -> str:
        """A consumer is in another place of each list that it reads."""
        return json.dumps([self.consumer or "default", *self.meant()[:3]])


class StatsQuery(_Model):
    since: Annotated[Instant | None, Field(alias="from")] = None
    until: Annotated[Instant | None, Field(alias="to")] = None

    def days(self) -> tuple[int | None, int | None]:
        return read_instant(self.since), read_instant(self.until)


class CallbacksQuery(_Model):
    state: Literal["owed", "sending", "waiting", "delivered", "unreachable"] | None = None
    since: Instant | None = None
    page: Annotated[int, Field(ge=1, le=10**6)] = 1
    page_size: Annotated[int, Field(ge=1, le=100)] = 100

    def start(self) -> int | None:
        return read_instant(self.since)


class RedeliverForm(_Model):
    since: Instant | None = None

    def start(self) -> int | None:
        return read_instant(self.since)
