"""Projects: what everything else of the dataset API, and of the tasks API, belongs to."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from hearback.access.model import Caller
from hearback.dataset import deleting, items, keys, members, placing, rights
from hearback.dataset.model import MemberRole, Project
from hearback.dataset.placing import Refused, Spot, place
from hearback.errors import Busy, Forbidden
from hearback.storage import changes, reads, shelves, transactions
from hearback.storage.items import Item, text
from hearback.storage.shelves import Tail
from hearback.storage.transactions import ConditionFailed, transact

_BEFORE_ALL = "0"
"""Below every id."""


def get(caller: Caller, project_id: str) -> Project:
    return rights.standing(caller, project_id).project


def create(caller: Caller, attributes: Mapping[str, Any], now: int) -> Project:
    """A new project, with its creator as owner. For the organization's owners and admins."""
    if not caller.is_admin:
        raise Forbidden("Only an owner or admin of the organization creates projects.")
    made: list[Project] = []

    def writes(new: list[str], block: str) -> list[transactions.Write]:
        project = placing.placed(_new(caller, attributes, now), new[0], block)
        tail, rows = shelves.opened(keys.shelf("datasets", project.id), project.id)
        made[:] = [project._replace(tail=tail)]
        owner = members.of_account(
            project.id, caller, MemberRole.OWNER, caller.account_id, project.created_at
        )
        number_taken = keys.task_project(project.task_project_id) | {
            "project_id": text(project.id),
            "organization_id": text(project.organization_id),
        }
        wanted = [items.project_item(made[0]), number_taken, *items.member_items(owner)]
        return [*rows, *(transactions.put(keys.table(), item, "attribute_not_exists(pk)") for item in wanted)]

    for _ in range(5):
        try:
            place(_spot(caller.organization_id), caller.organization_id, keys.EVERY, 1, writes)
        except Refused:  # the project's number is taken: another one is drawn
            continue
        return made[0]
    raise Busy("The service is busy; try again.")


def _new(caller: Caller, attributes: Mapping[str, Any], now: int) -> Project:
    return Project(
        id="",
        organization_id=caller.organization_id,
        name=attributes["name"],
        description=attributes.get("description"),
        created_by_email=caller.email,
        task_project_id=10_000 + secrets.randbelow(2**31 - 10_000),
        created_at=now,
        updated_at=now,
        block="",
        tail=Tail("", 1),
    )


def _spot(organization_id: str) -> Spot:
    """Where an organization's projects go; its item is made with the first of them."""
    table, owner = keys.table(), keys.organization(organization_id)
    shelf = keys.shelf("projects", organization_id)
    if reads.get(table, owner) is None:
        tail, rows = shelves.opened(shelf, _BEFORE_ALL)
        item = owner | {"tail": tail.to_attribute()}
        with suppress(ConditionFailed):  # another request has made it meanwhile
            transact([transactions.put(table, item, "attribute_not_exists(pk)"), *rows])
    return Spot(shelf, owner, "tail", Tail("", 1), "organization").read()


def update(caller: Caller, project_id: str, attributes: Mapping[str, Any], now: int) -> Project:
    standing = rights.standing(caller, project_id)
    standing.require_owner()
    after = standing.project._replace(**attributes, updated_at=now)
    return _save(standing.project, after)


def _save(before: Project, after: Project) -> Project:
    difference = changes.between(items.project_item(before), items.project_item(after))
    try:
        transact([changes.change(keys.table(), keys.record("projects", before.id), difference)])
    except ConditionFailed:
        raise rights.not_found("project", before.id) from None
    return after


def delete(caller: Caller, project_id: str, now: int) -> str:
    """Delete a project with all that is in it; the id of the deletion, which tells how far it is."""
    standing = rights.standing(caller, project_id)
    standing.require_owner()
    return deleting.project(standing, now)


def by_task_number(organization_id: str, task_project_id: int) -> str | None:
    """The id of the project with this number in the tasks API."""
    item: Item | None = reads.get(keys.table(), keys.task_project(task_project_id))
    if item is None or item["organization_id"] != text(organization_id):
        return None
    found: str = item["project_id"]["S"]
    return found
