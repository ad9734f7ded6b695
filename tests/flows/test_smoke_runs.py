"""`make smoke`, which is meant for a real account, is green against the local stack."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import requests

from local.deploy import STACK_NAME
from local.paths import ROOT
from local.stack import Stack
from tests.deployed.stack import WANTED, told


def test_the_smoke_test_passes_here(stack: Stack) -> None:
    """With the account's part, as far as the emulator has it, a receiver of the test's own, and an organization
    that has exports already."""
    key = stack.keys["admin"]["key"]
    exports = f"{stack.base_url}/api/v1/organization/exports"
    assert requests.post(exports, auth=(key, ""), timeout=30).status_code < 300
    account = {
        "HEARBACK_STACK": STACK_NAME,
        "AWS_ENDPOINT_URL": stack.endpoint_url,
        "AWS_DEFAULT_REGION": stack.region,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    done = _run({"HEARBACK_URL": stack.base_url, "HEARBACK_KEY": key, **account})
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    for part in ("test_smoke.py", "test_arriving.py", "test_monitoring.py"):
        assert f"tests/deployed/{part}" in done.stdout


@pytest.mark.parametrize("name", WANTED)
def test_what_the_smoke_test_is_not_told_it_asks_for(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name, raising=False)
    with pytest.raises(pytest.exit.Exception, match=f"make smoke wants {name}: .+"):
        told(name)


def test_a_stack_elsewhere_is_not_called_before_a_receiver_is_named() -> None:
    done = _run({"HEARBACK_URL": "https://hearback.example/v1", "HEARBACK_KEY": "hb_any"})
    assert "make smoke wants HEARBACK_RECEIVER" in done.stdout + done.stderr
    assert done.returncode == pytest.ExitCode.USAGE_ERROR


def _run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "tests/deployed", "-p", "no:cacheprovider", "-p", "no:xdist"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEARBACK_")}
    return subprocess.run(
        command, cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, check=False
    )
