"""`python -m local.invoke Access events/access/who_am_i.json`: one function in Lambda's own container.

Wants Docker, a running stack (`make run`) and what `make build` has built.
"""

from __future__ import annotations

import os
import subprocess
import sys

from local.paths import ENV_FILE, ROOT
from local.reach import NoDocker, reachable, running_port

SAM = ROOT / ".venv-sam/bin/sam"


def shell() -> dict[str, str]:
    """The environment in which SAM is called: it hands the caller's credentials to the function, and this stack
    knows its own alone. Nothing of the caller's AWS account gets into a container."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HEARBACK_", "AWS_"))}
    return kept | {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: make invoke FUNCTION=Access EVENT=events/access/who_am_i.json", file=sys.stderr)
        return 2
    if not ENV_FILE.exists():
        print("No stack of this checkout is running: make run, in another terminal.", file=sys.stderr)
        return 1
    function, event = arguments
    try:
        with reachable(running_port()):
            command = [str(SAM), "local", "invoke", function, "--event", event]
            return subprocess.run(command, cwd=ROOT, env=shell(), check=False).returncode
    except NoDocker as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
