"""From nothing to a seeded stack, and back: what `make run` and the tests share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from local import artefacts, deploy, seed, server
from local.paths import ROOT
from local.stack import Stack

Say = Callable[[str], None]


@contextmanager
def stack_in(
    home: Path, *, port: int, keep: bool, say: Say, hostile: int | None = None
) -> Iterator[tuple[Stack, server.Server]]:
    """A running, deployed and seeded stack with its files in `home`; ended on the way out.

    With a seed, AWS is `hostile` once the stack is ready (`local.hostile`).
    """
    began = time.monotonic()

    def tell(what: str) -> None:
        say(f"[{time.monotonic() - began:5.1f} s] {what}")

    tell(f"starting MiniStack on 127.0.0.1:{port} …")
    running = server.start(port=port, home=home, keep=keep, hostile=hostile is not None)
    try:
        _build_layers(tell)
        tell("deploying template.yaml …")
        changed = deploy.deploy(running.endpoint_url)
        tell("deployed" if changed else "nothing changed since the last deployment")
        made = deploy.describe(running.endpoint_url)
        base_url = running.serve(deploy.api(made))
        stack = Stack(base_url, running.endpoint_url, made.outputs, made.resources, home=home)
        tell("seeding …")
        stack = replace(stack, **seed.seed(stack))
        if hostile is not None:
            running.begin_bad_day(hostile)
            tell(f"AWS is hostile from here on: HOSTILE={hostile}")
        tell("ready")
        yield stack, running
    finally:
        tell("stopping …")
        running.stop()


def _build_layers(tell: Say) -> None:
    for folder in (ROOT / "layers/dependencies", ROOT / "layers/hearback"):
        if not artefacts.is_built(folder):
            tell(f"building layers/{folder.name} (once) …")
        artefacts.layer(folder)
