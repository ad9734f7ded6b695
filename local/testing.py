"""A stack for the tests: own port, own folder, no memory; code and layers come from the build cache."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.lifecycle import stack_in
from local.server import free_port
from local.stack import Stack


@contextmanager
def running_stack(hostile: int | None = None) -> Iterator[Stack]:
    """An ephemeral stack, deployed from the working tree and seeded; `hostile` under this seed, if any."""
    with (
        tempfile.TemporaryDirectory(prefix="hearback-", ignore_cleanup_errors=True) as home,
        stack_in(Path(home), port=free_port(), keep=False, say=_say, hostile=hostile) as (stack, _),
    ):
        yield stack


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
