"""Every function as `sam build` made it answers its events, under the real emulator and runtime client.

What the other tests cannot see is seen here: a package missing from a layer, a module missing from a
function, code that the runtime's Python refuses. The functions, their layers and their environment are
read from the built template; their tables, queues and buckets are those of the running stack.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from local import cfn, python313
from local.paths import ROOT
from local.server import free_port
from local.stack import Stack

BUILT = ROOT / ".aws-sam/build"
RUNTIME = ROOT / ".venv-rie/bin/python"
EMULATOR = "samcli/local/rapid/aws-lambda-rie-x86_64"
INVOKE = "2015-03-31/functions/function/invocations"
PATIENCE = 60.0

TEMPLATE = cfn.load(ROOT / "template.yaml")
FUNCTIONS = cfn.of_type(TEMPLATE, "AWS::Serverless::Function")


def _events(function: dict[str, Any]) -> list[Path]:
    return sorted((ROOT / "events" / Path(function["Properties"]["CodeUri"]).name).glob("*.json"))


EVENTS = [
    pytest.param(name, path, id=f"{path.parent.name}-{path.stem}")
    for name, function in FUNCTIONS.items()
    for path in _events(function)
]


def test_the_runtimes_own_python_is_here() -> None:
    assert python313.find(), python313.WHAT_TO_DO
    assert RUNTIME.exists(), "make .venv-rie/stamp"


def test_everything_is_built() -> None:
    missing = [name for name in FUNCTIONS if not (BUILT / name / "app.py").exists()]
    assert not missing, f"{missing} not built: make build"


@pytest.mark.parametrize(("name", "event"), EVENTS)
def test_the_built_function_answers_its_event(name: str, event: Path, stack: Stack) -> None:
    with emulated(name, stack) as url:
        answer = requests.post(url, data=event.read_bytes(), timeout=PATIENCE)
    told = answer.json() if answer.content else None
    failed = isinstance(told, dict) and "errorType" in told and "statusCode" not in told
    assert answer.status_code == 200, answer.text
    assert not failed, json.dumps(told, indent=2)
    if isinstance(told, dict) and "statusCode" in told:
        assert told["statusCode"] < 500, told.get("body")


@contextmanager
def emulated(name: str, stack: Stack) -> Iterator[str]:
    """The built function waiting for one call at a time (the emulator dies of two); its URL."""
    address, runtime_api = (f"127.0.0.1:{free_port()}" for _ in range(2))
    process = subprocess.Popen(
        [
            *(str(_emulator()), "--runtime-interface-emulator-address", address),
            *("--runtime-api-address", runtime_api),
            *(str(RUNTIME), "-m", "awslambdaric", "app.handler"),
        ],
        cwd=BUILT / name,
        env=environment(name, stack),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        _wait_for(address, process)
        yield f"http://{address}/{INVOKE}"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def environment(name: str, stack: Stack) -> dict[str, str]:
    """What Lambda would set, and the function's own variables as the deployed stack has them."""
    configured = stack.client("lambda").get_function_configuration(FunctionName=stack.resources[name])
    layers = [BUILT / layer / "python" for layer in cfn.of_type(TEMPLATE, "AWS::Serverless::LayerVersion")]
    return {
        **configured.get("Environment", {}).get("Variables", {}),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, [BUILT / name, *layers])),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_ENDPOINT_URL": stack.endpoint_url,
        "AWS_REGION": stack.region,
        "AWS_DEFAULT_REGION": stack.region,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(configured["Timeout"]),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configured["MemorySize"]),
        "LAMBDA_TASK_ROOT": str(BUILT / name),
        "POWERTOOLS_TRACE_DISABLED": "true",
    }


def _emulator() -> Path:
    found = next((ROOT / ".venv-sam/lib").glob(f"python3*/site-packages/{EMULATOR}"), None)
    assert found, "the emulator ships inside aws-sam-cli: make .venv-sam/stamp"
    found.chmod(0o755)
    return found


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the emulator listens; it answers nothing but calls."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(requests.ConnectionError):
            requests.get(f"http://{address}/", timeout=5)
            return
        time.sleep(0.02)
    pytest.fail(f"the emulator does not listen on {address}")
