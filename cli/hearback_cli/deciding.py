"""The same done to several things, of which some may refuse it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hearback_cli.errors import InPart, Refused
from hearback_cli.output import note
from hearback_cli.progress import bar

Record = dict[str, Any]

_AT_ONCE = 8
"""Requests at the same time: the way to the service takes longer than its work."""


class Outcome(NamedTuple):
    """What was done, and what was refused: `{id, status, message}` each."""

    done: list[Record]
    refused: list[Record]


def each(ids: Sequence[str], act: Callable[[str], Record], said: str) -> Outcome:
    """Act on each; a refusal of one is no reason to leave out the others, while a failing service is."""
    from concurrent.futures import ThreadPoolExecutor

    outcome = Outcome([], [])
    with bar(said) as drawn, ThreadPoolExecutor(_AT_ONCE) as pool:
        for start in range(0, len(ids), _AT_ONCE):
            drawn.reach(start, len(ids), f"{start:,} of {len(ids):,}")
            some = ids[start : start + _AT_ONCE]
            _take(outcome, some, list(pool.map(lambda its_id: _tried(act, its_id), some)), len(ids))
    for refusal in outcome.refused:
        note(f"{refusal['id']}: {refusal['message']}")
    return outcome


def _tried(act: Callable[[str], Record], its_id: str) -> Record | Refused:
    try:
        return act(its_id)
    except Refused as error:
        return error


def _take(outcome: Outcome, ids: Sequence[str], found: Sequence[Record | Refused], total: int) -> None:
    """Add what was found to the outcome. Raises where the service fails or is too busy for more."""
    stops: Refused | None = None
    for its_id, one in zip(ids, found, strict=True):
        if not isinstance(one, Refused):
            outcome.done.append(one)
        elif one.status >= 500 or one.status == 429:
            stops = one
        else:
            outcome.refused.append({"id": its_id, "status": one.status, "message": one.message})
    if stops:
        done = len(outcome.done)
        raise (
            InPart(f"{stops.message}\n{done:,} of {total:,} are done; run the same command again.")
            if done
            else stops
        )


def conclude(outcome: Outcome, what: str) -> None:
    """Let the exit code tell of refusals."""
    refused, total = len(outcome.refused), len(outcome.refused) + len(outcome.done)
    if refused == total:
        raise Refused(f"None of the {what} was changed." if total > 1 else "Nothing was changed.")
    if refused:
        raise InPart(f"{refused:,} of {total:,} {what} were refused.")
