"""`make smoke`, which is meant for a real account, is green against the local stack."""

from __future__ import annotations

import os
import subprocess
import sys

from local.paths import ROOT
from local.stack import Stack
from tests.unit.callbacks.receiver import Receiver, answering


def test_the_smoke_test_passes_here(stack: Stack) -> None:
    with Receiver(answering("204 No Content")) as receiver:
        _run(
            {
                "HEARBACK_URL": stack.base_url,
                "HEARBACK_KEY": stack.keys["admin"]["key"],
                "HEARBACK_RECEIVER": receiver.url(),
            }
        )


def _run(told: dict[str, str]) -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/deployed",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
    ]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **told}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
