"""How far something is, on standard error: a bar on a terminal, else a line for each stage."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hearback_cli.output import note
from hearback_cli.text import plain

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bar:
    """One bar, which goes through stages one after the other."""

    def __init__(self, name: str, drawn: tuple[Progress, TaskID] | None) -> None:
        self._name = plain(name)
        self._drawn = drawn
        self._stage = ""

    def stage(self, what: str) -> None:
        """What is done from now on; the bar is empty again."""
        if what == self._stage:
            return
        self._stage = what
        if self._drawn is None:
            note(f"{self._name}: {what} …")
        else:
            progress, task = self._drawn
            progress.reset(task, description=f"{self._name}: {what}", total=None, said="")

    def reach(self, done: int, total: int | None, said: str) -> None:
        """`said` is the same in words."""
        if self._drawn is not None:
            progress, task = self._drawn
            progress.update(task, completed=done, total=total, said=said)


@contextmanager
def bar(name: str) -> Iterator[Bar]:
    """A bar until the end of the block."""
    if not sys.stderr.isatty():
        yield Bar(name, None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[said]}", markup=False),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield Bar(name, (progress, progress.add_task(plain(name), total=None, said="")))
