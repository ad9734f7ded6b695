"""Tasks to be: what a request or a row of a file gives, held against what the project says of its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from hearback.errors import Invalid
from hearback.jsonapi import strict
from hearback.tasks.model import State, Task
from hearback.tasks.projects import Settings
from hearback.tasks.schemas import Rule

LARGEST = 350_000
"""Bytes of a task's data and answers together: DynamoDB takes 400 KB in an item."""

LONGEST_NAME = 500
"""Characters of a client's own name for a batch."""

MOST_URGENT = 10**18
"""Priorities are at most so far from 0, in both directions."""

PREANSWERED = "output_"
"""A key of the data with this beginning seeds the answer of that name."""


class Refusal(NamedTuple):
    """Why a task cannot be: the name of the reason, and what it is."""

    type: str
    message: str


class Draft(NamedTuple):
    """A task to be."""

    data: dict[str, Any]
    priority: int = 0
    submit: bool = False
    client_batch_id: str | None = None


class Rules(NamedTuple):
    """A project's schemas, ready to be held against many tasks."""

    data: Rule
    answers: Rule

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(Rule(settings.input_schema), Rule(settings.answer_schema))


def read(value: Any) -> Draft | Refusal:
    """A row of a file, or of a request's list; `null` is nothing given."""
    if not isinstance(value, dict) or not isinstance(value.get("data"), dict):
        return Refusal("InvalidTask", "a task is an object with an object `data`")
    priority, submit, named = (value.get(name) for name in ("priority", "submit", "client_batch_id"))
    if not isinstance(priority, int | None) or isinstance(priority, bool):
        return Refusal("InvalidPriority", "priority must be an integer")
    if abs(priority or 0) > MOST_URGENT:
        return Refusal("InvalidPriority", f"priority must be at most {MOST_URGENT} from 0")
    if not isinstance(submit, bool | None):
        return Refusal("InvalidTask", "submit must be true or false")
    if not isinstance(named, str | None) or not _is_name(named or ""):
        return Refusal("InvalidTask", f"client_batch_id must be a text of at most {LONGEST_NAME} characters")
    return Draft(value["data"], priority or 0, submit or False, named or None)


def _is_name(text: str) -> bool:
    return len(text) <= LONGEST_NAME and strict.encodable(text)


def refusals(rules: Rules, draft: Draft) -> list[Refusal]:
    """Why a draft cannot become a task of the project; empty where it can."""
    try:
        size = len(strict.written(draft.data).encode())
    except Invalid as error:
        return [Refusal("InvalidTask", f"data: {error.details}")]
    if size > LARGEST:
        return [Refusal("TaskTooLarge", f"data has {size} bytes; at most {LARGEST}")]
    data, answers = split(draft.data)
    found = rules.data.faults(data, "data")
    if draft.submit:
        found += rules.answers.faults(answers, "answers")
    return [Refusal("InvalidInputSchema", fault) for fault in found]


def split(data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The inputs, and the answers that the data seeds."""
    answers = {name.removeprefix(PREANSWERED): value for name, value in data.items() if _seeds(name)}
    return {name: value for name, value in data.items() if not _seeds(name)}, answers


def _seeds(name: str) -> bool:
    return name.startswith(PREANSWERED) and len(name) > len(PREANSWERED)


def task(project: int, organization_id: str, task_id: str, draft: Draft, now: int) -> Task:
    """The task that a draft becomes."""
    data, answers = split(draft.data)
    return Task(
        id=task_id,
        project=project,
        organization_id=organization_id,
        state=State.COMPLETED if draft.submit else State.NEW,
        priority=draft.priority,
        data=data,
        answers=answers,
        created_at=now,
        updated_at=now,
        client_batch_id=draft.client_batch_id,
        submitted_at=now if draft.submit else None,
    )
