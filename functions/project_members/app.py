"""Project members (`dataset:project_members`): accounts of the organization, with a role in a project."""

from collections.abc import Mapping, Sequence
from typing import Any

from hearback.access.model import Caller
from hearback.dataset import lists, members
from hearback.dataset.listing import Listed
from hearback.dataset.model import Member
from hearback.deadline import Deadline
from hearback.jsonapi.bodies import New
from hearback.jsonapi.question import Question
from hearback.wire.credentials import basic_or_bearer
from hearback.wire.dataset import related
from hearback.wire.dataset.resources import PROJECT_MEMBERS
from hearback.wire.jsonapi import JsonApi

api = JsonApi(
    PROJECT_MEMBERS,
    basic_or_bearer,
    {"project": related.projects},
    told=("project", "account_id", "role", "disabled_at"),
    given=("email", "name"),
)
handler = api.handler


@api.index
def list_project_members(caller: Caller, question: Question, deadline: Deadline) -> Listed[Member]:
    """The members of the caller's projects, disabled ones too."""
    return lists.project_members(caller, PROJECT_MEMBERS, question, deadline)


@api.create
def create_project_member(caller: Caller, several: Sequence[New], now: int) -> list[Member]:
    """Take an account, named by `account_id` or `email`, into a project. For its owners."""
    return [members.create(caller, new.related["project"], new.attributes, now) for new in several]


@api.show
def show_project_member(caller: Caller, resource_id: str) -> Member:
    """One member."""
    return members.get(caller, resource_id)


@api.update
def update_project_member(
    caller: Caller, resource_id: str, attributes: Mapping[str, Any], now: int
) -> Member:
    """Change a member; `disabled_at: null` enables one again. For the project's owners."""
    return members.update(caller, resource_id, attributes, now)


@api.destroy
def delete_project_member(caller: Caller, resource_id: str, now: int) -> None:
    """Disable a member, and give back what is assigned to them. For the project's owners."""
    members.disable(caller, resource_id, now)
