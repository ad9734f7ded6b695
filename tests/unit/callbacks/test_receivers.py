"""Receivers as an owner sets them: what is kept of them, what is shown, and when a kept secret stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hearback.callbacks import receivers
from hearback.callbacks.model import Receiver, shown
from hearback.callbacks.secrets import Secrets
from hearback.callbacks.signing import AccessKey, Basic, Hmac, Token
from hearback.errors import Invalid

URL = "https://receiver.example/done"
SIGNING = "whsec_c2VjcmV0"
NOTHING = Secrets()
MODES: list[tuple[dict[str, Any], object]] = [
    ({"mode": "none"}, None),
    ({"mode": "basic", "user": "ada", "password": "planted"}, Basic("ada", "planted")),
    ({"mode": "access_key", "key": "planted"}, AccessKey("planted")),
    ({"mode": "token", "token": "planted"}, Token("planted")),
    ({"mode": "hmac", "key_id": "k1", "secret": "planted"}, Hmac("k1", "planted")),
]

pytestmark = pytest.mark.usefixtures("post")


def setting(authentication: Any = None, url: str = URL, **more: Any) -> dict[str, Any]:
    return {"url": url, **({"authentication": authentication} if authentication else {}), **more}


@pytest.mark.parametrize(("authentication", "by"), MODES)
def test_each_mode_is_kept_and_shown_without_its_secret(authentication: dict[str, Any], by: object) -> None:
    receiver, secrets = receivers.read(setting(authentication, signing_secret=SIGNING), None, NOTHING)
    assert receivers.authenticator(receiver, secrets) == by
    assert secrets.signing_secret == SIGNING
    told = shown(receiver.to_json())
    assert (told["url"], told["authentication"]["mode"]) == (URL, authentication["mode"])
    assert (told["authentication"]["has_secret"], told["has_signing_secret"]) == (by is not None, True)
    for kept in (receiver.to_json(), told):
        assert "planted" not in json.dumps(kept)
        assert SIGNING not in json.dumps(kept)


@pytest.mark.parametrize(("authentication", "_by"), MODES)
def test_what_is_shown_can_be_sent_back_and_changes_nothing(
    authentication: dict[str, Any], _by: object
) -> None:
    before = receivers.read(setting(authentication, signing_secret=SIGNING), None, NOTHING)
    told = shown(before.receiver.to_json())
    assert receivers.read(told, before.receiver, before.secrets) == before


def test_an_access_key_in_the_url_goes_to_the_secrets() -> None:
    receiver, secrets = receivers.read(setting(url=f"{URL}?x=1&access_key=planted"), None, NOTHING)
    assert (receiver.url, receiver.mode, secrets.secret) == (f"{URL}?x=1", "access_key", "planted")
    given = setting({"mode": "access_key"}, f"{URL}?access_key=planted")
    assert receivers.read(given, None, NOTHING).secrets.secret == "planted"


def test_an_access_key_in_the_url_and_another_mode_are_one_too_many() -> None:
    with pytest.raises(Invalid, match="either an access_key") as refused:
        receivers.read(setting(MODES[1][0], f"{URL}?access_key=planted"), None, NOTHING)
    assert "planted" not in str(refused.value)


@pytest.mark.parametrize("change", [{"user": "eve"}, {"mode": "hmac", "key_id": "ada"}])
def test_a_kept_secret_is_of_the_same_mode_and_the_same_user_only(change: dict[str, str]) -> None:
    before = receivers.read(setting(MODES[1][0]), None, NOTHING)
    told = shown(before.receiver.to_json())
    told["authentication"] |= change
    with pytest.raises(Invalid, match="must have an authentication with"):
        receivers.read(told, before.receiver, before.secrets)


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/done",
        "https://receiver.example.evil.example/done",
        "https://receiver.example:8443/done",
        "http://receiver.example/done",
    ],
)
def test_a_kept_secret_is_not_told_to_another_host(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARBACK_CALLBACK_HTTP", "true")
    before = receivers.read(setting(MODES[3][0]), None, NOTHING)
    told = shown(before.receiver.to_json())
    with pytest.raises(Invalid, match="token"):
        receivers.read(told | {"url": url}, before.receiver, before.secrets)
    moved = receivers.read(told | {"url": f"{URL}/2?x=1"}, before.receiver, before.secrets)
    assert moved.secrets.secret == "planted"


def test_a_signing_secret_goes_when_nothing_is_said_of_it() -> None:
    before = receivers.read(setting(signing_secret=SIGNING), None, NOTHING)
    after = receivers.read(setting(), before.receiver, before.secrets)
    assert (after.secrets, after.receiver.has_signing_secret) == (NOTHING, False)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "https://receiver.example",
        {},
        {"url": 1},
        setting(url="ftp://receiver.example"),
        setting(url="http://receiver.example"),
        setting(url="https://ada:planted@receiver.example/"),
        setting("basic"),
        setting({"mode": "magic"}),
        setting({"mode": ["planted"]}),
        setting({"mode": "basic", "password": "planted"}),
        setting({"mode": "basic", "user": "a:b", "password": "planted"}),
        setting({"mode": "basic", "user": "ada"}),
        setting({"mode": "basic", "user": "ada", "password": ""}),
        setting({"mode": "basic", "user": "ada", "password": 1}),
        setting({"mode": "token", "token": "planted planted"}),
        setting({"mode": "token", "token": "planted" * 1_000}),
        setting({"mode": "token", "token": "planted\r\nHost: x"}),
        setting({"mode": "access_key"}),
        setting({"mode": "hmac", "key_id": "a:b", "secret": "planted"}),
        setting(signing_secret="planted!"),
        setting(signing_secret="whsec_"),
        setting(signing_secret=["planted"]),
    ],
)
def test_what_no_request_could_carry_is_refused_without_repeating_a_secret(value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        receivers.read(value, None, NOTHING)
    assert "planted" not in f"{refused.value} {refused.value.details}"


def test_a_receiver_survives_being_kept() -> None:
    receiver = Receiver(URL, "hmac", "k1", True, True, "version-1")
    assert Receiver.from_json(json.loads(json.dumps(receiver.to_json()))) == receiver
