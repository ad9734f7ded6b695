"""API keys and e-mail addresses: what is accepted, and in which form it is kept."""

from __future__ import annotations

import pytest
from hearback.access.model import (
    Caller,
    Role,
    hash_secret,
    read_email,
    read_key,
    secret_matches,
    write_key,
)
from hearback.errors import Forbidden, HearbackError, Invalid
from hypothesis import example, given
from hypothesis import strategies as st

ids = st.binary(min_size=8, max_size=8).map(bytes.hex)
secrets = st.binary(min_size=20, max_size=20).map(bytes.hex)


@given(ids, secrets)
def test_a_key_is_read_back_as_it_was_written(key_id: str, secret: str) -> None:
    assert read_key(write_key(key_id, secret)) == (key_id, secret)


@given(ids, secrets, st.text(min_size=1, max_size=3))
def test_a_key_with_anything_around_it_is_none(key_id: str, secret: str, more: str) -> None:
    key = write_key(key_id, secret)
    assert read_key(key + more) is None
    assert read_key(more + key) is None
    assert read_key(key.upper()) is None


@given(st.text())
@example("")
@example("hb_")
@example("hb_" + "\u0663" * 16 + "_" + "a" * 40)
def test_what_is_no_key_is_not_taken_for_one(text: str) -> None:
    assert read_key(text) is None


@given(secrets, secrets)
def test_a_secret_matches_its_own_hash_only(secret: str, other: str) -> None:
    assert secret_matches(secret, hash_secret(secret))
    assert secret_matches(other, hash_secret(secret)) == (secret == other)


@given(secrets)
def test_what_is_stored_does_not_tell_the_secret(secret: str) -> None:
    assert secret not in hash_secret(secret)


# ── E-mail addresses ──


@pytest.mark.parametrize("text", ["ann@acme.example", " Ann@ACME.example\n", "ANN@acme.EXAMPLE"])
def test_an_address_is_kept_in_one_form(text: str) -> None:
    assert read_email(text) == "ann@acme.example"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann",
        "@acme.example",
        "ann@",
        "a b@c.d",
        "ann@acme@example",
        "a#b@c.d",
        "a\x00@b.c",
        "a" * 65 + "@b.c",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_email(text)


@given(st.text(st.characters(categories=None)))
@example("\ud800@acme.example")
def test_any_text_is_an_address_in_its_one_form_or_refused(text: str) -> None:
    try:
        email = read_email(text)
    except HearbackError:
        return
    assert read_email(email) == email
    assert email.encode().count(b"@") == 1  # so it can be stored and shown
    assert "#" not in email


# ── Roles ──


@pytest.mark.parametrize(
    ("role", "manages"), [(Role.USER, False), (Role.ORG_OWNER, True), (Role.ADMIN, True)]
)
def test_org_owners_and_admins_manage(role: Role, manages: bool) -> None:
    caller = Caller("acme", 1, "ann@acme.example", role, "0123456789abcdef")
    assert caller.is_admin is manages
    if manages:
        caller.require_admin()
    else:
        with pytest.raises(Forbidden):
            caller.require_admin()
