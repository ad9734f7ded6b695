"""The file that `sam local invoke` and `sam local start-api` read: `.local/env.json`.

SAM takes a logical id for the name of a table and of a queue, and knows AWS's own endpoints alone. This file
gives each function the variables that its deployed twin has, and the address of this stack as a container
sees it. `samconfig.toml` names it, so nobody has to.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from local import cfn
from local.guard import CONTAINERS_NAME
from local.paths import TEMPLATE
from local.stack import Stack


def of(stack: Stack, host: str = CONTAINERS_NAME) -> dict[str, dict[str, str]]:
    """The variables of each function, by its logical id, for functions that reach this machine as `host`."""
    reached = {
        "HEARBACK_AWS_ENDPOINT": f"http://{host}:{urlsplit(stack.endpoint_url).port}",
        "HEARBACK_LINK_ENDPOINT": stack.endpoint_url,
    }
    functions = cfn.of_type(cfn.load(TEMPLATE), "AWS::Serverless::Function")
    return {name: _deployed(stack, name) | reached for name in functions}


def write(stack: Stack, path: Path, host: str = CONTAINERS_NAME) -> None:
    """Write the file atomically, readable by its owner alone."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(of(stack, host), indent=2) + "\n", encoding="utf-8")
    os.replace(partial, path)


def _deployed(stack: Stack, function: str) -> dict[str, str]:
    found = stack.client("lambda").get_function_configuration(FunctionName=stack.resources[function])
    variables: dict[str, str] = found["Environment"]["Variables"]
    return variables
