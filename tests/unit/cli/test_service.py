"""What goes wrong between a command and the service, and what the person is told."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.unit.cli.terminal import ME, URL, Line, Terminal, document, error, lost

WHO = "GET /api/v1/access/me"
KEYS = "POST /api/v1/access/keys"
MADE = {"keyId": "1", "email": "me@acme.example", "key": "hb_new"}


def test_a_lost_connection_is_tried_again(terminal: Terminal, line: Line) -> None:
    line.once(WHO, lost(), lost(httpx.ConnectError), lost(httpx.RemoteProtocolError), ME)
    assert terminal.run("whoami").code == 0
    assert terminal.slept == [0.5, 1.0, 2.0]


def test_and_given_up_in_the_end(terminal: Terminal, line: Line) -> None:
    line.once(WHO, *[lost()] * 4)
    ended = terminal.run("whoami")
    assert (ended.code, ended.out) == (4, "")
    assert f"The connection to {URL} was lost: connection reset by peer" in ended.err


def test_what_may_have_been_done_is_not_done_twice(terminal: Terminal, line: Line) -> None:
    line.once(KEYS, lost())
    ended = terminal.run("keys", "create")
    assert ended.code == 4
    assert "not known whether" in ended.err


def test_what_has_not_begun_may(terminal: Terminal, line: Line) -> None:
    line.once(KEYS, lost(httpx.ConnectError), error(503, "later"), error(429, "later"), MADE)
    assert terminal.run("keys", "create").out == "hb_new\n"


@pytest.mark.parametrize(
    ("asked", "waited"), [("7", 7.0), ("900", 30.0), ("soon", 0.5), ("-1", 0.5), ("", 0.5)]
)
def test_a_busy_service_says_how_long_to_wait(
    terminal: Terminal, line: Line, asked: str, waited: float
) -> None:
    line.once(WHO, document({}, 429, **{"Retry-After": asked}), ME)
    assert terminal.run("whoami").code == 0
    assert terminal.slept == [waited]


def test_a_service_that_stays_busy_is_left_alone(terminal: Terminal, line: Line) -> None:
    line.once(WHO, *[error(429, "Slow down.")] * 4)
    ended = terminal.run("whoami")
    assert ended.code == 1
    assert "Slow down." in ended.err
    assert "in a minute" in ended.err


def test_a_failing_service_is_not_asked_again_and_says_for_whom_it_matters(
    terminal: Terminal, line: Line
) -> None:
    failed = error(500, "Internal error.")
    failed.headers["x-amzn-RequestId"] = "abc-1"
    line.once(WHO, failed)
    ended = terminal.run("whoami")
    assert (ended.code, ended.out) == (1, "")
    assert "The service failed (500): Internal error." in ended.err
    assert "tell its operators of the request abc-1" in ended.err


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (error(400, "No.", "page: 0"), "refused this (400): No. page: 0"),
        (document({"errors": [{"type": 404, "message": "Gone."}, {"message": "And"}]}, 404), "Gone.; And"),
        (document({"errors": [{"status": "409", "detail": "Taken."}]}, 409), "(409): Taken."),
        (document({"message": "Not Found"}, 404), "(404): Not Found"),
        (document({"odd": 1}, 400), "(400): Bad Request"),
        (document([], 400), "(400): Bad Request"),
        (document({"errors": [None, 3]}, 400), "(400): Bad Request"),
        (httpx.Response(404, text="<html>no</html>"), "(404): Not Found"),
        (httpx.Response(400, text="<Error><Message>Bad policy</Message></Error>"), "(400): Bad policy"),
        (error(400, "\x1b[2Jcleared\n"), "(400):  [2Jcleared"),
        (error(403, "For admins."), "For admins.\nLog in with a key that may do this"),
    ],
    ids=range(11),
)
def test_every_form_of_a_refusal_is_told(terminal: Terminal, line: Line, answer: Any, said: str) -> None:
    line.on(WHO, answer)
    ended = terminal.run("whoami")
    assert (ended.code, ended.out) == (1, "")
    assert said in ended.err


@pytest.mark.parametrize(
    "answer", [httpx.Response(200, text="<html>"), httpx.Response(302)], ids=["html", "302"]
)
def test_what_is_no_answer_of_the_service_is_recognized(
    terminal: Terminal, line: Line, answer: httpx.Response
) -> None:
    line.on(WHO, answer)
    ended = terminal.run("whoami")
    assert ended.code == 1
    assert "no JSON" in ended.err


def test_a_certificate_nobody_vouches_for_is_not_tried_again(terminal: Terminal, line: Line) -> None:
    fault = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")
    line.once(WHO, fault)
    ended = terminal.run("whoami")
    assert ended.code == 4
    assert "SSL_CERT_FILE" in ended.err


def test_an_address_that_answers_nothing_is_told(terminal: Terminal, line: Line) -> None:
    line.on(WHO, lost(httpx.ConnectError))
    ended = terminal.run("whoami")
    assert ended.code == 4
    assert f"{URL} cannot be reached" in ended.err
    assert "Is the address right, and the service running?" in ended.err


@pytest.mark.parametrize(
    ("url", "code"), [("ftp://x", 2), ("https://ex ample", 2), ("https://" + "ü" * 100, 4)]
)
def test_an_address_in_the_environment_that_is_none_is_told(terminal: Terminal, url: str, code: int) -> None:
    terminal.environ |= {"HEARBACK_URL": url, "HEARBACK_KEY": "hb"}
    ended = terminal.run("whoami")
    assert ended.code == code
    assert "is no address" in ended.err


def test_an_id_stays_one_part_of_the_path(terminal: Terminal, line: Line) -> None:
    line.on("DELETE /api/v1/access/keys/../a?b#c", {"keyId": "x", "email": "y"})
    assert terminal.run("keys", "revoke", "../a?b#c").code == 0
    assert line.asked[0].url.raw_path == b"/v1/api/v1/access/keys/..%2Fa%3Fb%23c"
    for nothing in ("..", ".", " "):
        assert terminal.run("keys", "revoke", nothing).code == 2
