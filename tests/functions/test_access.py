"""The access Lambda: accounts and keys."""

from __future__ import annotations

from typing import Any

import pytest
from hearback.access import accounts, store
from hearback.access.model import Role
from hearback.errors import Conflict

from tests.functions.conftest import NOW
from tests.functions.gateway import Product


def call(product: Product, method: str, path: str, body: str = "", key: str = "admin") -> tuple[int, Any]:
    return product.call(method, f"/api/v1/access/{path}", body, key, "access")


def test_an_admin_makes_an_account_and_its_key(product: Product) -> None:
    _, account = call(product, "POST", "accounts", "email=Eve%40acme.example&name=Eve")
    assert (account["email"], account["role"]) == ("eve@acme.example", "user")
    _, key = call(product, "POST", "keys", f"accountId={account['accountId']}&name=laptop")
    product.keys["eve"] = key["key"]
    assert call(product, "GET", "me", key="eve")[1]["accountId"] == account["accountId"]
    listed = call(product, "GET", "keys")[1]["keys"]
    assert all("key" not in shown for shown in listed)


def test_two_accounts_of_one_millisecond_have_two_ids(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([7, 7, 8])
    monkeypatch.setattr(accounts, "_new_account_id", lambda _: next(drawn))
    ids = [accounts.add_account("acme", f"{name}@acme.example", "", Role.USER, 10**18) for name in ("x", "y")]
    assert [made.account_id for made in ids] == [7, 8]


def test_a_role_holds_for_all_keys_at_once(product: Product) -> None:
    me = call(product, "GET", "me", key="user")[1]
    assert call(product, "GET", "accounts", key="user")[0] == 403
    assert call(product, "PATCH", f"accounts/{me['accountId']}", "role=admin")[1]["role"] == "admin"
    assert call(product, "GET", "accounts", key="user")[0] == 200


def test_an_admin_cannot_take_their_own_rights_away(product: Product) -> None:
    me = call(product, "GET", "me")[1]
    assert call(product, "PATCH", f"accounts/{me['accountId']}", "role=user")[0] == 409


def test_a_revoked_key_is_refused_from_then_on(product: Product) -> None:
    _, key = call(product, "POST", "keys", "name=old", key="user")
    product.keys["old"] = key["key"]
    assert call(product, "GET", "me", key="old")[0] == 200
    assert call(product, "DELETE", f"keys/{key['keyId']}", key="user")[1]["revoked"]
    assert call(product, "GET", "me", key="old")[0] == 401


def test_nobody_revokes_a_key_of_another_organization(product: Product) -> None:
    _, key = call(product, "POST", "keys", "name=mine")
    assert call(product, "DELETE", f"keys/{key['keyId']}", key="other_admin")[0] == 404
    assert call(product, "DELETE", f"keys/{key['keyId']}", key="user")[0] == 404


def test_an_admin_who_just_lost_their_rights_takes_nobody_elses(product: Product) -> None:
    admin = store.get_account_by_email("acme", "admin@acme.example")
    user = store.get_account_by_email("acme", "user@acme.example")
    second = store.change_role(user, Role.ADMIN, by=admin.account_id)
    store.change_role(admin, Role.USER, by=second.account_id)
    with pytest.raises(Conflict):
        store.change_role(second, Role.USER, by=admin.account_id)


def test_the_first_admin_command_gives_the_rights_back(product: Product) -> None:
    product.keys["back"] = accounts.first_admin("acme", "acme", "user@acme.example", NOW)
    assert call(product, "GET", "me", key="back")[1]["role"] == "admin"
