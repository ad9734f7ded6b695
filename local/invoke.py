"""`python -m local.invoke Access events/access/who_am_i.json`: one function in Lambda's own container.

Wants Docker, a running stack (`make run`) and what `make build` has built.
"""

from __future__ import annotations

import subprocess
import sys

from local.paths import ENV_FILE, ROOT
from local.reach import NoDocker, reachable, running_port

SAM = ROOT / ".venv-sam/bin/sam"


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
            return subprocess.run(command, cwd=ROOT, check=False).returncode
    except NoDocker as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
