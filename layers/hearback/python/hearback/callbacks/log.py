"""The log of a project's callbacks: what was told to whom, every attempt, and telling it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain, islice
from typing import NamedTuple

from hearback import ids
from hearback.callbacks import items, keys, owing
from hearback.callbacks.model import Admission, Callback, Kind, Logged, Receiver
from hearback.callbacks.schedule import State
from hearback.deadline import Deadline
from hearback.errors import Conflict, NotFound
from hearback.storage import reads

_AT_ONCE = 50

Receivers = Mapping[Kind, Receiver]
"""A project's receivers. A callback of a kind that has none goes where it went before."""

_AS_THEY_WERE: Receivers = {}


class Resent(NamedTuple):
    """How many callbacks are sent again, and whether there was no time for all of them."""

    number: int
    more: bool


def page(project: int, state: str | None, since: int | None, number: int, size: int) -> list[Logged]:
    """A page of the callbacks made since an instant (ns), newest first."""
    first = _first(since)
    run = keys.callbacks(project, first) if state is None else keys.in_state(project, state, first)
    found = islice(reads.every(run, size, backwards=True), (number - 1) * size, number * size)
    return [Logged(items.callback_from(item), []) for item in found]


def _first(since: int | None) -> str:
    return "\x00" if since is None else ids.earliest(since)


def get(project: int, callback_id: str) -> Logged:
    """Raises `NotFound`."""
    item = reads.get(keys.table(), keys.callback(project, callback_id))
    if item is None:
        raise NotFound("There is no such callback.", callback_id[:80])
    attempts = [items.attempt_from(each) for each in reads.every(keys.attempts(callback_id))]
    return Logged(items.callback_from(item), attempts)


def redeliver(project: int, callback_id: str, now: int, receivers: Receivers = _AS_THEY_WERE) -> Logged:
    """Send it again, to the project's receiver of its kind as that is set now: who corrects a wrong URL, or
    a secret, does it for what was unreachable too.

    Raises `NotFound`, and `Conflict` while it is under way.
    """
    before = get(project, callback_id)
    again = owing.start_again(before.callback, now, receivers.get(before.callback.kind))
    owing.send([again])
    return before._replace(callback=again.callback)


def redeliver_all(
    project: int, since: int | None, now: int, deadline: Deadline, receivers: Receivers = _AS_THEY_WERE
) -> Resent:
    """Send again, as `redeliver` does, all that were made since an instant (ns) and are unreachable or parked."""
    number = 0
    found = chain(_in_state(project, State.UNREACHABLE, since), _parked(project, since))
    while some := list(islice(found, _AT_ONCE)):
        if deadline.passed:
            return Resent(number, more=True)
        again = [each for each in reads.at_once(lambda one: _again(one, now, receivers), some) if each]
        owing.send(again)
        number += len(again)
    return Resent(number, more=False)


def _in_state(project: int, state: State, since: int | None) -> Iterator[Callback]:
    return map(items.callback_from, reads.every(keys.in_state(project, state, _first(since))))


def _parked(project: int, since: int | None) -> Iterator[Callback]:
    """Those whose endpoint is down for so many that they wait without a message."""
    waiting = _in_state(project, State.WAITING, since)
    return (callback for callback in waiting if callback.admission is Admission.PARKED)


def _again(callback: Callback, now: int, receivers: Receivers) -> owing.Owed | None:
    with suppress(Conflict):  # the index lags behind, or another request was faster
        return owing.start_again(callback, now, receivers.get(callback.kind))
    return None
