"""What admins do with accounts and keys; `now` is in nanoseconds since 1970."""

from __future__ import annotations

import secrets

from hearback.access import store
from hearback.access.model import Account, ApiKey, Caller, Role, read_email, write_key
from hearback.errors import Busy, Conflict, Forbidden, Invalid, NotFound

_TRIES = 5
"""Ids that are drawn for an account: another of the same millisecond may have the first."""


def add_account(organization_id: str, email: str, name: str, role: Role, now: int) -> Account:
    account = Account(
        organization_id=organization_id,
        account_id=_new_account_id(now),
        email=read_email(email),
        name=name.strip(),
        role=role,
        created=now,
    )
    for _ in range(_TRIES):
        if store.create_account(account):
            return account
        account = account._replace(account_id=_new_account_id(now))
    raise Busy("The service is busy; try again.")


def _new_account_id(now: int) -> int:
    """A number below 2^53 (exact in every JSON reader), unique by time and chance."""
    return (now // 1_000_000) << 11 | secrets.randbelow(1 << 11)


def change_role(caller: Caller, account_id: int, role: Role) -> Account:
    """Raises `Conflict` when the caller would take their own rights away: someone must be left."""
    account = store.get_account(caller.organization_id, account_id)
    if account_id == caller.account_id and not role.manages:
        raise Conflict("An admin cannot take their own rights away; another admin can.")
    return account if account.role is role else store.change_role(account, role, caller.account_id)


def issue_key(account: Account, name: str, now: int) -> tuple[ApiKey, str]:
    """A new key of the account, and the key itself, which is shown this once."""
    key_id, secret = secrets.token_hex(8), secrets.token_hex(20)
    api_key = ApiKey(key_id, account.account_id, account.email, name.strip(), created=now, revoked=None)
    store.create_key(account, api_key, secret)
    return api_key, write_key(key_id, secret)


def account_for_key(caller: Caller, account_id: int | None) -> Account:
    """The account for which the caller may make a key: their own, or any if they manage."""
    wanted = caller.account_id if account_id is None else account_id
    if wanted != caller.account_id and not caller.is_admin:
        raise Forbidden("Only an admin of the organization makes keys for others.")
    return store.get_account(caller.organization_id, wanted)


def revoke_key(caller: Caller, key_id: str, now: int) -> ApiKey:
    """Revoke a key of the caller's own, or any of the organization's if they manage."""
    api_key = store.get_key(caller.organization_id, key_id)
    if api_key.account_id != caller.account_id and not caller.is_admin:
        raise NotFound("There is no such key.", key_id[:40])
    return store.revoke_key(caller.organization_id, api_key, now)


def first_admin(organization_id: str, organization_name: str, email: str, now: int) -> str:
    """Create an organization with its first admin; the admin's key.

    Running it again, with the organization already there, makes a new key for that admin: it is
    also the way back in for an organization that lost all its keys.
    """
    if not organization_id.replace("-", "").replace("_", "").isalnum():
        raise Invalid("An organization id has letters, digits, - and _ only.", organization_id)
    if not store.organization_exists(organization_id):
        store.create_organization(organization_id, organization_name, now)
    if not store.list_accounts(organization_id):
        add_account(organization_id, email, "", Role.ADMIN, now)
    account = store.get_account_by_email(organization_id, read_email(email))
    if not account.role.manages:
        account = store.change_role(account, Role.ADMIN, account.account_id)
    return issue_key(account, "first key", now)[1]
