"""Disturbs a workflow at each of its AWS calls in turn, lets it recover, and compares what came of it.

A workflow is four functions over a world of its own: `prepare` makes the world, `work` is what gets
disturbed, `recover` is what follows a death (the same message again, the sweep, a client's repetition),
and `outcome` is what is compared with the undisturbed run's. `holds` must be true wherever the work stops,
before anything has recovered.

The n-th call is disturbed for n = 1, 2, 3 … until a run makes fewer calls than that. Unless CRASH=all is in the
environment (`make test-crash`), every fourth of them only, others in each way of disturbing, and fewer and fewer
where long work repeats itself. The process dies
before the call or after it took effect; the call is throttled, meets another transaction, or its answer
is lost; or a second worker does everything while the first is about to make the call.

Nothing here knows what the product does.
"""

from __future__ import annotations

import os
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Generic, TypeVar
from unittest import mock

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError
from botocore.httpsession import URLLib3Session
from hearback.errors import HearbackError

EVERY = 1 if os.environ.get("CRASH") == "all" else 4
"""Which part of the calls is disturbed."""

DENSELY = 4
"""After so many disturbed calls the distance between two grows; not where each is disturbed."""

World = TypeVar("World")
Do = Callable[[], Any]
"""Makes the call and gives its answer."""


class Stopped(BaseException):
    """The process died. No `except` of the product's may live on from here."""


@dataclass(frozen=True)
class Call:
    service: str
    operation: str

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}"

    @property
    def takes_effect(self) -> bool:
        """Whether it changes anything: a process that dies after reading dies before its next call."""
        reads = ("Get", "BatchGet", "Query", "Scan", "List", "Head", "Describe", "Receive")
        return not self.operation.startswith(reads)

    @property
    def is_transaction(self) -> bool:
        return self.operation == "TransactWriteItems"

    @property
    def writes_items(self) -> bool:
        return self.service == "dynamodb" and self.takes_effect


@dataclass(frozen=True)
class Disturbance:
    """What happens at one call; with `survived`, the work must end well without any help."""

    name: str
    act: Callable[[Call, Do, Do], Any]
    """Of the call, what makes it, and what lets a second worker do everything."""
    meets: Callable[[Call], bool] = lambda _: True
    survived: bool = False


def _die_before(_call: Call, _do: Do, _other: Do) -> Any:
    raise Stopped


def _die_after(_call: Call, do: Do, _other: Do) -> Any:
    do()
    raise Stopped


def _throttle(call: Call, _do: Do, _other: Do) -> Any:
    """What is left to the product after the SDK's own attempts."""
    codes = {"s3": "SlowDown", "dynamodb": "ProvisionedThroughputExceededException"}
    code = "ThrottlingException" if call.is_transaction else codes.get(call.service)
    raise _refusal(call, code or "ThrottlingException")


def _conflict(call: Call, _do: Do, _other: Do) -> Any:
    if not call.is_transaction:
        raise _refusal(call, "TransactionConflictException")
    reasons = [{"Code": "TransactionConflict"}, {"Code": "None"}]
    raise _refusal(call, "TransactionCanceledException", CancellationReasons=reasons)


def _refusal(call: Call, code: str, **more: Any) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": "injected"}, **more}
    return ClientError(answer, call.operation)


def _lose_answer_once(_call: Call, do: Do, _other: Do) -> Any:
    """The connection breaks after the call took effect, and the SDK makes the same call again."""
    here, send = threading.get_ident(), URLLib3Session.send
    lost: list[object] = []

    def send_and_lose(session: Any, request: Any) -> Any:
        answer = send(session, request)
        if not lost and threading.get_ident() == here:
            lost.append(answer)
            raise ConnectionClosedError(endpoint_url=request.url)
        return answer

    with mock.patch.object(URLLib3Session, "send", send_and_lose):
        return do()


def _still_in_progress(call: Call, do: Do, _other: Do) -> Any:
    """The answer was lost, and the SDK's second attempt met its first, which then came to its end."""
    do()
    raise _refusal(call, "TransactionInProgressException")


def _lose_answer(_call: Call, do: Do, _other: Do) -> Any:
    """The SDK has given up: what the call did stays unknown."""
    do()
    raise ConnectionClosedError(endpoint_url="http://aws")


def _overtake(_call: Call, do: Do, other: Do) -> Any:
    other()
    return do()


def _takes_effect(call: Call) -> bool:
    return call.takes_effect


STOPS = (
    Disturbance("dies before", _die_before),
    Disturbance("dies after", _die_after, _takes_effect),
)
FAULTS = (
    Disturbance("is throttled at", _throttle),
    Disturbance("meets a conflict at", _conflict, lambda call: call.writes_items, survived=True),
    Disturbance("has the answer repeated of", _lose_answer_once, _takes_effect, survived=True),
    Disturbance(
        "is still in progress at", _still_in_progress, lambda call: call.is_transaction, survived=True
    ),
    Disturbance("loses the answer of", _lose_answer, _takes_effect),
)
OVERTAKEN = (Disturbance("is overtaken before", _overtake),)
ALL = STOPS + FAULTS + OVERTAKEN


@dataclass
class Interruption:
    """Numbers the calls that its disturbance meets, and lets it act at one of them."""

    disturbance: Disturbance
    number: int
    other: Do = lambda: None
    at: Call | None = None
    """The call that was disturbed, once it has been."""
    seen: int = 0
    """How many calls it met."""
    _dead: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _apart: threading.local = field(default_factory=threading.local)

    def call(self, call: Call, do: Do) -> Any:
        if getattr(self._apart, "other", False):
            return do()
        if self._dead:
            raise Stopped  # the other threads of a process that has died
        if not self._is_due(call):
            return do()
        try:
            return self.disturbance.act(call, do, self._let_the_other)
        except Stopped:
            self._dead = True
            raise

    def _is_due(self, call: Call) -> bool:
        if not self.disturbance.meets(call):
            return False
        with self._lock:
            self.seen += 1
            due = self.seen == self.number
            self.at = call if due else self.at
            return due

    def _let_the_other(self) -> None:
        self._apart.other = True
        try:
            self.other()
        finally:
            self._apart.other = False


@contextmanager
def intercepted(interruption: Interruption) -> Iterator[None]:
    """Let the interruption see every AWS call that this process makes."""
    make = BaseClient._make_api_call  # type: ignore[attr-defined]

    def call(client: Any, operation: str, parameters: Any) -> Any:
        of = Call(client.meta.service_model.service_name, operation)
        return interruption.call(of, lambda: make(client, operation, parameters))

    with mock.patch.object(BaseClient, "_make_api_call", call):
        yield


@contextmanager
def without_pauses() -> Iterator[None]:
    """Back-off takes no time: nobody else is there whom it could help."""
    with mock.patch.object(time, "sleep"):
        yield


@dataclass(frozen=True)
class Workflow(Generic[World]):
    prepare: Callable[[], World]
    work: Callable[[World], object]
    recover: Callable[[World], object]
    outcome: Callable[[World], object]
    holds: Callable[[World], object] = lambda _: None
    or_nothing: bool = False
    """Whether the world as it was prepared is an outcome too: what nobody repeats may not have happened."""


def exercise(flow: Workflow[World], disturbances: Sequence[Disturbance] = ALL, every: int = EVERY) -> int:
    """Disturb the workflow at its calls in every way; how many there are to disturb."""
    with without_pauses():
        wanted = _outcomes(flow)
        return sum(_disturb_everywhere(flow, disturbance, wanted, every) for disturbance in disturbances)


def _outcomes(flow: Workflow[World]) -> list[object]:
    nothing = [flow.outcome(flow.prepare())] if flow.or_nothing else []
    world = flow.prepare()
    flow.work(world)
    flow.holds(world)
    flow.recover(world)
    return [flow.outcome(world), *nothing]


def _disturb_everywhere(
    flow: Workflow[World], disturbance: Disturbance, wanted: list[object], every: int
) -> int:
    for number in _numbers(1 + zlib.crc32(disturbance.name.encode()) % every, every):
        world = flow.prepare()
        interruption = Interruption(disturbance, number, lambda: flow.recover(world))  # noqa: B023
        failure = _attempt(flow.work, world, interruption)
        if interruption.at is None:
            return interruption.seen
        where = f"{disturbance.name} call {number} ({interruption.at})"
        with _told(where):
            if disturbance.survived and failure is not None:
                raise failure
            flow.holds(world)
            flow.recover(world)
            outcome = flow.outcome(world)
            assert outcome in wanted, f"ended with {outcome}\ninstead of {wanted[0]}"
    raise AssertionError("a workflow ends")


def _numbers(first: int, every: int) -> Iterator[int]:
    """Which calls are disturbed."""
    number = first
    for done in count(1):
        yield number
        number += 1 if every == 1 else every * (1 + done // DENSELY)


def _attempt(
    act: Callable[[World], object], world: World, interruption: Interruption
) -> BaseException | None:
    """How the disturbed work failed. An error that is neither the product's nor AWS's is a bug: raised."""
    with intercepted(interruption):
        try:
            act(world)
        except (Stopped, HearbackError, ClientError, BotoCoreError) as failure:
            if (
                isinstance(failure, ClientError)
                and failure.response["Error"]["Code"] == "ValidationException"
            ):
                raise  # AWS never takes such a request: a bug, whatever comes after
            return failure
    return None


@contextmanager
def _told(where: str) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        error.add_note(f"the work {where}")
        raise


def stumble(flow: Workflow[World], stop: Disturbance) -> int:
    """Let every delivery die one call later than the one before, until one gets to the end: how many died."""
    with without_pauses():
        wanted = _outcomes(flow)
        world = flow.prepare()
        for number in count(1):
            interruption = Interruption(stop, number)
            with _told(f"{stop.name} call {number} ({interruption.at})"):
                _attempt(flow.work if number == 1 else flow.recover, world, interruption)
                flow.holds(world)
            if interruption.at is None:
                assert flow.outcome(world) == wanted[0]
                return number - 1
    raise AssertionError("a workflow ends")
