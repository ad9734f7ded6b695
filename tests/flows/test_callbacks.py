"""Callbacks as their receiver sees them, over real connections, from the running product."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from standardwebhooks import Webhook, WebhookVerificationError

from tests.flows.callbacks import Caller, arrival, calling_back
from tests.flows.organizations import Organization
from tests.unit.callbacks.receiver import Behave, Received, Receiver, answering

PLANTED = "planted/secret+7f3a9c"
SIGNING = "whsec_" + base64.b64encode(b"a planted signing secret of mine").decode()


@pytest.fixture
def listening() -> Iterator[Callable[[Behave], Receiver]]:
    """Receivers that behave as they are told, until the test ends."""
    with ExitStack() as receivers:
        yield lambda behave: receivers.enter_context(Receiver(behave))


@pytest.fixture
def receiver(listening: Callable[[Behave], Receiver]) -> Receiver:
    return listening(answering("204 No Content"))


# ── Who it comes from ──


def hmac_of(received: Received, secret: str) -> str:
    """The signature, from the contract alone."""
    path = received.line.split(" ")[1]
    place, _, query = path.partition("?")
    parameters = "&".join(sorted(query.split("&"), key=lambda parameter: parameter.split("=")[0]))
    digest = hashlib.sha256(received.body).hexdigest()
    canonical = (
        f"POST\ndate:{received.headers['x-wsm-date']}\nnonce:{received.headers['x-wsm-nonce']}\n"
        f"content-type:application/json\nx-wsm-content-sha256:{digest}\n{place}"
        + (f"?{parameters}" if parameters else "")
    )
    return hmac.new(secret.encode(), canonical.encode(), hashlib.sha256).hexdigest()


def no_authentication(received: Received) -> None:
    assert not {"authorization", "x-auth-token", "x-wsm-date"}.intersection(received.headers)


def basic(received: Received) -> None:
    encoded = base64.b64encode(f"ada:{PLANTED}".encode()).decode()
    assert received.headers["authorization"] == f"Basic {encoded}"


def access_key(received: Received) -> None:
    query = parse_qsl(urlsplit(received.line.split(" ")[1]).query)
    assert query == [("x", "1"), ("b", "2"), ("access_key", PLANTED)]


def token(received: Received) -> None:
    assert received.headers["x-auth-token"] == PLANTED


def signed(received: Received) -> None:
    assert received.headers["authorization"] == f"wsm key-1:{hmac_of(received, PLANTED)}"
    sent_at = parsedate_to_datetime(received.headers["x-wsm-date"])
    assert abs((datetime.now(UTC) - sent_at).total_seconds()) < 60
    digest = hashlib.sha256(received.body).hexdigest()
    assert received.headers["x-wsm-content-sha256"] == digest


MODES: dict[str, tuple[dict[str, str], Callable[[Received], None]]] = {
    "none": ({}, no_authentication),
    "basic": ({"user": "ada", "password": PLANTED}, basic),
    "access_key": ({"key": PLANTED}, access_key),
    "token": ({"token": PLANTED}, token),
    "hmac": ({"key_id": "key-1", "secret": PLANTED}, signed),
}


def setting(receiver: Receiver, mode: str) -> dict[str, Any]:
    authentication = {"mode": mode, **MODES[mode][0]}
    return {"url": receiver.url() + "?x=1&b=2", "authentication": authentication, "signing_secret": SIGNING}


@pytest.mark.parametrize("mode", MODES)
def test_a_receiver_can_verify_each_mode_of_authentication(
    organization: Organization, receiver: Receiver, mode: str
) -> None:
    caller = calling_back(organization, setting(receiver, mode))
    task = caller.deliver()
    received = arrival(receiver)
    MODES[mode][1](received)
    assert Webhook(SIGNING).verify(received.body, received.headers)["task"]["id"] == task
    with pytest.raises(WebhookVerificationError):
        Webhook(SIGNING).verify(received.body + b" ", received.headers)
    callback = caller.when(task, "delivered")
    assert received.headers["x-wsm-nonce"] == received.headers["webhook-id"] == callback["id"]


def test_a_signature_is_new_on_every_attempt_and_the_nonce_is_not(
    organization: Organization, listening: Callable[[Behave], Receiver]
) -> None:
    receiver = listening(answering("500 Oops"))
    calling_back(organization, setting(receiver, "hmac")).deliver()
    first, third = arrival(receiver), arrival(receiver, 3)
    for received in (first, third):
        signed(received)
    assert first.headers["x-wsm-nonce"] == third.headers["x-wsm-nonce"]
    assert first.headers["authorization"] != third.headers["authorization"]


# ── What it says ──


def test_a_delivery_tells_the_task_and_its_success_acknowledges_it(
    organization: Organization, receiver: Receiver
) -> None:
    caller = calling_back(organization, receiver.url())
    task = caller.new_task(name="crossing")
    caller.ask("PUT", f"tasks/{task}/submit.json", json={"answers": {"weather": "rain"}})
    caller.approve(task)
    received = arrival(receiver)
    assert received.line == "POST /tasks/done HTTP/1.1"
    assert received.headers["content-type"] == "application/json"
    told = json.loads(received.body)["task"]
    datetime.strptime(told["created_at"], "%Y%m%dT%H:%M:%S")  # noqa: DTZ007
    published = ("id", "project_id", "state", "data", "answers")
    assert {name: told[name] for name in published} == {
        "id": task,
        "project_id": caller.number,
        "state": "delivered",
        "data": {"url": "https://x/y", "name": "crossing"},
        "answers": {"weather": "rain"},
    }
    callback = caller.when(task, "delivered")
    assert caller.state_of(task) == "acknowledged"
    (attempt,) = callback["log"]
    assert (attempt["number"], attempt["status"], attempt["error"]) == (1, 204, None)


def test_what_is_created_in_the_background_is_told_and_so_is_what_cannot_be(
    organization: Organization, receiver: Receiver
) -> None:
    schema = {"type": "object", "required": ["url"]}
    told = {"url": receiver.url()}
    caller = calling_back(
        organization, None, creation_mode="async", creation_callback=told, input_schema=schema
    )
    enqueued = caller.ask("POST", "tasks.json", 202, json={"task": {"data": {"url": "x"}}})
    assert json.loads(arrival(receiver).body)["task"]["id"] == enqueued["task"]["id"]
    refused = caller.ask("POST", "tasks.json", 202, json={"task": {"data": {"name": "x"}}})
    failure = json.loads(arrival(receiver, 2).body)
    (error,) = failure["errors"]
    assert (failure["success"], error["task_id"]) == (False, refused["task"]["id"])
    assert (error["type"], error["request_data"]) == ("InvalidInputSchema", {"name": "x"})


def test_a_deleted_task_is_told_to_who_keeps_the_archive(
    organization: Organization, receiver: Receiver
) -> None:
    caller = calling_back(organization, None, archival_callback={"url": receiver.url()})
    task = caller.new_task()
    assert caller.ask("POST", "tasks/delete_tasks.json", json={"task_ids": [task]})["deleted_ids"] == [task]
    assert json.loads(arrival(receiver).body)["task"]["id"] == task


# ── Settings ──


def test_a_secret_is_kept_when_a_setting_is_sent_back_as_it_was_shown(
    organization: Organization, receiver: Receiver
) -> None:
    caller = calling_back(organization, setting(receiver, "token"))
    shown = caller.change(name="another")["attributes"]["delivery_callback"]
    caller.change(delivery_callback=shown | {"url": receiver.url() + "?y=2"})
    caller.deliver()
    received = arrival(receiver)
    token(received)
    assert received.line == "POST /tasks/done?y=2 HTTP/1.1"
    assert isinstance(Webhook(SIGNING).verify(received.body, received.headers), dict)


def test_only_an_owner_sees_the_log_and_sends_again(
    organization: Organization, another: Organization, receiver: Receiver, http: requests.Session
) -> None:
    caller = calling_back(organization, receiver.url())
    callback = caller.when(caller.deliver(), "delivered")
    stranger = Caller(another.admin, caller.project_id, caller.number)
    stranger.ask("GET", "callbacks.json", 404)
    stranger.ask("GET", f"callbacks/{callback['id']}.json", 404)
    stranger.ask("POST", f"callbacks/{callback['id']}/redeliver.json", 404)
    user = Caller(organization.user, caller.project_id, caller.number)
    user.ask("POST", "callbacks/redeliver.json", 404, json={})
