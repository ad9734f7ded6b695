"""What counts as a failed attempt, and what is never even connected to, from the running product."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any, NamedTuple

import pytest
import requests
import trustme

from local.stack import Stack
from tests.flows.callbacks import Caller, Record, calling_back
from tests.flows.organizations import Organization, found, until_patience_ends
from tests.unit.callbacks.receiver import Behave, Conversation, Receiver, answering


def dripping(it: Conversation) -> None:
    it.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n")
    it.repeat(b"z", 0.2)


def endless(it: Conversation) -> None:
    it.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    it.repeat(b"40\r\n" + b"x" * 64 + b"\r\n")


def breaking_off(it: Conversation) -> None:
    it.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


class Case(NamedTuple):
    """A receiver, and what an attempt makes of it."""

    behave: Behave
    status: int | None = None
    error: str | None = None
    scheme: str = "http"


CASES = {
    "301": Case(answering("301 Moved", b"", "Location: http://127.0.0.1:9/"), 301),
    "307": Case(answering("307 Elsewhere", b"", "Location: https://example.com/"), 307),
    "400": Case(answering("400 Bad"), 400),
    "401": Case(answering("401 No"), 401),
    "410": Case(answering("410 Gone"), 410),
    "500": Case(answering("500 Oops"), 500),
    "503": Case(answering("503 Busy"), 503),
    "silence": Case(Conversation.hang, None, "timeout"),
    "a slow drip": Case(dripping, 200, "timeout"),
    "an endless body": Case(endless, 200, "answer"),
    "half an answer": Case(breaking_off, 200, "answer"),
    "a reset": Case(Conversation.reset, None, "reset"),
    "no http": Case(lambda it: it.say(b"220 mail.example.com ESMTP\r\n"), None, "answer"),
    "an unknown authority": Case(answering("200 OK"), None, "tls", "https"),
    "no tls": Case(answering("200 OK"), None, "tls", "https"),
}
GOOD = {
    str(status): Case(answering(f"{status} Fine", b"whatever it says")) for status in (200, 201, 204, 299)
}
URLS = {
    "a name that does not resolve": ("http://nowhere.invalid/", "dns", ""),
    "a closed port": ("http://127.0.0.1:9/", "connect", "refused"),
    "another loopback address": ("http://127.0.0.2:{port}/", "target", "loopback"),
    "loopback by IPv6": ("http://[::1]:{port}/", "target", "loopback"),
    "a private address": ("http://10.0.0.1/", "target", "private"),
    "the metadata service": ("http://169.254.169.254/latest/meta-data/", "target", "metadata"),
    "carrier-grade NAT": ("http://100.64.0.1/", "target", "carrier-grade NAT"),
    "a mapped address": ("http://[::ffff:127.0.0.1]:{port}/", "target", "v4-mapped"),
    "an address by NAT64": ("http://[64:ff9b::7f00:1]:{port}/", "target", "NAT64"),
    "an address by 6to4": ("http://[2002:7f00:1::]:{port}/", "target", "6to4"),
}


class Tried(NamedTuple):
    """Projects whose callbacks were tried once, by the case."""

    organization: Organization
    callers: dict[str, Caller]
    tasks: dict[str, str]
    receivers: dict[str, Receiver]
    forbidden: list[socket.socket]
    """Listening where no callback may go."""

    def first_attempt(self, case: str) -> Record:
        for _ in until_patience_ends(pause=0.5):
            callback = self.callers[case].of(self.tasks[case])
            ended = [attempt for attempt in callback["log"] if attempt["error"] != "begun"]
            if ended:
                return dict(ended[0])
        raise AssertionError(f"no attempt has ended: {callback}")


@pytest.fixture(scope="module")
def tried(stack: Stack, http: requests.Session) -> Iterator[Tried]:
    organization, authority = found(stack, http), trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with ExitStack() as open_ones:
        cases = CASES | GOOD
        receivers = {
            name: open_ones.enter_context(
                Receiver(case.behave, context if name == "an unknown authority" else None)
            )
            for name, case in cases.items()
        }
        urls = {name: receivers[name].url(case.scheme) for name, case in cases.items()}
        forbidden, port = _forbidden(open_ones)
        urls |= {name: url.format(port=port) for name, (url, *_) in URLS.items()}
        callers = {name: calling_back(organization, url) for name, url in urls.items()}
        tasks = {name: caller.deliver() for name, caller in callers.items()}
        yield Tried(organization, callers, tasks, receivers, forbidden)


def _forbidden(open_ones: ExitStack) -> tuple[list[socket.socket], int]:
    """Listeners beside 127.0.0.1, at one port."""
    second = open_ones.enter_context(socket.create_server(("127.0.0.2", 0)))
    port = second.getsockname()[1]
    listeners = [second]
    with suppress(OSError):  # a machine without IPv6
        third = socket.create_server(("::1", port), family=socket.AF_INET6)
        listeners.append(open_ones.enter_context(third))
    return listeners, port


@pytest.mark.parametrize("name", CASES)
def test_an_attempt_has_failed_by(tried: Tried, name: str) -> None:
    attempt = tried.first_attempt(name)
    assert (attempt["number"], attempt["status"], attempt["error"]) == (1, *CASES[name][1:3])
    assert tried.callers[name].of(tried.tasks[name])["state"] != "delivered"
    assert tried.callers[name].state_of(tried.tasks[name]) == "delivered", "and not acknowledged"


@pytest.mark.parametrize("name", URLS)
def test_an_attempt_does_not_get_to(tried: Tried, name: str) -> None:
    attempt = tried.first_attempt(name)
    assert (attempt["status"], attempt["error"]) == (None, URLS[name][1])
    assert URLS[name][2] in str(attempt["detail"])


def test_nobody_was_connected_to_where_no_callback_may_go(tried: Tried) -> None:
    for name in URLS:
        tried.first_attempt(name)
    for listener in tried.forbidden:
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert tried.receivers["an unknown authority"].received == []


def test_an_attempt_takes_ten_seconds_however_slowly_an_answer_drips(tried: Tried) -> None:
    for name in ("silence", "a slow drip"):
        assert tried.first_attempt(name)["milliseconds"] >= 9_500


@pytest.mark.parametrize("name", GOOD)
def test_an_attempt_has_succeeded_with(tried: Tried, name: str) -> None:
    callback = tried.callers[name].when(tried.tasks[name], "delivered")
    assert (callback["outcome"], len(callback["log"])) == (name, 1)


def test_urls_that_are_not_plain_are_refused_when_they_are_set(tried: Tried) -> None:
    refused: list[Any] = []
    for url in (
        "ftp://example.com/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://017700000001/",
        "http://a@b/",
    ):
        document = {
            "data": {
                "type": "dataset:projects",
                "attributes": {"name": "P", "delivery_callback": {"url": url}},
            }
        }
        headers = {"Content-Type": "application/vnd.api+json"}
        answer = tried.organization.admin.post("/api/v1/dataset/projects", json=document, headers=headers)
        refused.append(answer.status_code)
    assert set(refused) <= {400, 422}
