"""The access table's keys, all in one place.

pk                    sk                  what
org#<organization>    org                 the organization
org#<organization>    account#<id>        an account
org#<organization>    email#<email>       makes e-mail addresses unique in the organization
org#<organization>    key#<key id>        a key, for the lists of admins
key#<key id>          key                 the same key, for the one strong read of a request
"""

from __future__ import annotations

from hearback.storage.items import Item, key


def organization(organization_id: str) -> Item:
    return key(f"org#{organization_id}", "org")


def account(organization_id: str, account_id: int) -> Item:
    return key(f"org#{organization_id}", f"account#{account_id:016d}")


def email(organization_id: str, email: str) -> Item:
    return key(f"org#{organization_id}", f"email#{email}")


def listed(organization_id: str, key_id: str) -> Item:
    return key(f"org#{organization_id}", f"key#{key_id}")


def used(key_id: str) -> Item:
    return key(f"key#{key_id}", "key")
