"""`python -m local.invoke Access events/access/who_am_i.json`: one function in Lambda's own container.

Wants Docker, a running stack (`make run`) and what `make build` has built.
"""

from __future__ import annotations

import json
import subprocess
import sys
from urllib.parse import urlsplit

from local.paths import ENV_FILE, ROOT, STACK_FILE
from local.reach import reachable

SAM = ROOT / ".venv-sam/bin/sam"


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: make invoke FUNCTION=Access EVENT=events/access/who_am_i.json", file=sys.stderr)
        return 2
    if not STACK_FILE.exists() or not ENV_FILE.exists():
        print("No stack of this checkout is running: make run, in another terminal.", file=sys.stderr)
        return 1
    function, event = arguments
    endpoint = json.loads(STACK_FILE.read_text(encoding="utf-8"))["endpoint_url"]
    with reachable(urlsplit(endpoint).port or 80):
        command = [str(SAM), "local", "invoke", function, "--event", event]
        return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
