"""The documents of the access API."""

from __future__ import annotations

from typing import Annotated, TypedDict

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from hearback import timestamps
from hearback.access.model import Account, ApiKey, Caller, Role
from hearback.errors import NotFound
from hearback.wire.messages import PathVariable
from hearback.wire.text import Text


class _Document(BaseModel):
    # Built when first used: a cold start pays for the models of one request only.
    model_config = ConfigDict(alias_generator=to_camel, frozen=True, extra="ignore", defer_build=True)


class AccountForm(_Document):
    email: Text
    name: Annotated[Text, Field(max_length=200)] = ""
    role: Role = Role.USER


class RoleForm(_Document):
    role: Role


class KeyForm(_Document):
    name: Annotated[Text, Field(max_length=200)] = ""
    account_id: int | None = None


def _account_id(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 16):
        raise NotFound("There is no such account.", value[:40])
    return int(value)


AccountId = Annotated[int, PathVariable(_account_id)]


class CallerDocument(TypedDict):
    organizationId: str
    accountId: int
    email: str
    role: str
    keyId: str


class AccountDocument(TypedDict):
    accountId: int
    email: str
    name: str
    role: str
    created: str


class AccountList(TypedDict):
    accounts: list[AccountDocument]


class KeyDocument(TypedDict):
    keyId: str
    accountId: int
    email: str
    name: str
    created: str
    revoked: str


class NewKeyDocument(KeyDocument):
    """`key` is the API key itself; it cannot be shown again."""

    key: str


class KeyList(TypedDict):
    keys: list[KeyDocument]


def caller_document(caller: Caller) -> CallerDocument:
    return {
        "organizationId": caller.organization_id,
        "accountId": caller.account_id,
        "email": caller.email,
        "role": caller.role,
        "keyId": caller.key_id,
    }


def account_document(account: Account) -> AccountDocument:
    return {
        "accountId": account.account_id,
        "email": account.email,
        "name": account.name,
        "role": account.role,
        "created": timestamps.format(account.created),
    }


def key_document(api_key: ApiKey) -> KeyDocument:
    return {
        "keyId": api_key.key_id,
        "accountId": api_key.account_id,
        "email": api_key.email,
        "name": api_key.name,
        "created": timestamps.format(api_key.created),
        "revoked": timestamps.format(api_key.revoked),
    }
