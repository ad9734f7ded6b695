"""A project as the tasks API sees it: by its number, with its task settings."""

from __future__ import annotations

from typing import Any, NamedTuple

from hearback.access.model import Caller
from hearback.callbacks.model import Kind, Receiver
from hearback.dataset import items, rights
from hearback.dataset import keys as dataset_keys
from hearback.dataset.model import MemberRole, Project
from hearback.errors import Forbidden, NotFound
from hearback.storage import reads

MOST_DIGITS = 10


class Settings(NamedTuple):
    """What a project says of its tasks."""

    input_schema: dict[str, Any] | None = None
    answer_schema: dict[str, Any] | None = None
    creation_mode: str = "sync"
    """`sync`, or `async`: tasks are created in the background, and a callback tells it."""
    callbacks: dict[Kind, Receiver] = {}  # noqa: RUF012 - never changed
    time_form: str = "basic"
    """How its times are told: one of `hearback.tasks.payloads.TIME_FORMS`."""

    @property
    def is_async(self) -> bool:
        return self.creation_mode == "async"


class TaskProject(NamedTuple):
    """The project, its settings, and what the caller may do in it."""

    caller: Caller
    project: Project
    role: MemberRole
    settings: Settings

    @property
    def number(self) -> int:
        return self.project.task_project_id

    @property
    def time_form(self) -> str:
        return self.settings.time_form

    def require_manager(self) -> None:
        """Who creates, deletes and configures: the project's owners."""
        if self.role is not MemberRole.OWNER:
            raise Forbidden("Only an owner of the project may do this.")

    def require_reviewer(self) -> None:
        """Who approves and rejects."""
        if self.role is MemberRole.ANNOTATOR:
            raise Forbidden("Only a reviewer or an owner of the project may do this.")


def find(caller: Caller, number: str) -> TaskProject:
    """The project with this number: two reads. `NotFound` when it is none of the caller's business."""
    if not (number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS):
        raise NotFound("There is no such project.", number[:40])
    located = reads.get(dataset_keys.table(), dataset_keys.task_project(int(number)))
    if located is None or located["organization_id"]["S"] != caller.organization_id:
        raise NotFound("There is no such project.", number)
    standing = rights.standing(caller, located["project_id"]["S"])
    return TaskProject(caller, standing.project, standing.role, settings_of(standing.project))


def settings_of(project: Project) -> Settings:
    """The task settings among a project's attributes."""
    callbacks = {kind: getattr(project, f"{kind}_callback") for kind in Kind}
    return Settings(
        input_schema=project.input_schema,
        answer_schema=project.answer_schema,
        creation_mode=project.creation_mode or "sync",
        callbacks={kind: Receiver.from_json(value) for kind, value in callbacks.items() if value},
        time_form=project.time_form or "basic",
    )


def worker_settings(number: int) -> tuple[Project, Settings] | None:
    """For workers, which act for whoever began the work: None when the project is gone."""
    located = reads.get(dataset_keys.table(), dataset_keys.task_project(number))
    if located is None:
        return None
    item = reads.get(dataset_keys.table(), dataset_keys.record("projects", located["project_id"]["S"]))
    if item is None:
        return None
    project = items.PROJECT.from_item(item)
    return project, settings_of(project)
