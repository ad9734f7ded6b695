"""Attempts on this machine: what is sent, how long it may take, and names that mean what a test says."""

from __future__ import annotations

import socket

from hearback.callbacks import sending, signing, targets
from hearback.callbacks.connecting import Address, Reach
from hearback.callbacks.sending import Attempt
from hearback.callbacks.signing import Basic, Request

from tests.unit.callbacks.receiver import Behave, Received, Receiver

LOCAL = targets.networks("127.0.0.1/32")
HERE = Reach(allowed=LOCAL)
BODY = b'{"task":{}}'
SOON = 0.4
"""Seconds for attempts that are meant to run out of time."""
LATER = 2.0
"""The same, for those that are to come as far as an answer before."""


def request(url: str, body: bytes = BODY) -> Request:
    return signing.sign(
        targets.parse(url, plain_http=True), body, "delivery-1", 1_373_863_557, Basic("ada", "pass")
    )


def sent_to(behave: Behave, seconds: float = sending.SECONDS) -> tuple[Attempt, list[Received]]:
    with Receiver(behave) as receiver:
        return sending.send(request(receiver.url()), HERE, seconds), receiver.received


def place(ip: str, port: int) -> Address:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    where = (ip, port, 0, 0) if ":" in ip else (ip, port)
    return family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", where


class Names:
    """A resolver that answers anew each time it is asked, and counts how often that is."""

    def __init__(self, *answers: list[str]) -> None:
        self.asked: list[str] = []
        self._answers = list(answers)

    def __call__(self, host: str, port: int, _family: int, _kind: int) -> list[Address]:
        self.asked.append(host)
        return [place(ip, port) for ip in self._answers.pop(0)]
