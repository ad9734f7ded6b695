"""The delivery Lambda connects to no address that is not public, however it is spelled or resolved."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import Any

import pytest
from hearback.callbacks import delivering
from hearback.callbacks.connecting import Reach
from hearback.settings import settings

from tests.functions import callbacks
from tests.functions.callbacks import (
    attempts,
    owed,
    received,
    work,
)
from tests.unit.callbacks import conftest as network
from tests.unit.callbacks.attempts import Names
from tests.unit.callbacks.receiver import Receiver as Server
from tests.unit.callbacks.receiver import answering
from tests.unit.callbacks.test_targets import REFUSED, rows

delivery, servers = callbacks.delivery, callbacks.servers
connects = network.connects


def test_no_connection_is_made_to_an_address_that_is_not_public(
    delivery: None, connects: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = [(address, reason) for address, reason in rows(REFUSED) if address != "127.0.0.1"]
    where = {f"host-{number}.example": address for number, (address, _) in enumerate(refused)}

    def resolve(host: str, *rest: int) -> Any:
        return Names([where[host]])(host, *rest)

    monkeypatch.setattr(delivering, "Reach", partial(Reach, resolve=resolve))
    for start in range(0, len(refused), 10):
        some = refused[start : start + 10]
        made = [
            owed(f"http://host-{start + place}.example/", number=start + place) for place in range(len(some))
        ]
        assert len(work(received())) == len(some)
        for callback, (address, reason) in zip(made, some, strict=True):
            (attempt,) = attempts(callback)
            assert (attempt.error, attempt.status) == ("target", None), address
            assert reason in str(attempt.detail)
    assert connects == []


SPELLINGS = """
    http://2130706433/ http://017700000001/ http://0x7f000001/ http://0x7f.1/ http://127.1/ http://0/
    http://127.0.0.1.:80/ http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ http://[64:ff9b::7f00:1]/
    http://[2002:7f00:1::]/ http://[::1]/ http://169.254.169.254/latest/meta-data/ http://10.0.0.1/
    http://100.64.0.1/ http://127.0.0.2/ http://192.168.0.1/ http://[fd00:ec2::254]/ http://user@127.0.0.1/
    http://localhost\\@example.com/ http://127.0.0.1%2f@example.com/ file:///etc/passwd
"""


def test_no_spelling_of_such_an_address_is_reached(delivery: None, connects: list[Any]) -> None:
    """Whatever was in the settings: here they are past the check that is made when they are set."""
    urls = SPELLINGS.split()
    for start in range(0, len(urls), 10):
        made = [owed(url, number=start + place) for place, url in enumerate(urls[start : start + 10])]
        assert len(work(received())) == len(made)
        assert all(attempts(each)[0].error in ("target", "settings") for each in made)
    assert connects == []


def test_a_name_that_turns_private_between_two_attempts_is_not_followed(
    servers: ExitStack, connects: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers.enter_context(Server(answering("503 Busy")))
    names = Names(["127.0.0.1"], ["10.0.0.1"])  # the one that is allowed stands for a public one
    monkeypatch.setattr(delivering, "Reach", partial(Reach, resolve=names))
    callback = owed(f"http://turning.example:{server.port}/")
    event = received()
    work(event)
    event["Records"][0]["attributes"]["ApproximateReceiveCount"] = "2"
    work(event)
    assert [each.error or each.status for each in attempts(callback)] == [503, "target"]
    assert connects == [("127.0.0.1", server.port)]


def test_without_an_allow_list_127_0_0_1_is_closed_too(
    servers: ExitStack, connects: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARBACK_CALLBACK_NETWORKS", "")
    settings.cache_clear()
    callback = owed("http://127.0.0.1:8080/")
    work(received())
    assert (attempts(callback)[0].detail, connects) == ("The host is at a loopback address.", [])
