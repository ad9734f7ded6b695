"""Accounts, roles, keys and tokens: who gets in, with which rights, and that no secret is kept."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any
from uuid import uuid4

import pytest

from local.paths import ROOT
from local.stack import Stack
from tests.flows.organizations import (
    ACCESS,
    FEEDBACK,
    Organization,
    Person,
    answer,
    invite,
    refusal,
    with_key,
)

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}Z")
PERMISSIONS = "/api/v2/users/me/permissions"
AUTH = "/api/v2/auth"
KEY_FIELDS = {"keyId", "accountId", "email", "name", "created", "revoked"}


def _account(person: Person) -> dict[str, Any]:
    return dict(answer(person.get(f"{ACCESS}/me")))


# ── Keys ──


def test_a_key_is_shown_once_and_works_at_once(organization: Organization) -> None:
    made = answer(organization.user.post(f"{ACCESS}/keys", json={"name": "laptop"}))
    assert set(made) == KEY_FIELDS | {"key"}
    assert (made["email"], made["name"], made["revoked"]) == (organization.user.email, "laptop", "")
    assert TIMESTAMP.fullmatch(made["created"])
    assert _account(with_key(organization.user, made["key"]))["keyId"] == made["keyId"]
    listing = organization.admin.get(f"{ACCESS}/keys")
    assert {name: made[name] for name in KEY_FIELDS} in answer(listing)["keys"]
    assert all(set(key) == KEY_FIELDS for key in listing.json()["keys"])
    assert made["key"].rpartition("_")[2] not in listing.text


def test_a_revoked_key_opens_nothing_any_more_nor_do_its_tokens(organization: Organization) -> None:
    user = organization.user
    token = user.post(AUTH, auth=None, data={"username": user.email, "password": user.key}).text
    key_id = _account(user)["keyId"]
    revoked = answer(organization.admin.delete(f"{ACCESS}/keys/{key_id}"))
    assert revoked["keyId"] == key_id
    assert TIMESTAMP.fullmatch(revoked["revoked"])
    for path in (FEEDBACK, f"{ACCESS}/me"):
        refusal(user.get(path), 401)
        refusal(user.get(path, auth=None, headers={"Authorization": f"Bearer {user.key}"}), 401)
        refusal(user.get(path, auth=None, headers={"Authorization": f"Bearer {token}"}), 401)
    refusal(user.post(AUTH, auth=None, data={"username": user.email, "password": user.key}), 401)
    assert revoked in answer(organization.admin.get(f"{ACCESS}/keys"))["keys"]
    assert answer(organization.admin.delete(f"{ACCESS}/keys/{key_id}")) == revoked


def test_users_see_make_and_revoke_their_own_keys_only(organization: Organization) -> None:
    admin, user = organization.admin, organization.user
    assert [key["email"] for key in answer(user.get(f"{ACCESS}/keys"))["keys"]] == [user.email]
    refusal(user.post(f"{ACCESS}/keys", json={"accountId": _account(admin)["accountId"]}), 403)
    refusal(user.delete(f"{ACCESS}/keys/{_account(admin)['keyId']}"), 404)
    own = answer(user.post(f"{ACCESS}/keys", json={"accountId": _account(user)["accountId"]}))
    assert answer(user.delete(f"{ACCESS}/keys/{own['keyId']}"))["revoked"]
    assert len(answer(admin.get(f"{ACCESS}/keys"))["keys"]) == 3


def test_an_admin_makes_keys_for_others(organization: Organization) -> None:
    account_id = _account(organization.user)["accountId"]
    made = answer(
        organization.admin.post(f"{ACCESS}/keys", data={"accountId": account_id, "name": "for you"})
    )
    holder = with_key(organization.user, made["key"])
    assert (_account(holder)["email"], _account(holder)["role"]) == (organization.user.email, "user")


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"accountId": 1}, 404),
        ({"accountId": "x"}, 400),
        ({"accountId": 10**30}, 404),
        ({"name": "x" * 201}, 400),
    ],
)
def test_a_key_for_nobody_is_refused(bystanders: Organization, form: dict[str, Any], status: int) -> None:
    refusal(bystanders.admin.post(f"{ACCESS}/keys", json=form), status)


@pytest.mark.parametrize("key_id", ["0" * 16, "x", "x" * 3000, "%23", "key%23"], ids=str.__len__)
def test_a_key_that_does_not_exist_is_not_found(bystanders: Organization, key_id: str) -> None:
    refusal(bystanders.admin.delete(f"{ACCESS}/keys/{key_id}"), 404)


# ── Accounts and roles ──


def test_an_admin_creates_and_lists_accounts(organization: Organization) -> None:
    form = {"email": " Ann.B@Example.org ", "name": "Ann", "role": "org_owner"}
    made = answer(organization.admin.post(f"{ACCESS}/accounts", json=form))
    assert set(made) == {"accountId", "email", "name", "role", "created"}
    assert (made["email"], made["name"], made["role"]) == ("ann.b@example.org", "Ann", "org_owner")
    assert type(made["accountId"]) is int
    accounts = answer(organization.admin.get(f"{ACCESS}/accounts"))["accounts"]
    assert made in accounts
    assert {account["email"] for account in accounts} == {
        organization.admin.email, organization.user.email, "ann.b@example.org",
    }  # fmt: skip


def test_an_e_mail_address_has_one_account_in_an_organization(
    organization: Organization, another: Organization
) -> None:
    for email in ("ann@example.org", "ANN@example.org"):
        made = organization.admin.post(f"{ACCESS}/accounts", data={"email": email})
    assert "already exists" in refusal(made, 400)
    invite(another.admin, "ann@example.org")


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({}, "email"),
        ({"email": "nobody"}, "e-mail"),
        ({"email": "a@b@c"}, "e-mail"),
        ({"email": "jörg@example.org"}, "e-mail"),
        ({"email": "\U0001f600" * 64 + "@" + "\U0001f600" * 190}, "e-mail"),
        ({"email": "a@b", "role": "king"}, "role"),
        ({"email": 7}, "email"),
        ({"email": "a@b", "name": "x" * 201}, "name"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    bystanders: Organization, form: dict[str, Any], fault: str
) -> None:
    assert fault in refusal(bystanders.admin.post(f"{ACCESS}/accounts", json=form), 400)
    assert len(answer(bystanders.admin.get(f"{ACCESS}/accounts"))["accounts"]) == 2


def test_users_manage_no_accounts(bystanders: Organization) -> None:
    account_id = _account(bystanders.user)["accountId"]
    refusal(bystanders.user.get(f"{ACCESS}/accounts"), 403)
    refusal(bystanders.user.post(f"{ACCESS}/accounts", json={"email": "x@example.org"}), 403)
    refusal(bystanders.user.patch(f"{ACCESS}/accounts/{account_id}", json={"role": "admin"}), 403)
    assert _account(bystanders.user)["role"] == "user"


def test_a_change_of_role_holds_for_every_key_and_token_at_once(organization: Organization) -> None:
    user = organization.user
    second = with_key(user, answer(user.post(f"{ACCESS}/keys"))["key"])
    token = user.post(AUTH, auth=None, data={"username": user.email, "password": user.key}).text
    bearer = {"auth": None, "headers": {"Authorization": f"Bearer {token}"}}
    for role, manages in (("admin", True), ("org_owner", True), ("user", False)):
        path = f"{ACCESS}/accounts/{_account(user)['accountId']}"
        assert answer(organization.admin.patch(path, json={"role": role}))["role"] == role
        for person, way in ((user, {}), (second, {}), (user, bearer)):
            assert answer(person.get(PERMISSIONS, **way))["MANAGE_FEEDBACK"] is manages
    third = with_key(user, answer(user.post(f"{ACCESS}/keys"))["key"])
    assert _account(third)["role"] == "user"


def test_an_admin_cannot_take_their_own_rights_away(organization: Organization) -> None:
    account_id = _account(organization.admin)["accountId"]
    refusal(organization.admin.patch(f"{ACCESS}/accounts/{account_id}", json={"role": "user"}), 409)
    assert answer(organization.admin.get(PERMISSIONS))["MANAGE_FEEDBACK"] is True


@pytest.mark.parametrize("account_id", ["0", "1", "x", "9" * 40, "-1"])
def test_an_account_that_does_not_exist_is_not_found(bystanders: Organization, account_id: str) -> None:
    refusal(bystanders.admin.patch(f"{ACCESS}/accounts/{account_id}", json={"role": "user"}), 404)


def test_another_organizations_accounts_and_keys_do_not_exist(
    organization: Organization, another: Organization
) -> None:
    theirs = _account(another.user)
    refusal(organization.admin.patch(f"{ACCESS}/accounts/{theirs['accountId']}", json={"role": "admin"}), 404)
    refusal(organization.admin.post(f"{ACCESS}/keys", json={"accountId": theirs["accountId"]}), 404)
    refusal(organization.admin.delete(f"{ACCESS}/keys/{theirs['keyId']}"), 404)
    assert _account(another.user) == theirs


# ── The first admin, and what is stored ──


def _first_admin(stack: Stack, organization_id: str, email: str) -> subprocess.CompletedProcess[str]:
    aws = {
        "AWS_ENDPOINT_URL": stack.endpoint_url,
        "AWS_DEFAULT_REGION": stack.region,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    inherited = {n: v for n, v in os.environ.items() if not n.startswith(("AWS_", "HEARBACK_"))}
    path = {"PYTHONPATH": str(ROOT / "layers/hearback/python")}
    options = ["--stack", "hearback-local", "--organization", organization_id, "--email", email]
    command = [sys.executable, "-m", "hearback.access", *options]
    env = inherited | aws | path
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_a_command_creates_the_first_admin_of_an_organization(stack: Stack, bystanders: Organization) -> None:
    name = f"first-{uuid4().hex[:8]}"
    made = _first_admin(stack, name, "Ann@Example.org")
    assert made.returncode == 0, made.stderr
    admin = with_key(bystanders.admin, made.stdout.strip())
    me = _account(admin)
    assert (me["organizationId"], me["email"], me["role"]) == (name, "ann@example.org", "admin")
    again = _first_admin(stack, name, "ann@example.org")
    assert _account(with_key(admin, again.stdout.strip()))["accountId"] == me["accountId"]
    assert _first_admin(stack, name, "stranger@example.org").returncode != 0
    assert len(answer(admin.get(f"{ACCESS}/accounts"))["accounts"]) == 1


def test_no_secret_is_kept_anywhere(stack: Stack, bystanders: Organization) -> None:
    people = (bystanders.admin, bystanders.user)
    tables = stack.client("dynamodb").get_paginator("list_tables").paginate()
    kept = "".join(
        json.dumps(page["Items"], default=str)
        for names in tables
        for table in names["TableNames"]
        for page in stack.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    )
    for person in people:
        _, key_id, secret = person.key.split("_")
        assert key_id in kept
        assert secret not in kept
