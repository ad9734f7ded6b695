"""Accounts and API keys of an organization, for its admins."""

from hearback.access import accounts, store
from hearback.access.model import Caller
from hearback.wire import access as wire
from hearback.wire.api import Api
from hearback.wire.credentials import basic_or_bearer
from hearback.wire.families import ACCESS
from hearback.wire.messages import Request

api = Api(ACCESS, basic_or_bearer)
handler = api.handler


@api.get("/api/v1/access/me")
def who_am_i(caller: Caller) -> wire.CallerDocument:
    """The account behind the key."""
    return wire.caller_document(caller)


@api.get("/api/v1/access/accounts")
def list_accounts(caller: Caller) -> wire.AccountList:
    """All accounts of the organization."""
    caller.require_admin()
    return {
        "accounts": [
            wire.account_document(account) for account in store.list_accounts(caller.organization_id)
        ]
    }


@api.post("/api/v1/access/accounts", told=("role",))
def create_account(caller: Caller, form: wire.AccountForm, request: Request) -> wire.AccountDocument:
    """A new account; it can do nothing until it has a key."""
    caller.require_admin()
    account = accounts.add_account(caller.organization_id, form.email, form.name, form.role, request.now)
    return wire.account_document(account)


@api.patch("/api/v1/access/accounts/{accountId}", told=("role",))
def change_account(caller: Caller, accountId: wire.AccountId, form: wire.RoleForm) -> wire.AccountDocument:
    """Change an account's role, and so the rights of all its keys, at once."""
    caller.require_admin()
    return wire.account_document(accounts.change_role(caller, accountId, form.role))


@api.get("/api/v1/access/keys")
def list_keys(caller: Caller) -> wire.KeyList:
    """The organization's keys for an admin, else the caller's own; never their secrets."""
    api_keys = store.list_keys(caller.organization_id)
    seen = (key for key in api_keys if caller.is_admin or key.account_id == caller.account_id)
    return {"keys": [wire.key_document(key) for key in seen]}


@api.post("/api/v1/access/keys", told=("accountId",))
def create_key(caller: Caller, form: wire.KeyForm, request: Request) -> wire.NewKeyDocument:
    """A new key, shown this once: for the caller, or for any account if an admin asks."""
    account = accounts.account_for_key(caller, form.account_id)
    api_key, secret = accounts.issue_key(account, form.name, request.now)
    return {**wire.key_document(api_key), "key": secret}


@api.delete("/api/v1/access/keys/{keyId}")
def revoke_key(caller: Caller, keyId: str, request: Request) -> wire.KeyDocument:
    """Revoke a key: one's own, or any of the organization's for an admin."""
    return wire.key_document(accounts.revoke_key(caller, keyId, request.now))
