"""The end of an account: it, its address and its keys are removed."""

from __future__ import annotations

from hearback.access import keys, store
from hearback.access.model import ApiKey, Role
from hearback.errors import Forbidden, NotFound
from hearback.settings import settings
from hearback.storage import transactions
from hearback.storage.items import text
from hearback.storage.transactions import ConditionFailed, transact

_AT_ONCE = transactions.MOST_WRITES // 2
"""Keys of one transaction: each has two items."""


def close(organization_id: str, account_id: int, by: int) -> None:
    """Remove the account first, so that it gets no new key, and then its keys. May be done twice.

    Raises `Forbidden` when the account `by` does not manage the organization any more: of two admins who
    close each other's accounts at once, one stays.
    """
    _remove_account(organization_id, account_id, by)
    its_keys = [each for each in store.list_keys(organization_id) if each.account_id == account_id]
    for start in range(0, len(its_keys), _AT_ONCE):
        _remove_keys(organization_id, its_keys[start : start + _AT_ONCE])


def _remove_account(organization_id: str, account_id: int, by: int) -> None:
    table = settings().access_table
    try:
        account = store.get_account(organization_id, account_id)
    except NotFound:
        return
    manager = keys.account(organization_id, by)
    try:
        transact(
            [
                transactions.check(
                    table,
                    manager,
                    "attribute_exists(pk) AND #role <> :user",
                    names={"#role": "role"},
                    user=text(Role.USER),
                ),
                transactions.delete(table, keys.account(organization_id, account_id)),
                transactions.delete(table, keys.email(organization_id, account.email)),
            ]
        )
    except ConditionFailed:
        raise Forbidden("Who asked for this is no admin of the organization any more.") from None


def _remove_keys(organization_id: str, several: list[ApiKey]) -> None:
    table = settings().access_table
    transact(
        [
            transactions.delete(table, item)
            for each in several
            for item in (keys.used(each.key_id), keys.listed(organization_id, each.key_id))
        ]
    )
