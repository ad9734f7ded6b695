"""Which names and addresses an attempt reaches, over real sockets; and that it reaches no other."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from typing import Any

import pytest
import trustme
from hearback.callbacks import sending, targets
from hearback.callbacks.connecting import Address, Reach

from tests.unit.callbacks.attempts import HERE, LATER, LOCAL, SOON, Names, place, request
from tests.unit.callbacks.receiver import Conversation, Receiver, answering
from tests.unit.callbacks.test_targets import REFUSED, rows

# ── Names and addresses ──


def test_a_name_that_does_not_resolve_is_a_failure(connects: list[Any]) -> None:
    def resolve(*_: object) -> list[Address]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    attempt = sending.send(request("http://nowhere.example/"), HERE._replace(resolve=resolve))
    assert (attempt.error, attempt.detail, connects) == ("dns", "Name or service not known", [])


def test_a_name_without_addresses_is_a_failure() -> None:
    assert (
        sending.send(request("http://nowhere.example/"), HERE._replace(resolve=Names([]))).error == "connect"
    )


def test_a_resolver_that_hangs_is_a_time_out() -> None:
    answered = threading.Event()

    def resolve(*_: object) -> list[Address]:
        answered.wait()
        return []

    attempt = sending.send(request("http://slow.example/"), HERE._replace(resolve=resolve), SOON)
    answered.set()
    assert attempt.error == "timeout"


def test_the_machines_own_resolver_is_asked_by_default(connects: list[Any]) -> None:
    with Receiver(answering("200 OK")) as receiver:
        here = Reach(targets.networks("127.0.0.0/8, ::1/128"))
        assert sending.send(request(f"http://localhost:{receiver.port}/"), here).succeeded
    assert ("127.0.0.1", receiver.port) in connects


@pytest.mark.parametrize(("address", "reason"), rows(REFUSED))
def test_no_connection_is_made_to_an_address_that_is_not_public(
    address: str, reason: str, connects: list[Any]
) -> None:
    attempt = sending.send(request("https://harmless.example/"), Reach(resolve=Names([address])))
    assert (attempt.error, attempt.detail) == ("target", f"The host is at a {reason} address.")
    assert (attempt.status, connects) == (None, [])


def test_the_allow_list_of_the_local_stack_opens_127_0_0_1_and_no_other(connects: list[Any]) -> None:
    for address in ("127.0.0.2", "::1", "::ffff:127.0.0.1", "0.0.0.1", "10.0.0.1"):
        attempt = sending.send(request("http://here.example/"), HERE._replace(resolve=Names([address])))
        assert attempt.error == "target"
    assert connects == []


@pytest.mark.parametrize("addresses", [["127.0.0.1", "10.0.0.1"], ["10.0.0.1", "127.0.0.1"]])
def test_one_private_address_among_others_spoils_the_name(addresses: list[str], connects: list[Any]) -> None:
    with Receiver(answering("200 OK")) as receiver:
        names = Names(addresses)
        attempt = sending.send(
            request(f"http://mixed.example:{receiver.port}/"), HERE._replace(resolve=names)
        )
        assert (attempt.error, receiver.connections, connects) == ("target", 0, [])


def test_a_name_that_turns_private_after_the_check_is_not_asked_again(connects: list[Any]) -> None:
    names = Names(["127.0.0.1"], ["10.0.0.1"])  # 127.0.0.1, which is allowed, stands for a public one
    with Receiver(answering("200 OK")) as receiver:
        attempt = sending.send(
            request(f"http://rebound.example:{receiver.port}/"), HERE._replace(resolve=names)
        )
        assert attempt.succeeded
    assert names.asked == ["rebound.example"]
    assert connects == [("127.0.0.1", receiver.port)]
    assert receiver.received[0].headers["host"] == f"rebound.example:{receiver.port}"


def test_a_name_that_turns_private_between_attempts_is_refused_then(connects: list[Any]) -> None:
    here = HERE._replace(resolve=Names(["127.0.0.1"], ["10.0.0.1"]))
    with Receiver(answering("503 Busy")) as receiver:
        first, second = (
            sending.send(request(f"http://turned.example:{receiver.port}/"), here) for _ in range(2)
        )
    assert (first.status, second.error) == (503, "target")
    assert connects == [("127.0.0.1", receiver.port)]


def test_the_next_address_is_tried_when_one_refuses() -> None:
    nobody = socket.create_server(("127.0.0.1", 0))
    refusing = nobody.getsockname()[1]
    nobody.close()
    with Receiver(answering("200 OK")) as receiver:
        two = [place("127.0.0.1", refusing), place("127.0.0.1", receiver.port)]
        attempt = sending.send(request("http://two.example/"), HERE._replace(resolve=lambda *_: two))
    assert attempt.succeeded


# ── TLS ──


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def trusting(authority: trustme.CA) -> Reach:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return Reach(LOCAL, Names(["127.0.0.1"]), lambda: context)


def identity(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def test_over_tls_the_host_name_is_what_is_shown_and_verified(
    authority: trustme.CA, connects: list[Any]
) -> None:
    asked_for: list[str | None] = []
    context = identity(authority.issue_cert("receiver.example"))
    context.sni_callback = lambda _, name, __: asked_for.append(name)
    with Receiver(answering("200 OK"), context) as receiver:
        attempt = sending.send(request(f"https://receiver.example:{receiver.port}/"), trusting(authority))
    assert attempt.succeeded
    assert asked_for == ["receiver.example"]
    assert connects == [("127.0.0.1", receiver.port)]


def test_an_address_may_have_a_certificate_too(authority: trustme.CA) -> None:
    with Receiver(answering("200 OK"), identity(authority.issue_cert("127.0.0.1"))) as receiver:
        assert sending.send(request(receiver.url("https")), trusting(authority)).succeeded


def test_a_certificate_for_another_name_is_not_trusted(authority: trustme.CA) -> None:
    with Receiver(answering("200 OK"), identity(authority.issue_cert("other.example"))) as receiver:
        attempt = sending.send(request(f"https://receiver.example:{receiver.port}/"), trusting(authority))
    assert (attempt.error, receiver.received) == ("tls", [])
    assert "receiver.example" in attempt.detail


def test_a_certificate_of_an_unknown_authority_is_not_trusted(authority: trustme.CA) -> None:
    here = HERE._replace(resolve=Names(["127.0.0.1"]))
    with Receiver(answering("200 OK"), identity(authority.issue_cert("receiver.example"))) as receiver:
        attempt = sending.send(request(f"https://receiver.example:{receiver.port}/"), here)
    assert (attempt.error, receiver.received) == ("tls", [])
    assert "certificate" in attempt.detail


def test_a_receiver_that_speaks_no_tls_is_not_spoken_to(authority: trustme.CA) -> None:
    received = bytearray()

    def greet(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(b"220 mail.example.com ESMTP\r\n")
            while data := connection.recv(4_096):
                received.extend(data)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet, args=[listener])
        thread.start()
        attempt = sending.send(
            request(f"https://receiver.example:{listener.getsockname()[1]}/"), trusting(authority)
        )
        thread.join()
    assert attempt.error == "tls"
    assert b"POST" not in received


def test_a_handshake_that_hangs_is_a_time_out(authority: trustme.CA) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://receiver.example:{listener.getsockname()[1]}/"
        assert sending.send(request(url), trusting(authority), SOON).error == "timeout"


def test_a_body_that_drips_through_tls_is_a_time_out(authority: trustme.CA) -> None:
    def drip(it: Conversation) -> None:
        it.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n")
        it.repeat(b"z", 0.01)

    with Receiver(drip, identity(authority.issue_cert("receiver.example"))) as receiver:
        attempt = sending.send(
            request(f"https://receiver.example:{receiver.port}/"), trusting(authority), LATER
        )
    assert (attempt.status, attempt.error) == (200, "timeout")
