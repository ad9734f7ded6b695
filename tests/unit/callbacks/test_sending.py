"""What an attempt makes of receivers of every kind, over real sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hearback.callbacks import connecting, sending

from tests.unit.callbacks.attempts import BODY, HERE, LATER, SOON, request, sent_to
from tests.unit.callbacks.receiver import Conversation, Receiver, answering


@pytest.mark.parametrize("status", [200, 201, 202, 204, 226, 299])
def test_from_200_to_299_an_attempt_has_succeeded(status: int) -> None:
    attempt, _ = sent_to(answering(f"{status} Fine"))
    assert attempt.succeeded
    assert (attempt.status, attempt.error, attempt.detail) == (status, None, "")


@pytest.mark.parametrize("status", [300, 400, 401, 403, 404, 410, 418, 429, 500, 502, 503, 599, 999])
def test_with_any_other_status_it_has_failed(status: int) -> None:
    attempt, _ = sent_to(answering(f"{status} No", b"because"))
    assert not attempt.succeeded
    assert (attempt.status, attempt.error, attempt.answer) == (status, None, "because")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int, connects: list[Any]) -> None:
    with Receiver(answering("200 OK")) as other:
        attempt, _ = sent_to(answering(f"{status} Elsewhere", b"", f"Location: {other.url()}"))
        assert (attempt.status, attempt.succeeded) == (status, False)
        assert (other.connections, len(connects)) == (0, 1)


def test_a_request_arrives_as_it_was_signed() -> None:
    with Receiver(answering("200 OK")) as receiver:
        sending.send(request(receiver.url() + "?project=117"), HERE)
    (received,) = receiver.received
    assert received.line == "POST /tasks/done?project=117 HTTP/1.1"
    assert received.body == BODY
    assert received.headers == {
        "host": f"127.0.0.1:{receiver.port}",
        "user-agent": "Hearback",
        "accept-encoding": "identity",
        "connection": "close",
        "content-length": str(len(BODY)),
        "content-type": "application/json",
        "x-wsm-nonce": "delivery-1",
        "authorization": "Basic YWRhOnBhc3M=",
    }


def test_a_body_of_megabytes_arrives_whole() -> None:
    body = bytes(range(256)) * 16_384
    with Receiver(answering("200 OK")) as receiver:
        assert sending.send(request(receiver.url(), body), HERE).succeeded
    assert receiver.received[0].body == body


def test_interim_answers_are_passed_over() -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    attempt, _ = sent_to(lambda it: it.say(interim + b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    assert attempt.succeeded


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nfin\r\n1\r\ne\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nfine",
        b"HTTP/1.1 200\r\nContent-Length: 4\r\n\r\nfine",
    ],
)
def test_an_answer_ends_as_http_lets_it_end(said: bytes) -> None:
    attempt, _ = sent_to(lambda it: it.say(said))
    assert (attempt.succeeded, attempt.answer) == (True, "fine")


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ([], None),
        (["Retry-After: 120"], 120),
        (["retry-after: Mon, 15 Jul 2013 04:45:57 GMT"], 0),
        (["Retry-After: soon"], None),
    ],
)
def test_what_a_receiver_asks_for_is_told(fields: list[str], seconds: int | None) -> None:
    attempt, _ = sent_to(answering("503 Busy", b"", *fields))
    assert attempt.retry_after == seconds


@pytest.mark.parametrize(("length", "error"), [(60_000, None), (70_000, "answer"), (10_000_000, "answer")])
def test_an_answer_is_read_up_to_64_kib_and_its_first_2_kib_are_kept(length: int, error: str | None) -> None:
    attempt, _ = sent_to(answering("200 OK", b"a" * 2_047 + "é".encode() + b"b" * length))
    assert (attempt.status, attempt.error, attempt.answer) == (200, error, "a" * 2_047)
    assert attempt.succeeded == (error is None)


@pytest.mark.parametrize("pause", [0, 0.001])
def test_a_body_without_end_is_a_failure(pause: float) -> None:
    def endless(it: Conversation) -> None:
        it.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        it.repeat(b"40\r\n" + b"x" * 64 + b"\r\n", pause)

    attempt, _ = sent_to(endless)
    assert (attempt.status, attempt.succeeded, attempt.error) == (200, False, "answer")
    assert attempt.answer == "x" * 2_048


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", "naïve".encode("latin-1")])
def test_an_answer_in_no_known_encoding_is_text_still(body: bytes) -> None:
    attempt, _ = sent_to(answering("200 OK", body))
    assert attempt.answer == body.decode(errors="replace")


@pytest.mark.parametrize(
    "echo", [b"YWRhOnBhc3M=", b"<pass>", b"Authorization: Basic other", b"x" * 2_043 + b" pass!"]
)
def test_an_answer_that_repeats_its_request_is_kept_without_the_secrets(echo: bytes) -> None:
    attempt, _ = sent_to(answering("400 Bad", echo))
    assert "[redacted]" in attempt.answer
    assert not [secret for secret in ("YWRhOnBhc3M=", "pass", "other") if secret in attempt.answer]


# ── Receivers that fail ──


def test_silence_is_a_time_out() -> None:
    attempt, received = sent_to(Conversation.hang, SOON)
    assert (attempt.status, attempt.error, len(received)) == (None, "timeout", 1)


def test_a_header_that_drips_is_a_time_out() -> None:
    def drip(it: Conversation) -> None:
        it.say(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        it.repeat(b"z", 0.01)

    attempt, _ = sent_to(drip, SOON)
    assert (attempt.status, attempt.error, attempt.succeeded) == (None, "timeout", False)


def test_a_body_that_drips_is_a_time_out() -> None:
    def drip(it: Conversation) -> None:
        it.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n")
        it.repeat(b"z", 0.01)

    attempt, _ = sent_to(drip, LATER)
    assert (attempt.status, attempt.error, attempt.succeeded) == (200, "timeout", False)
    assert attempt.answer.strip("z") == ""


def test_a_receiver_that_does_not_take_the_request_is_a_time_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        assert sending.send(request(url, b"x" * 50_000_000), HERE, SOON).error == "timeout"


def test_a_reset_is_a_failure() -> None:
    attempt, _ = sent_to(Conversation.reset)
    assert (attempt.status, attempt.error) == (None, "reset")


def test_a_reset_in_the_middle_of_an_answer_is_a_failure() -> None:
    def break_off(it: Conversation) -> None:
        it.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        it.reset()

    attempt, _ = sent_to(break_off)
    assert (attempt.error, attempt.succeeded) == ("reset", False)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"220 mail.example.com ESMTP\r\n",
        b"\x16\x03\x01\x00\xa5\x01\x00\x00",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
    ],
)
def test_what_is_no_whole_http_answer_is_a_failure(said: bytes) -> None:
    attempt, _ = sent_to(lambda it: it.say(said))
    assert (attempt.error, attempt.succeeded) == ("answer", False)


@pytest.mark.parametrize(
    "header",
    [b"X-Huge: " + b"h" * 100_000, b"\r\n".join([b"X-Many: 1"] * 10_000), b"X-Endless: " + b"h" * 10_000_000],
)
def test_a_huge_header_is_a_failure(header: bytes) -> None:
    attempt, _ = sent_to(lambda it: it.say(b"HTTP/1.1 200 OK\r\n" + header + b"\r\n\r\n"))
    assert (attempt.status, attempt.error) == (None, "answer")


@pytest.mark.parametrize(("length", "error"), [(16_000, None), (20_500, "answer")])
def test_a_header_may_have_16_kib(length: int, error: str | None) -> None:
    attempt, _ = sent_to(answering("200 OK", b"", "X-Long: " + "h" * length))
    assert attempt.error == error


def test_interim_answers_without_end_are_a_failure() -> None:
    attempt, _ = sent_to(lambda it: it.repeat(b"HTTP/1.1 103 Early Hints\r\n\r\n"))
    assert (attempt.status, attempt.error) == (None, "answer")


def test_a_body_wrapped_in_too_much_is_a_failure() -> None:
    def wrapped(it: Conversation) -> None:
        it.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        it.repeat(b"1;extension=" + b"e" * 9_000 + b"\r\nx\r\n")

    attempt, _ = sent_to(wrapped)
    assert (attempt.status, attempt.error) == (200, "answer")


def test_a_refused_connection_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    attempt = sending.send(request(f"http://127.0.0.1:{port}/"), HERE)
    assert (attempt.status, attempt.error) == (None, "connect")
    assert "refused" in attempt.detail


@pytest.fixture
def deaf() -> Iterator[int]:
    """A port that does not answer: its queue of connections is full."""
    with ExitStack() as opened:
        listener = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            filler = opened.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_a_connection_that_is_not_taken_is_given_up_before_the_attempt_is(deaf: int) -> None:
    attempt = sending.send(request(f"http://127.0.0.1:{deaf}/"), HERE._replace(connect_seconds=SOON), 3_600)
    assert (attempt.status, attempt.error) == (None, "timeout")


def test_a_connection_that_is_not_taken_ends_with_the_attempt(deaf: int) -> None:
    attempt = sending.send(request(f"http://127.0.0.1:{deaf}/"), HERE._replace(connect_seconds=3_600), SOON)
    assert attempt.error == "timeout"


def test_the_bounds_are_3_seconds_to_connect_and_10_in_all() -> None:
    assert (connecting.PUBLIC.connect_seconds, sending.SECONDS) == (3, 10)
