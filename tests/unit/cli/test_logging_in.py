"""Logging in: a key is kept once the service has accepted it, and nobody else gets to see it."""

from __future__ import annotations

import json
import stat
from typing import Any

import pytest
from hearback_cli import profiles

from tests.unit.cli.terminal import KEY, ME, STORE, URL, Line, Terminal, document, error, lost


def kept(terminal: Terminal) -> dict[str, Any]:
    return dict(json.loads(profiles.path(terminal.home).read_text()))


def test_a_key_from_standard_input_is_verified_and_kept(stranger: Terminal, line: Line) -> None:
    ended = stranger.run("login", URL + "/", stdin=f"{KEY}\n")
    assert (ended.code, ended.out) == (0, f"You are me@acme.example of acme, at {URL}.\n")
    assert line.asked[-1].headers["Authorization"] == f"Bearer {KEY}"
    assert kept(stranger) == {"default": {"url": URL, "key": KEY, "account": "acme/1"}}


def test_what_is_kept_is_for_its_owner_alone(stranger: Terminal) -> None:
    stranger.run("login", URL, stdin=KEY)
    for path in stranger.files():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(stranger.home.stat().st_mode) == 0o700


def test_the_environment_can_hold_the_key(stranger: Terminal) -> None:
    stranger.environ["HEARBACK_KEY"] = KEY
    assert stranger.run("login", URL, "--json").json == {"profile": "default", "url": URL, **ME}


def test_on_a_terminal_the_key_is_asked_for_and_not_shown(stranger: Terminal) -> None:
    assert stranger.run("login", URL, typed=KEY).code == 0
    assert kept(stranger)["default"]["key"] == KEY


def test_a_wrong_key_is_not_kept(stranger: Terminal, line: Line) -> None:
    line.on("GET /api/v1/access/me", error(401, "The API key is not valid."))
    ended = stranger.run("login", URL, stdin=KEY)
    assert ended.code == 3
    assert "The API key is not valid." in ended.err
    assert f"hearback login {URL}" in ended.err
    assert stranger.files() == []


@pytest.mark.parametrize("stdin", ["", "\n", "  \nhb_second_line"], ids=["nothing", "empty", "blank"])
def test_without_a_key_nothing_is_asked(stranger: Terminal, line: Line, stdin: str) -> None:
    ended = stranger.run("login", URL, stdin=stdin)
    assert (ended.code, line.asked) == (2, [])
    assert "HEARBACK_KEY" in ended.err


@pytest.mark.parametrize("key", ["schlüssel", "hb\x1b[2J"])
def test_what_cannot_be_a_key_is_not_sent(stranger: Terminal, line: Line, key: str) -> None:
    ended = stranger.run("login", URL, stdin=key)
    assert (ended.code, line.asked) == (2, [])
    assert key not in ended.err


@pytest.mark.parametrize(
    "url", ["foo", "hearback.example", "ftp://a/b", "https://", "http://[", "https://a/?b"]
)
def test_what_is_no_address_is_told_at_once(stranger: Terminal, line: Line, url: str) -> None:
    ended = stranger.run("login", url, stdin=KEY)
    assert (ended.code, line.asked) == (2, [])
    assert "is no address" in ended.err


def test_a_key_goes_unencrypted_to_this_machine_only(stranger: Terminal, line: Line) -> None:
    ended = stranger.run("login", "http://hearback.example/v1", stdin=KEY)
    assert (ended.code, line.asked) == (2, [])
    for host in ("localhost", "127.0.0.1:4566", "[::1]:80"):
        assert profiles.is_private(f"http://{host}/v1")


def test_unless_one_says_so(stranger: Terminal, line: Line) -> None:
    for path in ("/api/v2/system/info", "/api/v1/access/me"):
        line.on(f"GET http://hearback.example/v1{path}", {"product": "Hearback", **ME})
    assert stranger.run("login", "http://hearback.example/v1", "--allow-http", stdin=KEY).code == 0


@pytest.mark.parametrize(
    "answer",
    [
        document({"product": "another"}),
        document(["Hearback"]),
        document({"message": "Missing Authentication Token"}, 403),
        error(404, "no bucket"),
    ],
    ids=["another", "list", "gateway", "missing"],
)
def test_another_service_does_not_get_to_judge_the_key(stranger: Terminal, line: Line, answer: Any) -> None:
    line.on("GET /api/v2/system/info", answer)
    ended = stranger.run("login", URL, stdin=KEY)
    assert ended.code == 4
    assert f"There is no Hearback at {URL}." in ended.err
    assert stranger.files() == []


def test_profiles_are_kept_side_by_side(stranger: Terminal, line: Line) -> None:
    other = "https://other.example"
    line.on(f"GET {other}/api/v2/system/info", {"product": "Hearback"})
    line.on(f"GET {other}/api/v1/access/me", ME | {"email": "other@acme.example"})
    stranger.run("login", URL, stdin=KEY)
    stranger.run("login", other, "--profile", "other", stdin="hb_other")
    assert stranger.run("whoami", "--json", "--profile", "other").json["email"] == "other@acme.example"
    assert stranger.run("whoami", "--json").json["email"] == ME["email"]
    assert kept(stranger).keys() == {"default", "other"}


def test_url_and_key_of_the_environment_take_the_place_of_a_profile(stranger: Terminal, line: Line) -> None:
    stranger.environ |= {"HEARBACK_URL": URL, "HEARBACK_KEY": KEY}
    assert stranger.run("whoami", "--json").json["profile"] == "(environment)"
    assert stranger.files() == []


def test_they_send_the_key_unencrypted_to_this_machine_alone_unless_that_is_meant(
    stranger: Terminal, line: Line
) -> None:
    stranger.environ |= {"HEARBACK_URL": "http://hearback.example/v1", "HEARBACK_KEY": KEY}
    ended = stranger.run("whoami")
    assert (ended.code, line.asked) == (2, [])
    assert "set HEARBACK_ALLOW_HTTP=1" in ended.err
    line.on("GET http://hearback.example/v1/api/v1/access/me", ME)
    stranger.environ["HEARBACK_ALLOW_HTTP"] = "1"
    assert stranger.run("whoami").code == 0
    del stranger.environ["HEARBACK_ALLOW_HTTP"]
    line.on("GET http://localhost/v1/api/v1/access/me", ME)
    stranger.environ["HEARBACK_URL"] = "http://localhost:4566/v1"
    assert stranger.run("whoami").code == 0


def test_a_kept_key_goes_to_no_other_address_than_its_own(terminal: Terminal, line: Line) -> None:
    terminal.environ["HEARBACK_URL"] = STORE
    assert terminal.run("whoami").code == 0
    assert {request.url.host for request in line.asked} == {"hearback.example"}


def test_logging_out_forgets_the_key(terminal: Terminal) -> None:
    assert terminal.run("logout", "--json").json == {"profile": "default", "loggedOut": True}
    assert KEY not in profiles.path(terminal.home).read_text()
    assert terminal.run("logout").out == "You were not logged in.\n"
    ended = terminal.run("whoami")
    assert (ended.code, ended.err) == (
        3,
        "Error: You are not logged in. Do so with: hearback login URL\n",
    )


def test_a_session_that_is_over_says_how_to_begin_another(terminal: Terminal, line: Line) -> None:
    line.on("GET /api/v1/access/me", error(401, "The access token has expired."))
    ended = terminal.run("whoami")
    assert ended.code == 3
    assert "The access token has expired." in ended.err
    assert f"Log in again: hearback login {URL}" in ended.err


def test_a_damaged_configuration_is_none(terminal: Terminal) -> None:
    profiles.path(terminal.home).write_text("{")
    assert terminal.run("whoami").code == 3


def test_a_service_that_is_down_is_not_taken_for_another(stranger: Terminal, line: Line) -> None:
    line.on("GET /api/v2/system/info", lost())
    assert stranger.run("login", URL, stdin=KEY).code == 4
    line.on("GET /api/v2/system/info", error(500, "oh"))
    assert stranger.run("login", URL, stdin=KEY).code == 1


def test_a_profile_does_not_show_its_key() -> None:
    assert KEY not in repr(profiles.Profile("default", URL, KEY))
