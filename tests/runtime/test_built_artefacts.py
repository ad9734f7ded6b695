"""Every function as `sam build` made it answers its events, under the real emulator and runtime client.

What the other tests cannot see is seen here: a package missing from a layer, a module missing from a
function, code that the runtime's Python refuses. Each gets the environment that `sam local invoke` would give
it beside the running stack: SAM's own code makes it, of the built template, `samconfig.toml` and `.local/env.json`.
"""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from local import cfn, env_vars, invoke, python313
from local.paths import ROOT
from local.server import free_port
from local.stack import Stack

BUILT = ROOT / ".aws-sam/build"
RUNTIME = ROOT / ".venv-rie/bin/python"
EMULATOR = "samcli/local/rapid/aws-lambda-rie-x86_64"
INVOKE = "2015-03-31/functions/function/invocations"
PATIENCE = 60.0
RESOLVER = Path(__file__).with_name("sam_environments.py")

Environments = dict[str, dict[str, str]]
"""The variables of each function, by its logical id."""

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


@pytest.fixture(scope="session")
def environments(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Environments:
    """What SAM gives each function beside the running stack. It is reached under another name than that which
    its links tell, as from a container."""
    file = tmp_path_factory.mktemp("sam") / "env.json"
    env_vars.write(stack, file, host="localhost")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    return resolved(str(file))


def test_without_the_stacks_file_sam_knows_no_name_and_no_endpoint() -> None:
    alone = resolved("")["TranslationFeedback"]
    assert alone["HEARBACK_TRANSLATION_TABLE"] == "TranslationTable"
    assert alone["HEARBACK_AWS_ENDPOINT"] == ""


def test_with_it_a_function_finds_what_its_deployed_twin_finds(
    environments: Environments, stack: Stack
) -> None:
    assert set(environments) == set(FUNCTIONS)
    for name, variables in environments.items():
        told = {key: value for key, value in variables.items() if not key.startswith("AWS_")}
        here = {"HEARBACK_AWS_ENDPOINT": stack.endpoint_url.replace("127.0.0.1", "localhost")}
        assert told == deployed(name, stack) | here | {"HEARBACK_LINK_ENDPOINT": stack.endpoint_url}
        assert variables["AWS_REGION"] == stack.region


@pytest.mark.parametrize(("name", "event"), EVENTS)
def test_the_built_function_does_what_its_event_asks(
    name: str, event: Path, environments: Environments
) -> None:
    with emulated(name, environments[name]) as url:
        answer = requests.post(url, data=event.read_bytes(), timeout=PATIENCE)
    told = answer.json() if answer.content else None
    assert answer.status_code == 200, answer.text
    assert is_success(told, event), json.dumps(told, indent=2)


FAILURES = ('"HasErrors":true', "<HasErrors>true", '"error":{')
"""How families tell a failure with status 200: votes in JSON and XML, JSON-RPC."""


def is_success(told: Any, event: Path) -> bool:
    """Whether an answer is what the event's name promises: a worker leaves no message behind."""
    if not isinstance(told, dict):
        return told is None
    if "statusCode" not in told:
        return "errorType" not in told and not told.get("batchItemFailures")
    if event.stem.startswith("no_such_"):
        return bool(told["statusCode"] == (405 if event.stem == "no_such_method" else 404))
    return bool(told["statusCode"] < 400) and not any(sign in told["body"] for sign in FAILURES)


def test_links_lead_to_where_their_users_reach_the_stack(environments: Environments, stack: Stack) -> None:
    """Not to where the function, which is in a container, reaches it."""
    event = ROOT / "events/translation_feedback/start_upload.json"
    with emulated("TranslationFeedback", environments["TranslationFeedback"]) as url:
        begun = json.loads(requests.post(url, data=event.read_bytes(), timeout=PATIENCE).json()["body"])
    links = re.findall(r'"(http[^"]*X-Amz-Signature[^"]*)"', json.dumps(begun))
    assert links, begun
    assert {link.split("/hearback-transfer-")[0] for link in links} == {stack.endpoint_url}
    part = bytes(begun["parts"][0]["sizeInBytes"])
    assert requests.put(links[0], data=part, timeout=PATIENCE).ok


@contextmanager
def emulated(name: str, variables: dict[str, str]) -> Iterator[str]:
    """The built function waiting for one call at a time (the emulator dies of two); its URL."""
    address, runtime_api = (f"127.0.0.1:{free_port()}" for _ in range(2))
    process = subprocess.Popen(
        [
            *(str(_emulator()), "--runtime-interface-emulator-address", address),
            *("--runtime-api-address", runtime_api),
            *(str(RUNTIME), "-m", "awslambdaric", "app.handler"),
        ],
        cwd=BUILT / name,
        env=environment(name, variables),
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


def environment(name: str, variables: dict[str, str]) -> dict[str, str]:
    """What SAM sets, and what the container's image would."""
    layers = [BUILT / layer / "python" for layer in cfn.of_type(TEMPLATE, "AWS::Serverless::LayerVersion")]
    return {
        **variables,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, [BUILT / name, *layers])),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LAMBDA_TASK_ROOT": str(BUILT / name),
        "POWERTOOLS_TRACE_DISABLED": "true",
    }


def resolved(file: str) -> Environments:
    """What SAM's own code gives the functions with this file of variables, as `make invoke` calls it."""
    command = [str(ROOT / ".venv-sam/bin/python"), str(RESOLVER), file]
    ended = subprocess.run(command, cwd=ROOT, env=invoke.shell(), capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    made: Environments = json.loads(ended.stdout)
    return made


def deployed(name: str, stack: Stack) -> dict[str, str]:
    found = stack.client("lambda").get_function_configuration(FunctionName=stack.resources[name])
    variables: dict[str, str] = found["Environment"]["Variables"]
    return variables


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
