"""The same done to several things, of which some may refuse it; and what is left where something stops it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import click

from hearback_cli.errors import InPart, NoConnection, NotLoggedIn, Refused
from hearback_cli.output import note
from hearback_cli.progress import bar
from hearback_cli.text import plain

Record = dict[str, Any]
Failure = click.ClickException | KeyboardInterrupt

_AT_ONCE = 8
"""Requests at the same time: the way to the service takes longer than its work."""


@dataclass
class Outcome:
    """What became of each of the things."""

    done: list[Record] = field(default_factory=list)
    refused: list[Record] = field(default_factory=list)
    """`{id, status, message}` each."""
    left: list[str] = field(default_factory=list)
    """Where something stopped it: ids that were not asked for, or of which no answer was heard."""
    stopped: Failure | None = None

    @property
    def total(self) -> int:
        return len(self.done) + len(self.refused) + len(self.left)

    def take(self, its_id: str, future: Future[Record]) -> None:
        """Wait for the answer about one."""
        try:
            self.done.append(future.result())
        except (click.ClickException, KeyboardInterrupt) as error:
            if isinstance(error, KeyboardInterrupt) or _stops(error):
                self.left.append(its_id)
                self.stopped = self.stopped or error
            else:
                status = getattr(error, "status", 0)
                self.refused.append({"id": its_id, "status": status, "message": error.message})


def _stops(error: click.ClickException) -> bool:
    """Whether the others would fare no better: the service fails, is too busy, is out of reach or closed to us."""
    fails = isinstance(error, Refused) and (error.status >= 500 or error.status == 429)
    return fails or isinstance(error, NoConnection | NotLoggedIn)


def each(ids: Sequence[str], act: Callable[[str], Record], said: str) -> Outcome:
    """Act on each; a refusal of one is no reason to leave out the others, while a failing service is."""
    from concurrent.futures import ThreadPoolExecutor

    outcome = Outcome()
    with bar(said) as drawn, ThreadPoolExecutor(_AT_ONCE) as pool:
        for start in range(0, len(ids), _AT_ONCE):
            if outcome.stopped:
                outcome.left += ids[start:]
                break
            drawn.reach(start, len(ids), f"{start:,} of {len(ids):,}")
            some = ids[start : start + _AT_ONCE]
            for its_id, future in [(its_id, pool.submit(act, its_id)) for its_id in some]:
                outcome.take(its_id, future)
    for refusal in outcome.refused:
        note(f"{refusal['id']}: {refusal['message']}")
    if outcome.left:
        note(plain(f"left: {' '.join(outcome.left)}"))
    return outcome


def conclude(outcome: Outcome, what: str) -> None:
    """Let the exit code tell of what stopped it, and of refusals."""
    refused, total = len(outcome.refused), outcome.total
    if isinstance(outcome.stopped, click.ClickException) and outcome.done:
        raise InPart(
            f"{outcome.stopped.message}\n{len(outcome.done):,} of {total:,} {what} are done: "
            "run the command again with the ids that are left."
        )
    if outcome.stopped:
        raise outcome.stopped
    if refused == total:
        raise Refused(f"None of the {what} was changed." if total > 1 else "Nothing was changed.")
    if refused:
        raise InPart(f"{refused:,} of {total:,} {what} were refused.")
