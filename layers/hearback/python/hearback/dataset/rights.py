"""Who may see and do what in a project. What is out of somebody's sight is not found by them.

An organization's owners and admins are owners of all its projects. A project's owner sees and does
everything in it; an annotator or reviewer sees what is assigned to them, and what they may take up.
"""

from __future__ import annotations

from typing import NamedTuple

from hearback import ids
from hearback.access import store as accounts
from hearback.access.model import Caller
from hearback.dataset import items, keys
from hearback.dataset.model import Dataset, Entry, Member, MemberRole, Project, Status, Step
from hearback.errors import Forbidden, NotFound
from hearback.storage import reads
from hearback.storage.items import Item

STEP_OF = {MemberRole.ANNOTATOR: Step.ANNOTATE, MemberRole.REVIEWER: Step.REVIEW}
"""The step in which members take up what nobody has."""


class Standing(NamedTuple):
    """The caller in one project."""

    caller: Caller
    project: Project
    role: MemberRole

    @property
    def owns(self) -> bool:
        return self.role is MemberRole.OWNER

    def require_owner(self) -> None:
        if not self.owns:
            raise Forbidden("Only an owner of the project may do this.")

    def is_assigned(self, entry: Entry) -> bool:
        return entry.assigned_to_id == self.caller.account_id

    def may_take(self, entry: Entry) -> bool:
        """Whether this is work that waits for anybody, and the caller may be the one."""
        waits = entry.status is Status.PENDING and entry.assigned_to_id is None
        if not waits or entry.wf_step not in (Step.ANNOTATE, Step.REVIEW):
            return False
        own = entry.wf_step is Step.REVIEW and entry.submitted_by_id == self.caller.account_id
        return not own and (self.owns or STEP_OF[self.role] is entry.wf_step)

    def sees(self, entry: Entry) -> bool:
        return self.owns or self.is_assigned(entry) or self.may_take(entry)

    def works_on(self, entry: Entry) -> bool:
        """Whether the caller may annotate the entry and take notes on it."""
        return self.owns or self.is_assigned(entry)


def standing(caller: Caller, project_id: str) -> Standing:
    """The caller's standing in a project: one read. `NotFound` when it is none of their business."""
    return _read(caller, project_id, [])[0]


def standing_in(caller: Caller, project_id: str, dataset_id: str) -> tuple[Standing, Dataset]:
    """The same, with one of the project's datasets (without its counts), in the same read."""
    found, others = _read(caller, project_id, [keys.record("datasets", dataset_id)])
    for item in others:
        return found, items.DATASET.from_item(item)
    raise not_found("dataset", dataset_id)


def _read(caller: Caller, project_id: str, more: list[Item]) -> tuple[Standing, list[Item]]:
    if not ids.is_uuid(project_id):
        raise not_found("project", project_id)
    project_key = keys.record("projects", project_id)
    membership_key = keys.membership(caller.organization_id, caller.account_id, project_id)
    wanted = [project_key, *more] if caller.is_admin else [project_key, membership_key, *more]
    found = {(item["pk"]["S"], item["sk"]["S"]): item for item in reads.get_many(keys.table(), wanted)}
    project_item = found.get(_place(project_key))
    if project_item is None or project_item["organization_id"]["S"] != caller.organization_id:
        raise not_found("project", project_id)
    role = MemberRole.OWNER if caller.is_admin else _role(found.get(_place(membership_key)), project_id)
    project = items.PROJECT.from_item(project_item)
    return Standing(caller, project, role), [found[_place(key)] for key in more if _place(key) in found]


def _place(key: Item) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]


def _role(membership: Item | None, project_id: str) -> MemberRole:
    member = items.MEMBER.from_item(membership) if membership else None
    if member is None or member.disabled_at is not None:
        raise not_found("project", project_id)
    return member.role


def is_present(project: Project, account_id: int) -> bool:
    """Whether an account works in the project: a member who is not disabled, or an admin of the organization."""
    organization = project.organization_id
    item = reads.get(keys.table(), keys.membership(organization, account_id, project.id))
    if item is not None:
        return "disabled_at" not in item
    try:
        return accounts.get_account(organization, account_id).role.manages
    except NotFound:
        return False


def memberships(caller: Caller) -> list[Member]:
    """The projects in which the caller is a member, oldest first."""
    run = keys.memberships(caller.organization_id, caller.account_id)
    members = (items.MEMBER.from_item(item) for item in reads.every(run))
    return [member for member in members if member.disabled_at is None]


def not_assigned() -> Forbidden:
    return Forbidden("The entry is not assigned to you; select it first.")


def not_found(what: str, its_id: str) -> NotFound:
    return NotFound(f"There is no such {what}.", its_id[:80])
