"""Projects (`dataset:projects`): what datasets, members and tasks belong to."""

from collections.abc import Mapping, Sequence
from typing import Any

from hearback.access.model import Caller
from hearback.dataset import deleting, lists, projects
from hearback.dataset.listing import Listed
from hearback.dataset.model import Project
from hearback.deadline import Deadline
from hearback.jsonapi.bodies import New
from hearback.jsonapi.question import Question
from hearback.wire.credentials import basic_or_bearer
from hearback.wire.dataset.resources import DELETIONS, PROJECTS
from hearback.wire.jsonapi import JsonApi

api = JsonApi(
    PROJECTS,
    basic_or_bearer,
    told=("creation_mode", "time_form"),
    given=(
        "name",
        "description",
        "input_schema",
        "answer_schema",
        "creation_callback",
        "delivery_callback",
        "archival_callback",
    ),
)
handler = api.handler


@api.index
def list_projects(caller: Caller, question: Question, deadline: Deadline) -> Listed[Project]:
    """The projects in which the caller is a member; for the organization's owners and admins, all."""
    return lists.projects(caller, PROJECTS, question, deadline)


@api.create
def create_project(caller: Caller, several: Sequence[New], now: int) -> list[Project]:
    """Create a project; its creator becomes its owner. For the organization's owners and admins."""
    return [projects.create(caller, new.attributes, now) for new in several]


@api.show
def show_project(caller: Caller, resource_id: str) -> Project:
    """One project."""
    return projects.get(caller, resource_id)


@api.update
def update_project(caller: Caller, resource_id: str, attributes: Mapping[str, Any], now: int) -> Project:
    """Change a project. For its owners."""
    return projects.update(caller, resource_id, attributes, now)


@api.destroy
def delete_project(caller: Caller, resource_id: str, now: int) -> str:
    """Delete a project with all that is in it, unless one of its datasets is in progress or completed."""
    return f"{DELETIONS.path}/{projects.delete(caller, resource_id, now)}"


@JsonApi(DELETIONS, basic_or_bearer, api=api.api).show
def show_deletion(caller: Caller, resource_id: str) -> deleting.Deletion:
    """Ours: how far the deletion of a project or dataset is, by the id of what is deleted."""
    return deleting.get(caller, resource_id)
