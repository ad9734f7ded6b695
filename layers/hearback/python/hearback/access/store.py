"""Organizations, accounts and keys in their table (`hearback.access.keys`)."""

from __future__ import annotations

from hearback.access import keys
from hearback.access.model import (
    MOST_KEYS_OF_AN_ACCOUNT,
    Account,
    ApiKey,
    Caller,
    Role,
    hash_secret,
    read_key,
    secret_matches,
)
from hearback.errors import Conflict, Invalid, NotFound, Unauthenticated
from hearback.settings import settings
from hearback.storage import reads
from hearback.storage.items import (
    Item,
    get_number,
    get_optional_number,
    get_text,
    number,
    text,
    without_nothing,
)
from hearback.storage.transactions import ConditionFailed, Write, check, put, transact, update

_NOBODY = hash_secret("")


def _account_to_item(account: Account) -> Item:
    return keys.account(account.organization_id, account.account_id) | {
        "organization": text(account.organization_id),
        "account": number(account.account_id),
        "email": text(account.email),
        "name": text(account.name),
        "role": text(account.role),
        "created": number(account.created),
        "keys": number(0),
    }


def _account_from_item(item: Item) -> Account:
    return Account(
        organization_id=get_text(item, "organization"),
        account_id=get_number(item, "account"),
        email=get_text(item, "email"),
        name=get_text(item, "name"),
        role=Role(get_text(item, "role")),
        created=get_number(item, "created"),
    )


def _key_attributes(account: Account, api_key: ApiKey) -> Item:
    return without_nothing(
        {
            "organization": text(account.organization_id),
            "key": text(api_key.key_id),
            "account": number(account.account_id),
            "email": text(account.email),
            "role": text(account.role),
            "name": text(api_key.name),
            "created": number(api_key.created),
            "revoked": None if api_key.revoked is None else number(api_key.revoked),
        }
    )


def _key_from_item(item: Item) -> ApiKey:
    return ApiKey(
        key_id=get_text(item, "key"),
        account_id=get_number(item, "account"),
        email=get_text(item, "email"),
        name=get_text(item, "name"),
        created=get_number(item, "created"),
        revoked=get_optional_number(item, "revoked"),
    )


def authenticate(presented: str) -> Caller:
    """Who presents this key: one strong read."""
    parts = read_key(presented)
    if parts is None:
        raise Unauthenticated("The API key is not valid.")
    return _caller(parts[0], parts[1])


def caller_of_key(key_id: str) -> Caller:
    """Whom a key known by its id acts for (an access token names it, and proves itself)."""
    return _caller(key_id, None)


def _caller(key_id: str, secret: str | None) -> Caller:
    item = reads.get(_table(), keys.used(key_id)) or {}
    proven = secret is None or secret_matches(secret, get_text(item, "hash", _NOBODY))
    if not item or not proven or "revoked" in item:
        raise Unauthenticated("The API key is not valid.")
    return Caller(
        organization_id=get_text(item, "organization"),
        account_id=get_number(item, "account"),
        email=get_text(item, "email"),
        role=Role(get_text(item, "role")),
        key_id=key_id,
    )


def create_organization(organization_id: str, name: str, now: int) -> None:
    item = keys.organization(organization_id) | {
        "organization": text(organization_id),
        "name": text(name),
        "created": number(now),
    }
    try:
        transact([put(_table(), item, "attribute_not_exists(pk)")])
    except ConditionFailed:
        raise Conflict("The organization already exists.", organization_id) from None


def create_account(account: Account) -> bool:
    """Whether it was created: not where its id is taken. Raises `Invalid` when the e-mail address already has
    an account in the organization."""
    taken = keys.email(account.organization_id, account.email) | {"account": number(account.account_id)}
    try:
        transact(
            [
                put(_table(), taken, "attribute_not_exists(pk)"),
                put(_table(), _account_to_item(account), "attribute_not_exists(pk)"),
            ]
        )
    except ConditionFailed as failed:
        if 0 in failed.failed:
            raise Invalid("An account with this e-mail address already exists.", account.email) from None
        return False
    return True


def get_account(organization_id: str, account_id: int) -> Account:
    item = reads.get(_table(), keys.account(organization_id, account_id))
    if item is None:
        raise NotFound("There is no such account.", str(account_id))
    return _account_from_item(item)


def get_account_by_email(organization_id: str, email: str) -> Account:
    item = reads.get(_table(), keys.email(organization_id, email))
    if item is None:
        raise NotFound("There is no such account.", email)
    return get_account(organization_id, get_number(item, "account"))


def list_accounts(organization_id: str) -> list[Account]:
    return [_account_from_item(item) for item in _list(organization_id, "account#")]


def list_keys(organization_id: str) -> list[ApiKey]:
    return [_key_from_item(item) for item in _list(organization_id, "key#")]


def _list(organization_id: str, prefix: str) -> list[Item]:
    run = reads.Range(_table(), f"org#{organization_id}", prefix, prefix + "\U0010ffff")
    return list(reads.every(run))


def create_key(account: Account, api_key: ApiKey, secret: str) -> None:
    """Keep a new key of the account; `secret` itself is not kept.

    Raises `Conflict` when the account's role changed meanwhile, or it has too many keys.
    """
    attributes = _key_attributes(account, api_key)
    try:
        transact(
            [
                put(_table(), keys.used(api_key.key_id) | attributes | {"hash": text(hash_secret(secret))}),
                put(_table(), keys.listed(account.organization_id, api_key.key_id) | attributes),
                update(
                    _table(),
                    keys.account(account.organization_id, account.account_id),
                    "ADD #keys :one",
                    "#role = :role AND #keys < :most",
                    names={"#keys": "keys", "#role": "role"},
                    one=number(1),
                    role=text(account.role),
                    most=number(MOST_KEYS_OF_AN_ACCOUNT),
                ),
            ]
        )
    except ConditionFailed:
        raise Conflict(
            "The account was just changed, or has too many keys.", f"at most {MOST_KEYS_OF_AN_ACCOUNT} keys"
        ) from None


def get_key(organization_id: str, key_id: str) -> ApiKey:
    item = reads.get(_table(), keys.listed(organization_id, key_id))
    if item is None:
        raise NotFound("There is no such key.", key_id[:40])
    return _key_from_item(item)


def revoke_key(organization_id: str, api_key: ApiKey, now: int) -> ApiKey:
    """The key is refused from now on; it stays in the list. Revoking twice changes nothing."""
    if api_key.revoked is None:
        _mark_revoked(organization_id, api_key.key_id, keys.account(organization_id, api_key.account_id), now)
    return get_key(organization_id, api_key.key_id)


def _mark_revoked(organization_id: str, key_id: str, account: Item, now: int) -> None:
    change = "SET revoked = :now"
    once = "attribute_exists(pk) AND attribute_not_exists(revoked)"
    try:
        transact(
            [
                update(_table(), keys.used(key_id), change, once, now=number(now)),
                update(_table(), keys.listed(organization_id, key_id), change, once, now=number(now)),
                update(_table(), account, "ADD #keys :less", names={"#keys": "keys"}, less=number(-1)),
            ]
        )
    except ConditionFailed:
        return  # another request revoked it a moment ago


def change_role(account: Account, role: Role, by: int) -> Account:
    """Change the account's role, and with it the rights of all its keys, at once.

    `by` is the account that does so: it must still manage when the change is made, so that of two
    admins who take each other's rights away at once, one keeps theirs.
    """
    api_keys = [
        k for k in list_keys(account.organization_id) if k.account_id == account.account_id and not k.revoked
    ]
    writes = [_role_update(keys.account(account.organization_id, account.account_id), role)]
    writes[0]["Update"]["ConditionExpression"] = "#role = :old AND #keys = :count"
    writes[0]["Update"]["ExpressionAttributeNames"]["#keys"] = "keys"
    writes[0]["Update"]["ExpressionAttributeValues"] |= {
        ":old": text(account.role),
        ":count": number(len(api_keys)),
    }
    if by != account.account_id:
        manager = keys.account(account.organization_id, by)
        writes.append(
            check(_table(), manager, "#role <> :user", names={"#role": "role"}, user=text(Role.USER))
        )
    for api_key in api_keys:
        writes.append(_role_update(keys.used(api_key.key_id), role))
        writes.append(_role_update(keys.listed(account.organization_id, api_key.key_id), role))
    try:
        transact(writes)
    except ConditionFailed:
        raise Conflict("The account was just changed by someone else; try again.") from None
    return get_account(account.organization_id, account.account_id)


def _role_update(of: Item, role: Role) -> Write:
    return update(_table(), of, "SET #role = :role", names={"#role": "role"}, role=text(role))


def _table() -> str:
    return settings().access_table


def organization_exists(organization_id: str) -> bool:
    return reads.get(_table(), keys.organization(organization_id)) is not None
