"""Callbacks that fail five times: when they are tried, where they end, and that they can be sent again.

All of them wait at the same time; the tests look at what became of them.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import requests

from local.stack import Stack
from tests.flows.callbacks import (
    Caller,
    arrival,
    calling_back,
    dead_letters,
    every_dead_letter,
    every_item,
    logged,
)
from tests.flows.organizations import Organization, found, until_patience_ends
from tests.unit.callbacks.receiver import Conversation, Receiver, answering

PLANTED = "planted/secret+7f3a9c"
SIGNING = "whsec_" + base64.b64encode(b"a planted signing secret of mine").decode()
MODES = {
    "none": {},
    "basic": {"user": "ada", "password": PLANTED},
    "access_key": {"key": PLANTED},
    "token": {"token": PLANTED},
    "hmac": {"key_id": "key-1", "secret": PLANTED},
}


@dataclass
class Refusing:
    """Answers as it is told to, and notes when it was asked."""

    answer: str = "503 Busy"
    came: list[float] = field(default_factory=list)

    def __call__(self, it: Conversation) -> None:
        self.came.append(time.monotonic())
        answering(self.answer, b"come back later")(it)


def repeating(it: Conversation) -> None:
    """Answers with all that it was sent, and with the secrets that it knows."""
    request = it.received
    known = [SIGNING] if "webhook-id" in request.headers else []
    known += [PLANTED] if {"x-auth-token", "authorization"}.intersection(request.headers) else []
    answering("401 No", f"{request.line}\n{request.headers}\nI expected {known}".encode())(it)


@dataclass
class Failed:
    """Callbacks whose receivers have refused them five times."""

    organization: Organization
    once: Caller
    receiver: Refusing
    thrice: Caller
    other: Refusing
    tasks: list[str]
    since: str
    """When the first of `tasks` was delivered already, and the others were not."""
    telling: list[Caller]
    """With secrets, and receivers that repeat them."""
    told: list[str]
    said: list[str]
    """Every answer of the API meanwhile."""

    @property
    def key(self) -> str:
        """The API key that is in the query of every request."""
        return self.organization.admin.key

    @property
    def task(self) -> str:
        (one,) = {callback["task_id"] for callback in self.once.callbacks()}
        return str(one)


@pytest.fixture(scope="module")
def failed(stack: Stack, http: requests.Session) -> Iterator[Failed]:
    organization, said = found(stack, http), list[str]()
    note = lambda answer, **_: said.append(answer.text)  # noqa: E731
    http.hooks["response"].append(note)
    refusing, other = Refusing(), Refusing()
    with ExitStack() as open_ones:
        first, second, third = (
            open_ones.enter_context(Receiver(each)) for each in (refusing, other, repeating)
        )
        thrice = calling_back(organization, second.url())
        tasks = [thrice.deliver()]
        once = calling_back(organization, first.url())
        tasks_of_once = once.deliver()
        telling = [
            calling_back(
                organization,
                {"url": third.url(), "authentication": {"mode": mode, **fields}, "signing_secret": SIGNING},
            )
            for mode, fields in MODES.items()
        ]
        with_key = f"{third.url()}?access_key={PLANTED.replace('+', '%2B')}"
        telling.append(calling_back(organization, with_key))
        since = datetime.now(UTC).isoformat()
        told = [caller.deliver() for caller in telling]
        tasks += [thrice.deliver(), thrice.deliver()]
        once.when(tasks_of_once, "unreachable")
        for caller, task in [*zip(telling, told, strict=True), *((thrice, task) for task in tasks)]:
            caller.when(task, "unreachable")
        yield Failed(organization, once, refusing, thrice, other, tasks, since, telling, told, said)
    http.hooks["response"].remove(note)


def test_exactly_five_attempts_further_and_further_apart_and_then_a_dead_letter(
    stack: Stack, failed: Failed
) -> None:
    came, caller, task = failed.receiver.came, failed.once, failed.task
    waits = [later - earlier for earlier, later in pairwise(came)]
    assert len(came) == 5
    assert waits[2] >= 2, "a quarter of a second on this machine, then four times as long each time"
    assert waits[3] >= 8
    callback = caller.of(task)
    assert [(each["number"], each["status"], each["answer"]) for each in callback["log"]] == [
        (number, 503, "come back later") for number in range(1, 6)
    ]
    letter = {"project": caller.number, "callback": callback["id"], "course": 1}
    for _ in until_patience_ends():
        if letter in dead_letters(stack):
            break
    assert dead_letters(stack).count(letter) == 1
    assert (caller.state_of(task), len(came)) == ("delivered", 5)


def test_secrets_are_nowhere_but_in_the_requests(stack: Stack, failed: Failed) -> None:
    for caller, task in zip(failed.telling, failed.told, strict=True):
        log = caller.of(task)["log"]
        assert len(log) == 5
        assert all("[redacted]" in attempt["answer"] for attempt in log)
        caller.change(name="another")
        caller.ask("GET", "nowhere/at/all.json", 404)  # the key is in the query of what is refused too
        caller.ask("GET", "callbacks.json", 401, params={"access_key": failed.key.swapcase()})
    text = {
        "answers": "\n".join(failed.said),
        "items": json.dumps(list(every_item(stack)), default=str),
        "logs": "\n".join(logged(stack)),
        "letters": "\n".join(every_dead_letter(stack)),
    }
    assert all(str(caller.number) in text["letters"] for caller in failed.telling)
    assert [each for each in ("callback_delivery", "tasks") if each not in text["logs"]] == []
    assert failed.told[0] in text["items"]
    spellings = [PLANTED, "planted%2Fsecret%2B7f3a9c", "planted\\/secret+7f3a9c", SIGNING, SIGNING[6:]]
    spellings.append(base64.b64encode(f"ada:{PLANTED}".encode()).decode())
    spellings += [failed.key, failed.key[-40:]]
    for place, all_of_it in text.items():
        assert [each for each in spellings if each in all_of_it] == [], place


def test_all_since_a_time_or_one_are_sent_again(failed: Failed) -> None:
    caller, (old, *tasks) = failed.thrice, failed.tasks
    before = {task: caller.of(task)["id"] for task in failed.tasks}
    failed.other.answer = "200 OK"
    again = caller.ask("POST", "callbacks/redeliver.json", json={"since": failed.since})
    assert again == {"redelivered": 2, "more": False}
    delivered = [caller.when(task, "delivered") for task in tasks]
    assert caller.of(old)["state"] == "unreachable"
    caller.ask("POST", f"callbacks/{before[old]}/redeliver.json")
    delivered.append(caller.when(old, "delivered"))
    for callback in delivered:
        numbers = [(each["course"], each["number"]) for each in callback["log"]]
        assert numbers == [*((1, number) for number in range(1, 6)), (2, 1)]
        assert callback["id"] == before[callback["task_id"]]
        assert caller.state_of(callback["task_id"]) == "acknowledged"
    assert len(failed.other.came) == 18


def test_a_dead_letter_that_a_person_puts_back_is_sent_again(stack: Stack, failed: Failed) -> None:
    """As the redrive of the dead-letter queue does."""
    caller, task = failed.once, failed.task
    time.sleep(max(0.0, failed.receiver.came[-1] + 12 - time.monotonic()))
    failed.receiver.answer = "204 Fine"
    body = json.dumps({"project": caller.number, "callback": caller.of(task)["id"], "course": 1})
    stack.client("sqs").send_message(QueueUrl=stack.outputs["CallbackQueue"], MessageBody=body)
    assert caller.when(task, "delivered")["log"][-1]["course"] == 2


def test_a_receiver_is_not_tried_before_the_time_it_asks_for(organization: Organization) -> None:
    came: list[float] = []

    def later(it: Conversation) -> None:
        came.append(time.monotonic())
        answering("204 Fine" if len(came) > 1 else "429 Slowly", b"", "Retry-After: 6")(it)

    with Receiver(later) as receiver:
        caller = calling_back(organization, receiver.url())
        caller.when(caller.deliver(), "delivered")
    first, second = came
    assert second - first >= 6


def test_an_endpoint_that_hangs_does_not_hold_up_the_others(organization: Organization) -> None:
    def slowly(it: Conversation) -> None:
        time.sleep(1)
        answering("204 Fine")(it)

    with Receiver(Conversation.hang) as hanging, Receiver(slowly) as receiver:
        dead, well = (calling_back(organization, each.url()) for each in (hanging, receiver))
        for _ in range(6):
            well.deliver()  # who works on these will be there for the others
        arrival(receiver, 6)
        stuck = [dead.deliver() for _ in range(3)]
        arrival(hanging)
        for _ in range(5):
            well.deliver()
        arrival(receiver, 11)
        assert len(hanging.received) < 3 * len(stuck), "not even three attempts of ten seconds"
        assert {dead.of(task)["state"] for task in stuck} <= {"sending", "waiting", "owed"}
