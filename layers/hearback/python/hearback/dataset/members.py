"""Members of a project: accounts of the organization, each with a role."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from hearback.access import store as accounts
from hearback.access.model import Account, Caller
from hearback.dataset import items, keys, rights, work
from hearback.dataset.model import Member, MemberRole
from hearback.dataset.rights import Standing
from hearback.deadline import Deadline
from hearback.errors import Busy, Conflict, Forbidden, NotFound
from hearback.jsonapi.errors import Fault, Unprocessable
from hearback.storage import changes, owed, reads, transactions, troubles
from hearback.storage.transactions import ConditionFailed, Write, transact
from hearback.timestamps import SECOND

MOST_DIGITS = 16
PATIENCE = 60 * SECOND
_IN_REQUEST = 5.0
_TRIES = 5
_PROJECT, _MEMBERSHIP = 0, 2
"""Writes of a new member whose conditions say more than that an id is taken."""


def get(caller: Caller, member_id: str) -> Member:
    return _find(caller, member_id)[1]


def _find(caller: Caller, member_id: str) -> tuple[Standing, Member]:
    if not (member_id.isascii() and member_id.isdigit() and len(member_id) <= MOST_DIGITS):
        raise rights.not_found("project member", member_id)
    located = reads.get(keys.table(), keys.member_locator(member_id))
    if located is None:
        raise rights.not_found("project member", member_id)
    standing = rights.standing(caller, located["project_id"]["S"])
    item = reads.get(keys.table(), keys.member(standing.project.id, member_id))
    if item is None:
        raise rights.not_found("project member", member_id)
    return standing, items.MEMBER.from_item(item)


def create(caller: Caller, project_id: str, attributes: Mapping[str, Any], now: int) -> Member:
    """Take an account of the organization, named by its id or its e-mail address, into a project."""
    standing = rights.standing(caller, project_id)
    standing.require_owner()
    role = MemberRole(attributes.get("role") or MemberRole.ANNOTATOR)
    _require_right_to_appoint(caller, role)
    account = _account(caller, attributes)
    # Lists begin at the project's own instant, which another server's clock may have put ahead of this one's.
    now = max(now, standing.project.created_at)
    member = of_account(project_id, account, role, caller.account_id, now)
    name = attributes.get("name")
    member = member._replace(name=account.name if name is None else name)
    if attributes.get("disabled_at") is not None:
        member = member._replace(disabled_at=attributes["disabled_at"])
    return _take_in(member)


def _take_in(member: Member) -> Member:
    """Write a new member, and with another id where somebody's of the same millisecond has drawn it."""
    project = keys.record("projects", member.project_id)
    for _ in range(_TRIES):
        writes = [transactions.check(keys.table(), project, "attribute_exists(pk)"), *_puts(member)]
        try:
            transact(writes)
        except ConditionFailed as failed:
            if _PROJECT in failed.failed:
                raise rights.not_found("project", member.project_id) from None
            if _MEMBERSHIP in failed.failed:
                raise Conflict(
                    "The account is a member of the project already.",
                    "one that is disabled: set disabled_at to null",
                ) from None
            member = member._replace(id=str(new_id(member.created_at)))
        else:
            return member
    raise Busy("The service is busy; try again.")


def _puts(member: Member) -> list[Write]:
    return [
        transactions.put(keys.table(), item, "attribute_not_exists(pk)")
        for item in items.member_items(member)
    ]


def of_account(
    project_id: str, account: Account | Caller, role: MemberRole, invited_by: int, now: int
) -> Member:
    """A new member, from their account."""
    return Member(
        id=str(new_id(now)),
        organization_id=account.organization_id,
        project_id=project_id,
        account_id=account.account_id,
        name=account.name if isinstance(account, Account) else "",
        email=account.email,
        role=role,
        invited_by_id=invited_by,
        disabled_at=None,
        created_at=now,
        updated_at=now,
    )


def new_id(now: int, chance: int | None = None) -> int:
    """Below 2^53, which every JSON reader keeps exact; in the order of time."""
    return (now // 1_000_000) << 11 | (secrets.randbelow(1 << 11) if chance is None else chance)


def _account(caller: Caller, attributes: Mapping[str, Any]) -> Account:
    account_id, email = attributes.get("account_id"), attributes.get("email")
    if account_id is None and email is None:
        raise Unprocessable(Fault("is required, or email is", "/data/attributes/account_id"))
    try:
        if account_id is not None:
            return accounts.get_account(caller.organization_id, account_id)
        return accounts.get_account_by_email(caller.organization_id, str(email).strip().lower())
    except NotFound:
        name = "email" if account_id is None else "account_id"
        detail = "is no account of the organization; its admin can create one"
        raise Unprocessable(Fault(detail, f"/data/attributes/{name}")) from None


def _require_right_to_appoint(caller: Caller, role: MemberRole) -> None:
    if role is MemberRole.OWNER and not caller.is_admin:
        raise Forbidden("Only an owner or admin of the organization makes owners of projects.")


def update(caller: Caller, member_id: str, attributes: Mapping[str, Any], now: int) -> Member:
    """Change a member; with `disabled_at` they are disabled, or (null) enabled again."""
    standing, before = _find(caller, member_id)
    standing.require_owner()
    after = before._replace(**attributes)
    after = after._replace(role=MemberRole(after.role), updated_at=now)
    if _is_owner(after) and not _is_owner(before):
        _require_right_to_appoint(caller, after.role)
    return _save(before, after, now)


def _is_owner(member: Member) -> bool:
    return member.role is MemberRole.OWNER and member.disabled_at is None


def disable(caller: Caller, member_id: str, now: int) -> Member:
    """End a membership; what is assigned to the member is owed to go back (`work.unassign`)."""
    standing, before = _find(caller, member_id)
    standing.require_owner()
    if before.disabled_at is not None:
        return before
    return _save(before, before._replace(disabled_at=now, updated_at=now), now)


def end_all(organization_id: str, account_id: int, now: int) -> None:
    """End all memberships of an account that is no more."""
    found = (
        items.MEMBER.from_item(item) for item in reads.every(keys.memberships(organization_id, account_id))
    )
    for before in found:
        if before.disabled_at is None:
            _save(before, before._replace(disabled_at=now, updated_at=now), now)


def _save(before: Member, after: Member, now: int) -> Member:
    writes = []
    for old, new in zip(items.member_items(before)[:2], items.member_items(after)[:2], strict=True):
        key = {name: old[name] for name in ("pk", "sk")}
        writes.append(changes.change(keys.table(), key, changes.between(old, new)))
    disabled = before.disabled_at is None and after.disabled_at is not None
    if disabled:
        writes.append(owed.owe(_debt(after), "upkeep", unassignment(after), now + PATIENCE))
    try:
        transact(writes)
    except ConditionFailed:
        raise rights.not_found("project member", before.id) from None
    if disabled:
        # The debt stays for a second look in a minute, when an index has followed what was assigned last.
        with suppress(*troubles.UNDONE):
            work.unassign(unassignment(after), Deadline.after(_IN_REQUEST), now)
    return after


def unassignment(member: Member) -> dict[str, Any]:
    """The message that takes a disabled member's work from them."""
    return {
        "unassign": member.account_id,
        "organization": member.organization_id,
        "project": member.project_id,
        "debt": _debt(member),
    }


def _debt(member: Member) -> str:
    return f"unassign-{member.id}-{member.disabled_at}"
