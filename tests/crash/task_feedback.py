"""A task under review: a world to disturb, without what a project and its tasks are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hearback.access.model import Caller, Role
from hearback.dataset.model import MemberRole, Project
from hearback.quality import feedback
from hearback.quality.feedback import Deleted, Place
from hearback.quality.model import Entry
from hearback.storage.shelves import Tail
from hearback.tasks.model import State, Task
from hearback.tasks.projects import Settings, TaskProject

from tests.crash.recount_feedback import check

NUMBER = 117
NOW = 1_700_000_000_000_000_000
DAY = 86_400 * 1_000_000_000
CALLER = Caller("acme", 1, "rita@acme.example", Role.ADMIN, "k1")
PROJECT = TaskProject(
    CALLER,
    Project("p", "acme", "Garden", None, CALLER.email, NUMBER, 0, 0, "", Tail("", 1)),
    MemberRole.OWNER,
    Settings(),
)
ANSWERS: dict[str, Any] = {"weather": "rain", "mood": "gay", "car": {"shapes": [{}, {}]}}


def place(task: int = 0, round: int = 1) -> Place:
    """A task of this number, whose last round is its third."""
    its_id = f"{task:024x}"
    made = Task(its_id, NUMBER, "acme", State.COMPLETED, 0, {}, ANSWERS, NOW, NOW)
    known = made._replace(current_round=3, submitted_by="anna@acme.example")
    return Place(PROJECT, known, round)


def field(external_id: str | None = None, comment: str = "", **more: Any) -> dict[str, Any]:
    said = {"type": "field", "error_type": "Incorrect Metadata", "field": "weather", **more}
    return said | {"external_id": external_id, "comment": comment or None}


@dataclass
class World:
    """One task in one round; all else is in the tables."""

    where: Place

    def post(
        self, *given: Any, finalize: bool = False, context: str | None = None, day: int = 0
    ) -> list[Entry]:
        return feedback.post(self.where, given, finalize, context, NOW + day * DAY)

    def finalize(self, context: str | None = None, day: int = 0) -> list[Entry]:
        return feedback.post(self.where, None, True, context, NOW + day * DAY)

    def delete(self, ids: Sequence[str], day: int = 0) -> Deleted:
        return feedback.delete(self.where, ids, NOW + day * DAY)

    def entries(self) -> tuple[Entry, ...]:
        return feedback.read(self.where)

    def said(self) -> set[tuple[Any, ...]]:
        """What the entries say and whether it is final; everything is counted as it is said."""
        check_counts()
        return {(entry.context, entry.external_id, entry.comment, entry.is_final) for entry in self.entries()}


def check_counts() -> None:
    """All kinds of rows, without each of the dimensions that share one: for what is done a hundred times."""
    check(NUMBER, dimensions=("output",))
