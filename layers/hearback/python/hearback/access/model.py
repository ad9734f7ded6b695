"""Organizations, their accounts, and the API keys that act for an account."""

from __future__ import annotations

import hashlib
import hmac
import re
from enum import StrEnum
from typing import NamedTuple

from hearback.errors import Forbidden, Invalid

MOST_KEYS_OF_AN_ACCOUNT = 49
"""So that a change of role rewrites all of an account's keys (two items each) in one transaction."""


class Role(StrEnum):
    """What an account may do in its organization."""

    USER = "user"
    ORG_OWNER = "org_owner"
    ADMIN = "admin"

    @property
    def manages(self) -> bool:
        """Org owners and admins may do everything in their organization."""
        return self is not Role.USER


class Account(NamedTuple):
    organization_id: str
    account_id: int
    email: str
    name: str
    role: Role
    created: int


class ApiKey(NamedTuple):
    """An API key without its secret, which is shown once and never stored."""

    key_id: str
    account_id: int
    email: str
    name: str
    created: int
    revoked: int | None


class Caller(NamedTuple):
    """Who is calling: an account, through one of its keys."""

    organization_id: str
    account_id: int
    email: str
    role: Role
    key_id: str

    @property
    def is_admin(self) -> bool:
        return self.role.manages

    def require_admin(self) -> None:
        if not self.is_admin:
            raise Forbidden("Only an admin of the organization may do this.")


_KEY = re.compile(r"hb_([0-9a-f]{16})_([0-9a-f]{40})")
# ASCII, since it travels as metadata of S3 objects too; no #, which separates the parts of keys.
_EMAIL = re.compile(r"[!\"$-?A-~]{1,64}@[!\"$-?A-~]{1,190}")


def write_key(key_id: str, secret: str) -> str:
    """The key as its owner uses it: `key_id` finds it (16 hex digits), `secret` proves it (40)."""
    return f"hb_{key_id}_{secret}"


def read_key(key: str) -> tuple[str, str] | None:
    """The key's id and secret, or None when it does not even look like one."""
    match = _KEY.fullmatch(key)
    return (match[1], match[2]) if match else None


def hash_secret(secret: str) -> str:
    """What is stored of a secret. It has 160 random bits, so a plain hash cannot be searched."""
    return hashlib.sha256(secret.encode()).hexdigest()


def secret_matches(secret: str, stored: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(hash_secret(secret), stored)


def read_email(value: str) -> str:
    """An e-mail address in the one form in which it is kept."""
    email = value.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise Invalid("The e-mail address is not valid.", f"email: {value[:80]!r}")
    return email
