"""The ways to say who one is: keys and tokens, and what is not taken for either."""

from __future__ import annotations

import base64
import json
import time

import pytest

from tests.flows.organizations import ACCESS, FEEDBACK, Organization, answer, refusal, with_key

PERMISSIONS = "/api/v2/users/me/permissions"
AUTH = "/api/v2/auth"


# ── Ways to say who one is ──


def test_a_key_opens_as_basic_user_name_as_password_and_as_bearer(bystanders: Organization) -> None:
    user = bystanders.user
    bearer = {"Authorization": f"Bearer {user.key}"}
    basic, by_password = {"auth": (user.key, "")}, {"auth": (user.email, user.key)}
    for way in (basic, by_password, {"auth": None, "headers": bearer}):
        assert answer(user.get(f"{ACCESS}/me", **way))["email"] == user.email
        assert answer(user.get(PERMISSIONS, **way)) == {"MANAGE_FEEDBACK": False, "SUBMIT_FEEDBACK": True}


def test_admins_may_manage(bystanders: Organization) -> None:
    assert answer(bystanders.admin.get(PERMISSIONS)) == {"MANAGE_FEEDBACK": True, "SUBMIT_FEEDBACK": True}


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"hb_0000000000000000_" + b"0" * 40 + b":").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:").decode(),
        "Basic " + base64.b64encode(b":").decode(),
        "Bearer",
        "Bearer x",
        "Bearer a.b.c",
        "Bearer hb_" + "0" * 16 + "_" + "0" * 40,
        # An unsigned token: {"alg":"none"}, {"sub":"0","exp":9999999999}
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIwIiwiZXhwIjo5OTk5OTk5OTk5fQ.",
        "Digest username=x",
        "u_jsmith@example.com_u0VmztKJrwqf",
    ],
)
def test_whoever_shows_no_valid_key_is_not_let_in(
    bystanders: Organization, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    for path in (FEEDBACK, f"{ACCESS}/me"):
        refused = bystanders.user.get(path, auth=None, headers=headers)
        refusal(refused, 401)
        # API Gateway keeps the name WWW-Authenticate for itself.
        assert refused.headers["x-amzn-Remapped-WWW-Authenticate"].startswith("Basic ")


def test_the_right_id_with_the_wrong_secret_does_not_open(bystanders: Organization) -> None:
    key = bystanders.user.key
    wrong = key[:-1] + ("0" if key[-1] != "0" else "1")
    refusal(with_key(bystanders.user, wrong).get(FEEDBACK), 401)
    refusal(with_key(bystanders.user, key.upper()).get(FEEDBACK), 401)


# ── Tokens ──


@pytest.mark.parametrize("where", ["data", "params", "json"])
def test_a_key_is_exchanged_for_a_token_of_thirty_days(bystanders: Organization, where: str) -> None:
    user = bystanders.user
    credentials = {"username": user.email, "password": user.key}
    issued = user.post(AUTH, auth=None, **{where: credentials})
    assert (issued.status_code, issued.headers["Content-Type"].partition(";")[0]) == (200, "text/plain")
    claims = issued.text.split(".")[1]
    expires = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"]
    assert expires - time.time() == pytest.approx(30 * 24 * 3600, abs=60)
    bearer = {"Authorization": f"Bearer {issued.text}"}
    assert answer(user.get(f"{ACCESS}/me", auth=None, headers=bearer))["email"] == user.email
    assert answer(user.get(FEEDBACK, auth=None, headers=bearer))["feedback"] == []


def test_a_token_that_was_tampered_with_opens_nothing(bystanders: Organization) -> None:
    user = bystanders.user
    token = user.post(AUTH, auth=None, data={"username": user.email, "password": user.key}).text
    head, claims, signature = token.split(".")
    claim = json.dumps({"sub": answer(bystanders.admin.get(f"{ACCESS}/me"))["keyId"], "exp": 2**33}).encode()
    other = base64.urlsafe_b64encode(claim).decode().rstrip("=")
    for forged in (f"{head}.{other}.{signature}", f"{head}.{claims}.", f"{head}.{claims}.AAAA"):
        refusal(user.get(FEEDBACK, auth=None, headers={"Authorization": f"Bearer {forged}"}), 401)


@pytest.mark.parametrize("missing", ["username", "password"])
def test_a_token_needs_user_name_and_password(bystanders: Organization, missing: str) -> None:
    credentials = {"username": bystanders.user.email, "password": bystanders.user.key}
    del credentials[missing]
    assert missing in refusal(bystanders.user.post(AUTH, auth=None, data=credentials), 400)


def test_a_token_is_for_the_account_of_the_key_alone(bystanders: Organization) -> None:
    admin, user = bystanders.admin.email, bystanders.user
    for username, password in ((admin, user.key), (user.email, "wrong")):
        credentials = {"username": username, "password": password}
        refusal(bystanders.user.post(AUTH, auth=None, data=credentials), 401)
