"""Access tokens: each names one key, for 30 days, and nobody else can make one."""

from __future__ import annotations

import base64
import json
import time

import jwt
import pytest
from hearback.access import tokens
from hearback.errors import Unauthenticated
from hypothesis import example, given
from hypothesis import strategies as st

SECRET = "a secret of sixty-four characters, as the stack generates its own"
OTHERS = "another secret of sixty-four characters, which is not the stack's"
KEY_ID = "0123456789abcdef"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_secret", lambda: SECRET)


def test_a_token_names_the_key_it_was_issued_for() -> None:
    assert tokens.key_of(tokens.issue(KEY_ID, int(time.time()))) == KEY_ID


def test_a_token_says_when_it_expires() -> None:
    now = int(time.time())
    claims = jwt.decode(tokens.issue(KEY_ID, now), SECRET, algorithms=["HS256"])
    assert claims["exp"] == now + 30 * 24 * 3600


def test_a_token_is_refused_after_30_days() -> None:
    with pytest.raises(Unauthenticated, match="expired"):
        tokens.key_of(tokens.issue(KEY_ID, int(time.time()) - tokens.LIFETIME - 1))


@pytest.mark.parametrize("claims", [{"sub": KEY_ID}, {"exp": 2**33}, {"sub": 7, "exp": 2**33}])
def test_a_token_without_a_key_or_an_end_is_refused(claims: dict[str, object]) -> None:
    with pytest.raises(Unauthenticated):
        tokens.key_of(jwt.encode(claims, SECRET, algorithm="HS256"))


def test_a_token_signed_by_somebody_else_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        tokens.key_of(jwt.encode({"sub": KEY_ID, "exp": 2**33}, OTHERS, algorithm="HS256"))


def test_a_token_that_says_it_needs_no_signature_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        tokens.key_of(jwt.encode({"sub": KEY_ID, "exp": 2**33}, "", algorithm="none"))


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_token_changed_anywhere_is_refused(part: int) -> None:
    parts = tokens.issue(KEY_ID, int(time.time())).split(".")
    parts[part] = _changed(parts[part])
    with pytest.raises(Unauthenticated):
        tokens.key_of(".".join(parts))


@given(st.text())
@example("..")
@example("é.é.é")
@example(base64.urlsafe_b64encode(json.dumps({"alg": "HS256"}).encode()).decode() + "..")
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens.key_of(text)


def _changed(part: str) -> str:
    middle = len(part) // 2
    return part[:middle] + ("A" if part[middle] != "A" else "B") + part[middle + 1 :]
